"""How far two clocks are apart, from messages that went between them: the true difference lies in every interval."""

from __future__ import annotations

import attrs

from contracts.core.exchange import Exchange
from contracts.core.http_date import epoch


@attrs.define
class Clock:
    """Their clock minus ours, in seconds: at least `least`, at most `most`."""

    least: float = -float("inf")
    most: float = float("inf")
    torn: bool = False
    """Whether two answers contradicted each other (several clocks, or a lagging one); all is kept then."""

    def narrow(self, least: float, most: float) -> None:
        """Take one more interval into account."""
        low, high = max(self.least, least), min(self.most, most)
        self.torn = self.torn or low > high
        if self.torn:
            low, high = min(self.least, least), max(self.most, most)
        self.least, self.most = low, high

    def learn(self, exchange: Exchange) -> None:
        """What the `Date` header of a response says: the whole second in which it was written."""
        date = exchange.response.header("Date") if exchange.response else None
        try:
            second = epoch(date or "")
        except ValueError:
            return
        self.narrow(second - exchange.received, second + 1 - exchange.sent)

    def pinged(self, asked: float, told: float, heard: float) -> None:
        """They gave their time between our request and its response."""
        self.narrow(told - heard, told - asked)

    @property
    def known(self) -> bool:
        return self.most < float("inf")

    @property
    def unsure(self) -> float:
        """Seconds by which `offset` may be wrong."""
        return (self.most - self.least) / 2

    @property
    def offset(self) -> float:
        """The difference: none where none is possible, or else the middle of what is."""
        if not self.known or self.least <= 0 <= self.most:
            return 0.0
        return (self.least + self.most) / 2
