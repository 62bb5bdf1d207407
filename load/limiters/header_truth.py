"""Whether the rate headers were true, compared with what the limiter was seen to do."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

import attrs

from contracts.core.exchange import is_whole
from contracts.core.quotas import number
from load.limiters.announced_times import backwards, early, late, opening, reset, retry, steady
from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import Lie, Series, Terms, about, series_of
from load.limiters.trace import Sample


def lies(found: Estimate, terms: Terms) -> list[Lie]:
    """Everything the headers of a trace got wrong."""
    found = attrs.evolve(found, samples=tuple(each for each in found.samples if not _other_limit(found, each, terms)))
    own = about(series_of(found.samples, terms), found.rule)
    found_lies = [*_missing(found, terms), *(lie for each in own for check in _CHECKS for lie in check(found, each))]
    return [*found_lies, *retry(found, terms)]


def _other_limit(found: Estimate, each: Sample, terms: Terms) -> bool:
    """Whether a longer limit may have refused here, before the shortest was used up: then its number is its own."""
    early = each.refused and found.admitted < found.rule.limit
    longer = {float(limit) for limit in terms.windows if limit != found.rule.limit}
    return early and any(number(quota.limit) in longer for quota in each.rate_headers.quotas)


def _missing(found: Estimate, terms: Terms) -> Iterator[Lie]:
    """Each promised header is on every refusal; one whose name only resembles it is named."""
    for each in found.samples:
        names = {name.lower() for name, _ in each.rate_headers.headers}
        missing = [name for name in terms.promised if name.lower() not in names]
        if each.refused and missing:
            odd = sorted(name for name in names if name != "retry-after" and not terms.word(name))
            actual = ", ".join(odd) if odd else f"no {', '.join(missing)}"
            yield Lie(f"{', '.join(terms.promised)} on a refusal, as promised", actual, (each.seq,))
            return


def _limit(found: Estimate, series: Series) -> Iterator[Lie]:
    """The announced limit is the declared one; a header that the document words for a longer limit is not judged."""
    word = series.terms.word(series.header("limit"))
    hourly = word is not None and "hour" in word.words.lower()
    right = {float(limit) for limit, window in series.terms.windows.items() if hourly or window <= found.rule.window}
    for sample, quota in series.quotas:
        if quota.limit is not None and number(quota.limit) not in {float(found.rule.limit), *right}:
            yield Lie(f"{series.header('limit')}: {found.rule.limit}, as declared", quota.limit, (sample.seq,))
            return


def _numbers(_: Estimate, series: Series) -> Iterator[Lie]:
    for sample, quota in series.quotas:
        for part, text in (("limit", quota.limit), ("remaining", quota.remaining)):
            word = series.terms.word(series.header(part))
            whole = text is None or is_whole(text)
            if not whole and not (word and word.kind in {"number", "string"} and number(text) is not None):
                expected = f"{series.header(part)}: a whole number, not negative"
                yield Lie(expected, repr(text), (sample.seq,))
                return


def _counting(found: Estimate, series: Series) -> list[tuple[Sample, float]]:
    """The same, where it says how many are left."""
    burst = ((sample, number(quota.remaining)) for sample, quota in opening(found, series))
    return [(sample, left) for sample, left in burst if left is not None]


def _refilled(found: Estimate, burst: Sequence[tuple[Sample, float]]) -> int:
    """How many more than the limit a bucket may admit while the burst lasts."""
    lasted = burst[-1][0].received - burst[0][0].sent if burst else 0.0
    return 1 + int(found.rule.limit * lasted / found.rule.window)


def _stuck(found: Estimate, series: Series) -> Iterator[Lie]:
    burst = _counting(found, series)
    values = {left for _, left in burst}
    if found.admitted > found.rule.limit:
        return  # a window may have ended within the burst, and the count begun again
    if len(burst) > 3 and len(values) < len(burst) - 2 * _refilled(found, burst):
        got = f"{len(values)} different values in {len(burst)} answers"
        expected = f"{series.header('remaining')} falls by one with each counted request"
        yield Lie(expected, got, tuple(sample.seq for sample, _ in burst[:4]))


def _remaining(found: Estimate, series: Series) -> Iterator[Lie]:
    """As many are admitted after an answer of the opening burst as it says remain."""
    burst, name = _counting(found, series), series.header("remaining")
    if len(burst) < 2 or not found.limit == found.admitted == found.rule.limit:
        return
    admitted = [each for each in found.samples if not each.refused]
    sent, received = sorted(each.sent for each in admitted), sorted(each.received for each in admitted)
    for sample, left in burst:
        # of requests in flight together nobody knows which came first
        least, most = bisect_right(received, sample.sent), bisect_left(sent, sample.received) - 1
        low, high = found.admitted - 1 - most, found.admitted - 1 - least
        if max(low - left, left - high) >= _refilled(found, burst) + (most > 0):  # what comes later may be rounded
            where = f"after {least} answers" if most else "on the first answer"
            yield Lie(f"{name}: {high} {where}, for so many more were admitted", f"{left:g}", (sample.seq,))
            return
    told = sorted(burst, key=lambda each: each[1])
    for right, (sample, left) in enumerate(told if len(told) == found.admitted else ()):
        if abs(left - right) > _refilled(found, burst):  # whichever came first, each number is told once
            yield Lie(f"{name}: {right} in one of {len(told)} answers", f"{left:g} at least", (sample.seq,))
            return


def _policy(found: Estimate, series: Series) -> Iterator[Lie]:
    """The window of a policy is the declared one, or else the one that was measured."""
    low, high = found.window or (found.rule.shortest, found.rule.longest)
    for sample, quota in series.quotas:
        given = number(quota.window)
        near = given is None or found.rule.shortest <= given <= found.rule.longest or low <= given <= high
        if not near:
            yield Lie(f"{series.header('window')}: a window of {found.rule.window:g} s", f"{given:g} s", (sample.seq,))
            return


_CHECKS: tuple[Callable[[Estimate, Series], Iterator[Lie]], ...] = (
    _limit, _numbers, _stuck, _remaining, _policy, reset, early, late, steady, backwards,
)  # fmt: skip
