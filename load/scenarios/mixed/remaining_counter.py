"""Whether Remaining can be a true count: between two answers it rises by no more than a limiter may give back."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from contracts.core.exchange import Exchange, is_whole
from specs.contract import Limit

SPARE = 2
"""By how much a count may rise beyond that: rounding, and requests that were decided in another order."""


@attrs.frozen
class Rise:
    """Two answers that followed each other, and by how much Remaining rose between them."""

    before: Exchange
    after: Exchange
    by: int
    allowed: float


def rises(exchanges: Sequence[Exchange], limit: Limit, time_scale: float) -> list[Rise]:
    """Rises that no single counter explains, of one operation and credential's exchanges in order of sending.

    Looked at are answers one after the other, not at once, that announce the same reset, so that no fixed window ended
    between them. A token bucket and a sliding counter give back no more than the limit's own rate, a sliding log what
    was sent a window before.
    """
    window = limit.window / time_scale
    told = [(each, *read) for each in exchanges if each.ok and (read := _read(each, limit))]
    found: list[Rise] = []
    for number, (after, remaining, reset) in enumerate(told):
        before = next((one for one in reversed(told[:number]) if one[0].received <= after.sent), None)
        if before is None or before[2] != reset:
            continue
        lower, upper = before[0].sent - window - 1, after.received - window + 1
        leaving = sum(lower <= each.sent <= upper for each in exchanges)
        allowed = (after.received - before[0].sent) * limit.requests / window + leaving + SPARE
        if remaining - before[1] > allowed:
            found.append(Rise(before[0], after, remaining - before[1], allowed))
    return found


def _read(exchange: Exchange, limit: Limit) -> tuple[int, str] | None:
    answer = exchange.response
    assert answer is not None
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    number, remaining, reset = (answer.header(name) for name in names)
    if not (remaining and is_whole(remaining) and reset) or number not in (None, str(limit.requests)):
        return None
    return int(remaining), reset
