"""Faults of headers: caching, rate limits, methods, and HTTP's own grammar."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate

from sandbox.answers import Answer
from sandbox.spoiling import Asked, content, good, put, spoils, write

# -- caching ----------------------------------------------------------------------------------------------------------


@spoils(
    "served-from-cache",
    scope=("OrganizationsMembershipsController_getAllMemberships",),
    text="The list comes out of a cache that had it for 37 seconds, as its Age says.",
)
def _aged(answer: Answer, _: Asked) -> None:
    if good(answer):
        answer.headers.append(("age", "37"))


@spoils(
    "cache-hit-told",
    scope=("OrganizationsAttributesController_getOrganizationAttribute",),
    text="A cache in front says that it had the answer (X-Cache: HIT).",
)
def _hit(answer: Answer, _: Asked) -> None:
    if good(answer):
        answer.headers.append(("x-cache", "HIT from edge-3"))


@spoils(
    "cdn-may-keep",
    scope=("OrganizationsAttributesController_getOrganizationAttributes",),
    text="A header for the CDN alone lets it keep for five minutes what Cache-Control forbids.",
)
def _cdn(answer: Answer, _: Asked) -> None:
    if good(answer):
        answer.headers.append(("cdn-cache-control", "max-age=300"))


@spoils(
    "cache-private-for-a-while",
    scope=("OAuthClientUsersController_getUserById",),
    text="A browser may keep a user for half a minute.",
)
def _private(answer: Answer, _: Asked) -> None:
    if good(answer):
        put(answer, "cache-control", "private, max-age=30")


@spoils(
    "creation-cacheable",
    scope=("OAuthClientWebhooksController_createOAuthClientWebhook",),
    text="The answer to a creation may be kept by everybody.",
)
def _creation(answer: Answer, _: Asked) -> None:
    put(answer, "cache-control", "public, max-age=60")


@spoils(
    "expires-in-the-future",
    scope=("OrganizationsMembershipsController_getOrgMembership",),
    text="Instead of Cache-Control a far Expires is sent.",
)
def _expires(answer: Answer, _: Asked) -> None:
    if good(answer):
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
    if good(answer):
        _tagged(answer, asked, f'"webhook-{content(answer)["data"]["id"]}"')


def _tagged(answer: Answer, asked: Asked, tag: str, *, always: bool = False) -> None:
    if not good(answer):
        return
    sent = asked.headers.get("if-none-match")
    answer.headers.append(("etag", tag))
    if sent is not None and (always or sent == tag):
        answer.status, answer.body = 304, b""


@spoils("clock-five-minutes-slow", scope="operations of a client", text="The clock behind Date is five minutes slow.")
def _slow(answer: Answer, _: Asked) -> None:
    put(answer, "date", formatdate(time.time() - 300, usegmt=True))


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
    if good(answer):
        put(answer, "content-type", "text/html; charset=utf-8")


@spoils(
    "charset-not-unicode",
    scope=("OrganizationsMembershipsController_updateMembership",),
    text="A success says that its JSON is in ISO-8859-1.",
)
def _charset(answer: Answer, _: Asked) -> None:
    if good(answer):
        put(answer, "content-type", "application/json; charset=iso-8859-1")


@spoils(
    "tag-without-quotes",
    scope=("OAuthClientWebhooksController_getOAuthClientWebhooks",),
    text="The ETag of a list has no quotes.",
)
def _bare_tag(answer: Answer, _: Asked) -> None:
    if good(answer):
        answer.headers.append(("etag", "3f2a9c"))


@spoils(
    "last-modified-in-iso",
    scope=("OrganizationsBookingsController_getAllOrgTeamBookings",),
    text="Last-Modified is an ISO 8601 time.",
)
def _iso(answer: Answer, _: Asked) -> None:
    if good(answer):
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


@spoils(
    "rate-headers-of-a-near-family",
    scope="every operation",
    text="The rate limit headers are called RateLimit-Limit and so on, and the reset is in seconds left.",
)
def _near(answer: Answer, _: Asked) -> None:
    _each(answer, "x-ratelimit-reset", lambda _: "42")
    answer.headers[:] = [
        (name.removeprefix("x-") if "ratelimit" in name else name, value) for name, value in answer.headers
    ]


@spoils(
    "named-otherwise-and-in-milliseconds",
    scope="operations of an organization",
    text="The rate limit headers end in -Default, and the reset is in milliseconds.",
)
def _suffixed_in_milliseconds(answer: Answer, asked: Asked) -> None:
    _each(answer, "x-ratelimit-reset", lambda value: f"{value}000")
    _suffixed(answer, asked)


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
    "quota-above-its-policy",
    scope=("OAuthClientUsersController_getUserById",),
    text="Headers of the draft (RateLimit) beside the promised ones tell of more left than their own policy allows.",
)
def _quota(answer: Answer, _: Asked) -> None:
    answer.headers += [("ratelimit-policy", '"default";q=60;w=60'), ("ratelimit", '"default";r=75;t=30')]


@spoils(
    "more-left-than-the-limit",
    scope=("OAuthClientWebhooksController_getOAuthClientWebhook",),
    text="A proxy's own rate headers (RateLimit-Limit, RateLimit-Remaining) say that more is left than the limit.",
)
def _more_left(answer: Answer, _: Asked) -> None:
    answer.headers += [("ratelimit-limit", "60"), ("ratelimit-remaining", "100"), ("ratelimit-reset", "30")]


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
        put(answer, "allow", "GET, POST, PUT, PATCH, DELETE")


@spoils("undeclared-method-accepted", scope="every operation", text="An undeclared method is answered 200.")
def _accepted(answer: Answer, asked: Asked) -> None:
    if answer.status == 405 and asked.operation is None:
        answer.status = 200
        write(answer, {"status": "success", "data": {}})


@spoils(
    "credential-in-header",
    scope="operations of a client",
    text="A header for debugging repeats the secret of the request.",
)
def _debug(answer: Answer, asked: Asked) -> None:
    if secret := asked.headers.get("x-cal-secret-key"):
        answer.headers.append(("x-debug-client", f"authenticated with {secret}"))
