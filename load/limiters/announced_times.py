"""Whether the times that rate headers announce were true, compared with what the limiter was seen to do."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from contracts.core.quotas import WORDS, Quota, Span, fits, moments, units
from load.limiters.conclusion import SEVERAL, Estimate
from load.limiters.header_dialects import CLOCK, Lie, Series, Terms
from load.limiters.models import Block, FromFirst, Penalty, SlidingLog, SlidingLogOfAll
from load.limiters.trace import Sample
from load.limiters.windowed_models import Aligned, SlidingCounterOfAll
from specs.contract.rate_headers import Unit

STEADY = {Aligned.kind, FromFirst.kind, Block.kind, SlidingLog.kind, SlidingLogOfAll.kind}
"""Kinds whose next admission lies at the same time throughout a burst."""
WHOLE = {Aligned.kind, FromFirst.kind, Block.kind}
"""Kinds whose windows end for all their requests at once."""
POSTPONED = {SlidingLogOfAll.kind, SlidingCounterOfAll.kind, Penalty.kind, SEVERAL}
"""Kinds with which a refused request puts off the next admission, or may."""


def opening(found: Estimate, series: Series) -> list[tuple[Sample, Quota]]:
    """What the admitted responses of the opening burst said."""
    first = next((place for place, each in enumerate(found.samples) if each.refused), len(found.samples))
    samples = {id(each) for each in found.samples[:first]}
    return [(sample, quota) for sample, quota in series.quotas if id(sample) in samples]


def reset(found: Estimate, series: Series) -> Iterator[Lie]:
    """The reset is given in its unit, not past, and not further away than a window."""
    unit, name, slack = series.unit, series.header("reset"), CLOCK + 2 + series.terms.unsure
    if unit == "other":
        return
    longest = found.rule.window if series.numbers else max([found.rule.window, *series.terms.windows.values()])
    for sample, quota in series.quotas:
        if quota.reset is None:
            continue
        until, asked = series.reset(sample, quota), (sample.sent, sample.received)
        expected = WORDS[unit] if unit else "a time"
        if until is None:
            yield Lie(f"{name}: {expected}", repr(quota.reset), (sample.seq,))
            return
        if until[1] < sample.sent - slack:
            past = f"{quota.reset}, {sample.sent - until[1]:.0f} s ago"
            yield Lie(f"{name}: {expected} that is not past", past, (sample.seq,))
            return
        if not fits(until, asked, longest * 1.05, slack):
            yield Lie(f"{name}: {expected} within {longest:g} s", quota.reset, (sample.seq,))
            return


def early(found: Estimate, series: Series) -> Iterator[Lie]:
    """A request after the announced reset is admitted."""
    if series.unit == "other":
        return
    slack = CLOCK + (series.terms.unsure if series.unit in ("epoch", "epoch-ms", "date") else 0.0)
    quotas = {id(sample): quota for sample, quota in series.quotas}
    for answer, refused, last in _still_refused(found):
        quota = quotas.get(id(answer))
        until = series.reset(answer, quota) if quota else None
        if until is not None and refused > until[1] + slack and not _taken(found, answer, until[0]):
            name, after = series.header("reset"), refused - until[1]
            yield Lie(f"a request after {name} is admitted", f"refused {after:.1f} s after it", (answer.seq, last.seq))
            return


def late(found: Estimate, series: Series) -> Iterator[Lie]:
    """A window that has ended was not announced to end much later; where each request has an end of its own, it may."""
    if found.verdict != "kept" or not set(found.kinds) <= WHOLE or series.unit == "other":
        return
    slack = CLOCK + 1 + series.terms.unsure
    ordered = sorted(found.samples, key=lambda each: each.sent)
    refused, admitted = [each for each in ordered if each.refused], [each for each in ordered if not each.refused]
    times = [each.sent for each in refused], [each.sent for each in admitted]
    for sample, quota in series.quotas:
        until = series.reset(sample, quota)
        turned_away = sample if sample.refused else _first_after(sample.received, refused, times[0])
        again = turned_away and _first_after(turned_away.received, admitted, times[1])
        if until and again and until[0] > again.received + slack:
            sooner = f"{quota.reset}, though admitted again {until[0] - again.received:.0f} s before it"
            yield Lie(f"{series.header('reset')}: when the window ends", sooner, (sample.seq, again.seq))
            return


def _first_after(moment: float, ordered: Sequence[Sample], times: Sequence[float]) -> Sample | None:
    place = bisect_right(times, moment)
    return ordered[place] if place < len(ordered) else None


def _refused_again(found: Estimate) -> Iterator[tuple[Sample, Sample]]:
    """Each refused answer with one that was refused later and that nothing excuses.

    Nothing of ours was admitted in between: requests in flight together say nothing about each other, since one that
    was admitted may have taken what was left. And where refused requests may be counted, or the limiter is of no known
    kind, nothing at all was sent in between. A block after the first refusal is no excuse: it ends when it ends.
    """
    refused = sorted((each for each in found.samples if each.refused), key=lambda each: each.sent)
    admitted = sorted(each.sent for each in found.samples if not each.refused)
    strict = not found.kinds or not POSTPONED.isdisjoint(found.kinds)
    for place, answer in enumerate(refused):
        following = bisect_left(admitted, answer.received)
        until = admitted[following] if following < len(admitted) else float("inf")
        candidates = refused[place + 1 : place + 2] if strict else refused[place + 1 :]
        later = [each for each in candidates if answer.received < each.sent and each.received <= until]
        if later:
            yield answer, later[-1]


def _taken(found: Estimate, answer: Sample, moment: float) -> bool:
    """Whether one that was under way together with an answer may have been admitted after a moment, in its place."""
    return any(not each.refused and each.sent < answer.received and each.received > moment for each in found.samples)


def _still_refused(found: Estimate) -> Iterator[tuple[Sample, float, Sample]]:
    """Each refused answer, a time at which it would be refused still, and the answer that shows it."""
    for answer, later in _refused_again(found):
        yield answer, later.sent, later
    if found.verdict == "kept" and found.window and set(found.kinds) == {SlidingLogOfAll.kind}:
        yield from _counted_still(found, found.window[0])


def _counted_still(found: Estimate, window: float) -> Iterator[tuple[Sample, float, Sample]]:
    """The same where refused requests are proven to be counted: as long as so many lie within the last window."""
    asked = sorted(found.samples, key=lambda each: each.sent)
    for place, answer in enumerate(asked[found.rule.limit :], found.rule.limit):
        if answer.refused:
            first = asked[place + 1 - found.rule.limit]
            yield answer, first.sent + window, first


def steady(found: Estimate, series: Series) -> Iterator[Lie]:
    """In one window, every answer announces the same reset; a burst may see the end of a window, but no more."""
    burst = [(sample, span) for sample, quota in opening(found, series) if (span := series.reset(sample, quota))]
    if found.verdict != "kept" or not set(found.kinds) <= STEADY or len(burst) < 3:
        return
    resets = sorted((span for _, span in burst), key=lambda span: span[1])
    near = 1 + (burst[-1][0].received - burst[0][0].sent)
    jumps = sum(later[0] - earlier[1] > near for earlier, later in pairwise(resets))
    if jumps > 1:
        actual = f"{jumps + 1} different times from {resets[0][1]:.0f} to {resets[-1][0]:.0f}"
        yield Lie(
            f"the same {series.header('reset')} throughout one window", actual, (burst[0][0].seq, burst[-1][0].seq)
        )


def backwards(_: Estimate, series: Series) -> Iterator[Lie]:
    """Whatever the kind, the time at which there is room again does not move back while requests come in."""
    spans = [(sample, quota, span) for sample, quota in series.quotas if (span := series.reset(sample, quota))]
    latest: tuple[Sample, Span] | None = None
    waiting: list[tuple[Sample, Span]] = []
    for sample, quota, span in sorted(spans, key=lambda each: each[0].sent):
        for earlier in [pair for pair in waiting if pair[0].received <= sample.sent]:
            waiting.remove(earlier)
            latest = earlier if latest is None or earlier[1][0] > latest[1][0] else latest
        if latest is not None and latest[1][0] - span[1] > CLOCK + 1:
            expected = f"{series.header('reset')} not before {latest[1][0]:.0f}, as announced before"
            yield Lie(expected, f"{quota.reset}, {latest[1][0] - span[1]:.0f} s earlier", (latest[0].seq, sample.seq))
            return
        waiting.append((sample, span))


def retry(found: Estimate, terms: Terms) -> Iterator[Lie]:
    """Who waits as long as Retry-After says is admitted."""
    word = terms.word("Retry-After")
    for answer, refused, last in _still_refused(found):
        text = answer.rate_headers.wait
        unit = _wait_unit(text, word.unit if word else None)
        if text is None or unit is None or unit == "other":
            continue
        until = moments(text, unit, (answer.sent, answer.received), terms.offset)
        slack = CLOCK + (terms.unsure if unit == "date" else 0.0)
        if until is not None and refused > until[1] + slack and not _taken(found, answer, until[0]):
            expected = f"admitted {text}{' s later' if unit == 'left' else ''}, as Retry-After says"
            yield Lie(expected, f"still refused after {refused - answer.received:.1f} s", (answer.seq, last.seq))
            return


def _wait_unit(text: str | None, worded: Unit | None) -> Unit | None:
    """Retry-After is seconds or a date, whatever else a document may have in mind."""
    possible = units(text or "")
    if worded in possible:
        return worded
    return "left" if "left" in possible else "date" if "date" in possible else None
