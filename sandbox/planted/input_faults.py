"""Faults of queries and of ids in paths, planted."""

from __future__ import annotations

from sandbox.planted import operations as at
from sandbox.planted.inputs import (
    at_most,
    dropped,
    first_checked,
    first_used,
    id_failing,
    last_used,
    not_below,
    parameter_failing,
    renamed,
    widened,
)
from sandbox.planted.planting import Change, inside, named

_QUERIES: tuple[tuple[str, str, str, Change], ...] = (
    (
        "only-the-first-email-checked",
        at.USERS,
        "Of several emails only the first is validated.",
        first_checked("emails"),
    ),
    (
        "only-the-first-event-type-checked",
        at.BOOKINGS,
        "Of several eventTypeIds only the first is validated.",
        first_checked("eventTypeIds"),
    ),
    (
        "only-the-first-team-checked",
        at.ASSIGNED,
        "Of several teamIds only the first is validated.",
        first_checked("teamIds"),
    ),
    ("unknown-status-means-all", at.BOOKINGS, "A status nobody knows is no filter.", dropped("status")),
    (
        "unknown-order-means-none",
        at.FORMS,
        "sortUpdatedAt in no direction that is known is not sorted.",
        dropped("sortUpdatedAt"),
    ),
    ("text-as-skip-means-none", at.BY_SLUG, "A skip that is no number is taken for 0.", dropped("skip")),
    ("text-as-take-means-default", at.WEBHOOKS, "A take that is no number is taken for the default.", dropped("take")),
    (
        "text-as-event-type-means-all",
        at.BOOKINGS,
        "An eventTypeId that is no number is no filter.",
        dropped("eventTypeId"),
    ),
    (
        "no-time-means-always",
        at.BOOKINGS,
        "A beforeUpdatedAt that is no time is no filter.",
        dropped("beforeUpdatedAt"),
    ),
    (
        "large-take-cut-silently",
        at.MEMBERSHIPS,
        "A take above the maximum is taken for the maximum.",
        at_most("take", 1000),
    ),
    (
        "large-limit-cut-silently",
        at.USERS,
        "A limit above the maximum is taken for the maximum.",
        at_most("limit", 1000),
    ),
    ("negative-offset-means-none", at.USERS, "A negative offset is taken for 0.", not_below("offset", 0)),
    ("take-of-zero-means-one", at.ATTRIBUTES, "A take of 0 is taken for 1.", not_below("take", 1)),
    (
        "negative-skip-500",
        at.FORMS,
        "A negative skip is answered 500.",
        parameter_failing("skip", lambda text: text.startswith("-")),
    ),
    (
        "large-offset-500",
        at.WEBHOOKS,
        "A skip beyond 32 bits is answered 500.",
        parameter_failing("skip", lambda text: text.isdigit() and int(text) >= 2**31),
    ),
)
"""What is taken that is not valid, or fails: families of input."""
_FILTERS: tuple[tuple[str, str, str, Change], ...] = (
    ("only-the-first-email-counts", at.USERS, "Of several emails only the first counts.", first_used("emails")),
    (
        "only-the-first-team-of-forms-counts",
        at.FORMS,
        "Of several teamIds only the first counts.",
        first_used("teamIds"),
    ),
    ("only-the-last-host-counts", at.BOOKINGS, "Of several userIds only the last counts.", last_used("userIds")),
    (
        "only-the-first-option-counts",
        at.BY_SLUG,
        "Of several assignedOptionIds only the first counts.",
        first_used("assignedOptionIds"),
    ),
    (
        "upcoming-with-unconfirmed",
        at.BOOKINGS,
        "Whoever asks for upcoming bookings gets unconfirmed ones too.",
        widened("status", "upcoming", "unconfirmed"),
    ),
    (
        "past-with-recurring",
        at.BOOKINGS,
        "Whoever asks for past bookings gets recurring ones too.",
        widened("status", "past", "recurring"),
    ),
    (
        "after-update-looks-at-creation",
        at.FORMS,
        "afterUpdatedAt looks at the time of creation.",
        renamed("afterUpdatedAt", "afterCreatedAt"),
    ),
    (
        "before-update-looks-at-creation",
        at.BOOKINGS,
        "beforeUpdatedAt looks at the time of creation.",
        renamed("beforeUpdatedAt", "beforeCreatedAt"),
    ),
    (
        "sorted-by-creation-instead-of-update",
        at.BOOKINGS,
        "sortUpdatedAt sorts by the time of creation.",
        renamed("sortUpdatedAt", "sortCreated"),
    ),
    ("event-types-ignored", at.BOOKINGS, "eventTypeIds has no effect.", renamed("eventTypeIds", "eventTypes")),
    (
        "led-to-booking-ignored",
        at.FORMS,
        "routedToBookingUid has no effect.",
        renamed("routedToBookingUid", "bookingUid"),
    ),
    ("skip-ignored-by-slug", at.BY_SLUG, "skip has no effect.", renamed("skip", "start")),
    ("take-ignored-among-assigned", at.ASSIGNED, "take has no effect.", renamed("take", "size")),
)
"""What is valid and understood wrongly: families of lists."""
_IDS: tuple[tuple[str, str, str, Change], ...] = (
    (
        "text-as-user-500-on-force",
        at.FORCE,
        "A user id that is no number is answered 500.",
        id_failing("userId", lambda text: not text.isdigit()),
    ),
    (
        "large-user-id-500",
        at.DELETE_USER,
        "A user id beyond 32 bits is answered 500.",
        id_failing("userId", lambda text: text.isdigit() and int(text) >= 2**31),
    ),
    (
        "odd-option-id-500",
        at.DELETE_OPTION,
        "An option id beyond ASCII is answered 500.",
        id_failing("optionId", lambda text: not text.isascii()),
    ),
    (
        "text-as-member-500-on-deletion",
        at.DELETE_MEMBERSHIP,
        "A membership id that is no number is answered 500.",
        id_failing("membershipId", lambda text: not text.isdigit()),
    ),
    (
        "text-as-webhook-500",
        at.WEBHOOK,
        "A webhook id that is no number is answered 500.",
        id_failing("webhookId", lambda text: not text.isdigit()),
    ),
)

for _name, _at, _text, _does in _QUERIES:
    inside(_name, _at, _text, _does)
for _name, _at, _text, _does in _IDS:
    named(_name, _at, _text, _does)
for _name, _at, _text, _does in _FILTERS:
    inside(_name, _at, _text, _does, "pagination")
