"""Faults of input, planted."""

from __future__ import annotations

from sandbox.planted import operations as at
from sandbox.planted.inputs import (
    at_most,
    called_json,
    dropped,
    failing,
    filled,
    first_checked,
    first_used,
    id_failing,
    last_used,
    longest,
    member,
    not_below,
    one_of,
    parameter_failing,
    refusing,
    renamed,
    taken_for_empty,
    text_of,
    truth_of,
    widened,
    without_nulls,
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
_BODIES: tuple[tuple[str, str, str, Change], ...] = (
    (
        "any-time-format-taken-for-twelve",
        at.CREATE_USER,
        "A time format nobody knows is taken for 12.",
        member("timeFormat", one_of(12, 24)),
    ),
    (
        "any-weekday-taken-for-monday",
        at.UPDATE_USER,
        "A day nobody knows is taken for Monday.",
        member("weekStart", one_of(*["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])),
    ),
    (
        "any-attribute-type-taken-for-text",
        at.CREATE_ATTRIBUTE,
        "A type nobody knows is taken for TEXT.",
        member("type", one_of("TEXT", "NUMBER", "SINGLE_SELECT", "MULTI_SELECT")),
    ),
    (
        "any-role-taken-for-member",
        at.CREATE_MEMBERSHIP,
        "A role nobody knows is taken for MEMBER.",
        member("role", one_of("MEMBER", "ADMIN", "OWNER")),
    ),
    (
        "number-taken-for-an-options-value",
        at.CREATE_OPTION,
        "A value that is a number is taken for its text.",
        member("value", text_of),
    ),
    (
        "number-taken-for-a-refresh-token",
        at.REFRESH,
        "A refresh token that is a number is answered 500.",
        failing(lambda sent: isinstance(sent, dict) and isinstance(sent.get("refreshToken"), int)),
    ),
    (
        "empty-refresh-token-500",
        at.REFRESH,
        "An empty refresh token is answered 500.",
        failing(lambda sent: isinstance(sent, dict) and sent.get("refreshToken") == ""),
    ),
    (
        "text-taken-for-enabled",
        at.UPDATE_CREDENTIAL,
        "Texts and numbers are taken for true and false in enabled.",
        member("enabled", truth_of),
    ),
    (
        "text-taken-for-active",
        at.UPDATE_WEBHOOK,
        "Texts and numbers are taken for true and false in active.",
        member("active", truth_of),
    ),
    (
        "number-taken-for-a-name",
        at.UPDATE_ATTRIBUTE,
        "A name that is a number is taken for its text.",
        member("name", text_of),
    ),
    (
        "null-taken-for-not-sent-in-an-option",
        at.UPDATE_OPTION,
        "A value or slug that is null is as if not sent.",
        without_nulls("value", "slug"),
    ),
    (
        "null-taken-for-not-sent-in-an-attribute",
        at.UPDATE_ATTRIBUTE,
        "A name, slug or type that is null is as if not sent.",
        without_nulls("name", "slug", "type", "enabled"),
    ),
    (
        "role-need-not-be-sent",
        at.CREATE_MEMBERSHIP,
        "A membership without a role is a MEMBER's.",
        filled("role", "MEMBER"),
    ),
    (
        "active-need-not-be-sent",
        at.CREATE_WEBHOOK,
        "A webhook that is not said to be active is.",
        filled("active", True),
    ),
    (
        "domain-need-not-be-sent",
        at.CREATE_CREDENTIAL,
        "A credential without a domain has an empty one.",
        filled("domain", ""),
    ),
    (
        "unnamed-attribute-500",
        at.ASSIGN,
        "Without an attributeId an assignment is answered 500.",
        failing(lambda sent: isinstance(sent, dict) and "attributeId" not in sent),
    ),
    ("form-of-a-user-taken-for-json", at.UPDATE_USER, "JSON is taken whatever it is called.", called_json),
    (
        "list-taken-for-an-empty-change",
        at.UPDATE_MEMBERSHIP,
        "A body that is an array is taken for {}.",
        taken_for_empty(lambda sent: isinstance(sent, list)),
    ),
    (
        "broken-json-taken-for-an-empty-change",
        at.UPDATE_CREDENTIAL,
        "A body that is no JSON is taken for {}.",
        taken_for_empty(lambda sent: sent is None),
    ),
    (
        "broken-json-500-on-assignment",
        at.ASSIGN,
        "A body that is no JSON is answered 500.",
        failing(lambda sent: sent is None),
    ),
    (
        "list-500-on-credentials",
        at.CREATE_CREDENTIAL,
        "A body that is an array is answered 500.",
        failing(lambda sent: isinstance(sent, list)),
    ),
    (
        "long-value-500",
        at.CREATE_OPTION,
        "A text of more than 5,000 letters is answered 500.",
        failing(lambda sent: longest(sent) > 5000),
    ),
    (
        "single-trigger-refused-on-update",
        at.UPDATE_WEBHOOK,
        "A trigger that is one text is refused.",
        refusing(lambda sent: isinstance(sent.get("triggers"), str)),
    ),
    (
        "multi-select-refused",
        at.CREATE_ATTRIBUTE,
        "The type MULTI_SELECT is refused.",
        refusing(lambda sent: sent.get("type") == "MULTI_SELECT"),
    ),
    (
        "second-platform-refused",
        at.CREATE_CREDENTIAL,
        "The platform office365_calendar is refused.",
        refusing(lambda sent: sent.get("workspacePlatformSlug") == "office365_calendar"),
    ),
    (
        "inactive-webhook-refused",
        at.CREATE_WEBHOOK,
        "A webhook that is not active is refused.",
        refusing(lambda sent: sent.get("active") is False),
    ),
    (
        "saturday-refused",
        at.CREATE_USER,
        "A week that begins on Saturday is refused.",
        refusing(lambda sent: sent.get("weekStart") == "Saturday"),
    ),
)
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

for _name, _at, _text, _does in (*_QUERIES, *_BODIES):
    inside(_name, _at, _text, _does)
for _name, _at, _text, _does in _IDS:
    named(_name, _at, _text, _does)
for _name, _at, _text, _does in _FILTERS:
    inside(_name, _at, _text, _does, "pagination")
