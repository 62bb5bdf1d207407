"""Faults of one kind each, planted at one operation each: relations between things, and edges of what may be sent."""

from __future__ import annotations

from tests.foreign import rules
from tests.foreign.kinds.answers import header, status
from tests.foreign.kinds.answers import member as changed
from tests.foreign.kinds.doors import foreign_secret, reading
from tests.foreign.kinds.inputs import failing, failing_id, failing_query, member, refusing
from tests.foreign.kinds.later import any_tenants
from tests.foreign.kinds.relations import (
    all_of,
    any_tag_is_304,
    cached_beyond_deletion,
    done_with_404,
    end_is_start,
    gone_for_good,
    gone_users_500,
    held_500,
    made_now,
    missing_is_empty,
    of_all_tenants,
    one_at_a_time,
    pair_again,
    refused_and_done,
    same_for,
    seconds_left,
    sized,
    somebody_else,
    taken_from_another,
    total_of_the_page,
    unchanged_is_304,
    unknown_parameter_500,
    unless,
    values_alike,
    zone_dropped,
)
from tests.foreign.planting import BY_SLUG, CLIENT, OPTION, ORG, REFRESH, plant
from tests.foreign.service import AFTER, AROUND, ENTRY

USER, WEBHOOK = f"{CLIENT}/users/{{userId}}", f"{CLIENT}/webhooks/{{webhookId}}"
MEMBERSHIP, HELD = f"{ORG}/memberships/{{membershipId}}", f"{ORG}/attributes/options/{{userId}}"
ATTRIBUTE, CREDENTIALS = f"{ORG}/attributes/{{attributeId}}", f"{ORG}/delegation-credentials"


def _address(value: object) -> object:
    return value if not isinstance(value, str) or rules.web(value) else "https://hooks.example/any"


def _keys(value: object) -> object:
    whole = [{"private_key": "k", "client_email": "a@b.example", "client_id": "1"}]
    return whole if isinstance(value, list) and not rules.keys(value) else value


def _stranger(sent: object) -> bool:
    return isinstance(sent, dict) and not sent.keys() <= rules.ATTRIBUTE_CHANGE.keys()


def _falsely(value: object) -> object:
    return False if value is None else value


for _name, _at, _text, _enters in (
    (
        "any-secret-deletes-webhooks",
        f"DELETE {CLIENT}/webhooks",
        "Any client's secret is good.",
        reading(foreign_secret),
    ),
    (
        "any-address-on-update",
        f"PATCH {WEBHOOK}",
        "An address that is none is accepted.",
        member("subscriberUrl", _address),
    ),
    (
        "long-webhook-id-500",
        f"GET {WEBHOOK}",
        "A webhook id of more than 60 letters is answered 500.",
        failing_id("webhookId", lambda text: len(text) > 60),
    ),
    (
        "webhook-gone-all-the-same",
        f"DELETE {WEBHOOK}",
        "A deletion that is refused for its credential is carried out.",
        refused_and_done,
    ),
    (
        "unknown-parameter-500",
        f"GET {ORG}/attributes",
        "An undeclared parameter is answered 500.",
        unknown_parameter_500,
    ),
    ("unknown-member-500", f"PATCH {ATTRIBUTE}", "An undeclared member is answered 500.", failing(_stranger)),
    (
        "offset-of-a-creation-dropped",
        f"GET {ORG}/bookings",
        "The offset of afterCreatedAt is not reckoned with.",
        zone_dropped("afterCreatedAt"),
    ),
    (
        "incomplete-keys-on-update",
        f"PATCH {CREDENTIALS}/{{credentialId}}",
        "Keys that lack their members are accepted.",
        member("serviceAccountKey", _keys),
    ),
    ("default-page-of-five", f"GET {ORG}/memberships", "A page that is not sized has five.", sized("take", 5)),
    ("null-is-not-accepted", f"PATCH {MEMBERSHIP}", "accepted may be null.", member("accepted", _falsely)),
    (
        "bare-date-of-an-update-500",
        f"GET {ORG}/routing-forms",
        "A bare date in afterUpdatedAt is answered 500.",
        failing_query("afterUpdatedAt", lambda text: len(text) == 10),
    ),
):
    plant(ENTRY, _name, _at, _text, _enters)

