"""What the suite read of a document and a deployment file, shown before anything is sent."""

from __future__ import annotations

from collections import Counter
from typing import Any

from contracts.plan import changes, duration
from contracts.plan.plan import Plan
from contracts.request.credentials import callers
from specs.contract import Contract, Operation, Paging
from specs.contract.other_lists import other_lists
from specs.contract.overlay_draft import gaps
from specs.source.unjudged import counted

FEW = 3
"""Entries of one kind that are named in the text; the JSON has all of them."""


def summary(plan: Plan) -> dict[str, Any]:
    """The whole of it as plain data; reports/schemas/plan.schema.json describes it."""
    contract = plan.contract
    document = contract.document
    return {
        "document": {
            "title": document.title,
            "location": document.location,
            "openapi": document.openapi,
            "operations": len(contract.operations),
            "not_judged": [{"pointer": pointer, "what": what} for pointer, what in document.unjudged],
        },
        "defective": [
            {"operation": each.key, "defect": each.unusable} for each in contract.operations if each.unusable
        ],
        "lists": _lists(contract),
        "filters": _filters(contract),
        "resources": [
            {"collection": each.collection, "methods": [operation.method for operation in each.operations]}
            for each in contract.resources
        ],
        "credentials": [_credentials(plan, each) for each in contract.operations],
        "tokens": _tokens(contract),
        "limits": [
            {"operation": each.key, "requests": limit.requests, "seconds": limit.window, "implied": limit.implied}
            for each in contract.operations
            for limit in each.limits
        ],
        "missing": [
            {"operation": gap.operation, "what": gap.what, "overlay": list(gap.lines)} for gap in gaps(contract)
        ],
    }


def _asked_in(paging: Paging) -> str:
    """Where a page is asked for; a POST that only looks something up has it in its body."""
    asked = paging.position or paging.size
    return asked.location if asked else "query"


def _lists(contract: Contract) -> list[dict[str, Any]]:
    found = [
        {
            "operation": each.key,
            "dialect": each.paging.dialect,
            "asked_in": _asked_in(each.paging),
            "position": each.paging.position.name if each.paging.position else None,
            "size": each.paging.size.name if each.paging.size else None,
            "first": each.paging.first,
            "items": each.paging.items,
            "told": {role: (each.paging.pagination or "") + place for role, place in each.paging.members.items()},
            "headers": dict(each.paging.headers),
            "judged": each.unusable is None,
            "why_not": each.unusable,
        }
        for each in contract.operations
        if each.paging
    ]
    blank: dict[str, Any] = {"position": None, "size": None, "first": 0, "items": None, "told": {}, "headers": {}}
    return found + [
        {
            **blank,
            "operation": each.operation.key,
            "dialect": each.dialect,
            "asked_in": each.place,
            "judged": False,
            "why_not": each.why,
        }
        for each in other_lists(contract)
    ]


def _filters(contract: Contract) -> list[dict[str, str]]:
    return [
        {"operation": each.key, "parameter": one.name, "member": one.filter.member, "by": one.filter.by}
        for each in contract.operations
        for one in each.parameters
        if one.filter
    ]


def _credentials(plan: Plan, operation: Operation) -> dict[str, Any]:
    able = callers(plan.deployment, operation)
    return {
        "operation": operation.key,
        "alternatives": [[scheme.name for scheme in each.schemes] for each in operation.security],
        "principals": [each.name for each in able if not each.provisioned],
    }


def _tokens(contract: Contract) -> dict[str, Any] | None:
    rules = contract.tokens
    if rules is None:
        return None
    return {
        "issued_by": [each.key for each in rules.issue],
        "refreshed_by": rules.refresh.key if rules.refresh else None,
        "forced_by": rules.force.key if rules.force else None,
    }


def text(plan: Plan) -> str:
    """The same for people: what there is of each kind, with the first few, and what is missing."""
    told = summary(plan)
    document = told["document"]
    lines = [f"{document['location']}: {document['title']}, OpenAPI {document['openapi']}"]
    unjudged = counted((each["pointer"], each["what"]) for each in document["not_judged"])
    lines.append(f"operations    {document['operations']}" + (f"; not judged: {unjudged}" if unjudged else ""))
    lines += _some("defective", [f"{each['operation']}: {each['defect']}" for each in told["defective"]])
    lines += _told_lists(told["lists"])
    lines += _some("resources", [f"{each['collection']}: {', '.join(each['methods'])}" for each in told["resources"]])
    lines += _some("filters", [f"{each['operation']}: {each['parameter']}" for each in told["filters"]])
    lines += _told_credentials(told["credentials"])
    tokens = told["tokens"]
    if tokens:
        lines.append(f"tokens        issued by {', '.join(tokens['issued_by'])}; refreshed by {tokens['refreshed_by']}")
    limited = {each["operation"] for each in told["limits"]}
    lines.append(f"limits        {len(limited)} of {document['operations']} operations declare one")
    lines += _told_missing(told["missing"])
    return "\n".join([*lines, "", *changes.text(plan), "", *_asked(plan)])


def _told_lists(lists: list[dict[str, Any]]) -> list[str]:
    """Each way of paging with the number of lists that have it."""
    ways = Counter((each["dialect"], each["position"], each["size"], each["judged"], each["why_not"]) for each in lists)
    lines = [f"lists         {len(lists)}"] if lists else ["lists         none that is paged"]
    for (dialect, position, size, judged, why), count in ways.most_common():
        named = " and ".join(name for name in (position, size) if name)
        rest = "" if judged else f"; not judged: {why}"
        lines.append(f"  {count:3} by {dialect}" + (f" ({named})" if named else "") + rest)
    return lines


def _told_credentials(told: list[dict[str, Any]]) -> list[str]:
    """Who may call how many operations, and which nobody may."""
    names = Counter(name for each in told for name in each["principals"])
    nobody = [each["operation"] for each in told if not each["principals"]]
    lines = ["credentials   " + (", ".join(f"{name} may call {count}" for name, count in names.items()) or "none")]
    return lines + (
        ["  nobody of the deployment file may call", *(f"    {each}" for each in _few(nobody))] if nobody else []
    )


def _told_missing(told: list[dict[str, Any]]) -> list[str]:
    """What the document leaves open, like things together, with the overlay lines of the first."""
    lines: list[str] = []
    kinds: dict[str, list[dict[str, Any]]] = {}
    for each in told:
        kinds.setdefault(each["what"], []).append(each)
    if kinds:
        lines.append("missing       an overlay can say it (python -m specs overlay DOCUMENT writes one):")
    for what, same in kinds.items():
        where = f" at {same[0]['operation']}" if same[0]["operation"] else ""
        more = f" and {len(same) - 1} more" if len(same) > 1 else ""
        lines += [f"  {what}{where}{more}", *(f"      {line}" for line in same[0]["overlay"])]
    return lines


def _some(title: str, rows: list[str]) -> list[str]:
    return [f"{title:13} {len(rows)}", *(f"  {row}" for row in _few(rows))] if rows else []


def _few(rows: list[str]) -> list[str]:
    return rows if len(rows) <= FEW + 1 else [*rows[:FEW], f"and {len(rows) - FEW} more"]


def _asked(plan: Plan) -> list[str]:
    """How many items will be run, and how long that takes."""
    families = Counter(item.rule.family for item in plan.items if not item.closed)
    return [
        ", ".join(f"{count} {family}" for family, count in sorted(families.items())),
        f"{sum(families.values())} of {len(plan.items)} plan items will be run; plan {plan.digest}",
        duration.summary(plan),
    ]
