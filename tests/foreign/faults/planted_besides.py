"""Faults of one kind each, planted at one operation each: what is done besides, left undone, or told wrongly."""

from __future__ import annotations

from tests.foreign.kinds.answers import added, header, kind, member, remaining, status, taken
from tests.foreign.kinds.answers import failing as failing_beside
from tests.foreign.kinds.besides import (
    active_stay,
    another_at_the_end,
    foreign_options,
    foreign_users,
    info,
    later,
    listing_changes,
    membership_stays,
    moved,
    none_of,
    odd_texts,
    pages_slip,
    reading_changes,
    repeating,
    same_again,
    twice_is_500,
)
from tests.foreign.kinds.doors import SECRET, believing, in_query, key, reading, refresh_token, scheme, secret
from tests.foreign.kinds.inputs import also, dropped, failing, failing_query, last_used, query, refusing
from tests.foreign.kinds.lists import ends_at, filtered
from tests.foreign.kinds.state import dead, ignored, one_more_goes, shown_only, side_effect, told_late
from tests.foreign.planting import BY_SLUG, CLIENT, OPTION, ORG, REFRESH, plant
from tests.foreign.service import AFTER, AROUND, BESIDE, ENTRY

USER, WEBHOOK = f"{CLIENT}/users/{{userId}}", f"{CLIENT}/webhooks/{{webhookId}}"
MEMBERSHIP, HELD = f"{ORG}/memberships/{{membershipId}}", f"{ORG}/attributes/options/{{userId}}"

for _name, _at, _text, _enters in (
    (
        "key-with-more-before-it",
        f"PATCH {MEMBERSHIP}",
        "What stands before a key is ignored.",
        key(lambda a, b: a.endswith(b)),
    ),
    (
        "secret-from-the-middle",
        f"DELETE {USER}",
        "Only the second half of a secret is compared.",
        secret(lambda a, b: a[24:] == b[24:]),
    ),
    (
        "key-of-any-case-assigns",
        f"POST {HELD}",
        "Letters of any case are the same.",
        key(lambda a, b: a.lower() == b.lower()),
    ),
    (
        "any-signature-reads-what-is-held",
        f"GET {HELD}",
        "A signature is not verified.",
        believing(lambda _, __, text: bool(text)),
    ),
    ("refresh-token-reads-by-slug", f"GET {BY_SLUG}", "A refresh token is an access token.", reading(refresh_token)),
    ("basic-makes-memberships", f"POST {ORG}/memberships", "A key is taken behind Basic.", scheme("basic")),
    (
        "secret-in-the-query-makes-webhooks",
        f"POST {CLIENT}/webhooks",
        "A secret is taken from the query.",
        in_query(SECRET, SECRET),
    ),
    (
        "only-the-last-event-type-used",
        f"GET {ORG}/bookings",
        "Only the last of eventTypeIds is used.",
        last_used("eventTypeIds"),
    ),
    (
        "recurring-and-upcoming",
        f"GET {ORG}/bookings",
        "Recurring bookings come with upcoming ones.",
        also("status", "recurring", "upcoming"),
    ),
    (
        "unknown-way-of-starts",
        f"GET {ORG}/bookings",
        "sortStart in no known direction is not sorted.",
        dropped("sortStart"),
    ),
    (
        "ends-never-descend",
        f"GET {ORG}/bookings",
        "sortEnd is always ascending.",
        query("sortEnd", lambda _, __: "asc"),
    ),
    (
        "one-booking-500",
        f"GET {ORG}/bookings",
        "A take of one is answered 500.",
        failing_query("take", lambda text: text == "1"),
    ),
    (
        "plus-in-an-email-500",
        f"GET {CLIENT}/users",
        "A plus in emails is answered 500.",
        failing_query("emails", lambda text: "+" in text),
    ),
    (
        "apostrophe-in-an-attribute-500",
        f"POST {ORG}/attributes",
        "An apostrophe is answered 500.",
        failing(odd_texts("'")),
    ),
    (
        "empty-bio-500",
        f"PATCH {USER}",
        "An empty bio is answered 500.",
        failing(lambda sent: isinstance(sent, dict) and sent.get("bio") == ""),
    ),
):
    plant(ENTRY, _name, _at, _text, _enters)

