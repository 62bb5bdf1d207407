"""Parameters and bodies against the document."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from sandbox import leniency
from sandbox.document import Operation, Parameter
from sandbox.faults import fault
from sandbox.refusals import RefusalError, failure
from sandbox.schemas import Check, Violation
from sandbox.switches import Switch
from sandbox.times import is_date
from sandbox.variations import variation

MAXIMUM_PLUS_ONE = fault(
    "maximum-plus-one-accepted",
    family="input",
    scope=("OAuthClientUsersController_getManagedUsers",),
    text="A page size one above the maximum is accepted.",
)
MAXIMUM_IGNORED = fault(
    "page-size-maximum-not-enforced",
    family="pagination",
    scope=("OrganizationsAttributesController_getOrganizationAttributes",),
    text="Page sizes above the maximum are accepted, however large.",
)
DEFAULT_SIZE = fault(
    "default-page-size-wrong",
    family="pagination",
    scope="every list",
    text="Without a page size the page has at most three items.",
)
ENUM_IGNORED = fault(
    "enum-ignored",
    family="input",
    scope=("OrganizationsRoutingFormsController_getOrganizationRoutingForms",),
    text="A value outside the enumeration of a query parameter is accepted.",
)
REQUIRED_IGNORED = fault(
    "required-property-ignored",
    family="input",
    scope=("OrganizationsAttributesOptionsController_createOrganizationAttributeOption",),
    text="A body without a required property is accepted.",
)
FORMAT_IGNORED = fault(
    "format-ignored",
    family="input",
    scope=("OAuthClientUsersController_createUser",),
    text="A body with an email that is none is accepted.",
)
MALFORMED_500 = fault(
    "malformed-json-500",
    family="input",
    scope="every operation with a body",
    text="A body that is not JSON is answered 500.",
)
NON_NUMERIC_IGNORED = fault(
    "non-numeric-page-accepted",
    family="input",
    scope=("OrganizationsMembershipsController_getAllMemberships",),
    text="A page size or position that is no number is taken for the default.",
)
PATH_400 = variation(
    "non-uuid-path-400",
    family="input",
    scope="operations of an organization",
    text="A path id that cannot be one of ours gets 400 instead of 404.",
)
PATH_404 = variation(
    "invalid-path-id-404",
    family="input",
    scope="every operation",
    text="A path id that violates its schema gets 404 instead of 400, where 404 is declared.",
)
BARE_DATES = variation(
    "bare-dates-accepted",
    family="input",
    scope="every list",
    text="A time filter also takes a date without a time, as the prose of the document says.",
)
_SKIPPED: tuple[tuple[Switch, str], ...] = (
    (MAXIMUM_IGNORED, "maximum"),
    (ENUM_IGNORED, "enum"),
    (REQUIRED_IGNORED, "required"),
    (FORMAT_IGNORED, "format"),
)
_WRONG_DEFAULT = 3
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,999})(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")  # as in JSON
_TRUTH = {"true": True, "false": False}


def path_values(
    operation: Operation, raw: Mapping[str, str], variations: frozenset[Switch], faults: frozenset[Switch]
) -> dict[str, Any]:
    """The path parameters, converted and valid; RefusalError 400 (or 404) else."""
    values: dict[str, Any] = {}
    for name, parameter in operation.path_parameters.items():
        value = _scalar(raw[name], parameter.kind)
        if faults and leniency.fails_at(operation, name, raw[name], faults):
            raise failure()
        if not parameter.check.accepts(value):
            hidden = PATH_404 in variations and 404 in operation.statuses
            raise RefusalError(404 if hidden else 400, f"The path parameter {name} is not valid.")
        if PATH_400 in variations and "orgId" in raw and name.endswith("Id") and _no_uuid(value):
            raise RefusalError(400, f"The path parameter {name} is not valid.")
        values[name] = value
    return values


def _no_uuid(value: Any) -> bool:
    return isinstance(value, str) and not _UUID.match(value)


def query_values(
    operation: Operation, raw: bytes, faults: frozenset[Switch], variations: frozenset[Switch]
) -> dict[str, Any]:
    """The declared query parameters, converted, valid and with their defaults; RefusalError 400 else."""
    values = {each.name: each.default for each in operation.query_parameters.values() if each.default is not None}
    if DEFAULT_SIZE in faults and operation.paging:
        values[operation.paging.size.name] = _WRONG_DEFAULT
    if not raw:
        return values
    wrong: list[str] = []
    for name, texts in _sent(operation, raw).items():
        if faults and len(texts) > 1 and leniency.on(leniency.TWO_VALUES_500, operation, faults):
            raise failure()
        parameter = operation.query_parameters[name]
        value = _converted(parameter, texts)
        if not parameter.check.accepts(value):
            if faults and leniency.excused(operation, name, faults):
                continue
            try:
                value = _excused(operation, parameter, value, faults, variations)
            except RefusalError as refusal:
                wrong.append(refusal.message)
                continue
        if faults and leniency.refused(operation, name, value, faults):
            raise RefusalError(400, f"The query parameter {name} is not valid.")
        values[name] = _whole(value)
    if wrong:
        raise RefusalError(400, " ".join(wrong))
    return values


def _sent(operation: Operation, raw: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise RefusalError(400, "The query is not valid text.") from error
    sent: dict[str, list[str]] = {}
    for name, text in pairs:
        if name in operation.query_parameters:
            sent.setdefault(name, []).append(text)
    return sent


def _converted(parameter: Parameter, texts: list[str]) -> Any:
    if parameter.items is not None:
        joined = ",".join(texts)
        return [_scalar(text, parameter.items) for text in joined.split(",")] if joined else []
    if len(texts) > 1:
        raise RefusalError(400, f"The query parameter {parameter.name} is given more than once.")
    return _scalar(texts[0], parameter.kind)


def _scalar(text: str, kind: str) -> Any:
    """The value a text stands for, or the text itself where it stands for none of that kind."""
    if kind == "boolean":
        return _TRUTH.get(text, text)
    if kind not in {"number", "integer"}:
        return text
    if not _NUMBER.match(text):
        return text
    if text.lstrip("-").isdigit():
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else text


def _whole(value: Any) -> Any:
    """A number without its fraction, where it has none worth keeping."""
    return int(value) if isinstance(value, float) else value


def _excused(
    operation: Operation, parameter: Parameter, value: Any, faults: frozenset[Switch], variations: frozenset[Switch]
) -> Any:
    """The value to go on with although it is not valid; RefusalError 400 unless a switch lets it pass."""
    if BARE_DATES in variations and isinstance(value, str) and is_date(value):
        return value
    name = operation.operation_id
    if (
        MAXIMUM_PLUS_ONE in faults
        and name in MAXIMUM_PLUS_ONE.scope
        and parameter.maximum
        and value == parameter.maximum + 1
    ):
        return value
    if NON_NUMERIC_IGNORED in faults and name in NON_NUMERIC_IGNORED.scope and isinstance(value, str):
        return parameter.default
    left = _left(parameter.check, value, operation, faults)
    if left:
        raise RefusalError(400, f"The query parameter {parameter.name} is not valid: {left[0]}.")
    return value


def _left(check: Check, value: Any, operation: Operation, faults: frozenset[Switch]) -> list[Violation]:
    ignored = {keyword for switch, keyword in _SKIPPED if switch in faults and operation.operation_id in switch.scope}
    left = [violation for violation in check.violations(value) if violation.keyword not in ignored]
    return [each for each in left if not leniency.waved(each, operation, faults)] if faults else left


def body_value(operation: Operation, content_type: str, body: bytes | None, faults: frozenset[Switch]) -> Any:
    """The body as declared, or None where none is; RefusalError 400 else. A body of None was too long to be read."""
    if operation.body is None:
        return None
    if body is None:
        raise RefusalError(400, "The body is too long.", (("connection", "close"),))
    if faults:
        content_type, body = leniency.taken(operation, content_type, body, faults)
    value = _parsed(content_type, body, faults)
    if faults:
        value = leniency.understood(operation, value, faults)
    if operation.body.accepts(value):
        return value
    if left := _left(operation.body, value, operation, faults):
        raise RefusalError(400, f"The body is not valid: {'; '.join(dict.fromkeys(map(str, left)))}.")
    return leniency.completed(operation, value, faults)


def _parsed(content_type: str, body: bytes, faults: frozenset[Switch]) -> Any:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise RefusalError(400, "The body has to be application/json.")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
        if b"\\" in body:  # escapes can spell a lone surrogate, which no text has
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value
    except (ValueError, RecursionError) as error:
        if MALFORMED_500 in faults:
            raise failure() from error
        raise RefusalError(400, "The body is not valid JSON.") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number out of range")
    return value
