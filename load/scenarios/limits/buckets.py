"""Whether operations draw on buckets of their own, from what was sent while one of them was used up."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, UPHELD
from contracts.judging.record_laws import Judgement
from load.limiters.conclusion import Estimate
from load.scenarios.limits.findings import LimitFinding
from load.scenarios.limits.table import Findings

EXPECTED = "other operations are not refused"
UNTOUCHED = "not refused for what other operations used"
UNSEEN = "no operation was seen to have its whole number while another one of the credential was used up"


def suspect(finding: LimitFinding) -> bool:
    """Whether it was refused too soon at first: another operation may have drawn on the same bucket."""
    found = finding.estimate
    return found is not None and found.opened < found.rule.limit and any(each.refused for each in found.samples)


def own_bucket(finding: LimitFinding, findings: Findings) -> Judgement:
    """Broken where others are refused when only one is used up; upheld where one has its number while another is."""
    if finding.sharing:
        seqs = (finding.looked,) if finding.looked else ()
        return Judgement(BROKEN, EXPECTED, f"refused too: {', '.join(finding.sharing)}", None, "seen once", seqs)
    beside = [each for each in findings.values() if each.job.principal == finding.job.principal and each is not finding]
    for other in beside:
        if finding.job.operation.key in other.sharing and other.looked:
            told = f"refused while only {other.job.operation.key} was used up"
            return Judgement(
                BROKEN, "not refused for what other operations used", told, None, "seen once", (other.looked,)
            )
    if suspect(finding) and not finding.looked:
        return Judgement(NOT_OBSERVABLE, reason="it had less than its number at first, and was not used up by itself")
    shown = next(_shown(finding, beside), None)
    if shown is None:
        return Judgement(NOT_OBSERVABLE, reason=UNSEEN)
    had, used_up = shown
    reason = f"{had.job.operation.key} had its whole number while {used_up.job.operation.key} was used up"
    return Judgement(UPHELD, reason=reason, seqs=_last(had.estimate))


def _shown(finding: LimitFinding, beside: list[LimitFinding]) -> Iterator[tuple[LimitFinding, LimitFinding]]:
    """One operation that had its number while another was used up, this one being one of the two."""
    for other in beside:
        yield from ((had, used) for had, used in ((finding, other), (other, finding)) if _meanwhile(had, used))


def _meanwhile(had: LimitFinding, used_up: LimitFinding) -> bool:
    """Whether the whole number was admitted between two refusals of another operation, with no admission in between."""
    one, other = had.estimate, used_up.estimate
    if one is None or other is None or one.opened < one.rule.limit:
        return False
    burst = [each for each in one.samples if not each.refused][: one.rule.limit]
    refused = [each for each in other.samples if each.refused]
    first = min((each.received for each in refused), default=float("inf"))
    again = min((each.sent for each in other.samples if not each.refused and each.sent > first), default=float("inf"))
    last = max((each.sent for each in refused if each.sent < again), default=0.0)
    return first <= burst[0].sent and max(each.received for each in burst) <= last


def _last(found: Estimate | None) -> tuple[int, ...]:
    """The last answers of a number that was admitted."""
    admitted = [each.seq for each in found.samples if not each.refused] if found else []
    return tuple(admitted[found.rule.limit - 1 : found.rule.limit]) if found else ()
