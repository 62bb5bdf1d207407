"""The difference between two clocks, from the Date headers of a few answers."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime

import attrs


@attrs.frozen
class Offset:
    """The server's clock minus ours lies between two values (seconds); `known` is false where no answer told."""

    low: float = -float("inf")
    high: float = float("inf")

    @property
    def known(self) -> bool:
        return self.low > -float("inf")

    @property
    def middle(self) -> float:
        """The best guess: 0 where that is possible, since most clocks are right and a Date may be late."""
        if not self.known or self.low - 1 <= 0 <= self.high + 1:
            return 0.0
        return (self.low + self.high) / 2


def offset(answers: Iterable[tuple[float, float, str | None]]) -> Offset:
    """From times of sending and receiving, and the Date each answer had: a Date is the whole second before."""
    low, high = -float("inf"), float("inf")
    for sent, received, date in answers:
        try:
            told = parsedate_to_datetime(date or "").timestamp()
        except ValueError:
            continue
        if told + 1 - sent < low or told - received > high:
            continue  # clocks were set meanwhile
        low, high = max(low, told - received), min(high, told + 1 - sent)
    return Offset(low, high) if low > -float("inf") else Offset()
