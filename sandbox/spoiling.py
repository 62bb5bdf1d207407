"""Faults of the exchange itself: an answer that was right is spoilt on its way out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from sandbox.answers import Answer
from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.switches import SCOPES, Switch


@frozen
class Asked:
    """What the answer is to. `operation` is None where the document declares none for the method."""

    operation: Operation | None
    method: str
    headers: Mapping[str, str]


Spoiler = Callable[[Answer, Asked], None]
SPOILERS: dict[Switch, Spoiler] = {}


def spoils(name: str, *, scope: str | tuple[str, ...], text: str) -> Callable[[Spoiler], Spoiler]:
    """Declare a fault that changes finished answers of the operations in its scope."""

    def register(spoiler: Spoiler) -> Spoiler:
        SPOILERS[fault(name, family="exchange", scope=scope, text=text)] = spoiler
        return spoiler

    return register


def spoilt(answer: Answer, asked: Asked, faults: frozenset[Switch]) -> Answer:
    """The answer as the faults that are on leave it."""
    for switch in faults:
        if switch in SPOILERS and _within(switch, asked.operation):
            SPOILERS[switch](answer, asked)
    return answer


def _within(switch: Switch, operation: Operation | None) -> bool:
    if isinstance(switch.scope, str):
        return operation is None or switch.scope == "every operation" or SCOPES[switch.scope](operation)
    return operation is not None and operation.operation_id in switch.scope


def _set(answer: Answer, name: str, value: str) -> None:
    answer.headers[:] = [*((key, old) for key, old in answer.headers if key != name), (name, value)]


def _good(answer: Answer) -> bool:
    return 200 <= answer.status < 300


def _content(answer: Answer) -> Any:
    return json.loads(answer.body)


def _write(answer: Answer, content: Any) -> None:
    answer.body = json.dumps(content, separators=(",", ":")).encode()


def _in_data(answer: Answer, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the object of a success, or every item of its list."""
    content = _content(answer)
    data = content.get("data")
    for each in data if isinstance(data, list) else [data]:
        if isinstance(each, dict):
            change(each)
    _write(answer, content)


# -- caching ----------------------------------------------------------------------------------------------------------


