"""Why an examination concludes what it concludes, in words."""

from __future__ import annotations

from load.limiters.models import Hypothesis
from load.limiters.rule import Rule
from load.limiters.version_space import Space


def proven(rule: Rule, kinds: tuple[str, ...], at_once: int | None) -> str:
    """What a kept declaration rests on, and what is left open. `at_once`: how many are admitted together, if known."""
    known = f"{rule.limit} in {rule.window:g} s proven{_small(rule, at_once)}"
    if len(kinds) < 2:
        return known
    more = 2 * rule.limit + 2
    return f"{known}; {' or '.join(kinds)}: not distinguished, which needs about {more} more requests"


def another(rule: Rule, shortest: float, longest: float) -> str:
    """How windows differ from the declared one, none of which is about as long."""
    how = "longer" if shortest > rule.longest else "shorter" if longest < rule.shortest else "another"
    return f"the window is {how}: {shortest:.4g} to {longest:.4g} s"


def open_yet(space: Space, lucky: bool) -> str:
    """What is open yet, and by which assumption the declaration would be kept."""
    rule, numbers = space.rule, sorted({each.limit for each in space.survivors})
    if len(numbers) > 1 and not lucky:
        low, high = hull(space.keeping, rule)
        return (
            f"the number is one of {', '.join(map(str, numbers))}; the window lies between {low:.4g} and {high:.4g} s"
        )
    sure, unsure = _sorted_by_kind(space.keeping, rule)
    found = [f"{rule.limit} in {rule.window:g} s, assumed that it is a {' or '.join(sure)}"] if sure else []
    found += [f"as a {kind} the window lies between {span}" for span, kind in _by_span(unsure).items()]
    told = "; ".join([*found, *(["that no window ended within the burst is assumed"] if lucky else [])])
    return told + _small(rule, max((each.limit for each in space.keeping), default=None))


def _small(rule: Rule, at_once: int | None) -> str:
    return f", no more than {at_once} at once" if at_once is not None and at_once < rule.limit else ""


def _sorted_by_kind(alive: list[Hypothesis], rule: Rule) -> tuple[list[str], dict[str, tuple[float, float]]]:
    """The kinds whose window is as declared, and what is left of the windows of the others."""
    kinds = dict.fromkeys(each.kind for each in alive)
    hulls = {kind: hull([each for each in alive if each.kind == kind], rule) for kind in kinds}
    sure = [kind for kind, (low, high) in hulls.items() if rule.shortest <= low and high <= rule.longest]
    return sure, {kind: span for kind, span in hulls.items() if kind not in sure}


def _by_span(hulls: dict[str, tuple[float, float]]) -> dict[str, str]:
    """Kinds in words, by the span of their windows in words."""
    found: dict[str, list[str]] = {}
    for kind, (low, high) in hulls.items():
        found.setdefault(f"{low:.3g} and {high:.3g} s", []).append(kind)
    return {span: " or ".join(kinds) for span, kinds in found.items()}


def hull(alive: list[Hypothesis], rule: Rule) -> tuple[float, float]:
    """The shortest and the longest window of all: in which the declared number is admitted, where that is in one."""
    lengths = [each.per(rule.limit) or each.windows() for each in alive]
    return min(low for low, _ in lengths), max(high for _, high in lengths)
