"""Whether the rate headers told the truth, held against what the limiter was seen to do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import attrs

from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import EPOCH
from load.limiters.models import Block, FromFirst, SlidingLogOfAll
from load.limiters.trace import Sample
from load.limiters.windowed_models import Aligned

CLOCK = 1.1
"""Seconds by which a header in whole seconds may be off, rounding and a clock's difference included."""


@attrs.frozen
class Lie:
    """What a header said, and what is true, in words; `seq` are the answers that show it."""

    expected: str
    actual: str
    seqs: tuple[int, ...] = ()


def lies(found: Estimate, offset: float = 0.0, longer: Collection[int] = (), *, promised: bool = True) -> list[Lie]:
    """Everything the headers of a trace got wrong. `offset`: the server's clock minus ours.

    `promised`: the document has the three X-RateLimit headers on refusals, so that they may not be missing there.

    `longer`: the numbers of longer limits; one of them may be told if it refuses before the shortest is used up.
    """
    found = attrs.evolve(found, samples=tuple(each for each in found.samples if not _other_limit(found, each, longer)))
    checks = (_names, _limit, _missing, _numbers, _stuck, _remaining, _reset, _steady, _backwards, _retry)
    told = [check for check in checks if promised or check not in (_names, _missing)]
    return [lie for check in told for lie in check(found, offset)]


def _other_limit(found: Estimate, each: Sample, longer: Collection[int]) -> bool:
    early = each.refused and found.admitted < found.rule.limit
    return early and each.told.limit in {str(number) for number in longer}


def _names(found: Estimate, _: float) -> Iterator[Lie]:
    odd = next((each for each in found.samples if each.told.odd and not each.told.any), None)
    if odd:
        yield Lie(
            "the promised names X-RateLimit-Limit, -Remaining and -Reset", f"{', '.join(odd.told.odd)}", (odd.seq,)
        )


def _limit(found: Estimate, _: float) -> Iterator[Lie]:
    wrong = next((each for each in found.samples if each.told.limit not in (None, str(found.rule.limit))), None)
    if wrong:
        yield Lie(f"X-RateLimit-Limit: {found.rule.limit}, as declared", str(wrong.told.limit), (wrong.seq,))


def _missing(found: Estimate, _: float) -> Iterator[Lie]:
    for each in found.samples:
        if each.refused and None in (each.told.limit, each.told.remaining, each.told.reset) and not each.told.odd:
            names = [name for name in ("limit", "remaining", "reset") if getattr(each.told, name) is None]
            yield Lie("all three X-RateLimit headers on a 429", f"no {', '.join(names)}", (each.seq,))
            return


def _numbers(found: Estimate, _: float) -> Iterator[Lie]:
    for each in found.samples:
        for name in ("limit", "remaining", "reset"):
            text = getattr(each.told, name)
            if text is not None and not (text.isascii() and text.isdigit()):
                yield Lie(f"X-RateLimit-{name.capitalize()}: a whole number, not negative", repr(text), (each.seq,))
                return


def _burst(found: Estimate) -> list[Sample]:
    """The admitted answers of the opening burst."""
    first = next((number for number, each in enumerate(found.samples) if each.refused), len(found.samples))
    return [each for each in found.samples[:first] if _number(each.told.remaining) is not None]


def _refilled(found: Estimate, burst: Sequence[Sample]) -> int:
    """How many more than the limit a bucket may admit while the burst lasts."""
    lasted = burst[-1].received - burst[0].sent if burst else 0.0
    return 1 + int(found.rule.limit * lasted / found.rule.window)


def _stuck(found: Estimate, _: float) -> Iterator[Lie]:
    burst = _burst(found)
    values = {each.told.remaining for each in burst}
    if found.admitted > found.rule.limit:
        return  # a window may have ended within the burst, and the count begun again
    if len(burst) > 3 and len(values) < len(burst) - 2 * _refilled(found, burst):
        told = f"{len(values)} different values in {len(burst)} answers"
        yield Lie(
            "X-RateLimit-Remaining falls by one with each counted request", told, tuple(each.seq for each in burst[:4])
        )