@spoils(
    "served-from-cache",
    scope=("OrganizationsMembershipsController_getAllMemberships",),
    text="The list comes out of a cache that had it for 37 seconds, as its Age says.",
)
def _aged(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.headers.append(("age", "37"))


@spoils(
    "cache-hit-told",
    scope=("OrganizationsAttributesController_getOrganizationAttribute",),
    text="A cache in front says that it had the answer (X-Cache: HIT).",
)
def _hit(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.headers.append(("x-cache", "HIT from edge-3"))


@spoils(
    "cdn-may-keep",
    scope=("OrganizationsAttributesController_getOrganizationAttributes",),
    text="A header for the CDN alone lets it keep for five minutes what Cache-Control forbids.",
)
def _cdn(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.headers.append(("cdn-cache-control", "max-age=300"))


@spoils(
    "cache-private-for-a-while",
    scope=("OAuthClientUsersController_getUserById",),
    text="A browser may keep a user for half a minute.",
)
def _private(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _set(answer, "cache-control", "private, max-age=30")


@spoils(
    "creation-cacheable",
    scope=("OAuthClientWebhooksController_createOAuthClientWebhook",),
    text="The answer to a creation may be kept by everybody.",
)
def _creation(answer: Answer, _: Asked) -> None:
    _set(answer, "cache-control", "public, max-age=60")


@spoils(
    "expires-in-the-future",
    scope=("OrganizationsMembershipsController_getOrgMembership",),
    text="Instead of Cache-Control a far Expires is sent.",
)
def _expires(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.headers[:] = [pair for pair in answer.headers if pair[0] != "cache-control"]
        answer.headers.append(("expires", "Fri, 01 Jan 2100 00:00:00 GMT"))


@spoils(
    "any-tag-is-304",
    scope=("OrganizationsRoutingFormsController_getOrganizationRoutingForms",),
    text="An ETag is offered, and a conditional question is answered 304 whatever tag it has.",
)
def _any_tag(answer: Answer, asked: Asked) -> None:
    _tagged(answer, asked, f'"{hash(answer.body) & 0xFFFFFFFF:x}"', always=True)


@spoils(
    "tag-outlives-change",
    scope=("OAuthClientWebhooksController_getOAuthClientWebhook",),
    text="A webhook's ETag is made of its id, so that a change does not change it.",
)
def _stale_tag(answer: Answer, asked: Asked) -> None:
    if _good(answer):
        _tagged(answer, asked, f'"webhook-{_content(answer)["data"]["id"]}"')


def _tagged(answer: Answer, asked: Asked, tag: str, *, always: bool = False) -> None:
    if not _good(answer):
        return
    sent = asked.headers.get("if-none-match")
    answer.headers.append(("etag", tag))
    if sent is not None and (always or sent == tag):
        answer.status, answer.body = 304, b""


# -- headers ----------------------------------------------------------------------------------------------------------


@spoils(
    "two-content-types",
    scope=("OrganizationsAttributesOptionsController_getOrganizationAttributeOptions",),
    text="The answer has two Content-Type headers that contradict each other.",
)
def _two_types(answer: Answer, _: Asked) -> None:
    answer.headers.append(("content-type", "text/html; charset=utf-8"))


@spoils(
    "success-as-html",
    scope=("OrganizationsAttributesOptionsController_getOrganizationAttributeOptionsForUser",),
    text="A success is sent as text/html.",
)
def _html(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _set(answer, "content-type", "text/html; charset=utf-8")


@spoils(
    "charset-not-unicode",
    scope=("OrganizationsMembershipsController_updateMembership",),
    text="A success says that its JSON is in ISO-8859-1.",
)
def _charset(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _set(answer, "content-type", "application/json; charset=iso-8859-1")


@spoils(
    "tag-without-quotes",
    scope=("OAuthClientWebhooksController_getOAuthClientWebhooks",),
    text="The ETag of a list has no quotes.",
)
def _bare_tag(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.headers.append(("etag", "3f2a9c"))


@spoils(
    "last-modified-in-iso",
    scope=("OrganizationsBookingsController_getAllOrgTeamBookings",),
    text="Last-Modified is an ISO 8601 time.",
)
def _iso(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.headers.append(("last-modified", "2026-01-05T10:00:00Z"))


@spoils("limit-header-doubled", scope="every GET", text="A proxy repeats the limit in its header: 60, 60.")
def _doubled(answer: Answer, _: Asked) -> None:
    _each(answer, "x-ratelimit-limit", lambda value: f"{value}, {value}")


@spoils(
    "limit-headers-named-otherwise",
    scope="every operation",
    text="The rate limit headers carry the name of the limit behind their own (X-RateLimit-Limit-Default).",
)
def _suffixed(answer: Answer, _: Asked) -> None:
    answer.headers[:] = [
        (f"{name}-default" if name.startswith("x-ratelimit-") else name, value) for name, value in answer.headers
    ]


@spoils("limit-header-of-the-hour", scope="every operation", text="The limit header tells the limit of the hour.")
def _hourly(answer: Answer, _: Asked) -> None:
    _each(answer, "x-ratelimit-limit", lambda value: str(int(value) * 60))


@spoils(
    "remaining-above-limit",
    scope=("OAuthClientUsersController_createUser", "OAuthClientUsersController_updateUser"),
    text="What remains is more than the limit.",
)
def _above(answer: Answer, _: Asked) -> None:
    _each(answer, "x-ratelimit-remaining", lambda value: str(int(value) + 40))


@spoils(
    "reset-in-seconds-left",
    scope="operations of an organization",
    text="X-RateLimit-Reset is the number of seconds left.",
)
def _left(answer: Answer, _: Asked) -> None:
    _each(answer, "x-ratelimit-reset", lambda _: "42")


def _each(answer: Answer, name: str, change: Callable[[str], str]) -> None:
    answer.headers[:] = [(key, change(value) if key == name else value) for key, value in answer.headers]


@spoils("allow-missing-on-405", scope="every operation", text="A 405 does not say which methods there are.")
def _no_allow(answer: Answer, _: Asked) -> None:
    answer.headers[:] = [pair for pair in answer.headers if pair[0] != "allow"]


@spoils("allow-names-the-refused", scope="every operation", text="A 405 names the method it has just refused.")
def _all_allowed(answer: Answer, _: Asked) -> None:
    if answer.status == 405:
        _set(answer, "allow", "GET, POST, PUT, PATCH, DELETE")


@spoils("undeclared-method-accepted", scope="every operation", text="An undeclared method is answered 200.")
def _accepted(answer: Answer, asked: Asked) -> None:
    if answer.status == 405 and asked.operation is None:
        answer.status = 200
        _write(answer, {"status": "success", "data": {}})


@spoils(
    "credential-in-header",
    scope="operations of a client",
    text="A header for debugging repeats the secret of the request.",
)
def _debug(answer: Answer, asked: Asked) -> None:
    if secret := asked.headers.get("x-cal-secret-key"):
        answer.headers.append(("x-debug-client", f"authenticated with {secret}"))


# -- bodies of successes ----------------------------------------------------------------------------------------------


@spoils(
    "success-says-error",
    scope=("OrganizationsAttributesOptionsController_updateOrganizationAttributeOption",),
    text="A success has the body of an error.",
)
def _says_error(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _write(answer, {"status": "error", "message": "Could not update the option."})


@spoils(
    "created-answered-200",
    scope=("OrganizationsAttributesOptionsController_createOrganizationAttributeOption",),
    text="A creation is answered 200, which the document does not declare.",
)
def _only_ok(answer: Answer, _: Asked) -> None:
    if answer.status == 201:
        answer.status = 200


@spoils(
    "deleted-answered-201",
    scope=("OrganizationsAttributesOptionsController_deleteOrganizationAttributeOption",),
    text="A deletion is answered 201.",
)
def _deleted(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.status = 201


@spoils(
    "password-hash-in-user",
    scope=("OAuthClientUsersController_getUserById",),
    text="A user is answered with the hash of the password.",
)
def _hash(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _in_data(answer, lambda user: user.update(passwordHash="$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZbYq"))


@spoils(
    "service-key-answered",
    scope=("OrganizationsDelegationCredentialController_updateDelegationCredential",),
    text="A delegation credential is answered with the private key it was made with.",
)
def _key(answer: Answer, _: Asked) -> None:
    if _good(answer):
        kept = [{"client_email": "robot@example.com", "private_key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"}]
        _in_data(answer, lambda each: each.update(serviceAccountKey=kept))


@spoils(
    "number-not-a-number",
    scope=("OrganizationsRoutingFormsController_getOrganizationRoutingForms",),
    text="The position of a form is NaN, which JSON has not.",
)
def _nan(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _in_data(answer, lambda form: form.update(position=float("nan")))


@spoils(
    "member-given-twice",
    scope=("OrganizationsMembershipsController_createMembership",),
    text="The object of an answer has its status twice.",
)
def _twice(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.body = b'{"status":"success",' + answer.body[1:]


@spoils(
    "byte-order-mark",
    scope=("OrganizationsAttributesController_updateOrganizationAttribute",),
    text="The JSON of an answer begins with a byte order mark.",
)
def _mark(answer: Answer, _: Asked) -> None:
    if _good(answer):
        answer.body = b"\xef\xbb\xbf" + answer.body


@spoils(
    "id-as-text",
    scope=("OrganizationsMembershipsController_getAllMemberships",),
    text="The ids of memberships in the list are texts.",
)
def _text_ids(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _in_data(answer, lambda each: each.update(id=str(each["id"])))


@spoils(
    "time-with-a-space",
    scope=("OrganizationsBookingsController_getAllOrgTeamBookings",),
    text="The creation time of a booking is written with a space and no zone.",
)
def _spaced(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _in_data(answer, lambda each: each.update(createdAt=each["createdAt"][:19].replace("T", " ")))


@spoils(
    "unknown-role-answered",
    scope=("OrganizationsMembershipsController_getOrgMembership",),
    text="A membership has a role the document does not know.",
)
def _role(answer: Answer, _: Asked) -> None:
    if _good(answer):
        _in_data(answer, lambda each: each.update(role="GUEST"))


@spoils(
    "object-instead-of-list",
    scope=("OrganizationsAttributesController_getOrganizationAttributes",),
    text="A list of one item is answered as the item, an empty one as an empty object.",
)
def _lonely(answer: Answer, _: Asked) -> None:
    content = _content(answer)
    if _good(answer) and len(content["data"]) < 2:
        content["data"] = content["data"][0] if content["data"] else {}
        _write(answer, content)


# -- bodies of errors -------------------------------------------------------------------------------------------------


def _error(answer: Answer, on: int, /, **members: Any) -> None:
    if answer.status == on:
        _write(answer, {**_content(answer), **members})


@spoils("error-message-empty", scope="every operation", text="The message of a 404 is empty.")
def _empty_message(answer: Answer, _: Asked) -> None:
    _error(answer, 404, message="")


@spoils("error-message-a-list", scope="every operation", text="The message of a 400 is a list of messages.")
def _listed(answer: Answer, _: Asked) -> None:
    if answer.status == 400:
        _error(answer, 400, message=[_content(answer).get("message", "")])


@spoils("error-without-body", scope="every operation", text="A 404 has no body.")
def _bodiless(answer: Answer, _: Asked) -> None:
    if answer.status == 404:
        answer.body = b""


@spoils(
    "sql-in-404", scope="operations of an organization", text="The message of a 404 is a statement of the database."
)
def _sql(answer: Answer, _: Asked) -> None:
    _error(answer, 404, message='SELECT "id" FROM "Attribute" WHERE "id" = $1 returned no rows')


@spoils("server-path-in-400", scope="operations of a client", text="The message of a 400 names a file of the server.")
def _path(answer: Answer, _: Asked) -> None:
    _error(answer, 400, message="Validation failed in /app/dist/modules/oauth-clients/input.pipe.js")


@spoils("error-in-latin-1", scope="every operation", text="The message of a 401 is in ISO-8859-1, not in UTF-8.")
def _latin(answer: Answer, _: Asked) -> None:
    if answer.status == 401:
        answer.body = '{"status":"error","message":"Zugang verweigert: ungültig"}'.encode("latin-1")


@spoils("error-says-success", scope="operations of an organization", text="The body of a 403 says success.")
def _says_success(answer: Answer, _: Asked) -> None:
    _error(answer, 403, status="success")


@spoils("validation-answered-422", scope="every operation with a body", text="An invalid body gets 422, not 400.")
def _unprocessable(answer: Answer, asked: Asked) -> None:
    if answer.status == 400 and asked.operation is not None and asked.operation.body is not None:
        answer.status = 422
