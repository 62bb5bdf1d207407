"""Declared rate limits and caching."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from specs.contract.model import Limit, Schema
from specs.source.pointers import SpecError, join

SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 2592000.0}
_INFO = "x-server-conversion-info"


def limits(raw: Schema, node: Schema, pointer: str) -> tuple[Limit, ...]:
    """Give an operation's limits, shortest window first: its own, else the document's."""
    own = _stated(node, pointer)
    found = _stated(raw, "#") if own is None else own
    return mark_implied(tuple(sorted(found or (), key=lambda limit: limit.window)))


def _stated(node: Schema, pointer: str) -> list[Limit] | None:
    """Read both ways of stating limits: `x-contract: {limits: …}` and `x-server-conversion-info`; None for neither."""
    own = _step(node.get("x-contract"), "limits")
    if own is not None:
        return _listed(own, join(pointer, "x-contract", "limits"))
    info = _step(_step(node.get(_INFO), "rate_limiting"), "limits")
    return None if info is None else _listed(info, join(pointer, _INFO, "rate_limiting", "limits"))


def _listed(value: Any, pointer: str) -> list[Limit]:
    if not isinstance(value, list):
        raise SpecError(f"{pointer}: limits have to be a list")
    return [_limit(item, join(pointer, index)) for index, item in enumerate(value)]


def _limit(item: Any, pointer: str) -> Limit:
    if not isinstance(item, dict):
        raise SpecError(f"{pointer}: a limit has to be an object")
    requests = item.get("requests")
    if isinstance(requests, bool) or not isinstance(requests, int) or requests < 0:
        raise SpecError(f"{pointer}: requests has to be a whole number, not {requests!r}")
    if "window" in item:
        window = item["window"]
        if isinstance(window, bool) or not isinstance(window, int | float) or window <= 0:
            raise SpecError(f"{pointer}: window has to be a number of seconds, not {window!r}")
        return Limit(_period(float(window)), float(window), requests, pointer)
    period = str(item.get("period", "")).lower().removeprefix("per ").rstrip("s")
    if period not in SECONDS:
        raise SpecError(f"{pointer}: the period {item.get('period')!r} is unknown (known: {', '.join(SECONDS)})")
    return Limit(period, SECONDS[period], requests, pointer)


def _period(window: float) -> str:
    for name, seconds in SECONDS.items():
        if seconds == window:
            return name
    return f"{window:g} seconds"


def per(period: str) -> str:
    """Write "a minute", "an hour", "in 90 seconds"."""
    if period[0].isdigit():
        return f"in {period}"
    return f"{'an' if period[0] in 'aeiou' or period == 'hour' else 'a'} {period}"


def mark_implied(found: tuple[Limit, ...]) -> tuple[Limit, ...]:
    """Mark each longer limit that a shorter one keeps by itself: it allows what the shorter one allows in as long."""
    return tuple(
        evolve(limit, implied=any(_covers(shorter, limit) for shorter in found if shorter.window < limit.window))
        for limit in found
    )


def _covers(shorter: Limit, longer: Limit) -> bool:
    return longer.requests >= shorter.requests * longer.window / shorter.window


def caching(node: Schema, pointer: str) -> tuple[str | None, str]:
    """Give an operation's caching strategy as it is worded, and where that is."""
    own = _step(node.get("x-contract"), "caching")
    if own is not None:
        return str(own), join(pointer, "x-contract", "caching")
    stated = _step(_step(node.get(_INFO), "response_caching"), "strategy")
    return (None if stated is None else str(stated)), join(pointer, _INFO, "response_caching", "strategy")


def _step(node: Any, key: str) -> Any:
    return node.get(key) if isinstance(node, dict) else None
