"""Whether operations draw on buckets of their own, from what was sent while one of them was used up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, UPHELD
from contracts.judging.record_laws import Judgement
from load.limiters.conclusion import ONCE, Estimate
from load.limiters.trace import Sample
from load.scenarios.limits.findings import LimitFinding
from load.scenarios.limits.table import Findings

EXPECTED = "other operations are not refused"
ALONE = "by itself"
LOOSER = 1.1
"""Times the declared number from which on a shared bucket that admits so many to one operation is looser."""
UNSEEN = "no operation was seen to have its whole number while another one of the credential was used up"


def suspect(finding: LimitFinding) -> bool:
    """Whether it was refused too soon at first: another operation may have drawn on the same bucket."""
    found = finding.estimate
    return found is not None and found.opened < found.rule.limit and any(each.refused for each in found.samples)


def own_bucket(finding: LimitFinding, findings: Findings) -> Judgement:
    """Broken where others are refused when only one is used up; upheld where one has its number while another is."""
    if (look := look_at(finding, findings)) and look.looked:
        return Judgement(BROKEN, EXPECTED, _one_bucket(look, findings), None, "seen once", (look.looked,))
    beside = [each for each in findings.values() if each.job.principal == finding.job.principal and each is not finding]
    if finding.sharing and not any(each.looked and each.job.operation.key in finding.sharing for each in beside):
        return Judgement(BROKEN, EXPECTED, f"refused too: {', '.join(finding.sharing)}", None, "seen once")
    if suspect(finding) and not finding.looked:
        return Judgement(NOT_OBSERVABLE, reason="it had less than its number at first, and was not used up by itself")
    shown = next(_shown(finding, beside), None)
    if shown is None:
        return Judgement(NOT_OBSERVABLE, reason=UNSEEN)
    had, used_up = shown
    reason = f"{had.job.operation.key} had its whole number while {used_up.job.operation.key} was used up"
    return Judgement(UPHELD, reason=reason, seqs=_last(had.estimate))


def look_at(finding: LimitFinding, findings: Findings) -> LimitFinding | None:
    """The operation that was used up by itself and showed that this one draws on the same bucket; maybe this one."""
    key, principal = finding.job.key
    looks = [
        each for each in findings.values() if each.looked and each.sharing and each.job.principal.name == principal
    ]
    return next((each for each in looks if key == each.job.operation.key or key in each.sharing), None)


def _one_bucket(look: LimitFinding, findings: Findings) -> str:
    """The number of a bucket and all that draws on it, in words."""
    keys = (look.job.operation.key, *look.sharing)
    found = [findings.get((key, look.job.principal.name)) for key in keys]
    declared = [each.job.limit.requests for each in found if each]
    numbers = f"{declared[0]} each" if len(set(declared)) == 1 else ", ".join(map(str, declared))
    bucket = f"one bucket of {look.alone}" if look.alone else "one bucket"
    return f"{bucket} for these operations, declared {numbers}: {', '.join(keys)}"


def weighed(findings: Findings) -> dict[tuple[str, str], LimitFinding]:
    """The findings, their numbers held against buckets that are shared.

    What an operation had while others drew on its bucket is no number of its own: looser or tighter follows from a
    burst on it alone, or where it was not used up alone, from having had the same number twice.
    """
    return {key: _weighed(_shared(each, findings), look_at(each, findings)) for key, each in findings.items()}


def _shared(finding: LimitFinding, findings: Findings) -> LimitFinding:
    """With what it shares its bucket: as a look has shown, and not only because it was refused meanwhile."""
    if look := look_at(finding, findings):
        bucket = (look.job.operation.key, *look.sharing)
        return attrs.evolve(finding, sharing=tuple(key for key in bucket if key != finding.job.operation.key))
    principal = finding.job.principal.name
    kept = tuple(each for each in finding.sharing if not _seen(findings.get((each, principal))))
    return attrs.evolve(finding, sharing=kept)


def _seen(finding: LimitFinding | None) -> bool:
    return finding is not None and finding.looked is not None


def _weighed(finding: LimitFinding, look: LimitFinding | None) -> LimitFinding:
    found = finding.estimate
    if found is None:
        return finding
    own = look is not None and look.job.key == finding.job.key
    if own and finding.alone and finding.alone >= LOOSER * found.rule.limit:
        why = f"{finding.alone} admitted when only this operation was asked"
        told = attrs.evolve(found, verdict="looser", admitted=finding.alone, limit=None, reason=why, confidence=ALONE)
        return attrs.evolve(finding, estimate=told)
    if found.verdict != "tighter":
        return finding
    if finding.alone and finding.alone < found.rule.limit:
        return attrs.evolve(finding, estimate=attrs.evolve(found, admitted=finding.alone, confidence="repeated"))
    if look is not None or finding.alone:
        drawn = f" while {look.job.operation.key} drew on the same bucket" if look and not own else ""
        why = f"{found.admitted} admitted{drawn}" + (f", {finding.alone} by itself" if finding.alone else "")
        return attrs.evolve(finding, estimate=attrs.evolve(found, verdict="inconclusive", limit=None, reason=why))
    same = found.opened == _opened(found.after)
    return finding if same else attrs.evolve(finding, estimate=attrs.evolve(found, confidence=ONCE))


def _opened(samples: Sequence[Sample]) -> int:
    """How many were admitted before the first refusal."""
    first = min((each.received for each in samples if each.refused), default=float("inf"))
    return sum(not each.refused and each.sent < first for each in samples)


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
