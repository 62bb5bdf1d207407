"""Answers on the wire, and the ways an exchange can be spoilt after the work is done."""

from __future__ import annotations

import json
from typing import Any

from attrs import define

from sandbox.calls import Page
from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.refusals import RefusalError
from sandbox.switches import Switch
from sandbox.variations import variation

TEXT_ERRORS = fault(
    "error-content-type-wrong",
    family="exchange",
    scope="every operation",
    text="Errors are sent as text/plain.",
)
MEMBER_MISSING = fault(
    "required-member-missing",
    family="exchange",
    scope=("OrganizationsMembershipsController_getOrgMembership",),
    text="The answer lacks a required member (disableImpersonation).",
)
NULL_MEMBER = fault(
    "null-for-non-nullable",
    family="exchange",
    scope=("OrganizationsAttributesController_getOrganizationAttribute",),
    text="The answer has null where the schema allows none (enabled).",
)
STATUS_202 = fault(
    "undeclared-status-202",
    family="exchange",
    scope=("OAuthClientWebhooksController_updateOAuthClientWebhook",),
    text="A success is answered 202, which the document does not declare.",
)
CACHE_PUBLIC = fault(
    "cache-control-public",
    family="exchange",
    scope="every GET",
    text="Answers to GET may be stored by shared caches for a minute.",
)
CACHE_MISSING = fault(
    "cache-control-missing",
    family="exchange",
    scope="every GET",
    text="Answers to GET carry no Cache-Control.",
)
RATE_MISSING = fault(
    "rate-headers-missing",
    family="exchange",
    scope=("OAuthClientUsersController_getManagedUsers", "OAuthClientUsersController_createUser"),
    text="Successes lack the rate limit headers.",
)
RATE_MISSING_429 = fault(
    "rate-headers-missing-on-429",
    family="limits",
    needs="limits",
    scope="every operation",
    text="A 429 lacks the rate limit headers.",
)
STACK_TRACE = fault(
    "stack-trace-in-400",
    family="exchange",
    scope="every operation",
    text="The message of a 400 is a stack trace.",
)
ECHO = fault(
    "credential-echoed",
    family="exchange",
    scope="every operation",
    text="The message of an error repeats the credential that was sent.",
)
BODY_ECHO = fault(
    "body-echoed",
    family="exchange",
    scope="every operation with a body",
    text="The message of a 400 repeats the body that was sent, with the secrets in it.",
)
HTML_404 = fault(
    "html-404",
    family="exchange",
    scope="every operation",
    text="A 404 is an HTML page.",
)
ENVELOPE = fault(
    "error-envelope-differs",
    family="exchange",
    scope="operations of a client",
    text="Errors have the shape of a framework's default ({statusCode, error}).",
)
OPTIONAL_HEADERS = variation(
    "no-optional-rate-headers",
    family="exchange",
    scope="every operation",
    text="Rate limit headers come only where the document declares them, and on every 429.",
)
NO_STORE = variation(
    "no-store-caching",
    family="exchange",
    scope="every GET",
    text="Answers to GET say no-store instead of no-cache, private.",
)
NO_RETRY_AFTER = variation(
    "no-retry-after",
    family="limits",
    scope="every operation",
    text="A 429 carries no Retry-After.",
)
STRING_WEBHOOK_IDS = variation(
    "string-webhook-ids",
    family="exchange",
    scope=(
        "OAuthClientWebhooksController_createOAuthClientWebhook",
        "OAuthClientWebhooksController_getOAuthClientWebhooks",
        "OAuthClientWebhooksController_updateOAuthClientWebhook",
        "OAuthClientWebhooksController_getOAuthClientWebhook",
        "OAuthClientWebhooksController_deleteOAuthClientWebhook",
    ),
    text="Webhook ids are strings.",
)
RICH_ERRORS = variation(
    "errors-with-more-members",
    family="exchange",
    scope="every operation",
    text="Errors have further members: a code and a path-free detail object.",
)
_TRACE = (
    'Traceback (most recent call last):\n  File "/srv/app/handlers.py", line 87, in validate\nValueError: bad request'
)
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
Headers = tuple[tuple[str, str], ...]


