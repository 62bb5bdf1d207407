"""Two load runs side by side: which operations answer slower or quicker, or fail more or less, beyond chance.

A difference counts when it is significant (Mann and Whitney's test on latencies, Fisher's exact test on failures, at
1 % shared among all operations) and large enough to matter.
"""

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from contracts.core.statistics import chance_of_more, percentile, shift
from reports.model import Run
from reports.words import counted

__all__ = ["Difference", "LoadComparison", "compare_load", "described_load"]

SURE = 0.01
"""How often chance may call runs different that are not, over all operations together."""
APART = 0.64
"""A latency differs if a request of one run is slower than one of the other with at least this probability."""
LEAST, MORE = 0.002, 0.10
"""Medians differ by at least so many seconds, and by this part."""
FEWEST = 20
"""Requests without which an operation is not compared."""


@frozen
class Difference:
    """An operation that is not what it was: `what` in a word, and the two figures as text."""

    operation: str
    what: str
    before: str
    after: str
    chance: float


@frozen
class LoadComparison:
    """What differs, worse first; how many operations were compared, and how many were asked too little for that."""

    worse: tuple[Difference, ...]
    better: tuple[Difference, ...]
    compared: int
    too_few: int


def compare_load(before: Run, after: Run) -> LoadComparison | None:
    """Compare the operations that both runs put under load; None unless both did."""
    old, new = (_operations(run) for run in (before, after))
    if not old or not new:
        return None
    both = [key for key in new if key in old]
    enough = [key for key in both if min(old[key]["requests"], new[key]["requests"]) >= FEWEST]
    level = SURE / max(1, 2 * len(enough))
    found = [each for key in enough for each in _differences(key, old[key], new[key], level)]
    worse = tuple(each for each in found if each.what in ("slower", "fails more"))
    better = tuple(each for each in found if each not in worse)
    return LoadComparison(worse, better, len(enough), len(both) - len(enough))


def _operations(run: Run) -> dict[str, dict[str, Any]]:
    return {each["operation"]: each for each in run.load.get("operations", ())}


def _differences(key: str, old: dict[str, Any], new: dict[str, Any], level: float) -> Iterator[Difference]:
    if old["latencies"] and new["latencies"]:
        found = shift(old["latencies"], new["latencies"])
        apart = max(found.above, 1 - found.above)
        by = abs(found.after - found.before)
        if found.chance < level and apart >= APART and by >= LEAST and by >= MORE * found.before:
            what = "slower" if found.above > 0.5 else "quicker"
            yield Difference(key, what, _shown(old["latencies"]), _shown(new["latencies"]), found.chance)
    yield from _failing(key, old, new, level)


def _failing(key: str, old: dict[str, Any], new: dict[str, Any], level: float) -> Iterator[Difference]:
    sides = ((old, new, "fails more"), (new, old, "fails less"))
    for one, other, what in sides:
        chance = chance_of_more(one["failed"], one["requests"], other["failed"], other["requests"])
        rise = other["failed"] / other["requests"] - one["failed"] / one["requests"]
        if chance < level and rise >= 0.001:
            told = [f"{each['failed']} of {each['requests']}" for each in (old, new)]
            yield Difference(key, what, told[0], told[1], chance)


def _shown(latencies: list[float]) -> str:
    ordered = sorted(latencies)
    return f"p50 {percentile(ordered, 50) * 1000:.1f} ms, p95 {percentile(ordered, 95) * 1000:.1f} ms"


def described_load(comparison: LoadComparison) -> str:
    """The comparison as text for a terminal."""
    return "\n".join(_lines(comparison))


def _lines(comparison: LoadComparison) -> Iterator[str]:
    few = f", {comparison.too_few} asked too little" if comparison.too_few else ""
    yield f"under load: {counted(comparison.compared, 'operation')} compared{few}"
    for title, those in (("worse", comparison.worse), ("better", comparison.better)):
        yield f"{len(those)} {title} beyond chance"
        for each in those:
            yield f"  {each.operation} {each.what}: {each.before} → {each.after} (p = {each.chance:.1g})"
