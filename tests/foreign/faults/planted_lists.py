"""Faults of one kind each, planted at one operation each."""

from __future__ import annotations

from tests.foreign.kinds.lists import (
    ends_at,
    filtered,
    items_with,
    lacking,
    repeated_first,
    round_again,
    small_pages_backwards,
    ties_turn,
    told_of_pages,
)
from tests.foreign.planting import BY_SLUG, CLIENT, OPTION, ORG, plant
from tests.foreign.service import AROUND

for _name, _at, _text, _does in (
    ("nothing-beyond-ten", f"GET {ORG}/bookings", "Nothing comes beyond the tenth item.", ends_at(10)),
    ("nothing-beyond-five", f"GET {CLIENT}/users", "Nothing comes beyond the fifth item.", ends_at(5)),
    ("nothing-beyond-six", f"GET {ORG}/routing-forms", "Nothing comes beyond the sixth item.", ends_at(6)),
    (
        "small-pages-of-bookings-backwards",
        f"GET {ORG}/bookings",
        "Pages of up to four are backwards.",
        small_pages_backwards(4),
    ),
    (
        "small-pages-of-members-backwards",
        f"GET {ORG}/memberships",
        "Pages of up to three are backwards.",
        small_pages_backwards(3),
    ),
    (
        "bookings-of-one-time-turn",
        f"GET {ORG}/bookings",
        "Ties in sortCreated turn.",
        ties_turn("createdAt", "sortCreated"),
    ),
    (
        "forms-of-one-time-turn",
        f"GET {ORG}/routing-forms",
        "Ties in sortCreatedAt turn.",
        ties_turn("createdAt", "sortCreatedAt"),
    ),
    (
        "listed-as-active",
        f"GET {CLIENT}/webhooks",
        "The list has all webhooks active.",
        items_with("active", lambda _: True),
    ),
    ("listed-without-bio", f"GET {CLIENT}/users", "The list has no bio.", items_with("bio", lambda _: None)),
    (
        "listed-as-enabled",
        f"GET {ORG}/attributes",
        "The list has all attributes enabled.",
        items_with("enabled", lambda _: True),
    ),
    (
        "listed-as-accepted",
        f"GET {ORG}/memberships",
        "The list has nobody accepted.",
        items_with("accepted", lambda _: False),
    ),
    ("second-webhook-lacking", f"GET {CLIENT}/webhooks", "The second item is on no page.", lacking(1)),
    ("first-option-lacking", f"GET {OPTION}", "The first item is lacking.", lacking(0)),
    ("first-assigned-lacking-by-slug", f"GET {BY_SLUG}", "The first item is lacking.", lacking(0)),
    ("first-held-lacking", f"GET {ORG}/attributes/options/{{userId}}", "The first item is lacking.", lacking(0)),
    ("past-the-end-begins-anew", f"GET {ORG}/attributes", "A page past the end begins anew.", round_again),
    ("past-the-forms-begins-anew", f"GET {ORG}/routing-forms", "A page past the end begins anew.", round_again),
    (
        "first-item-again",
        f"GET {ORG}/attributes/{{attributeId}}/options/assigned",
        "A page begins with the item before.",
        repeated_first,
    ),
    (
        "total-one-too-many",
        f"GET {ORG}/attributes",
        "totalItems is one too many.",
        told_of_pages("totalItems", lambda value: value + 1),
    ),
    ("page-never-above-one", f"GET {BY_SLUG}", "currentPage is always 1.", told_of_pages("currentPage", lambda _: 1)),
    ("remaining-as-a-text", f"GET {ORG}/bookings", "remainingItems is a text.", told_of_pages("remainingItems", str)),
    (
        "items-per-page-doubled",
        f"GET {CLIENT}/users",
        "itemsPerPage is doubled.",
        told_of_pages("itemsPerPage", lambda value: value * 2),
    ),
    (
        "before-end-means-the-start",
        f"GET {ORG}/bookings",
        "beforeEnd looks at the start.",
        filtered("beforeEnd", lambda row, wanted: row["start"] <= wanted),
    ),
    (
        "after-creation-means-the-update",
        f"GET {ORG}/bookings",
        "afterCreatedAt looks at updatedAt.",
        filtered("afterCreatedAt", lambda row, wanted: row["updatedAt"] >= wanted),
    ),
    (
        "attendee-means-host",
        f"GET {ORG}/bookings",
        "attendeeEmail looks at the hosts.",
        filtered("attendeeEmail", lambda row, wanted: any(each["email"] == wanted for each in row["hosts"])),
    ),
    (
        "event-type-or-one-more",
        f"GET {ORG}/bookings",
        "eventTypeId lets the next one through.",
        filtered("eventTypeId", lambda row, wanted: row["eventTypeId"] in (wanted, wanted + 1)),
    ),
    (
        "name-by-its-end",
        f"GET {ORG}/bookings",
        "attendeeName looks at the end of names.",
        filtered(
            "attendeeName", lambda row, wanted: any((each["name"] or "").endswith(wanted) for each in row["attendees"])
        ),
    ),
    (
        "before-creation-means-the-update",
        f"GET {ORG}/routing-forms",
        "beforeCreatedAt looks at updatedAt.",
        filtered("beforeCreatedAt", lambda row, wanted: row["updatedAt"] <= wanted, "forms"),
    ),
):
    plant(AROUND, _name, _at, _text, _does)