@define
class Answer:
    """An answer ready for the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def success(
    operation: Operation, data: Any, rate: Headers, faults: frozenset[Switch], chosen: frozenset[Switch]
) -> Answer:
    """The success answer of an operation; `chosen` are the variations."""
    content: dict[str, Any] = {"status": "success", "data": data}
    if isinstance(data, Page):
        content["data"] = data.items
        if data.pagination is not None:
            content["pagination"] = data.pagination
    name = operation.operation_id
    if faults or chosen:
        content["data"] = _spoilt(name, content["data"], faults, chosen)
    status = 202 if STATUS_202 in faults and name in STATUS_202.scope else operation.success
    headers = [("content-type", "application/json"), *_caching(operation, faults, chosen)]
    if not _silent(operation, faults, chosen):
        headers += rate
    return Answer(status, headers, _dump(content))


def failure(
    problem: RefusalError,
    operation: Operation | None,
    rate: Headers,
    secret: str,
    faults: frozenset[Switch],
    chosen: frozenset[Switch],
    sent: bytes | None = None,
) -> Answer:
    """The error answer for a problem; `secret` is the credential the request came with, `sent` its body."""
    status, message = problem.status, problem.message
    if STACK_TRACE in faults and status == 400:
        message = _TRACE
    if ECHO in faults and secret:
        message = f"{message} (credential {secret})"
    if BODY_ECHO in faults and status == 400 and sent:
        message = f"{message} (input {sent.decode('utf-8', 'replace')})"
    headers = [("content-type", "application/json"), *problem.headers]
    if not (OPTIONAL_HEADERS in chosen and status != 429) and not (RATE_MISSING_429 in faults and status == 429):
        headers += rate
    body = _error_body(status, message, operation, faults, chosen)
    if TEXT_ERRORS in faults:
        headers[0] = ("content-type", "text/plain; charset=utf-8")
    if HTML_404 in faults and status == 404:
        headers[0], body = (
            ("content-type", "text/html; charset=utf-8"),
            b"<html><body><h1>404 Not Found</h1></body></html>",
        )
    return Answer(status, headers, body)


def _error_body(
    status: int, message: str, operation: Operation | None, faults: frozenset[Switch], chosen: frozenset[Switch]
) -> bytes:
    if ENVELOPE in faults and operation and "{clientId}" in operation.segments:
        return _dump({"statusCode": status, "error": message})
    if RICH_ERRORS in chosen:
        return _dump({"status": "error", "message": message, "error": {"code": f"E{status}"}, "details": []})
    return _dump({"status": "error", "message": message})


def _caching(operation: Operation, faults: frozenset[Switch], chosen: frozenset[Switch]) -> Headers:
    if operation.issues_tokens:
        return (("cache-control", "no-store"),)
    if operation.method != "GET" or CACHE_MISSING in faults:
        return ()
    if CACHE_PUBLIC in faults:
        return (("cache-control", "public, max-age=60"),)
    return (("cache-control", "no-store" if NO_STORE in chosen else "no-cache, private"),)


def _silent(operation: Operation, faults: frozenset[Switch], chosen: frozenset[Switch]) -> bool:
    if RATE_MISSING in faults and operation.operation_id in RATE_MISSING.scope:
        return True
    return OPTIONAL_HEADERS in chosen and not operation.rate_headers


def _spoilt(name: str, data: Any, faults: frozenset[Switch], chosen: frozenset[Switch]) -> Any:
    """The data as the switches want it shown; what is stored stays as it is."""
    if MEMBER_MISSING in faults and name in MEMBER_MISSING.scope:
        return {member: value for member, value in data.items() if member != "disableImpersonation"}
    if NULL_MEMBER in faults and name in NULL_MEMBER.scope:
        return {**data, "enabled": None}
    if STRING_WEBHOOK_IDS in chosen and name in STRING_WEBHOOK_IDS.scope:
        return [_named(row) for row in data] if isinstance(data, list) else _named(data)
    return data


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "id": str(row["id"])}


def _dump(content: Any) -> bytes:
    return _ENCODER.encode(content).encode("ascii")
