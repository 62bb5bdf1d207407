"""From findings to verdicts, one per law, operation and credential, and to the `limits` of verdicts.json."""

from __future__ import annotations

import attrs

from contracts import checks
from contracts.core.verdicts import BLOCKED, NOT_ASKED, NOT_OBSERVABLE
from contracts.judging.checks import check_verdicts
from contracts.judging.judge import Verdict
from contracts.judging.record_laws import judgement, verdict_of
from contracts.plan.plan import Plan, PlanItem, promised
from contracts.request.permission import why_not
from load.runtime.run import LoadRun
from load.runtime.setup import Setup
from load.scenarios.limits.findings import jobs
from load.scenarios.limits.laws import LAWS
from load.scenarios.limits.table import UNCOUNTED, Findings, uncounted
from specs.contract import Operation, selectors
from specs.promises.promises import promises

UNKNOWN = "all responses were 404, since only unknown ids could be requested"
OF_ALL = "limits/operations-have-buckets-of-their-own"
"""The law that is judged by what was found at other operations, too."""
OF_THE_NUMBER = {"declared-limit-is-enforced", "window-is-as-declared"}


def plan(setup: Setup) -> Plan:
    """Every law of limits for every limited operation, and every check for every operation."""
    stated = promises(setup.contract)
    able = {job.operation.key: job.principal for job in jobs(setup.contract, setup.deployment)}
    lines = [
        PlanItem(
            law,
            operation,
            able.get(operation.key),
            False,
            promised(stated, operation, law.kinds),
            closed=None if operation.key in able else _why_not(setup, operation),
        )
        for law in LAWS.values()
        for operation in selectors.limited(setup.contract)
    ]
    lines += [
        PlanItem(check, operation, None, False, promised(stated, operation, check.kinds))
        for check in checks.load().values()
        for operation in setup.contract.operations
    ]
    return Plan(setup.contract, setup.deployment, setup.depth, tuple(lines), stated)


def _why_not(setup: Setup, operation: Operation) -> str:
    """Why the limits of an operation are not examined."""
    tenants = setup.deployment.tenants or ("",)
    forbidden = why_not(setup.contract, setup.deployment, operation, tenants[0])
    return forbidden or "the deployment file names nobody who may call this operation"


def verdicts(run: LoadRun, made: Plan, findings: Findings) -> list[Verdict]:
    """All verdicts, in the order of the plan."""
    heard = {verdict.item.id: verdict for verdict in check_verdicts(made, run.exchanges)}
    return [heard[item.id] if item.id in heard else _of_line(run, item, findings) for item in made.items]


def _of_line(run: LoadRun, item: PlanItem, findings: Findings) -> Verdict:
    finding = findings.get((item.operation.key, item.principal.name if item.principal else ""))
    if finding is None or (finding.estimate is None and finding.blocked is None):
        return Verdict(item, NOT_ASKED, reason=item.closed or "the run ended before its turn")
    if finding.estimate is None:
        return Verdict(item, NOT_OBSERVABLE if finding.sharing else BLOCKED, reason=finding.blocked)
    if uncounted(finding, findings):
        return Verdict(item, NOT_OBSERVABLE, reason=UNCOUNTED)
    whole = item.rule.id == OF_ALL
    found = judgement(LAWS[item.rule.id], finding, *((findings,) if whole else (finding.estimate, run)))
    found = attrs.evolve(found, count=len(finding.estimate.samples))
    if finding.statuses == {404} and item.rule.name in OF_THE_NUMBER:
        found = attrs.evolve(found, reason="; ".join(filter(None, (found.reason, UNKNOWN))))
    return verdict_of(item, found, run.exchanges, run.deployment.base_url)
