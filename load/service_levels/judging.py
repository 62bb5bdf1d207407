"""Service levels as they are shown: while the run goes on, as verdicts at its end, and in numbers for the report."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from contracts.core.statistics import percentile, thinned
from contracts.judging.record_laws import Judgement, broken, upheld
from contracts.laws.law import unregistered
from contracts.plan.plan import PlanItem
from load.runtime.rows import Row
from load.service_levels.settings import Settings
from load.service_levels.thresholds import LATE, Level, Threshold, Watch, first_broken, judge
from specs.contract import Contract

FAMILY = "service-level"
SLICES = 60
"""Slices of time that the report shows at most."""


def level_lines(thresholds: Iterable[Threshold], contract: Contract) -> list[PlanItem]:
    """A plan item for every threshold, filed under the first operation it is about."""
    found = []
    for each in thresholds:
        operation = next(one for one in contract.operations if each.keys is None or one.key in each.keys)
        name = re.sub(r"[^a-z0-9.%]+", "-", each.text.lower().replace("<", " under ").replace(">", " over ")).strip("-")
        text = f"{each.text}\n\nA service level of the deployment file, judged on rows from when they were due."
        found.append(PlanItem(unregistered(FAMILY, name, text), operation, None, False, ()))
    return found


@attrs.define
class Levels:
    """The service levels of a run."""

    settings: Settings
    aborted: tuple[Level, float] | None = None
    """The level that ended the run, and after how many seconds of load."""
    watch: Watch = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.watch = Watch(self.settings.thresholds, delay=self.settings.abort_after or 0.0)

    def look(self, rows: Sequence[Row], began: float, now: float) -> bool:
        """Whether a level has been broken for long enough to end the run."""
        if level := self.watch.broken(rows, now - began, now):
            self.aborted = level, now - began
        return self.aborted is not None

    def ruling(self, text: str, rows: Sequence[Row]) -> Judgement:
        """What became of a threshold over the whole run."""
        threshold = next(each for each in self.settings.thresholds if each.text == text)
        level = judge(threshold, rows)
        ended = self.aborted is not None and self.aborted[0].threshold.text == text
        if level.kept and not ended:
            return upheld(level.count, level.got)
        shown = self.aborted[0] if ended and self.aborted else level
        worst = sorted(threshold.rows(rows), key=lambda row: -row.latency)[:5]
        where = _where(threshold, rows)
        when = f"; the run was ended after {self.aborted[1]:.1f} s" if ended and self.aborted else ""
        return broken(text, f"{shown.got} of {shown.count} requests{where}{when}", [each.seq for each in worst])

    def content(self, rows: Sequence[Row], began: float, due: float) -> dict[str, Any]:
        """The numbers of a run as verdicts.json has them. `due`: requests of the loud tenant's shape."""
        return {
            "began": round(began, 3),
            "requests": len(rows),
            "attempted_rate": _round(_attempted(rows)),
            "achieved_rate": _round(_achieved(rows)),
            "loud_requests_due": round(due),
            "late": _round(_late(rows)),
            "lateness_p95": _round(_p(sorted(each.lateness for each in rows), 95)),
            "aborted": None if self.aborted is None else {
                "threshold": self.aborted[0].threshold.text, "value": self.aborted[0].got,
                "after": round(self.aborted[1], 2),
            },
            "thresholds": [self._told(each, rows, began) for each in self.settings.thresholds],
            "operations": [_operation(key, mine) for key, mine in sorted(_grouped(rows).items())],
            "timeline": timeline(rows, began),
        }  # fmt: skip

    def _told(self, threshold: Threshold, rows: Sequence[Row], began: float) -> dict[str, Any]:
        level = judge(threshold, rows)
        return {
            "threshold": threshold.text, "value": level.got, "kept": level.kept, "requests": level.count,
            "first_broken": first_broken(threshold, rows, began),
        }  # fmt: skip

    def notes(self, rows: Sequence[Row], began: float) -> list[str]:  # noqa: ARG002
        """Lines for the terminal."""
        if not rows:
            return ["no request was made under load"]
        latencies = sorted(each.latency for each in rows if each.status)
        notes = [
            f"{len(rows)} requests under load, {_attempted(rows):.1f}/s attempted, {_achieved(rows):.1f}/s achieved, "
            f"{_late(rows):.2%} late; p50 {_p(latencies, 50) * 1000:.1f} ms, p95 {_p(latencies, 95) * 1000:.1f} ms"
        ]
        if self.aborted:
            level, after = self.aborted
            notes.append(f"ended after {after:.1f} s: {level.threshold.text} was {level.got}")
        return notes


def _where(threshold: Threshold, rows: Sequence[Row]) -> str:
    """The operation that keeps a threshold least, where it is about several."""
    groups = _grouped(threshold.rows(rows))
    if len(groups) < 2:
        return ""
    levels = [(judge(threshold, mine), key) for key, mine in groups.items()]
    bad = [(level.value or 0.0, level.got, key) for level, key in levels if not level.kept and level.value is not None]
    return f", worst at {max(bad)[2]}: {max(bad)[1]}" if bad else ""


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for each in rows:
        found[each.operation].append(each)
    return found


def _operation(key: str, rows: Sequence[Row]) -> dict[str, Any]:
    times = sorted(each.latency for each in rows if each.status)
    percentiles = {f"p{each}": _round(_p(times, each)) for each in (50, 95, 99)} if times else {}
    return {
        "operation": key, "requests": len(rows), "failed": sum(each.failed for each in rows), **percentiles,
        "latencies": [round(each, 5) for each in thinned(times)],
    }  # fmt: skip


def timeline(rows: Sequence[Row], began: float) -> list[list[float]]:
    """Slices of time: seconds after the start, requests sent per second, failed ones, median and p95 in seconds."""
    if not rows:
        return []
    span = max(each.due for each in rows) - began
    step = max(1.0, math.ceil(span / SLICES))
    slices: dict[int, list[Row]] = defaultdict(list)
    for each in rows:
        slices[int((each.due - began) // step)].append(each)
    slices_shown = []
    for number, mine in sorted(slices.items()):
        times = sorted(each.latency for each in mine if each.status) or [0.0]
        shown = (
            number * step,
            len(mine) / step,
            float(sum(each.failed for each in mine)),
            _p(times, 50),
            _p(times, 95),
        )
        slices_shown.append([round(each, 4) for each in shown])
    return slices_shown


def _attempted(rows: Sequence[Row]) -> float:
    span = max(each.due for each in rows) - min(each.due for each in rows) if rows else 0.0
    return len(rows) / span if span else 0.0


def _achieved(rows: Sequence[Row]) -> float:
    span = max(each.received for each in rows) - min(each.due for each in rows) if rows else 0.0
    return sum(1 for each in rows if each.status) / span if span else 0.0


def _late(rows: Sequence[Row]) -> float:
    return sum(each.lateness > LATE for each in rows) / len(rows) if rows else 0.0


def _p(ordered: Sequence[float], percent: float) -> float:
    return percentile(ordered, percent) if ordered else 0.0


def _round(value: float) -> float:
    return round(value, 5)
