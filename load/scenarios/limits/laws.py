"""The promises about rate limits, judged from what was found of the limit of one operation and one credential.

They are no conversations: what they judge is a trace and the estimate made of it (`load.limiters`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from contracts.core.verdicts import BROKEN, NOT_ASKED, NOT_OBSERVABLE, UPHELD
from contracts.judging.record_laws import Judgement
from contracts.laws.law import Law, law
from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import headers
from load.limiters.header_truth import lies
from load.limiters.trace import Sample
from load.runtime.run import LoadRun
from load.scenarios.limits.buckets import own_bucket
from load.scenarios.limits.findings import LimitFinding
from load.scenarios.limits.longer_limits import WINDOWS
from load.scenarios.limits.refusals import promised as promised_statuses
from load.scenarios.limits.refusals import shows
from load.scenarios.limits.table import Findings, longer, terms_of
from specs.contract import Limit, selectors

LAWS: dict[str, Law] = {}
_law = law(
    family="limits",
    on=selectors.limited,
    kinds=("limit", "header"),
    laws=LAWS,
    recorded=True,
    no_path_setup=True,
)


def _declared(found: Estimate) -> str:
    return f"{found.rule.limit} in {found.rule.window:g} s"


def _edge(found: Estimate) -> tuple[int, ...]:
    """The answers around the first refusal."""
    return _around_refusal(found.samples)


def _around_refusal(samples: Sequence[Sample]) -> tuple[int, ...]:
    first = next((number for number, each in enumerate(samples) if each.refused), len(samples))
    return tuple(each.seq for each in samples[max(0, first - 2) : first + 2])


@_law
def declared_limit_is_enforced(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    """An idle credential gets as many admissions as declared in a window, and the next request is refused.

    A pilot request and a burst on an idle credential, until the first refusals. Broken by more or fewer admissions than
    declared that no conforming kind of limiter explains: fewer are examined again after an idle window. Fixed windows,
    sliding logs and counters and token buckets conform; a fixed window may admit twice as many across its boundary, and
    a small bucket that is filled at the declared rate fewer at once.
    """
    if finding.renewed:
        what, seq = finding.renewed
        told = f"used up, it admits again with another {what}"
        return Judgement(BROKEN, f"{_declared(found)}, however a request is written", told, None, "twice", (seq,))
    if found.verdict in {"not enforced", "looser", "tighter"}:
        return _another_number(finding, found)
    if found.verdict in {"inconclusive", "window"} and found.limit != found.rule.limit:
        return Judgement(NOT_OBSERVABLE, reason=found.reason)
    if found.verdict == "race":
        told = f"{found.limit} admitted one by one, then 429"
        return Judgement(UPHELD, actual=told, reason=found.reason, seqs=_around_refusal(found.after))
    if not any(each.refused for each in found.samples):
        return Judgement(NOT_OBSERVABLE, reason=found.reason)
    return _number_kept(finding, found)


def _another_number(finding: LimitFinding, found: Estimate) -> Judgement:
    """Another number than declared was admitted; fewer only once may be due to somebody else's requests."""
    if found.verdict == "tighter" and found.confidence != "repeated":
        reason = f"{found.reason}, less than declared, but the credential may not have been idle"
        return Judgement(NOT_OBSERVABLE, reason=reason)
    sharing = f"; its bucket is shared with {', '.join(finding.sharing)}" if finding.sharing else ""
    times = f", {found.admitted / found.rule.limit:.2g} times the number" if found.verdict == "looser" else ""
    admitted = found.reason if found.verdict == "not enforced" else f"{found.admitted} admitted{times}{sharing}"
    actual = f"{found.verdict}: {admitted}"
    return Judgement(BROKEN, f"{_declared(found)}, then 429", actual, None, found.confidence, _edge(found))


def _number_kept(finding: LimitFinding, found: Estimate) -> Judgement:
    """The declared number was admitted; the status of the refusals may be another than promised."""
    small = found.limit is not None and found.limit < found.rule.limit
    admitted = f"{found.limit} at once and {found.rule.limit} in a window" if small else f"{found.rule.limit}"
    told, odd = f"{admitted} admitted, then {_statuses(finding.refusals)}", _odd(finding)
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


