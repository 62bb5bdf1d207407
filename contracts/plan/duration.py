"""How long a plan will take at the declared limits, said before the first request is sent."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable

from contracts.laws.law import Law
from contracts.plan.plan import Plan
from specs.contract import Operation

OWN = {"quick": 0.5, "standard": 0.6}
"""Share of the requests of an operation's laws that its own caller sends there, per depth: measured on the
sandbox, and no more than a forecast.

The others are sent by somebody else or without a credential, which have limits of their own, or shared with other laws.
"""
LATE = 1.05
"""How much longer than a window is waited for the next one: clocks differ."""
SOME = 0.1
"""Share of what is planned from which on what it took says how long the rest takes."""


def seconds(plan: Plan, selected: Container[str] | None = None) -> float:
    """Seconds the selected items need within the declared limits, by the requests and waits of each law."""
    chosen = [
        item
        for item in plan.items
        if isinstance(item.rule, Law) and not item.closed and (selected is None or item.id in selected)
    ]
    asked = [
        (item.operation, item.principal.name if item.principal else None, item.rule.cost(plan.depth))
        for item in chosen
        if isinstance(item.rule, Law)
    ]
    waits = [
        item.rule.wait_estimate(plan.contract, plan.deployment, item.depth or plan.depth)
        for item in chosen
        if isinstance(item.rule, Law) and item.rule.wait_estimate
    ]
    return max([duration(asked, plan.deployment.time_scale, OWN.get(plan.depth, 1.0)), *waits])


def summary(plan: Plan, selected: Container[str] | None = None) -> str:
    """The same in words."""
    if plan.deployment.pace == "none":
        return "no limits are kept to, as the deployment file says"
    length = seconds(plan, selected)
    words = in_words(length)
    slow = length >= 1
    return f"at the declared limits this takes about {words}" if slow else "the declared limits do not slow this down"


def left(plan: Plan, selected: Container[str], unsettled: Container[str], elapsed: float) -> float:
    """Seconds that the rest of a run needs, as far as can be told from how long what is settled took.

    `unsettled`: of the selected items those still to come. `elapsed`: seconds since the run began.
    """
    rest = seconds(plan, unsettled)
    settled = seconds(plan, selected) - rest
    return rest * (elapsed / settled if settled > SOME * (rest + settled) else 1.0)


def in_words(length: float) -> str:
    """A length of time, roughly."""
    return f"{length:.0f} s" if length < 120 else f"{length / 60:.0f} minutes"


def duration(asked: Iterable[tuple[Operation, str | None, int]], time_scale: float, own: float) -> float:
    """Seconds that so many requests per operation × principal need within the declared limits, side by side.

    `own`: the share of them that counts for that principal.
    """
    needed: dict[tuple[str, str | None], int] = {}
    operations: dict[str, Operation] = {}
    for operation, principal, count in asked:
        operations[operation.key] = operation
        needed[operation.key, principal] = needed.get((operation.key, principal), 0) + count
    return max(
        (
            (math.ceil(count * own / limit.requests) - 1) * limit.window * LATE / time_scale
            for (key, _), count in needed.items()
            for limit in operations[key].limits
        ),
        default=0.0,
    )
