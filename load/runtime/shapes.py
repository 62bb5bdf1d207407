"""How the rate of a run goes over time, and when each request is due: pure functions of elapsed time and hits.

A shape is a row of pieces in which the rate is constant or changes evenly. A pacer lays an absolute grid through it
with a random first phase: a stall moves no later request, so what was late is late in the numbers as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs

SECONDS = 30.0
"""How long a shape lasts unless set otherwise."""
BEYOND = 1.5
"""How far above the declared rate `to-the-limit` may rise: by then a limit that is enforced has been met."""


@attrs.frozen
class Piece:
    """So many seconds in which the rate (requests per second) goes evenly from one value to another."""

    seconds: float
    first: float
    last: float

    @property
    def hits(self) -> float:
        return self.seconds * (self.first + self.last) / 2

    def until(self, elapsed: float) -> float:
        """Hits in the first so many seconds of it."""
        slope = (self.last - self.first) / self.seconds
        return self.first * elapsed + slope * elapsed * elapsed / 2

    def when(self, hits: float) -> float:
        """After how many seconds of it so many hits are due."""
        if hits <= 0:
            return 0.0
        slope = (self.last - self.first) / self.seconds
        if abs(slope) < 1e-12:
            return hits / self.first if self.first else math.inf
        # the numerically kind form of the quadratic: also right where the slope is nearly nothing
        root = math.sqrt(max(0.0, self.first * self.first + 2 * slope * hits))
        return 2 * hits / (self.first + root) if self.first + root else math.inf


@attrs.frozen
class Shape:
    """A named course of the rate. `rising`: it ends when the declared limit or a threshold gives."""

    name: str
    pieces: tuple[Piece, ...]
    rising: bool = False

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.pieces)

    def rate(self, elapsed: float) -> float:
        """Requests per second at a moment; 0 when it is over."""
        for piece in self.pieces:
            if elapsed < piece.seconds:
                return piece.first + (piece.last - piece.first) * elapsed / piece.seconds
            elapsed -= piece.seconds
        return 0.0

    def hits(self, elapsed: float) -> float:
        """Requests due within so many seconds."""
        total = 0.0
        for piece in self.pieces:
            if elapsed < piece.seconds:
                return total + piece.until(max(0.0, elapsed))
            total += piece.hits
            elapsed -= piece.seconds
        return total

    def when(self, hits: float) -> float:
        """Seconds after which so many requests are due; infinite when there will never be as many."""
        before = 0.0
        for piece in self.pieces:
            if hits < piece.hits:
                return before + piece.when(hits)
            hits -= piece.hits
            before += piece.seconds
        return math.inf


@attrs.frozen
class Pacer:
    """One of `users` that share a shape evenly. `phase` (0 to 1) sets its grid apart from the others'."""

    shape: Shape
    users: int
    phase: float

    def due(self, hits: int) -> float:
        """Seconds after the start when this user's next request is due, having made so many."""
        return self.shape.when((hits + self.phase) * self.users)

    def wait(self, elapsed: float, hits: int) -> float:
        """Seconds to wait now; negative when it is late by as many, infinite when there is nothing more to do."""
        return self.due(hits) - elapsed


def soak(rate: float, seconds: float) -> Shape:
    """The same rate throughout."""
    return Shape("soak", (Piece(seconds, rate, rate),))


def steps(rate: float, seconds: float) -> Shape:
    """A quarter, a half, three quarters, all of the rate."""
    return Shape("steps", tuple(Piece(seconds / 4, rate * part / 4, rate * part / 4) for part in (1, 2, 3, 4)))


def ramp(rate: float, seconds: float) -> Shape:
    """From nothing to the rate for two thirds of the time, then staying there."""
    return Shape("ramp", (Piece(seconds * 2 / 3, 0.0, rate), Piece(seconds / 3, rate, rate)))


def spike(rate: float, seconds: float) -> Shape:
    """A tenth of the rate, all of it suddenly in the middle fifth, and a tenth again: does it recover?"""
    calm = Piece(seconds * 2 / 5, rate / 10, rate / 10)
    return Shape("spike", (calm, Piece(seconds / 5, rate, rate), calm))


def to_the_limit(rate: float, seconds: float) -> Shape:
    """From a tenth of the declared rate to half as much again; the run ends when something gives."""
    return Shape("to-the-limit", (Piece(seconds, rate / 10, rate * BEYOND),), rising=True)


def waves(rate: float, seconds: float) -> Shape:
    """A tenth of the rate, all of it, a tenth, all of it, a tenth: what does it change for the others?"""
    parts = ((0.2, 0.1), (0.28, 1.0), (0.16, 0.1), (0.28, 1.0), (0.08, 0.1))
    return Shape("waves", tuple(Piece(seconds * length, rate * part, rate * part) for length, part in parts))


SHAPES: dict[str, Callable[[float, float], Shape]] = {
    "soak": soak, "steps": steps, "ramp": ramp, "spike": spike, "to-the-limit": to_the_limit,
    "waves": waves,
}  # fmt: skip


def shape(name: str, rate: float, seconds: float = SECONDS) -> Shape:
    """The shape of a name, for a highest rate (requests per second). Raises ValueError."""
    if name not in SHAPES:
        raise ValueError(f"there is no shape {name!r} (known: {', '.join(SHAPES)})")
    if rate <= 0 or seconds <= 0:
        raise ValueError("a shape needs a rate and a time above 0")
    return SHAPES[name](rate, seconds)