@_law
def window_is_as_declared(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    """A used-up limit admits again when the declared window has passed, not sooner and not later.

    Single requests just before and after each time at which a conforming limiter lets the next one in. Upheld when
    only limiters with the declared window (within 4 %) fit all answers; broken when none does. After one window
    (depth quick) this is often open still, and said so.
    """
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


@_law
def longer_limits_hold(finding: LimitFinding, found: Estimate, run: LoadRun) -> Judgement:
    """A longer limit refuses at its own number and not before, while the shorter one has room.

    At depth soak: sent at a pace that never uses up the shorter limit, for one window of the longer one (an hour takes
    61 minutes). One that cannot bind while the shorter limit is kept is implied by it; it is broken if requests are
    refused although the shorter limit had a whole window to recover.
    """
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
    """How long requests are sent for one window of a longer limit."""
    seconds = window * WINDOWS
    return f"about {seconds / 60:.0f} minutes" if seconds >= 120 else f"about {seconds:.0f} s"


@_law
def a_burst_admits_no_more_than_the_limit(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    """Concurrent requests are counted one by one: together they get no more admissions than one after the other.

    Broken when a concurrent burst is admitted beyond the limit while a second one, sent one by one, is not.
    """
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


@_law
def headers_are_true(finding: LimitFinding, found: Estimate, run: LoadRun) -> Judgement:
    """Rate-limit headers agree with what the limiter does.

    Read are X-RateLimit-*, RateLimit-*, the draft's RateLimit and RateLimit-Policy, and names of a deployment's own.
    What the document declares is on every refusal; the limit is the declared number, what remains falls by one per
    counted request and promises no other number than is admitted, a policy's window is the declared one, and a request
    after the reset (and after Retry-After, if given) is admitted. Times count in what the document says, or else their
    unit is inferred.
    """
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


@_law
def credentials_have_buckets_of_their_own(finding: LimitFinding, found: Estimate, run: LoadRun) -> Judgement:
    """Using up one credential's limit leaves another credential's untouched.

    While one is refused, another sends the same once. Broken if that is refused too.
    """
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


@_law
def operations_have_buckets_of_their_own(finding: LimitFinding, findings: Findings) -> Judgement:
    """Using up one operation's limit leaves other operations of the same credential untouched.

    Upheld where one had its whole number while another one was refused. Where an operation admitted less than declared
    at first, it is used up again by itself, and one request sent to each of the others.
    """
    return own_bucket(finding, findings)


@_law
def recovery(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    """After the window has passed, requests are admitted again.

    Broken when requests are refused on and on, more than a window after the last admission.
    """
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


@_law
def a_refused_request_changes_nothing(finding: LimitFinding, found: Estimate, _: LoadRun) -> Judgement:
    """A request answered 429 has no effect.

    While creations or changes are refused, a valid one is sent: a creation under a name of its own, or a change of what
    the run has made itself before. Afterwards the list, or the resource, must not show it.
    """
    if finding.created is None and finding.changed is None:
        return Judgement(NOT_OBSERVABLE, reason="nothing of the run's own could be created or changed while it refused")
    if finding.created and finding.created[2]:
        mark, seq, _there = finding.created
        told = f"{mark} is in the list"
        return Judgement(BROKEN, "a creation answered 429 makes nothing", told, None, "seen once", (seq,))
    if finding.changed and finding.changed[3]:
        _before, new, seq, _there = finding.changed
        told = f"changed all the same: {', '.join(sorted(new))}"
        return Judgement(BROKEN, "a change answered 429 changes nothing", told, None, "seen once", (seq,))
    shown = [each[1] for each in (finding.created,) if each and each[2] is False]
    shown += [each[2] for each in (finding.changed,) if each and each[3] is False]
    if not shown:
        return Judgement(NOT_OBSERVABLE, reason="what it would have made or changed could not be looked at")
    return Judgement(UPHELD, seqs=tuple(shown))
