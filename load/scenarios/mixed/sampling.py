"""How many answers are judged in full: all of them, as long as the generator keeps up."""

from __future__ import annotations

import attrs

LATE = 0.02
"""Seconds of lateness from which on the generator counts as falling behind."""
LEAST = 1 / 64


@attrs.define
class Sampler:
    """Decides for each request whether its answer is judged. `share` falls by half when the generator falls behind.

    It grows again when there is room. `fixed`: a share that stays as it is.
    """

    share: float = 1.0
    fixed: bool = False
    lowest: float = 1.0
    every: int = 100
    """Requests after which the share is set again."""
    judged: int = 0
    asked: int = 0
    _due: float = 0.0
    _late: int = 0
    _seen: int = 0

    def judges(self) -> bool:
        """Whether the next answer is judged: evenly spread, so many of a hundred."""
        self.asked += 1
        self._due += self.share
        if self._due < 1.0:
            return False
        self._due -= 1.0
        self.judged += 1
        return True

    def sent(self, lateness: float) -> None:
        """A request was sent so many seconds late."""
        self._seen += 1
        self._late += lateness > LATE
        if self._seen < self.every or self.fixed:
            return
        if self._late > self._seen * 0.2:
            self.share = max(LEAST, self.share / 2)
        elif not self._late:
            self.share = min(1.0, self.share * 1.25)
        self.lowest = min(self.lowest, self.share)
        self._seen = self._late = 0

    @property
    def summary(self) -> str:
        """In words for the report."""
        if self.judged == self.asked:
            return f"all {self.asked} answers judged"
        return f"{self.judged} of {self.asked} answers judged, since the generator would have fallen behind"
