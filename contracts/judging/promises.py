"""What became of every promise of the document: the verdicts of all that judge it, in one word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.core.verdicts import BLOCKED, BROKEN, KNOWN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan
from specs.promises.promise import Promise
from specs.promises.quoting import quote

OF_A_PROMISE = (BROKEN, KNOWN, UPHELD, OBSERVED, BLOCKED, NOT_OBSERVABLE, NOT_ASKED)
"""Which verdict of several is that of a promise: what was seen of it, before what was not."""


def _quoted(plan: Plan, promise: Promise) -> dict[str, str] | None:
    found = quote(plan.contract, promise)
    return {"text": found.text, "place": found.place} if found else None


def promise_verdicts(plan: Plan, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Every promise of the document with what became of it, "none yet" where nothing judges it."""
    by_pointer: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        for promise in verdict.item.asserted:
            by_pointer.setdefault(promise.pointer, []).append(verdict)
    found: dict[str, Any] = {}
    for promise in plan.promises:
        judged = by_pointer.get(promise.pointer, [])
        worst = min((each.verdict for each in judged), key=OF_A_PROMISE.index, default="none yet")
        found[promise.pointer] = {
            "kind": promise.kind,
            "operation": promise.operation,
            "text": promise.text,
            "verdict": worst,
            "laws": sorted({each.item.rule.id for each in judged}),
            "quote": _quoted(plan, promise) if worst in (BROKEN, KNOWN) else None,
        }
    return found
