"""Checks on headers: declared ones, rate limits, caching."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs

from contracts.checks import check
from contracts.exchange import Exchange
from contracts.law import Broken
from specs.contract import Contract, Header

CLOCK = 5.0
"""Seconds by which two clocks may differ before a time in a header counts as wrong."""


def _header(exchange: Exchange, name: str) -> str | None:
    return exchange.response.header(name) if exchange.response else None


def _declared(exchange: Exchange) -> tuple[Header, ...]:
    answer = exchange.operation.answer(exchange.status)
    return answer.headers if answer and exchange.request.verb == exchange.operation.method else ()


@check(family="headers", kinds=("header",))
def declared_headers_are_there(exchange: Exchange, contract: Contract) -> bool:
    """Every header the document requires on an answer is there, and each declared one fits its schema."""
    told = False
    for header in _declared(exchange):
        value = _header(exchange, header.name)
        if value is None and header.required:
            raise Broken(f"{header.name} on a {exchange.status}", _nearest(exchange, header.name))
        if value is not None:
            told = True
            _typed(contract, header, value)
    return told


def _nearest(exchange: Exchange, name: str) -> str:
    """A header that means the same by another name is worth telling."""
    stem = re.sub(r"[^a-z]", "", name.lower().removeprefix("x-"))
    near = [key for key, _ in (exchange.response.headers if exchange.response else ()) if stem in _letters(key)]
    return f"no such header, but {near[0]}" if near else "no such header"


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _typed(contract: Contract, header: Header, value: str) -> None:
    if not jsonschema_rs.is_valid(contract.json_schema(header.schema), _read(header.schema, value)):
        wanted = header.schema.get("pattern") and f"fitting {header.schema['pattern']}"
        raise Broken(f"{header.name}: {wanted or header.schema.get('type', 'a value of its schema')}", repr(value))


def _read(schema: dict[str, Any], value: str) -> Any:
    """A header's text as the type its schema asks for, or as it is."""
    if schema.get("type") == "integer" and re.fullmatch(r"[+-]?\d+", value):
        return int(value)
    if schema.get("type") == "number" and re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
        return float(value)
    return value == "true" if schema.get("type") == "boolean" and value in {"true", "false"} else value


@check(family="limits", kinds=("limit",))
def rate_headers_tell_the_truth(exchange: Exchange, _: Contract) -> bool:
    """Rate-limit headers, wherever they stand, name a declared limit, count sensibly and reset in time.

    `X-RateLimit-Limit` is a declared number; `Remaining` lies between 0 and it, and is 0 on a 429; `Reset` is a
    UTC epoch second, not past and not further away than the longest declared window.
    """
    limit, remaining, reset = (_header(exchange, f"X-RateLimit-{name}") for name in ("Limit", "Remaining", "Reset"))
    declared = {each.requests: each.window for each in exchange.operation.limits}
    if not declared or (limit, remaining, reset) == (None, None, None):
        return False
    for name, value in (("Limit", limit), ("Remaining", remaining), ("Reset", reset)):
        if value is not None and not re.fullmatch(r"\d+", value):
            raise Broken(f"X-RateLimit-{name}: a whole number", repr(value))
    if limit is not None and int(limit) not in declared:
        raise Broken(f"X-RateLimit-Limit: {' or '.join(map(str, declared))}, as declared", limit)
    if remaining is not None:
        _counts(exchange, int(remaining), int(limit) if limit else max(declared))
    if reset is not None:
        _resets(exchange, int(reset), declared[int(limit)] if limit else max(declared.values()))
    return True


def _counts(exchange: Exchange, remaining: int, limit: int) -> None:
    if exchange.status == 429 and remaining:
        raise Broken("X-RateLimit-Remaining: 0 on a 429", str(remaining))
    if remaining > limit:
        raise Broken(f"X-RateLimit-Remaining: at most {limit}", str(remaining))


def _resets(exchange: Exchange, reset: int, window: float) -> None:
    away = reset - exchange.received
    if away < -CLOCK or away > window + CLOCK:
        unit = (
            " (it looks like milliseconds)" if reset > 1e11 else " (it looks like seconds left)" if reset < 1e7 else ""
        )
        raise Broken(
            f"X-RateLimit-Reset: an epoch second within the next {window:g} s",
            f"{reset}, {away:+.0f} s from now{unit}",
        )


_CACHEABLE = re.compile(r"(^|[\s,])(public|s-maxage|max-age\s*=\s*\"?[1-9])", re.IGNORECASE)
_UNCACHED = re.compile(r"(^|[\s,])(no-cache|no-store)\b", re.IGNORECASE)


@check(family="caching", kinds=("cache",))
def answers_are_not_cached(exchange: Exchange, _: Contract) -> bool:
    """Where the document says No-Cache, an answer says no-cache or no-store, and never that it may be kept.

    On answers to changes the header may be missing, but must not make them cacheable.
    """
    if (exchange.operation.caching or "").lower() not in {"no-cache", "no-store"} or not exchange.ok:
        return False
    value = _header(exchange, "Cache-Control")
    if value is None:
        return False
    if _CACHEABLE.search(value):
        raise Broken("Cache-Control that forbids caching", repr(value))
    if exchange.request.safe and not _UNCACHED.search(value):
        raise Broken("Cache-Control: no-cache or no-store", repr(value))
    return True
