"""How long a plan will take at the declared limits, said before the first request is sent."""

from __future__ import annotations

from collections.abc import Container

from contracts.budget import duration
from contracts.law import Law
from contracts.plan import Plan


def seconds(plan: Plan, selected: Container[str] | None = None) -> float:
    """Seconds the selected lines need within the declared limits, by what each law asks and for how long it waits."""
    chosen = [
        line
        for line in plan.lines
        if isinstance(line.rule, Law) and not line.closed and (selected is None or line.id in selected)
    ]
    asked = [
        (line.operation, line.principal.name if line.principal else None, line.rule.cost(plan.depth))
        for line in chosen
        if isinstance(line.rule, Law)
    ]
    waits = [
        line.rule.waits(plan.contract, plan.deployment, line.depth or plan.depth)
        for line in chosen
        if isinstance(line.rule, Law) and line.rule.waits
    ]
    return max([duration(asked, plan.deployment.time_scale), *waits])


def told(plan: Plan, selected: Container[str] | None = None) -> str:
    """The same in words."""
    if plan.deployment.pace == "none":
        return "no limits are kept to, as the deployment file says"
    length = seconds(plan, selected)
    words = f"{length:.0f} s" if length < 120 else f"{length / 60:.0f} minutes"
    slow = length >= 1
    return f"at the declared limits this takes about {words}" if slow else "the declared limits do not slow this down"
