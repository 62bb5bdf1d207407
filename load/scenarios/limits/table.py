"""Limits in numbers and a word: the `limits` of verdicts.json, and the rows of the web UI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import Terms, headers
from load.runtime.run import LoadRun
from load.scenarios.limits.findings import Job, LimitFinding
from specs.contract import Limit, Operation
from specs.contract.rate_headers import RateHeader

SOAKED = 0.9
"""Share of a longer limit that must have been admitted within its window to call it kept."""
PACED = 50
"""A longer limit from which on one request more or less, where a window may have ended meanwhile, is close enough."""
UNCOUNTED = "invalid requests may not be counted here, and valid ones would change data"
Findings = Mapping[tuple[str, str], LimitFinding]


def limits(run: LoadRun, findings: Findings) -> list[dict[str, Any]]:
    """Declared and observed, one object per operation, credential and period."""
    ordered = sorted(findings.values(), key=lambda each: each.job.operation.key)
    return [_object(run, finding, limit, findings) for finding in ordered for limit in finding.job.operation.limits]


def _object(run: LoadRun, finding: LimitFinding, limit: Limit, findings: Findings) -> dict[str, Any]:
    own = limit is finding.job.limit
    rule = run.rule(limit)
    word, reason, found = _said(finding, limit, findings)
    samples = [*found.samples, *found.after] if found else []
    told_in = headers(samples, terms_of(finding.job.operation, run))
    start = samples[0].sent if samples else run.started
    return {
        "operation": finding.job.operation.key,
        "principal": finding.job.principal.name,
        "period": limit.period,
        "pointer": limit.pointer,
        "declared": {"limit": limit.requests, "window": limit.window, "scaled_window": rule.window},
        "observed": {
            "limit": found.limit if found else None,
            "window": list(found.window) if found and found.window else None,
            "admitted": found.admitted if found else None,
            "kinds": list(found.kinds) if found else [],
            "burst": found.burst if found else None,
            "counts": _counted(finding) if own else None,
            "headers": told_in.family if own else None,
            "header_suffixes": list(told_in.suffixes) if own else [],
            "reset_unit": told_in.unit if own else None,
        },
        "verdict": word,
        "reason": reason or None,
        "confidence": (found.confidence or None) if found else None,
        "requests": len(samples),
        "late": finding.late if own else 0,
        "trace": found.digest if found else None,
        "started": start,
        "admitted": [round(each.sent - start, 3) for each in samples if not each.refused and not each.void],
        "refused": [round(each.sent - start, 3) for each in samples if each.refused],
    }


def terms_of(operation: Operation, run: LoadRun) -> Terms:
    """What the document says of an operation's rate headers."""
    words, refusal = run.contract.rate_headers, operation.answer(429)
    promised = [header.name for header in refusal.headers if _counts(words.get(header.name.lower()))] if refusal else []
    return Terms(
        run.rule(operation.limits[0]),
        words,
        tuple(promised),
        {limit.requests: run.rule(limit).window for limit in operation.limits if not limit.implied},
        run.clock.offset,
        run.clock.unsure if run.clock.known else 1.0,
    )


def _counts(header: RateHeader | None) -> bool:
    return header is not None and header.role != "wait"


def uncounted(finding: LimitFinding, findings: Findings) -> bool:
    """Whether nothing was refused, and requests of this kind may not be counted here at all.

    They are counted if another operation refuses them: the same kind of request, with a body or without, that was
    answered alike before. One that is turned away sooner, such as by its path's owner, need not count where others do.
    """
    found = finding.estimate
    if found is None or found.verdict != "not enforced" or not finding.inert:
        return False
    bodied = finding.job.operation.body is not None
    return not any(
        each.inert and each.statuses >= finding.statuses and (each.job.operation.body is not None) == bodied
        for each in findings.values()
        if each.estimate and any(sample.refused for sample in each.estimate.samples)
    )


