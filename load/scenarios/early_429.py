"""429s that no limiter of the declared kind would give: fewer requests than declared had been sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from contracts.core.exchange import Exchange, is_whole
from specs.contract import Limit

SLACK = 1.05
"""What a declared window is multiplied by, since requests may arrive further apart than they were sent."""


def early(exchanges: Sequence[Exchange], limits: Iterable[Limit], time_scale: float) -> list[Exchange]:
    """The refusals that came too early, of the exchanges of one operation and one credential, in order of sending.

    A refusal is early when at most the declared number, itself included, was sent within the last window: then every
    fixed window, sliding window and token bucket would have admitted it. Nobody knows who sent requests before the
    first of them, so nothing is said of a first window, unless the headers show that nobody did; nor of the window
    after a refusal that was deserved, since it may be a block.
    """
    windows = [(each.requests, each.window / time_scale * SLACK) for each in limits if not each.implied]
    if not windows or not exchanges:
        return []
    longest = max(window for _, window in windows)
    deserved = -float("inf") if _idle(exchanges[0], windows) else exchanges[0].sent
    found: list[Exchange] = []
    for each in (each for each in exchanges if each.status == 429):
        if not _free(each, exchanges, windows):
            deserved = each.received
        elif each.sent - deserved > longest:
            found.append(each)
    return found


def _idle(first: Exchange, windows: Sequence[tuple[int, float]]) -> bool:
    """Whether the first answer says that this was the first request of its window, and there is one window only."""
    remaining = first.response.header("X-RateLimit-Remaining") if first.response else None
    return len(windows) == 1 and remaining is not None and is_whole(remaining) and int(remaining) >= windows[0][0] - 1


def _free(refused: Exchange, exchanges: Iterable[Exchange], windows: Iterable[tuple[int, float]]) -> bool:
    def sent(window: float) -> int:
        return sum(refused.received - window < each.received and each.sent <= refused.received for each in exchanges)

    return all(sent(window) <= requests for requests, window in windows)
