"""Faults of what is taken for valid."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.planting import CLIENT, ORG, around, elsewhere, lax
from tests.foreign.service import Ask, Does, RefusedError, Service

lax("any-weekday", f"POST {CLIENT}/users", "Any text is a day of the week.", "weekStart", rules.text)
lax("any-time-format", f"PATCH {CLIENT}/users/{{userId}}", "Any number is a time format.", "timeFormat", rules.number)
lax(
    "email-needs-only-an-at",
    f"POST {CLIENT}/users",
    "Any text with an @ is an email address.",
    "email",
    lambda value: rules.text(value) and "@" in value,
)
lax(
    "any-scheme", f"POST {CLIENT}/webhooks", "The address of a webhook may have any scheme.", "subscriberUrl", rules.uri
)
lax(
    "number-as-flag",
    f"PATCH {ORG}/memberships/{{membershipId}}",
    "0 and 1 are taken for false and true.",
    "accepted",
    lambda value: rules.flag(value) or value in (0, 1),
)
lax(
    "service-keys-unchecked",
    f"POST {ORG}/delegation-credentials",
    "The keys of a service account may be any objects.",
    "serviceAccountKey",
    lambda value: isinstance(value, list) and all(map(rules.thing, value)),
)
lax(
    "one-object-for-a-list",
    f"POST {ORG}/attributes",
    "One object is taken for a list of options.",
    "options",
    lambda value: rules.options(value) or (rules.thing(value) and not value),
)


elsewhere("zero-as-event-type", f"GET {ORG}/bookings", "eventTypeIds may be 0, whose minimum is 1.")


@around(f"GET {ORG}/memberships/{{membershipId}}")
async def large_id_500(does: Does, service: Service, ask: Ask) -> Any:
    """An id beyond 32 bits is answered 500."""
    if (rules.whole(ask.path["membershipId"]) or 0) >= 2**31:
        raise RefusedError(500, "integer out of range")
    return await does(service, ask)


@around(f"GET {ORG}/bookings")
async def large_skip_500(does: Does, service: Service, ask: Ask) -> Any:
    """A skip beyond 32 bits is answered 500."""
    if ask.query.get("skip", 0) >= 2**31:
        raise RefusedError(500, "integer out of range")
    return await does(service, ask)


@around(f"GET {ORG}/routing-forms")
async def early_year_500(does: Does, service: Service, ask: Ask) -> Any:
    """A time before 1970 is answered 500."""
    if any(str(value) < "1970" for name, value in ask.query.items() if name.startswith(("after", "before"))):
        raise RefusedError(500, "negative timestamp")
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def nothing_to_update_500(does: Does, service: Service, ask: Ask) -> Any:
    """An update without members is answered 500."""
    if not ask.body:
        raise RefusedError(500, "syntax error at or near WHERE")
    return await does(service, ask)


elsewhere("scalar-body-500", f"POST {ORG}/memberships", "A body that is a text or a number is answered 500.")
elsewhere("bytes-500", f"POST {CLIENT}/webhooks", "A body that is no UTF-8 is answered 500.")
elsewhere("stray-percent-500", "every operation", "A % in the path that encodes something is answered 500.")


lax("null-empties", f"PATCH {ORG}/attributes/{{attributeId}}", "The name may be null.", "name", lambda value: True)
lax(
    "text-as-flag",
    f"PATCH {ORG}/memberships/{{membershipId}}",
    'The text "false" is taken for true.',
    "disableImpersonation",
    lambda value: rules.flag(value) or value in ("true", "false"),
)
lax(
    "role-in-any-case",
    f"POST {ORG}/memberships",
    "A role may be in small letters.",
    "role",
    lambda value: rules.text(value) and value.upper() in rules.ROLES,
)
lax(
    "user-id-as-text",
    f"POST {ORG}/memberships",
    "The id of a user may be a text.",
    "userId",
    lambda value: rules.number(value) or (rules.text(value) and value.isdigit()),
)
lax(
    "unknown-trigger",
    f"PATCH {CLIENT}/webhooks/{{webhookId}}",
    "In a list of triggers the first is looked at alone.",
    "triggers",
    lambda value: rules.triggers(value[:1] if isinstance(value, list) else value),
)
lax(
    "option-without-slug",
    f"POST {ORG}/attributes",
    "The options of a new attribute may be without a slug, which is then null.",
    "options",
    lambda value: isinstance(value, list) and all(rules.thing(each) and "value" in each for each in value),
)
