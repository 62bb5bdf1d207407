"""The verdicts of recorded traffic: nothing is sent, so nobody is blamed for what only a question could show."""

from __future__ import annotations

import attrs

from contracts.checks import Check
from contracts.core.verdicts import BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED
from contracts.evidence.reader import Evidence
from contracts.judging import deviations, judge
from contracts.judging.checks import check_verdicts
from contracts.judging.judge import Verdict
from contracts.judging.record_laws import judgement, verdict_of
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem
from contracts.traffic.record import Record

UNSEEN = {
    "protocol/an-answer-is-an-http-message": "a recording does not hold the bytes that came over the wire",
    "protocol/a-body-is-as-long-as-told": "a recording does not hold the bytes that came over the wire",
    "limits/what-remains-falls-by-one": "a recording need not hold every request of a credential",
}
"""Checks that need what recordings do not have."""
_FAILURES = "status/no-server-error"


def verdicts(plan: Plan, evidence: Evidence) -> list[Verdict]:
    """Every item of a plan of recorded traffic."""
    record = Record(plan.contract, plan.deployment, evidence.exchanges)
    found = [_of_law(plan, each, record) for each in plan.items if isinstance(each.rule, Law)]
    found += [_settled(each, record) for each in check_verdicts(plan, evidence.exchanges)]
    started = evidence.header["started"]
    return [deviations.apply(judge.graded(each, plan.deployment), plan.deployment.known, started) for each in found]


def _of_law(plan: Plan, item: PlanItem, record: Record) -> Verdict:
    assert isinstance(item.rule, Law)
    if not record.of(item.operation):
        return Verdict(item, NOT_ASKED, reason="the recording has no request to this operation")
    found = judgement(item.rule, record, item.operation)
    return verdict_of(item, found, dict(record.exchanges), plan.deployment.base_url)


def _settled(verdict: Verdict, record: Record) -> Verdict:
    """The verdict of a check; not observable where recordings do not have what it needs."""
    assert isinstance(verdict.item.rule, Check)
    if verdict.verdict == NOT_ASKED:
        return attrs.evolve(verdict, reason="the recording has no request to this operation")
    if reason := UNSEEN.get(verdict.item.rule.id):
        return Verdict(verdict.item, NOT_OBSERVABLE, reason=reason)
    once = record.failed_once(verdict.item.operation) if verdict.item.rule.id == _FAILURES else []
    if once and verdict.verdict != BROKEN:
        told = f"{once[0].summary()}, and the recording does not show the request sent again"
        return Verdict(verdict.item, OBSERVED, reason=told, count=len(once), exchanges=(once[0].seq,))
    return verdict
