"""What can be said of samples of latencies and of failures: exact percentiles, and whether two runs really differ.

A difference counts only if it is significant (it would hardly come about by chance) and large enough to matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import attrs

KEPT = 200
"""Order statistics in place of a sample: enough for a comparison, few enough to be written down."""


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least so many percent of an ordered, non-empty sample do not exceed: an exact one."""
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[min(len(ordered), max(1, rank)) - 1]


def thinned(values: Sequence[float], kept: int = KEPT) -> list[float]:
    """At most so many order statistics, evenly spread, in place of a sample."""
    ordered = sorted(values)
    if len(ordered) <= kept:
        return ordered
    return [ordered[int((number + 0.5) * len(ordered) / kept)] for number in range(kept)]


@attrs.frozen
class Shift:
    """How a second sample lies to a first. `above`: the probability that a value of it is the larger one, 0.5 if equal.

    `chance`: how often samples of one population would differ as much (two-sided p value).
    """

    before: float
    after: float
    above: float
    chance: float


def shift(before: Sequence[float], after: Sequence[float]) -> Shift:
    """Compare two non-empty samples by Mann and Whitney's test, ties taken into account."""
    n, m = len(before), len(after)
    ranks, tied = _ranks([*before, *after])
    wins = sum(ranks[n:]) - m * (m + 1) / 2
    total = n + m
    variance = n * m / 12 * ((total + 1) - tied / (total * (total - 1) or 1))
    distance = max(0.0, abs(wins - n * m / 2) - 0.5)
    chance = 2 * NormalDist().cdf(-distance / math.sqrt(variance)) if variance > 0 else 1.0
    middles = percentile(sorted(before), 50), percentile(sorted(after), 50)
    return Shift(*middles, above=wins / (n * m), chance=min(1.0, chance))


def _ranks(values: Sequence[float]) -> tuple[list[float], float]:
    """The rank of every value, equal ones sharing their mean rank; and what ties take from the variance."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, tied, start = [0.0] * len(values), 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end + 1) / 2
        tied += (end - start) ** 3 - (end - start)
        start = end
    return ranks, tied


def chance_of_more(hits_before: int, before: int, hits_after: int, after: int) -> float:
    """How often chance alone would give the second sample that many hits or more (Fisher's exact test, one-sided)."""
    hits, total = hits_before + hits_after, before + after
    return math.fsum(_hypergeometric(each, hits, after, total) for each in range(hits_after, min(hits, after) + 1))


def _hypergeometric(drawn: int, hits: int, sample: int, total: int) -> float:
    if sample - drawn > total - hits:
        return 0.0
    return math.exp(_choose(hits, drawn) + _choose(total - hits, sample - drawn) - _choose(total, sample))


def _choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