def unproven(run: LoadRun, findings: Findings) -> list[str]:
    """Limits that were examined and are neither kept nor broken: of the number, or beyond depth quick of the window."""
    found = [(key[0], each.estimate) for key, each in sorted(findings.items()) if each.estimate]
    return [
        f"{operation}: {estimate.reason}"
        for operation, estimate in found
        if estimate.verdict == "inconclusive" and (run.depth != "quick" or estimate.limit != estimate.rule.limit)
    ]


def _said(finding: LimitFinding, limit: Limit, findings: Findings) -> tuple[str, str, Estimate | None]:
    """A limit's word, the reason, and the estimate behind it."""
    if uncounted(finding, findings):
        return "not observable", UNCOUNTED, finding.estimate
    if limit is not finding.job.limit:
        return *longer(finding, limit), finding.longer.get(limit.period)
    found = finding.estimate
    if found is None or finding.blocked:
        return "not observable", finding.blocked or "the run ended before its turn", found
    return found.verdict, found.reason, found


def longer(finding: LimitFinding, limit: Limit) -> tuple[str, str]:
    """What a run says of a longer limit, in a word, and why."""
    found, exact = finding.estimate, finding.longer.get(limit.period)
    if found is None:
        return "not observable", finding.blocked or "the run ended before its turn"
    if limit.period in finding.refuted:
        return "tighter", f"refused after {finding.refuted[limit.period][0]} while the shorter limit had room"
    if exact is not None:
        return _exact(exact)
    count = finding.soaked.get(limit.period) or sum(not each.refused for each in (*found.samples, *found.after))
    if limit.implied and (found.verdict == "kept" or found.limit == found.rule.limit):
        kept = "it cannot bind while the shorter limit is kept"
        if count >= SOAKED * limit.requests:
            return "kept", f"{count} admitted within its window, none refused by it; {kept}"
        return "implied", f"{kept}; not refuted up to {count}"
    if limit.implied:
        return "not observable", "the shorter limit, which would imply it, was not shown to be kept"
    return "not refuted", f"not refuted up to {count}"


def _exact(found: Estimate) -> tuple[str, str]:
    """A longer limit that was examined: the number is proven by itself, the window needs a second one."""
    told = found.reason or "number and window are as declared"
    number = found.rule.limit
    near = number in found.numbers and all(abs(each - number) <= 1 for each in found.numbers)
    refused = any(each.refused for each in found.samples)
    if found.verdict == "inconclusive" and refused and (found.limit == number or (near and number >= PACED)):
        return "kept", f"refused at its number while the shorter limit had room; {told}"
    return found.verdict, told


def _counted(finding: LimitFinding) -> str | None:
    """Which answers the limiter was seen to count."""
    found = finding.estimate
    if found is None or not any(each.refused for each in found.samples):
        return None
    return "answers " + ", ".join(map(str, sorted(finding.statuses)))


def table(run: LoadRun, all_jobs: Iterable[Job], findings: Findings) -> list[dict[str, str]]:
    """One row for every limit, found or still to be found."""
    rows: list[dict[str, str]] = []
    for job in sorted(all_jobs, key=lambda each: each.operation.key):
        finding = findings.get(job.key)
        rows += [_row(run, finding, job, limit, findings) for limit in job.operation.limits]
    return rows


def _row(run: LoadRun, finding: LimitFinding | None, job: Job, limit: Limit, findings: Findings) -> dict[str, str]:
    rule = run.rule(limit)
    word, told, seen = "", "being examined", ""
    if finding is not None:
        word, told, found = _said(finding, limit, findings)
        seen = _seen(found)
    declared = f"{rule.limit} in {rule.window:g} s"
    return {"operation": job.operation.key, "declared": declared, "observed": seen, "verdict": word, "told": told}


def _seen(found: Estimate | None) -> str:
    if found is None or found.limit is None:
        return ""
    low, high = found.window or (0.0, 0.0)
    return f"{found.limit}" + (f" in {low:.4g} to {high:.4g} s" if found.window else "")