for _name, _at, _text, _does in (
    (
        "deleted-user-read-again",
        f"GET {USER}",
        "Who was read once is read after the deletion, too.",
        cached_beyond_deletion,
    ),
    ("created-with-every-update", f"PATCH {USER}", "An update sets createdDate.", made_now("createdDate")),
    ("any-clients-user-deleted", f"DELETE {USER}", "A user of any client is deleted.", any_tenants),
    (
        "forced-pair-of-before",
        f"POST {USER}/force-refresh",
        "A second time the pair of the first is given.",
        pair_again,
    ),
    ("refresh-of-the-gone-500", REFRESH, "The refresh token of a deleted user is answered 500.", gone_users_500),
    (
        "same-address-same-webhook",
        f"POST {CLIENT}/webhooks",
        "A second webhook for an address is the first.",
        same_for("subscriberUrl"),
    ),
    (
        "capitals-in-an-email-refused",
        f"POST {CLIENT}/users",
        "An email with capitals is refused.",
        refusing(lambda sent: sent["email"] != sent["email"].lower()),
    ),
    ("any-organizations-attribute-deleted", f"DELETE {ATTRIBUTE}", "Of any organization.", any_tenants),
    ("value-of-another-option", f"POST {OPTION}", "A value may be taken; the slug may not.", values_alike("value")),
    (
        "options-of-a-disabled-attribute",
        f"GET {OPTION}",
        "The options of an attribute that is not enabled are not found.",
        unless(lambda row: not row.get("enabled", True), 404, "attributes"),
    ),
    ("held-option-500", f"DELETE {OPTION}/{{optionId}}", "An option that somebody has is answered 500.", held_500),
    ("total-of-the-page", f"GET {OPTION}/assigned", "totalItems is what is on the page.", total_of_the_page),
    ("slug-of-any-organization", f"GET {BY_SLUG}", "A slug is looked for everywhere.", of_all_tenants),
    ("multi-select-replaces", f"POST {HELD}", "A second option of a MULTI_SELECT replaces the first.", one_at_a_time),
    ("nobody-holds-nothing", f"GET {HELD}", "What a user has who is not there is an empty list.", missing_is_empty),
    (
        "taken-from-another-holder",
        f"DELETE {HELD}/{{attributeOptionId}}",
        "The option is taken from another user who has it.",
        taken_from_another,
    ),
    (
        "all-statuses-needed",
        f"GET {ORG}/bookings",
        "Of several statuses a booking needs all.",
        all_of("status", lambda row, wanted: row["status"] == wanted),
    ),
    ("members-for-once", f"POST {ORG}/memberships", "Who left cannot be a member again.", gone_for_good),
    ("somebody-else-inside", f"GET {MEMBERSHIP}", "The user of a membership is another.", somebody_else),
    ("membership-ended-with-404", f"DELETE {MEMBERSHIP}", "It is ended and answered 404.", done_with_404),
):
    plant(AROUND, _name, _at, _text, _does)

for _name, _at, _text, _spoils in (
    ("taken-email-422", f"POST {CLIENT}/users", "An email that is taken is answered 422.", status(409, 422)),
    ("reset-as-seconds-left", f"GET {CLIENT}/webhooks", "The reset is told as seconds from now.", seconds_left),
    (
        "creation-for-everybody",
        f"POST {ORG}/attributes",
        "A creation may be kept by everybody.",
        header("Cache-Control", "public, max-age=600"),
    ),
    ("any-tag-is-304", f"GET {ATTRIBUTE}", "Whoever names a tag gets 304.", any_tag_is_304),
    ("unchanged-is-304", f"PATCH {OPTION}/{{optionId}}", "The same update again is answered 304.", unchanged_is_304),
    (
        "organization-of-a-new-credential",
        f"POST {CREDENTIALS}",
        "organizationId is not the path's.",
        changed("organizationId", lambda value: value + 1),
    ),
    ("ends-as-starts", f"GET {ORG}/bookings", "end is start, whatever the duration.", end_is_start),
):
    plant(AFTER, _name, _at, _text, _spoils)
