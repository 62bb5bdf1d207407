"""A picture of every examined limit: what was admitted and refused over time, against the declared line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen
from markupsafe import Markup, escape

from reports.model import Run

WIDTH, HEIGHT, LEFT, TOP, FOOT = 640, 132, 34, 14, 30
_SVG = (
    '<svg class="limit" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    '<line class="axis" x1="{left}" x2="{width}" y1="{base:.1f}" y2="{base:.1f}"/>'
    '<path class="held" d="{held}"/>'
    '<line class="declared" x1="{left}" x2="{width}" y1="{line:.1f}" y2="{line:.1f}"/>'
    '<text x="{near}" y="{word:.1f}" text-anchor="end">{limit}</text>'
    '<path class="refused" d="{refused}"/>'
    '<text x="{left}" y="{foot}">0 s</text><text x="{width}" y="{foot}" text-anchor="end">{end} s</text>'
    "</svg>"
)


@frozen
class Picture:
    """One limit, in words and as a drawing."""

    declared: str
    observed: str
    verdict: str
    reason: str
    drawing: Markup | None


def pictures(run: Run) -> dict[str, list[Picture]]:
    """The limits of each operation."""
    found: dict[str, list[Picture]] = {}
    for limit in run.limits:
        found.setdefault(str(limit.get("operation")), []).append(_picture(limit))
    return found


def _picture(limit: dict[str, Any]) -> Picture:
    declared, observed = limit["declared"], limit["observed"]
    scaled = declared["scaled_window"]
    told = f"{declared['limit']} in {declared['window']:g} s"
    if scaled != declared["window"]:
        told += f" (here {scaled:g} s)"
    return Picture(
        told, _observed(observed), limit["verdict"], limit["reason"] or "", _drawing(limit, declared, scaled)
    )


def _observed(observed: dict[str, Any]) -> str:
    if observed["limit"] is None:
        return ""
    window = observed["window"]
    told = f"{observed['limit']} in {window[0]:.4g} to {window[1]:.4g} s" if window else f"{observed['limit']}"
    return f"{told}; {' or '.join(observed['kinds'])}" if observed["kinds"] else told


def _drawing(limit: dict[str, Any], declared: dict[str, Any], window: float) -> Markup | None:
    admitted, refused = sorted(limit["admitted"]), sorted(limit["refused"])
    if not admitted and not refused:
        return None
    end = max([*admitted, *refused, window])
    steps = held(admitted, window)
    most = max([declared["limit"], *(count for _, count in steps)])
    base = HEIGHT - FOOT

    def x(moment: float) -> float:
        at: float = LEFT + (WIDTH - LEFT) * moment / end
        return at

    def y(count: float) -> float:
        at: float = base - (base - TOP) * count / (most * 1.05)
        return at

    label = f"{len(admitted)} admitted and {len(refused)} refused in {end:.3g} s, declared {declared['limit']}"
    line = y(declared["limit"])
    return Markup(_SVG).format(
        width=WIDTH, height=HEIGHT, left=LEFT, near=LEFT - 5, base=base, foot=HEIGHT - 2, line=line, word=line + 4,
        limit=declared["limit"], end=f"{end:.3g}", label=escape(label),
        held=_area([(x(moment), y(count)) for moment, count in steps], x(end), base),
        refused=" ".join(f"M{place} {base + 4}v10" for place in sorted({round(x(each)) for each in refused})),
    )  # fmt: skip


def held(admitted: Sequence[float], window: float) -> list[tuple[float, int]]:
    """How many of the admissions lie within the last window, each time that number changes."""
    changes = sorted([*((each, 1) for each in admitted), *((each + window, -1) for each in admitted)])
    steps: list[tuple[float, int]] = []
    count = 0
    for moment, change in changes:
        count += change
        steps.append((moment, count))
    last = max(admitted, default=0.0)
    return [each for each in steps if each[0] <= last] or [(0.0, 0)]


def _area(points: Sequence[tuple[float, float]], right: float, base: float) -> str:
    """A stepped outline down to the base; one step for each unit of width is enough."""
    path, before = [f"M{points[0][0]:.1f} {base:.1f}"], (-1.0, -1.0)
    for x, y in points:
        if round(x) != round(before[0]) or round(y) != round(before[1]):
            path.append(f"H{x:.1f}V{y:.1f}")
            before = (x, y)
    return "".join([*path, f"H{right:.1f}V{base:.1f}Z"])
