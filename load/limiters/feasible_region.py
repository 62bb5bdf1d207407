"""Which windows and phases are still possible: a convex polygon in the plane (window, phase), cut by half-planes."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor

Point = tuple[float, float]
Region = tuple[Point, ...]

NEAR = 1e-9
SHORTEST, LONGEST = 0.15, 5.0
"""Windows thought of, as multiples of the declared one."""


def whole(shortest: float, longest: float, begun: float) -> Region:
    """Every window of these lengths, its first boundary anywhere in the window that follows a time."""
    return ((shortest, begun), (longest, begun), (longest, begun + longest), (shortest, begun + shortest))


def anchored(shortest: float, longest: float, earliest: float, latest: float) -> Region:
    """Every window of these lengths that begins between two times: its end is the first boundary."""
    return (
        (shortest, shortest + earliest),
        (longest, longest + earliest),
        (longest, longest + latest),
        (shortest, shortest + latest),
    )


def cut(region: Region, by_window: float, by_phase: float, most: float) -> Region:
    """The part where by_window × window + by_phase × phase ≤ most; empty where there is none."""
    values = [by_window * window + by_phase * phase - most for window, phase in region]
    if max(values, default=0.0) <= NEAR:
        return region  # the very same object, by which callers see that nothing was cut
    if min(values) > NEAR:
        return ()
    kept: list[Point] = []
    for here, (point, value) in enumerate(zip(region, values, strict=True)):
        after, following = region[here + 1 - len(region)], values[here + 1 - len(region)]
        if value <= NEAR:
            kept.append(point)
        if (value <= NEAR) != (following <= NEAR):
            share = value / (value - following)
            kept.append((point[0] + share * (after[0] - point[0]), point[1] + share * (after[1] - point[1])))
    return tuple(kept)


def windows(region: Region) -> tuple[float, float]:
    """The shortest and the longest window of a region."""
    lengths = [window for window, _ in region]
    return min(lengths), max(lengths)


def centre(points: Iterable[Point]) -> Point:
    """The middle of some points."""
    listed = list(points)
    return sum(x for x, _ in listed) / len(listed), sum(y for _, y in listed) / len(listed)


def boundaries(region: Region, moment: float) -> range:
    """Which boundaries (the first is 0) may lie at a moment."""
    places = [(moment - phase) / window for window, phase in region]
    return range(max(0, floor(min(places))), max(0, ceil(max(places))) + 1)


def around(points: Iterable[Point]) -> Region:
    """The smallest convex region around some points."""
    ordered = sorted(set(points))
    sides = (_side(ordered), _side(ordered[::-1]))
    return (*sides[0][:-1], *sides[1][:-1]) if len(ordered) > 2 else (*ordered,)


def _side(points: Iterable[Point]) -> list[Point]:
    """The points that lie on one side of all others, in their order."""
    found: list[Point] = []
    for x, y in points:
        while len(found) > 1:
            (ax, ay), (bx, by) = found[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            found.pop()
        found.append((x, y))
    return found
