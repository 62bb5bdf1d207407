"""Checks on caching: what the document says must not be kept is not kept, and does not come out of a cache."""

from __future__ import annotations

import re
from collections.abc import Sequence

from contracts.checks import check
from contracts.checks.helpers import asked_as_declared, declared, response
from contracts.checks.rate_headers import CLOCK
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, is_whole
from contracts.core.http_date import epoch
from specs.contract import Contract, Operation

_CACHEABLE = re.compile(r"(^|[\s,])(public|s-maxage|max-age\s*=\s*\"?0*[1-9])", re.IGNORECASE)
_UNCACHED = re.compile(r"(^|[\s,])(no-cache|no-store)(?![\w=-])", re.IGNORECASE)
_ELSEWHERE = ("CDN-Cache-Control", "Surrogate-Control", "Cloudflare-CDN-Cache-Control")
"""Headers that make caches in front of the deployment keep what Cache-Control forbids."""


def _is_uncached(operation: Operation, _: Contract) -> bool:
    return (operation.caching or "").lower() in {"no-cache", "no-store"}


def _uncached(exchange: Exchange, contract: Contract) -> bool:
    return _is_uncached(exchange.operation, contract) and asked_as_declared(exchange)


@check(family="caching", kinds=("cache",), of="successes", concerns=_is_uncached)
def answers_are_not_cached(exchange: Exchange, contract: Contract) -> bool:
    """Where the document says No-Cache, a response says no-cache or no-store, and nothing that allows caching it.

    `public`, `s-maxage` and a positive `max-age` say that it may; so do the headers that speak to a CDN alone, and an
    Expires in the future where there is no Cache-Control. On answers to changes, and where the document does not
    require it, Cache-Control may be missing.
    """
    if not _uncached(exchange, contract) or not exchange.ok:
        return False
    got = response(exchange)
    for name in ("Cache-Control", *_ELSEWHERE):
        value = got.header(name)
        if value and _CACHEABLE.search(value):
            raise Broken(f"{name} that forbids caching", repr(value))
    value = got.header("Cache-Control")
    if value is None:
        _not_until(exchange)
        return False
    if exchange.request.safe and not _UNCACHED.search(value):
        raise Broken("Cache-Control: no-cache or no-store", repr(value))
    return True


def _not_until(exchange: Exchange) -> None:
    expires = response(exchange).header("Expires")
    try:
        until = epoch(expires) if expires else 0.0
    except ValueError:
        return  # what cannot be read counts as expired
    if until > exchange.received + 5:
        raise Broken("an answer that must not be kept", f"Expires: {expires}, and no Cache-Control")


@check(family="caching", kinds=("cache",), concerns=_is_uncached)
def answers_come_from_the_deployment(exchange: Exchange, contract: Contract) -> bool:
    """Where the document says No-Cache, no response comes from a cache.

    Proof: an Age above 0, or a cache's own word that it had it (`X-Cache: HIT`). A cache that asked the deployment
    again, and says so (`REVALIDATED`), is none.
    """
    if not _uncached(exchange, contract):
        return False
    got = response(exchange)
    age = got.header("Age") or ""
    if is_whole(age) and int(age) > 0:
        raise Broken("an answer made for this request", f"Age: {age}")
    for name in ("X-Cache", "CF-Cache-Status", "X-Cache-Status"):
        if re.match(r"(tcp_)?(mem_)?hit\b", got.header(name) or "", re.IGNORECASE):
            raise Broken("an answer made for this request", f"{name}: {got.header(name)}")
    return True


@check(family="caching", kinds=("header",), asserts=(), of="successes")
def an_answer_is_no_older_than_it_may_be(exchange: Exchange, contract: Contract) -> bool:
    """Where the document says how long responses may be cached, none is older: Age is at most the declared max-age.

    Judged where the schema or the example of the Cache-Control header names one max-age.
    """
    answer, age = declared(exchange), response(exchange).header("Age") or ""
    if answer is None or not exchange.ok or not is_whole(age):
        return False
    headers = (str(each.schema) for each in answer.headers if each.name.lower() == "cache-control")
    ages = {int(each) for schema in headers for each in re.findall(r"max-age\s*=\s*(\d+)", schema)}
    if len(ages) != 1:
        return False
    if int(age) > max(ages) + CLOCK:
        raise Broken(f"an answer no older than {max(ages)} s", f"Age: {age}")
    return True


AGAIN = 2
"""Tags that have to name two answers each before anyone is blamed: one answer may have been made while it changed."""


@check(family="caching", kinds=("cache",), asserts=(), whole=True)
def a_tag_names_one_answer(exchanges: Sequence[Exchange], _: float | None) -> bool:
    """A strong ETag is that of one answer: what was changed meanwhile is not answered with the tag of before.

    Seen in answers that are there anyway: successes of one address, got with one credential. Broken if their tag is the
    same and what they say is not, twice at least. A weak tag (`W/`) may stand for answers that are much alike.
    """
    known: dict[tuple[object, ...], Exchange] = {}
    shown: list[Exchange] = []
    for each in sorted(exchanges, key=lambda each: each.sent):
        tag = each.response.header("ETag") if each.response and each.status == 200 and each.request.safe else None
        if not tag or tag.startswith("W/"):
            continue
        asked = (each.request.method, each.request.target, each.request.headers, tag)
        first = known.setdefault(asked, each)
        shown += [first, each] if response(first).body != response(each).body else []
    if len(shown) >= 2 * AGAIN:
        tag = response(shown[0]).header("ETag")
        raise Broken("another ETag for another answer", f"{tag} for both", shown[: 2 * AGAIN])
    return bool(known)