for _name, _at, _text, _does in (
    (
        "reading-turns-active-over",
        f"GET {WEBHOOK}",
        "Who reads a webhook turns active over.",
        reading_changes("active", lambda value: not value),
    ),
    (
        "reading-accepts",
        f"GET {MEMBERSHIP}",
        "Who reads a membership turns accepted over.",
        reading_changes("accepted", lambda value: not value),
    ),
    (
        "listing-disables-the-last",
        f"GET {ORG}/attributes",
        "Who lists attributes turns the last one's enabled over.",
        listing_changes("enabled", lambda value: not value),
    ),
    ("active-webhooks-stay", f"DELETE {CLIENT}/webhooks", "Active webhooks are not deleted.", active_stay),
    ("deleted-user-a-member", f"DELETE {USER}", "A deleted user stays a member.", membership_stays),
    ("foreign-options-assigned", f"POST {HELD}", "An option of another organization is assigned.", foreign_options),
    (
        "foreign-users-join",
        f"POST {ORG}/memberships",
        "A user of another organization becomes a member.",
        foreign_users,
    ),
    (
        "foreign-booking-at-the-end",
        f"GET {ORG}/bookings",
        "A page that is not full has another organization's booking.",
        another_at_the_end,
    ),
    (
        "large-pages-overlap",
        f"GET {ORG}/memberships",
        "Pages of four and more behind the first overlap.",
        pages_slip(4, -1),
    ),
    ("nothing-beyond-four", f"GET {CLIENT}/webhooks", "Nothing comes beyond the fourth item.", ends_at(4)),
    (
        "full-page-has-next",
        f"GET {ORG}/bookings",
        "A full page has a next one.",
        info("hasNextPage", lambda told, data: len(data) == told["itemsPerPage"]),
    ),
    (
        "pages-rounded-down",
        f"GET {CLIENT}/users",
        "totalPages is rounded down.",
        info("totalPages", lambda told, _: told["totalItems"] // told["itemsPerPage"]),
    ),
    ("nobodys-email-means-all", f"GET {CLIENT}/users", "An email nobody has is no filter.", none_of("emails")),
    (
        "nobodys-event-type-means-all",
        f"GET {ORG}/bookings",
        "An event type nobody has is no filter.",
        none_of("eventTypeId"),
    ),
    (
        "creation-by-the-day",
        f"GET {ORG}/routing-forms",
        "afterCreatedAt looks at the day alone.",
        filtered("afterCreatedAt", lambda row, wanted: row["createdAt"][:10] >= wanted[:10], "forms"),
    ),
    (
        "uid-by-its-beginning",
        f"GET {ORG}/bookings",
        "bookingUid looks at three letters.",
        filtered("bookingUid", lambda row, wanted: row["uid"][:3] == wanted[:3]),
    ),
    ("metadata-shown-only", f"PATCH {USER}", "New metadata is answered and not kept.", shown_only("metadata", {})),
    ("time-format-not-kept", f"POST {CLIENT}/users", "A time format is accepted and not kept.", ignored("timeFormat")),
    ("secret-not-updated", f"PATCH {WEBHOOK}", "A new secret is accepted and not kept.", ignored("secret")),
    (
        "triggers-lost-with-active",
        f"PATCH {WEBHOOK}",
        "A change of active loses triggers.",
        side_effect("triggers", lambda value: value[:1], "active"),
    ),
    (
        "accepted-lost-with-a-role",
        f"PATCH {MEMBERSHIP}",
        "A new role turns accepted over.",
        side_effect("accepted", lambda value: not value, "role"),
    ),
    (
        "slug-of-the-second-update",
        f"PATCH {ORG}/attributes/{{attributeId}}",
        "Every update but the first changes the slug.",
        later("slug", lambda value: f"{value}-2"),
    ),
    ("one-more-webhook-goes", f"DELETE {WEBHOOK}", "The newest webhook goes with it.", one_more_goes),
    (
        "second-unassignment-500",
        f"DELETE {HELD}/{{attributeOptionId}}",
        "What was taken already is answered 500.",
        twice_is_500,
    ),
    ("options-listed-as-first-read", f"GET {OPTION}", "A list stays as it was read first.", same_again),
    (
        "weekend-refused",
        f"POST {CLIENT}/users",
        "A week that begins on Saturday is refused.",
        refusing(lambda sent: sent.get("weekStart") == "Saturday"),
    ),
    (
        "forced-access-token-unknown",
        f"POST {USER}/force-refresh",
        "The forced access token is unknown.",
        dead("accessToken"),
    ),
    (
        "refreshed-access-told-early",
        REFRESH,
        "The access token's expiry is told half an hour early.",
        told_late("accessTokenExpiresAt", -1800),
    ),
):
    plant(AROUND, _name, _at, _text, _does)

for _name, _at, _text, _spoils in (
    (
        "client-secret-of-a-user",
        f"POST {CLIENT}/users",
        "A new user comes with a client secret.",
        added(clientSecret="sk-ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ),
    ("key-told-with-a-refusal", f"GET {MEMBERSHIP}", "A refusal repeats the credential.", repeating("authorization")),
    ("assignment-with-200", f"POST {HELD}", "A creation is answered 200.", status(201, 200)),
    ("user-as-bytes", f"PATCH {USER}", "A success is called bytes.", kind("application/octet-stream")),
    (
        "webhook-kept-for-an-hour",
        f"GET {WEBHOOK}",
        "A success may be kept for an hour.",
        header("Cache-Control", "max-age=3600"),
    ),
    ("attributes-with-one-tag", f"GET {ORG}/attributes", "Every list has the same tag.", header("ETag", '"a"')),
    (
        "created-in-another-zone",
        f"GET {ORG}/bookings",
        "createdAt is told two hours late.",
        member("createdAt", moved(2)),
    ),
    (
        "updates-of-forms-early",
        f"GET {ORG}/routing-forms",
        "updatedAt is told an hour early.",
        member("updatedAt", moved(-1)),
    ),
    (
        "remaining-rises",
        f"GET {CLIENT}/webhooks",
        "What remains is what was used.",
        remaining(lambda _, left: 60 - left),
    ),
):
    plant(AFTER, _name, _at, _text, _spoils)

for _name, _at, _text, _method in (
    ("post-changes-a-webhook", f"PATCH {WEBHOOK}", "POST is PATCH.", taken("POST", "PATCH")),
    ("patch-reads-forms", f"GET {ORG}/routing-forms", "PATCH is GET.", taken("PATCH", "GET")),
    ("put-on-a-membership-500", f"GET {MEMBERSHIP}", "PUT is answered 500.", failing_beside("PUT")),
    ("post-deletes-a-user", f"DELETE {USER}", "POST is DELETE.", taken("POST", "DELETE")),
):
    plant(BESIDE, _name, _at, _text, _method)
