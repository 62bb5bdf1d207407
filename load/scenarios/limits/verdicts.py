"""From findings to verdicts, one per law, operation and credential, and to the `limits` of verdicts.json."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from contracts import checks
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, UPHELD
from contracts.judging import judge
from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan, PlanItem, promised
from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import headers
from load.limiters.header_truth import lies
from load.limiters.trace import Sample
from load.runtime.record_laws import Judgement, verdict_of
from load.runtime.run import LoadRun
from load.runtime.setup import Setup
from load.scenarios.limits.buckets import own_bucket
from load.scenarios.limits.findings import LimitFinding, jobs
from load.scenarios.limits.laws import LAWS
from load.scenarios.limits.longer_limits import WINDOWS
from load.scenarios.limits.refusals import promised as promised_statuses
from load.scenarios.limits.refusals import shows
from load.scenarios.limits.table import UNCOUNTED, Findings, longer, terms_of, uncounted
from specs.contract import Limit, selectors
from specs.promises.promises import promises

UNKNOWN = "all responses were 404, since only unknown ids could be requested"
OF_THE_NUMBER = {"declared-limit-is-enforced", "window-is-as-declared"}


def plan(setup: Setup) -> Plan:
    """Every law of limits for every limited operation, and every check for every operation."""
    told = promises(setup.contract)
    able = {job.operation.key: job.principal for job in jobs(setup.contract, setup.deployment)}
    lines = [
        PlanItem(
            law,
            operation,
            able.get(operation.key),
            False,
            promised(told, operation, law.kinds),
            closed=None if operation.key in able else "the deployment file names nobody who may call this operation",
        )
        for law in LAWS.values()
        for operation in selectors.limited(setup.contract)
    ]
    lines += [
        PlanItem(check, operation, None, False, promised(told, operation, check.kinds))
        for check in checks.load().values()
        for operation in setup.contract.operations
    ]
    return Plan(setup.contract, setup.deployment, setup.depth, tuple(lines), told)


def verdicts(run: LoadRun, made: Plan, findings: Findings) -> list[Verdict]:
    """All verdicts, in the order of the plan."""
    heard = {verdict.item.id: verdict for verdict in judge.check_verdicts(made, run.exchanges)}
    return [heard[item.id] if item.id in heard else _of_line(run, item, findings) for item in made.items]


def _of_line(run: LoadRun, item: PlanItem, findings: Findings) -> Verdict:
    finding = findings.get((item.operation.key, item.principal.name if item.principal else ""))
    if finding is None or (finding.estimate is None and finding.blocked is None):
        return Verdict(item, NOT_ASKED, reason=item.closed or "the run ended before its turn")
    if finding.estimate is None:
        return Verdict(item, NOT_OBSERVABLE if finding.sharing else BLOCKED, reason=finding.blocked)
    if uncounted(finding, findings):
        return Verdict(item, NOT_OBSERVABLE, reason=UNCOUNTED)
    if item.rule.name == "operations-have-buckets-of-their-own":
        found = own_bucket(finding, findings)
    else:
        found = _JUDGES[item.rule.name](finding, finding.estimate, run)
    found = attrs.evolve(found, count=len(finding.estimate.samples))
    if finding.statuses == {404} and item.rule.name in OF_THE_NUMBER:
        found = attrs.evolve(found, reason="; ".join(filter(None, (found.reason, UNKNOWN))))
    return verdict_of(item, found, run.exchanges, run.deployment.base_url)


def _declared(found: Estimate) -> str:
    return f"{found.rule.limit} in {found.rule.window:g} s"


def _edge(found: Estimate) -> tuple[int, ...]:
    """The answers around the first refusal."""
    return _around_refusal(found.samples)


def _around_refusal(samples: Sequence[Sample]) -> tuple[int, ...]:
    first = next((number for number, each in enumerate(samples) if each.refused), len(samples))
    return tuple(each.seq for each in samples[max(0, first - 2) : first + 2])


def _enforced(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    sharing = f"; its bucket is shared with {', '.join(finding.sharing)}" if finding.sharing else ""
    if found.verdict in {"not enforced", "looser", "tighter"}:
        if found.verdict == "tighter" and found.confidence != "repeated":
            return Judgement(
                NOT_OBSERVABLE, reason=f"{found.reason}, less than declared, but the credential may not have been idle"
            )
        actual = {
            "not enforced": f"not enforced: {found.reason}",
            "looser": f"looser: {found.admitted} admitted, {found.admitted / found.rule.limit:.2g} times the number",
            "tighter": f"tighter: {found.admitted} admitted{sharing}",
        }[found.verdict]
        return Judgement(BROKEN, f"{_declared(found)}, then 429", actual, None, found.confidence, _edge(found))
    if found.verdict in {"inconclusive", "window"} and found.limit != found.rule.limit:
        return Judgement(NOT_OBSERVABLE, reason=found.reason)
    if found.verdict == "race":
        told = f"{found.limit} admitted one by one, then 429"
        return Judgement(UPHELD, actual=told, reason=found.reason, seqs=_around_refusal(found.after))
    if not any(each.refused for each in found.samples):
        return Judgement(NOT_OBSERVABLE, reason=found.reason)
    if finding.renewed:
        what, seq = finding.renewed
        told = f"used up, it admits again with another {what}"
        return Judgement(BROKEN, f"{_declared(found)}, however a request is written", told, None, "twice", (seq,))
    told, odd = f"{found.rule.limit} admitted, then {_statuses(finding.refusals)}", _odd(finding)
    if odd:
        expected = f"{_declared(found)}, then {_statuses(promised_statuses(finding.job.operation))}"
        return Judgement(BROKEN, expected, told, None, f"in {len(found.samples)} answers", _edge(found))
    return Judgement(UPHELD, actual=told, confidence=found.confidence, seqs=_edge(found))


def _statuses(statuses: Iterable[int]) -> str:
    return " or ".join(map(str, sorted(statuses))) or "429"


def _odd(finding: LimitFinding) -> set[int]:
    """Statuses by which it refused though the document names another for it."""
    named = promised_statuses(finding.job.operation)
    return finding.refusals - named if named else set()


def _window(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    expected = f"{found.rule.window:g} s"
    if found.verdict == "window" and found.window:
        low, high = found.window
        return Judgement(
            BROKEN, expected, found.reason or f"{low:.4g} to {high:.4g} s", None, found.confidence, _edge(found)
        )
    if found.verdict == "kept" and found.window:
        told = f"{' or '.join(found.kinds)}, {found.window[0]:.4g} to {found.window[1]:.4g} s"
        return Judgement(UPHELD, actual=told, confidence=found.confidence, seqs=_edge(found))
    return Judgement(NOT_OBSERVABLE, reason=found.reason or "the number is not kept, so the window is not judged")


def _long(finding: LimitFinding, found: Estimate, run: LoadRun) -> Judgement:
    limits = finding.job.operation.limits[1:]
    if not limits:
        return Judgement(NOT_OBSERVABLE, reason="one limit is declared, no longer one")
    judged = [_longer(finding, limit, run) for limit in limits]
    return next((each for each in judged if each.verdict == BROKEN), judged[0])


def _longer(finding: LimitFinding, limit: Limit, run: LoadRun) -> Judgement:
    rule, word = run.rule(limit), longer(finding, limit)
    found = finding.longer.get(limit.period)
    if limit.period in finding.refuted:
        admitted, seq = finding.refuted[limit.period]
        expected = f"{rule.limit} in {rule.window:g} s while the shorter limit has room"
        return Judgement(BROKEN, expected, f"refused after {admitted}", None, "repeated", (seq,))
    if found is not None and word[0] in {"looser", "tighter", "not enforced", "window"}:
        if word[0] == "tighter" and found.confidence != "repeated":
            return Judgement(NOT_OBSERVABLE, reason=f"{word[1]}; what was used before this run may have counted")
        return Judgement(
            BROKEN, f"{_declared(found)}, then 429", f"{word[0]}: {word[1]}", None, found.confidence, _edge(found)
        )
    if word[0] == "kept":
        return Judgement(UPHELD, actual=word[1], confidence=found.confidence if found else None)
    if run.depth != "soak" and word[0] == "not refuted":
        return Judgement(NOT_ASKED, reason=f"needs depth soak, {_lasts(rule.window)} here; {word[1]}")
    return Judgement(NOT_OBSERVABLE, reason=f"{word[0]}: {word[1]}")


def _lasts(window: float) -> str:
    """How long one window of a longer limit is asked."""
    seconds = window * WINDOWS
    return f"about {seconds / 60:.0f} minutes" if seconds >= 120 else f"about {seconds:.0f} s"


def _race(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    if found.verdict == "race":
        return Judgement(
            BROKEN,
            f"{found.rule.limit} admissions, however they are sent",
            found.reason,
            None,
            found.confidence,
            _edge(found),
        )
    if found.verdict == "kept" or found.limit == found.admitted == found.rule.limit:
        return Judgement(UPHELD, actual=f"{found.admitted} admitted of a concurrent burst", seqs=_edge(found))
    return Judgement(NOT_OBSERVABLE, reason="the number is not kept one by one either, or could not be determined")


def _headers(finding: LimitFinding, found: Estimate, run: LoadRun) -> Judgement:
    terms = terms_of(finding.job.operation, run)
    wrong = lies(found, terms)
    if wrong:
        more = (
            f" (and {len(wrong) - 1} more: {'; '.join(each.expected for each in wrong[1:])})" if len(wrong) > 1 else ""
        )
        return Judgement(
            BROKEN, wrong[0].expected, wrong[0].actual + more, None, f"in {len(found.samples)} answers", wrong[0].seqs
        )
    told = headers(found.samples, terms)
    if told.family is None:
        return Judgement(NOT_OBSERVABLE, reason="no answer had rate headers")
    read = f"{told.family}: the reset is read as {told.unit}" if told.unit else f"{told.family} tells no reset"
    return Judgement(UPHELD, reason=read, seqs=_edge(found))


def _still_refused(found: Estimate, moment: float) -> bool:
    """Whether the credential that was used up was refused after a moment, before it was admitted again."""
    after = [each for each in found.samples if each.sent >= moment]
    return bool(after) and min(after, key=lambda each: each.sent).refused


def _credentials(finding: LimitFinding, found: Estimate, run: LoadRun) -> Judgement:
    if finding.other is None:
        return Judgement(NOT_OBSERVABLE, reason="no other credential could be tried while this one was refused")
    name, status, seq = finding.other
    refused = shows(run.exchanges[seq])
    if not refused and (status in finding.refusals or not _still_refused(found, run.exchanges[seq].received)):
        return Judgement(NOT_OBSERVABLE, reason=f"the window may have ended before {name} asked")
    if refused:
        return Judgement(
            BROKEN,
            f"{name} is not refused for what {finding.job.principal.name} used",
            str(status),
            None,
            "seen once",
            (seq,),
        )
    return Judgement(UPHELD, actual=f"{name} was answered {status}", seqs=(seq,))


def _recovery(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    if found.recovered:
        return Judgement(UPHELD)
    if found.recovered is None:
        return Judgement(NOT_OBSERVABLE, reason="nothing was refused")
    admitted = [each for each in found.samples if not each.refused]
    refused = [each for each in found.samples if each.refused]
    silent = refused[-1].sent - admitted[-1].received if admitted else 0.0
    asked_too_often = any("counts refused" in kind or "block" in kind for kind in found.kinds)
    longer = found.verdict == "window" and found.window is not None and found.window[0] > found.rule.longest
    if longer or (silent > 1.06 * found.rule.window and not asked_too_often):
        return Judgement(
            BROKEN,
            f"admitted again after {found.rule.window:g} s",
            f"refused still after {silent:.1f} s",
            None,
            "seen once",
            (admitted[-1].seq, refused[-1].seq),
        )
    return Judgement(NOT_OBSERVABLE, reason=f"the run waited only {silent:.1f} s after the last admission")


def _effect(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    if finding.created is None:
        return Judgement(NOT_OBSERVABLE, reason="nothing can be created here, or its list cannot be looked at")
    mark, seq, there = finding.created
    if there is None:
        return Judgement(NOT_OBSERVABLE, reason="the list could not be looked at")
    if there:
        return Judgement(
            BROKEN, "a creation answered 429 makes nothing", f"{mark} is in the list", None, "seen once", (seq,)
        )
    return Judgement(UPHELD, seqs=(seq,))


_JUDGES: dict[str, Callable[[LimitFinding, Estimate, LoadRun], Judgement]] = {
    "declared-limit-is-enforced": _enforced,
    "window-is-as-declared": _window,
    "longer-limits-hold": _long,
    "a-burst-admits-no-more-than-the-limit": _race,
    "headers-are-true": _headers,
    "credentials-have-buckets-of-their-own": _credentials,
    "recovery": _recovery,
    "a-refused-request-changes-nothing": _effect,
}
