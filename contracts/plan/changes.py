"""What a run will do to a deployment, told before anything is sent: what it makes, what stays, what it leaves alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import Any

from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem
from contracts.request.permission import line, why_not
from specs.contract import Operation
from specs.contract.effects import effect_of


def changes(plan: Plan, selected: Container[str] | None = None) -> dict[str, Any]:
    """It as plain data. The numbers are estimates: what is asked on the way, and once more, is not in them."""
    asked = _asked(plan, selected)
    by_kind: dict[str, list[dict[str, Any]]] = {"created": [], "kept": [], "changed": [], "removed": []}
    for operation in plan.contract.operations:
        if operation.key in asked and not operation.safe:
            about = {"operation": operation.key, "requests": asked[operation.key]}
            by_kind[_kind(plan, operation)].append(about)
    methods: Counter[str] = Counter()
    for key, count in asked.items():
        methods[key.partition(" ")[0]] += count
    return {
        "requests": [{"operation": key, "requests": count} for key, count in asked.items()],
        "methods": dict(methods),
        **by_kind,
        "not_asked": [
            {"operation": each.key, "why": why, "allow": line(each) if line(each) in why else None}
            for each in plan.contract.operations
            if (why := _forbidden(plan, each))
        ],
        "not_sent": [
            {"operation": each.key, "parameter": name} for each in plan.contract.operations for name in each.withheld
        ],
    }


def _asked(plan: Plan, selected: Container[str] | None) -> Counter[str]:
    """About how many requests each operation gets."""
    found: Counter[str] = Counter()
    for item in plan.items:
        if isinstance(item.rule, Law) and not item.closed and (selected is None or item.id in selected):
            found[item.operation.key] += item.rule.cost(_depth(plan, item))
    return found


def _depth(plan: Plan, item: PlanItem) -> str:
    return item.depth or plan.depth


def _kind(plan: Plan, operation: Operation) -> str:
    kind = effect_of(plan.contract, operation).kind
    if kind in {"create", "keep"}:
        return "created" if kind == "create" else "kept"
    return "removed" if operation.method == "DELETE" else "changed"


def _forbidden(plan: Plan, operation: Operation) -> str | None:
    """Why an operation is asked on behalf of nobody, by the rule for what changes things."""
    tenants = plan.deployment.tenants or ("",)
    reasons = [why_not(plan.contract, plan.deployment, operation, each) for each in tenants]
    return reasons[0] if plan.deployment.writes and all(reasons) else None


def text(plan: Plan, selected: Container[str] | None = None) -> list[str]:
    """The same for people."""
    told = changes(plan, selected)
    methods = ", ".join(f"{count} {method}" for method, count in sorted(told["methods"].items()))
    lines = [f"requests      about {sum(told['methods'].values())}: {methods}" if methods else "requests      none"]
    for title, name in (
        ("creates, and removes again at the end", "created"),
        ("creates, and cannot remove: it stays", "kept"),
        ("changes", "changed"),
        ("removes", "removed"),
    ):
        if told[name]:
            lines += [title, *(f"  {each['operation']} (about {each['requests']})" for each in told[name])]
    if told["not_asked"]:
        lines.append("not asked, since it could change what this run has not made")
        lines += [f"  {each['operation']}: {each['why']}" for each in told["not_asked"]]
    if told["not_sent"]:
        lines.append("parameters that are not sent, since they act on what is there")
        lines += [f"  {each['operation']}: {each['parameter']}" for each in told["not_sent"]]
    return lines