def _remaining(found: Estimate, _: float) -> Iterator[Lie]:
    burst = _burst(found)
    if len(burst) < 2 or not found.limit == found.admitted == found.rule.limit:
        return
    first = _number(burst[0].told.remaining) or 0
    truly = found.admitted - 1
    if abs(first - truly) >= _refilled(found, burst):
        yield Lie(
            f"X-RateLimit-Remaining: {truly} on the first answer, for so many more were admitted",
            str(first),
            (burst[0].seq,),
        )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _patient(found: Estimate) -> bool:
    """Whether asking on puts off the reset, so that what was told before need not hold."""
    return not {Block.kind, SlidingLogOfAll.kind}.isdisjoint(found.kinds)


def _reset(found: Estimate, offset: float) -> Iterator[Lie]:
    """A request after the announced reset is admitted; and the reset is not further away than a window."""
    for told, later in _refused_again(found):
        reset = _number(told.told.reset)
        if reset is None:
            continue
        ours = reset - offset
        if ours < told.sent - CLOCK - 2:
            yield Lie(
                "X-RateLimit-Reset: an epoch second that is not past",
                f"{told.told.reset}, {told.sent - ours:.0f} s ago",
                (told.seq,),
            )
            return
        if reset > 1e11 or ours > told.received + found.rule.window * 1.05 + CLOCK + 2:
            yield Lie(
                f"X-RateLimit-Reset: an epoch second within {found.rule.window:g} s", f"{told.told.reset}", (told.seq,)
            )
            return
        if later is not None and later.sent > ours + CLOCK and not _patient(found):
            after = later.sent - ours
            yield Lie(
                "a request after X-RateLimit-Reset is admitted",
                f"refused {after:.1f} s after it",
                (told.seq, later.seq),
            )
            return


def _refused_again(found: Estimate) -> Iterator[tuple[Sample, Sample | None]]:
    """Each refused answer with the last one refused later, as long as nothing of ours was admitted in between.

    Requests in flight together say nothing about each other: one that was admitted may have taken what was left.
    """
    refused = sorted((each for each in found.samples if each.refused), key=lambda each: each.sent)
    admitted = sorted(each.sent for each in found.samples if not each.refused)
    for told in refused:
        place = bisect_left(admitted, told.received)
        until = admitted[place] if place < len(admitted) else float("inf")
        later = [each for each in refused if told.received < each.sent and each.received <= until]
        yield told, max(later, key=lambda each: each.sent, default=None)


def _steady(found: Estimate, _: float) -> Iterator[Lie]:
    """In one fixed window, every answer announces the same reset; a burst may see the end of a window, but no more."""
    burst = _burst(found)
    if found.verdict != "kept" or not set(found.kinds) <= {Aligned.kind, FromFirst.kind} or len(burst) < 3:
        return
    resets = sorted(value for each in burst if (value := _number(each.told.reset)) is not None)
    near = 1 + (burst[-1].received - burst[0].sent)
    jumps = sum(later - earlier > near for earlier, later in pairwise(resets))
    if jumps > 1:
        told = f"{jumps + 1} different times from {resets[0]} to {resets[-1]}"
        yield Lie("the same X-RateLimit-Reset throughout one window", told, (burst[0].seq, burst[-1].seq))


def _backwards(found: Estimate, _: float) -> Iterator[Lie]:
    """Whatever the kind, the time at which there is room again does not move back while requests come in."""
    told = [
        (each, value) for each in found.samples if (value := _number(each.told.reset)) is not None and value > EPOCH
    ]
    latest: tuple[Sample, int] | None = None
    waiting: list[tuple[Sample, int]] = []
    for each, value in sorted(told, key=lambda pair: pair[0].sent):
        for earlier in [pair for pair in waiting if pair[0].received <= each.sent]:
            waiting.remove(earlier)
            latest = earlier if latest is None or earlier[1] > latest[1] else latest
        if latest is not None and latest[1] - value > CLOCK + 1:
            expected = f"an X-RateLimit-Reset not before {latest[1]}, as told before"
            yield Lie(expected, f"{value}, {latest[1] - value} s earlier", (latest[0].seq, each.seq))
            return
        waiting.append((each, value))


def _retry(found: Estimate, _: float) -> Iterator[Lie]:
    """Who waits as long as Retry-After says is admitted."""
    for told, later in _refused_again(found):
        wait = _number(told.told.retry_after)
        if wait is not None and later is not None and later.sent > told.received + wait + CLOCK and not _patient(found):
            yield Lie(
                f"admitted {wait} s later, as Retry-After says",
                f"still refused after {later.sent - told.received:.1f} s",
                (told.seq, later.seq),
            )
            return
