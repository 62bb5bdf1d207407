"""What a policy of token refresh costs: refreshes, failed calls, latency around an expiry, time to recovery."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from contracts.core.statistics import percentile
from load.scenarios.tokens.events import AGAIN, AHEAD, CALL, ISSUE, RENEW, Call, Event, calls
from load.scenarios.tokens.timetable import Stint, Timetable

AROUND = 1.0
"""Seconds after an expiry in which a call counts as around it; and a tenth of that before it."""
SLICE = 0.25
"""Seconds of one slice of the timeline."""


@attrs.frozen
class Slice:
    """What happened within a quarter of a second: calls that went well, refused at first, failed; trades."""

    at: float
    well: int = 0
    refused: int = 0
    failed: int = 0
    renewals: int = 0


@attrs.frozen
class Measure:
    """One policy in numbers. Times are seconds; None where there is nothing to say."""

    policy: str
    calls: int
    failed: int
    attributable: int
    """Failed calls that a refused token or a refused trade explains."""
    retries: int
    refused_first: int
    refreshes: int
    refreshed: int
    limited: int
    """Trades refused with 429."""
    expiries: int
    around: tuple[float, float] | None
    """Median and p95 of calls around an expiry."""
    baseline: tuple[float, float] | None
    recovery: float | None
    """The longest time from an expiry until calls went well again; infinite where they did not."""
    timeline: tuple[Slice, ...]

    @property
    def share_failed(self) -> float:
        return self.failed / self.calls if self.calls else 0.0

    def written(self) -> dict[str, Any]:
        """As verdicts.json has it."""
        per = round(self.refreshes / self.expiries, 2) if self.expiries else None
        pairs = {"around": self.around, "baseline": self.baseline}
        rounded = {name: value and [round(each, 4) for each in value] for name, value in pairs.items()}
        recovery = None if self.recovery is None or math.isinf(self.recovery) else round(self.recovery, 3)
        plain = attrs.asdict(self, filter=lambda field, _: field.name not in {*pairs, "recovery", "timeline"})
        return {
            **plain, **rounded, "refreshes_per_expiry": per, "recovery": recovery,
            "recovered": self.recovery is None or not math.isinf(self.recovery),
            "timeline": [[each.at, each.well, each.refused, each.failed, each.renewals] for each in self.timeline],
        }  # fmt: skip


def measure(stint: Stint, number: int, events: Sequence[Event], started: float) -> Measure:
    """Measure a stint from its events."""
    mine = [each for each in events if each.stint == number and each.kind in (CALL, AGAIN, RENEW, AHEAD, ISSUE)]
    made = calls(mine)
    trades = [each for each in mine if each.kind in (RENEW, AHEAD)]
    failed = [each for each in made if not each.ok]
    ends = expiries(mine, started + stint.start, started + stint.end)
    near = [each for each in made if any(-AROUND / 10 <= each.due - end <= AROUND for _, end in ends)]
    far = [each for each in made if each not in set(near)] if near else made
    return Measure(
        policy=stint.policy,
        calls=len(made),
        failed=len(failed),
        attributable=sum(each.status == 401 for each in failed),
        retries=sum(each.kind == AGAIN for each in mine),
        refused_first=sum(each.uses[0].status == 401 for each in made),
        refreshes=len(trades),
        refreshed=sum(200 <= each.status < 300 for each in trades),
        limited=sum(each.status == 429 for each in trades),
        expiries=len(ends),
        around=_middle_and_p95(near),
        baseline=_middle_and_p95(far),
        recovery=max((_recovery(each, made, started + stint.end) for each in ends), default=None),
        timeline=tuple(_timeline(stint, made, trades, started)),
    )


def expiries(events: Iterable[Event], begin: float, end: float) -> list[tuple[int, float]]:
    """Which user's pair ran out when, or was replaced before that: what every policy has to cope with."""
    found: list[tuple[int, float]] = []
    owned: dict[int, list[Event]] = {}
    for each in sorted((each for each in events if each.until is not None), key=lambda each: each.received):
        owned.setdefault(each.user, []).append(each)
    for user, pairs in owned.items():
        last = -math.inf
        for number, each in enumerate(pairs):
            assert each.until is not None
            following = pairs[number + 1].received if number + 1 < len(pairs) else math.inf
            moment = min(each.until, following)
            # pairs that a stampede makes within a moment have one expiry, not one each
            if begin < moment < end and moment - last > AROUND / 2:
                found.append((user, moment))
                last = moment
    return found


def _recovery(expiry: tuple[int, float], made: Iterable[Call], end: float) -> float:
    user, moment = expiry
    mine = [each for each in made if each.events[0].user == user and each.due + each.seconds > moment]
    bad = [each for each in mine if not each.ok]
    if not bad:
        slow = [each for each in mine if each.uses[0].status == 401 and each.due < moment + AROUND]
        return max((each.due + each.seconds - moment for each in slow), default=0.0)
    last = max(each.due + each.seconds for each in bad)
    well_after = any(each.ok and each.due > last - AROUND for each in mine)
    return last - moment if well_after and last < end - AROUND / 4 else math.inf


def _middle_and_p95(made: Sequence[Call]) -> tuple[float, float] | None:
    times = sorted(each.seconds for each in made)
    return (percentile(times, 50), percentile(times, 95)) if times else None


def _timeline(stint: Stint, made: Iterable[Call], trades: Iterable[Event], started: float) -> list[Slice]:
    slices = [[0, 0, 0, 0] for _ in range(math.ceil((stint.end - stint.start) / SLICE))]

    def place(moment: float) -> list[int]:
        number = int((moment - started - stint.start) / SLICE)
        return slices[min(max(number, 0), len(slices) - 1)]

    for each in made:
        kind = 2 if not each.ok else 1 if each.uses[0].status == 401 else 0
        place(each.due)[kind] += 1
    for trade in trades:
        place(trade.sent)[3] += 1
    return [Slice(round(number * SLICE, 3), *counts) for number, counts in enumerate(slices)]


def measures(table: Timetable, events: Sequence[Event], started: float) -> list[Measure]:
    """Every policy's measure, the drill left out."""
    return [measure(each, number, events, started) for number, each in enumerate(table.stints) if not each.drill]
