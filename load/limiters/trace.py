"""What was seen: when each request left and its answer came, and what the answer said.

The server decided somewhere between the two. Nothing here assumes more than that, so a conclusion never rests on a
guessed latency. Requests sent one after the other are ordered; requests in flight together are not, and only what holds
for every possible order is used: the k-th admission happened between the k-th smallest time of sending and the k-th
smallest time of receiving.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from functools import cached_property
from math import ceil, floor

import attrs

from contracts.core.quotas import Quota, quotas

EXACT = 1e-5
"""Seconds within which two times are the same."""


@attrs.frozen
class RateHeaders:
    """The rate headers of an answer, names as they were sent."""

    headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def quotas(self) -> tuple[Quota, ...]:
        """What they say, limit by limit."""
        return quotas(self.headers)

    @property
    def wait(self) -> str | None:
        """The value of Retry-After."""
        return next((value for name, value in self.headers if name.lower() == "retry-after"), None)


@attrs.frozen
class Sample:
    """One request. `status` 0: no answer came. Times are seconds of the clock of this machine."""

    sent: float
    received: float
    status: int
    rate_headers: RateHeaders = RateHeaders()
    seq: int = 0
    refusal: bool | None = None
    """Whether it is known to be a refusal or none; None where the status says."""

    @property
    def refused(self) -> bool:
        """Whether the limiter turned it away."""
        return self.status == 429 if self.refusal is None else self.refusal

    @property
    def void(self) -> bool:
        """Whether nobody can say if the limiter counted it."""
        return not self.refused and (self.status == 0 or self.status >= 500)


@attrs.frozen
class Step:
    """One decision in the order of the trace, and between which two times it was taken."""

    admitted: bool
    earliest: float
    latest: float
    number: int = 0
    """How many were admitted before it (for an admission)."""
    fresh: bool = True
    """Whether it is the first of its batch: those of one batch follow each other at once."""
    final: bool = True
    """Whether it is the last admission of its batch."""
    until: float = 0.0
    """When the last answer of its batch had come."""
    tick: float = 0.0
    """What the server's clock counts in, so that a refused request could be admitted one of these later."""
    lasted: float = 0.0
    """How long it took by our clock."""


@attrs.define
class Spans:
    """Decisions of unknown order: the k-th of them was taken between `earliest[k]` and `latest[k]`."""

    earliest: list[float] = attrs.field(factory=list)
    latest: list[float] = attrs.field(factory=list)

    def add(self, earliest: float, latest: float) -> None:
        """Take one more decision into account."""
        insort(self.earliest, earliest)
        insort(self.latest, latest)

    def begun(self, moment: float) -> int:
        """How many may have been taken before a moment."""
        return bisect_left(self.earliest, moment)

    def done(self, moment: float) -> int:
        """How many were certainly taken before a moment."""
        return bisect_left(self.latest, moment)

    def __len__(self) -> int:
        return len(self.earliest)


@attrs.frozen
class Ticks:
    """A server's clock that counts in steps. `offset`: how far it is ahead of ours, known within `unsure`."""

    grain: float
    offset: float = 0.0
    unsure: float = 0.0

    def before(self, moment: float) -> float:
        """The step it had reached, at least, at a time of ours (as a time of ours)."""
        return floor((moment + self.offset - self.unsure) / self.grain) * self.grain - self.offset - EXACT

    def after(self, moment: float) -> float:
        """The step it had reached at most."""
        return floor((moment + self.offset + self.unsure) / self.grain) * self.grain - self.offset + EXACT

    def next(self, moment: float) -> float:
        """The first step that is not before a time of ours."""
        return ceil((moment + self.offset - 4 * EXACT) / self.grain) * self.grain - self.offset


@attrs.define
class History:
    """All decisions so far: the admitted ones, and all of them. Times count from the first request.

    `slack`: how far a server's clock may round (seconds); `clock`: what it counts in.
    """

    slack: float = 0.0
    clock: Ticks | None = None
    admitted: Spans = attrs.field(factory=Spans)
    all: Spans = attrs.field(factory=Spans)
    refused: int = 0
    """How many were refused before the batch at hand."""

    def add(self, batch: Iterable[Sample], start: float) -> Iterator[Step]:
        """Take answers that were all awaited before anything else is sent; returns them in an order that is possible.

        Where the order is unknown, admissions come first: they cannot have been refused their place.
        """
        # With each bound sorted by itself, the k-th admission lies between the k-th earliest and the k-th latest time.
        # That is true for every order that is possible, so none has to be guessed.
        rows = [(*self._span(each, start), each.refused) for each in batch]
        lasted = max((each.received - each.sent for each in batch), default=0.0)
        before = len(self.admitted)
        self.refused = len(self.all) - before
        for sent, received, refused in rows:
            self.all.add(sent, received)
            if not refused:
                self.admitted.add(sent, received)
        later = len(self.admitted)
        steps = [
            (
                self.admitted.earliest[number],
                Step(True, self.admitted.earliest[number], self.admitted.latest[number], number),
            )
            for number in range(before, later)
        ]
        steps += [(received, Step(False, sent, received)) for sent, received, refused in rows if refused]
        steps.sort(key=lambda pair: pair[0])
        end = max((step.latest for _, step in steps), default=0.0)
        tick = self.clock.grain if self.clock else 0.0
        return (
            attrs.evolve(step, fresh=not place, final=step.number == later - 1, until=end, tick=tick, lasted=lasted)
            for place, (_, step) in enumerate(steps)
        )

    def _span(self, sample: Sample, start: float) -> tuple[float, float]:
        """Between which two times of the server's clock a request was decided, from the first request on."""
        if self.clock:
            return self.clock.before(sample.sent) - start, self.clock.after(sample.received) - start
        return sample.sent - start - self.slack, sample.received - start + self.slack
