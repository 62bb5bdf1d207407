"""Several findings at one operation, reported as one with a place each."""

from __future__ import annotations

import attrs

from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange


@attrs.define
class BrokenCollector:
    """What a conversation with many requests found, and the shortest proof of each place."""

    found: dict[str, tuple[str, str, Exchange]] = attrs.field(factory=dict)
    counted: int = 0

    def add(self, place: str, expected: str, exchange: Exchange) -> None:
        """Note one answer that breaks the promise; of one place the shortest request is kept."""
        self.counted += 1
        earlier = self.found.get(place)
        if earlier is None or _size(exchange) < _size(earlier[2]):
            self.found[place] = (expected, exchange.summary(), exchange)

    def close(self) -> None:
        """Raises Broken if anything was found; where the server failed, that is told first."""
        if not self.found:
            return
        (expected, actual, exchange), *others = sorted(self.found.values(), key=lambda each: each[2].status < 500)
        raise Broken(expected, actual, [exchange], [(told, got) for told, got, _ in others])


def _size(exchange: Exchange) -> int:
    return len(exchange.request.target) + len(exchange.request.body or "")
