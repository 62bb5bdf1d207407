"""Faults of input: what is wrong gets through, what is right does not, and what is odd brings the server down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.refusals import RefusalError, failure
from sandbox.schemas import Violation
from sandbox.switches import SCOPES, Switch


def _fault(name: str, operations: str | tuple[str, ...], text: str, needs: str = "") -> Switch:
    return fault(name, family="input", scope=operations, text=text, needs=needs)


_WEBHOOK = "OAuthClientWebhooksController_createOAuthClientWebhook"
_WEBHOOK_CHANGE = "OAuthClientWebhooksController_updateOAuthClientWebhook"
_USER = "OAuthClientUsersController_createUser"
_USER_CHANGE = "OAuthClientUsersController_updateUser"
_USERS = "OAuthClientUsersController_getManagedUsers"
_MEMBER = "OrganizationsMembershipsController_createMembership"
_MEMBER_CHANGE = "OrganizationsMembershipsController_updateMembership"
_ATTRIBUTE = "OrganizationsAttributesController_createOrganizationAttribute"
_ATTRIBUTE_CHANGE = "OrganizationsAttributesController_updateOrganizationAttribute"
_OPTION_CHANGE = "OrganizationsAttributesOptionsController_updateOrganizationAttributeOption"
_CREDENTIAL = "OrganizationsDelegationCredentialController_createDelegationCredential"
_BOOKINGS = "OrganizationsBookingsController_getAllOrgTeamBookings"
_FORMS = "OrganizationsRoutingFormsController_getOrganizationRoutingForms"
_MEMBERS = "OrganizationsMembershipsController_getAllMemberships"

NULL_DROPPED = _fault("null-accepted", (_MEMBER_CHANGE,), "A member that is null is taken as not sent.", "depth")
NULL_NAME = _fault("null-name-accepted", (_USER,), "A user is created without a name where the name is null.", "depth")
TRUTH_AS_TEXT = _fault("boolean-as-text-accepted", (_WEBHOOK,), 'The text "true" is taken for true.')
NUMBER_AS_TEXT = _fault("number-as-text-accepted", (_MEMBER,), "A user id sent as text is taken for the number.")
TEXT_AS_NUMBER = _fault("text-as-number-accepted", (_OPTION_CHANGE,), "A number is taken for the text of it.")
ANY_CASE = _fault("enum-in-any-case", (_MEMBER_CHANGE,), "A role is understood in lower case too.", "depth")
BODY_ENUM = _fault("body-enum-ignored", (_CREDENTIAL,), "A platform outside the enumeration is accepted.")
ITEM_ENUM = _fault("trigger-unknown-accepted", (_WEBHOOK_CHANGE,), "A trigger outside the enumeration is accepted.")
URL_ANY = _fault("subscriber-url-unchecked", (_WEBHOOK,), "Any text will do as the address of a webhook.")
NESTED = _fault("nested-members-unchecked", (_ATTRIBUTE,), "The options of a new attribute are not validated.")
PRESENCE = _fault("required-name-ignored", (_ATTRIBUTE,), "A new attribute needs no name; it gets its slug's.")
ANY_TYPE = _fault("content-type-ignored", (_MEMBER,), "JSON is taken whatever its Content-Type says.", "depth")
BROKEN_AS_EMPTY = _fault("broken-json-as-empty", (_ATTRIBUTE_CHANGE,), "A body that is no JSON is taken for {}.")
ARRAY_BODY = _fault("array-body-accepted", (_USER_CHANGE,), "A body that is an array is taken for {}.", "depth")
MINIMUM = _fault("negative-skip-accepted", (_BOOKINGS,), "A negative skip is taken for 0.")
ZERO_SIZE = _fault("page-size-zero-accepted", (_MEMBERS,), "A page size of 0 is taken for the default.")
DATE_FILTER = _fault("date-filter-unchecked", (_FORMS,), "A time filter that is no time has no effect.")
EMAIL_FILTER = _fault("email-filter-unchecked", (_USERS,), "The emails to look for may be any texts.")
ITEM_UNCHECKED = _fault(
    "status-item-unchecked", (_BOOKINGS,), "Of a list of statuses only the first is checked.", "depth"
)
SORT_ANY = _fault("sort-direction-unchecked", (_BOOKINGS,), "Any text sorts descending.", "depth")

CONTROL_500 = _fault("control-characters-500", (_USER,), "A zero byte in a text is answered 500.", "depth")
LONG_500 = _fault("long-text-500", (_WEBHOOK,), "A text of more than 10,000 letters is answered 500.", "depth")
DEEP_500 = _fault("deep-nesting-500", "every operation with a body", "A deeply nested body is answered 500.", "depth")
TYPE_500 = _fault("wrong-type-500", (_ATTRIBUTE_CHANGE,), "A name that is no text is answered 500.")
EMPTY_500 = _fault("empty-body-500", (_MEMBER,), "A request without a body is answered 500.", "depth")
TWICE_500 = _fault("member-twice-500", (_USER_CHANGE,), "A body with a member twice is answered 500.", "depth")
ID_500 = _fault("impossible-id-500", ("OAuthClientUsersController_getUserById",), "An id that is no number gets 500.")
ODD_ID_500 = _fault(
    "odd-id-500", ("OrganizationsAttributesController_getOrganizationAttribute",), "An id beyond ASCII gets 500."
)

TWO_VALUES_500 = _fault("parameter-twice-500", (_BOOKINGS,), "A parameter that comes twice is answered 500.", "depth")

LARGEST_REFUSED = fault(
    "largest-page-refused",
    family="pagination",
    scope=(_USERS,),
    text="The largest page size the document allows is refused.",
)
OWNER_REFUSED = _fault("owner-role-refused", (_MEMBER_CHANGE,), "The role OWNER is refused as invalid.", "depth")
OPTIONAL_NEEDED = _fault("optional-member-needed", (_USER,), "A user without a time zone is refused.", "depth")
SIZES_REFUSED = fault(
    "page-size-250-at-most",
    family="pagination",
    scope="every list",
    text="Page sizes above 250 are refused, of 1000 declared.",
)
DESC_REFUSED = _fault("descending-refused", (_FORMS,), "A descending sort by creation time is refused.")
EXAMPLE_REFUSED = _fault("single-trigger-refused", (_WEBHOOK,), "A trigger that is one text is refused.")

_WAVED: dict[Switch, tuple[str, str]] = {
    BODY_ENUM: ("enum", r"workspacePlatformSlug"),
    ITEM_ENUM: (r"enum|oneOf|anyOf|type", r"triggers.*"),
    URL_ANY: (r"format|pattern", r"subscriberUrl"),
    NESTED: (r".*", r"options/.+"),
    PRESENCE: (r"required", r""),
    MINIMUM: (r"minimum", r""),
    ZERO_SIZE: (r"minimum", r""),
    EMAIL_FILTER: (r"format|pattern", r".*"),
    ITEM_UNCHECKED: (r"enum", r"[1-9]"),
}
"""Violations that are let pass: keyword and place."""


def on(switch: Switch, operation: Operation, faults: frozenset[Switch]) -> bool:
    """Whether a fault is on and touches an operation."""
    if switch not in faults:
        return False
    scope = switch.scope
    return SCOPES[scope](operation) if isinstance(scope, str) else operation.operation_id in scope


def waved(violation: Violation, operation: Operation, faults: frozenset[Switch]) -> bool:
    """Whether a violation passes unseen."""
    return any(
        on(switch, operation, faults)
        and re.fullmatch(keyword, violation.keyword)
        and re.fullmatch(place, violation.place)
        for switch, (keyword, place) in _WAVED.items()
    )


def taken(operation: Operation, content_type: str, body: bytes, faults: frozenset[Switch]) -> tuple[str, bytes]:
    """The body as it is going to be read, and as what."""
    text = body.decode("utf-8", "replace")
    depth = max(_depths(text), default=0)
    if (
        (on(EMPTY_500, operation, faults) and not body)
        or (on(DEEP_500, operation, faults) and depth > 100)
        or (on(TWICE_500, operation, faults) and _repeats(text))
    ):
        raise failure()
    if on(ANY_TYPE, operation, faults):
        content_type = "application/json"
    if on(BROKEN_AS_EMPTY, operation, faults) and _broken(text):
        body = b"{}"
    if on(ARRAY_BODY, operation, faults) and text.startswith("["):
        body = b"{}"
    return content_type, body


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for letter in text:
        depth += (letter in "[{") - (letter in "]}")
        yield depth


def _repeats(text: str) -> bool:
    seen: list[bool] = []

    def once(pairs: list[tuple[str, Any]]) -> None:
        seen.append(len(dict(pairs)) < len(pairs))

    try:
        json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return False
    return any(seen)


def _broken(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def understood(operation: Operation, value: Any, faults: frozenset[Switch]) -> Any:
    """The body as a lenient server understands it, or RefusalError from one that fails at it."""
    if not isinstance(value, dict):
        return value
    for switch, change in _CHANGES:
        if on(switch, operation, faults):
            value = change(value)
    text = json.dumps(value)
    if (
        (on(CONTROL_500, operation, faults) and "\\u0000" in text)
        or (on(LONG_500, operation, faults) and any(isinstance(v, str) and len(v) > 10_000 for v in value.values()))
        or (on(TYPE_500, operation, faults) and not isinstance(value.get("name", ""), str | None))
    ):
        raise failure()
    if (
        (on(OWNER_REFUSED, operation, faults) and value.get("role") == "OWNER")
        or (on(OPTIONAL_NEEDED, operation, faults) and "timeZone" not in value)
        or (on(EXAMPLE_REFUSED, operation, faults) and isinstance(value.get("triggers"), str))
    ):
        raise RefusalError(400, "The body is not valid.")
    return value


def completed(operation: Operation, value: Any, faults: frozenset[Switch]) -> Any:
    """A body that passed though it should not have, with what the handlers cannot do without."""
    if on(PRESENCE, operation, faults) and "name" not in value:
        return {**value, "name": value.get("slug", "unnamed")}
    if on(NESTED, operation, faults) and isinstance(value.get("options"), list):
        options = [each if isinstance(each, dict) else {} for each in value["options"]]
        named = [{"value": str(e.get("value", n)), "slug": str(e.get("slug", n))} for n, e in enumerate(options)]
        return {**value, "options": named}
    return value


def _no_nulls(value: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each is not None}


def _named(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "name": ""} if "name" in value and value["name"] is None else value


def _truths(value: dict[str, Any]) -> dict[str, Any]:
    texts = {"true": True, "false": False}
    return {name: texts.get(each, each) if isinstance(each, str) else each for name, each in value.items()}


def _numbers(value: dict[str, Any]) -> dict[str, Any]:
    return {n: int(v) if isinstance(v, str) and v.isdigit() else v for n, v in value.items()}


def _texts(value: dict[str, Any]) -> dict[str, Any]:
    return {n: str(v) if isinstance(v, int) and not isinstance(v, bool) else v for n, v in value.items()}


def _upper(value: dict[str, Any]) -> dict[str, Any]:
    return {n: v.upper() if n == "role" and isinstance(v, str) else v for n, v in value.items()}


_CHANGES = (
    (NULL_DROPPED, _no_nulls),
    (NULL_NAME, _named),
    (TRUTH_AS_TEXT, _truths),
    (NUMBER_AS_TEXT, _numbers),
    (TEXT_AS_NUMBER, _texts),
    (ANY_CASE, _upper),
)


def excused(operation: Operation, name: str, faults: frozenset[Switch]) -> bool:
    """Whether a query parameter that is not valid is left out instead of being refused."""
    return (on(DATE_FILTER, operation, faults) and name.startswith(("after", "before"))) or (
        on(SORT_ANY, operation, faults) and name.startswith("sort")
    )


def refused(operation: Operation, name: str, value: Any, faults: frozenset[Switch]) -> bool:
    """Whether a query parameter is refused although it is valid."""
    return (
        (on(LARGEST_REFUSED, operation, faults) and name == "limit" and value == 1000)
        or (on(SIZES_REFUSED, operation, faults) and name in ("take", "limit") and value > 250)
        or (on(DESC_REFUSED, operation, faults) and name == "sortCreatedAt" and value == "desc")
    )


def fails_at(operation: Operation, name: str, text: str, faults: frozenset[Switch]) -> bool:
    """Whether a path parameter brings the server down."""
    return (on(ID_500, operation, faults) and name == "userId" and not text.isdigit()) or (
        on(ODD_ID_500, operation, faults) and not text.isascii()
    )
