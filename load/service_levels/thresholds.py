"""Service levels: one-line thresholds, read from the deployment file and judged on the rows of a run.

p95 < 400ms                    of all requests, from the time each was due until its answer
GET /v2/things: p99 < 1s       of one operation
tag webhooks: p95 < 1s         of all operations of a tag
errors < 0.1%                  no answer, a 5xx, or a 429 within the declared limits
late < 1%                      sent more than 20 ms after it was due
rate > 50/s                    requests answered per second
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence

import attrs

from contracts.core.statistics import percentile
from load.runtime.rows import Row
from specs.contract import Contract

LATE = 0.02
"""Seconds after its due time from which on a request counts as sent late."""

_LINE = re.compile(
    r"^(?:(?P<scope>.+?)\s*:\s+)?(?P<metric>\w[\w.]*)\s*(?P<sign><=|>=|<|>)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>\S*)$"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TIMES = {"ms": 0.001, "s": 1.0}
_SHARES = {"errors", "late"}


@attrs.frozen
class Threshold:
    """One service level. `limit` is seconds, a share between 0 and 1, or requests per second, as `metric` wants it."""

    text: str
    metric: str
    sign: str
    limit: float
    keys: frozenset[str] | None
    """The operations it is about; None for all."""

    def holds(self, value: float) -> bool:
        return _SIGNS[self.sign](value, self.limit)

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """The rows it is about."""
        return [each for each in rows if self.keys is None or each.operation in self.keys]

    def shown(self, value: float) -> str:
        """A value of this metric in the unit people say it in."""
        if self.metric in _SHARES:
            return f"{value:.3%}"
        if self.metric == "rate":
            return f"{value:.4g}/s"
        return f"{value * 1000:.4g}ms" if value < 1 else f"{value:.4g}s"


@attrs.frozen
class Level:
    """How a threshold was kept: the value found (None: there was nothing to measure), over how many rows."""

    threshold: Threshold
    value: float | None
    count: int

    @property
    def kept(self) -> bool:
        """Whether it holds; without any sample it does not."""
        return self.value is not None and self.threshold.holds(self.value)

    @property
    def got(self) -> str:
        return "no requests were made" if self.value is None else self.threshold.shown(self.value)


def parse(text: object, contract: Contract) -> Threshold:
    """Read one line. Raises ValueError with a sentence that quotes it."""
    if not isinstance(text, str) or not (found := _LINE.match(text.strip())):
        raise ValueError(f'{text!r}: a threshold reads like "p95 < 400ms" or "GET /things: errors < 0.1%"')
    metric, number = found["metric"], float(found["number"])
    scale = _scale(text, metric, found["unit"])
    keys = None if found["scope"] is None else _keys(text, found["scope"], contract)
    return Threshold(text.strip(), metric, found["sign"], number * scale, keys)


def _scale(text: str, metric: str, unit: str) -> float:
    if metric in _SHARES:
        if unit != "%":
            raise ValueError(f"{text!r}: {metric} is a share, such as 0.1%")
        return 0.01
    if metric == "rate":
        if unit != "/s":
            raise ValueError(f"{text!r}: a rate is a number per second, such as 50/s")
        return 1.0
    if not _is_time(metric):
        raise ValueError(f"{text!r}: {metric} is no metric (known: p50 to p99.9, mean, max, errors, late, rate)")
    if unit not in _TIMES:
        raise ValueError(f"{text!r}: a time needs a unit, ms or s")
    return _TIMES[unit]


def _is_time(metric: str) -> bool:
    return metric in {"mean", "max"} or bool(re.fullmatch(r"p(100|\d{1,2}(\.\d+)?)", metric))


def _keys(text: str, scope: str, contract: Contract) -> frozenset[str]:
    """The operations a scope names: `GET /path`, an operationId, or `tag NAME`."""
    if scope.lower().startswith("tag "):
        wanted = plain(scope[4:])
        found = frozenset(
            each.key for each in contract.operations if any(wanted in (plain(tag), _last(tag)) for tag in each.tags)
        )
    else:
        found = frozenset(each.key for each in contract.operations if scope in (each.key, each.operation_id))
    if not found:
        raise ValueError(f"{text!r}: the document has no operation or tag {scope.removeprefix('tag ')!r}")
    return found


def plain(tag: str) -> str:
    """A tag as it is compared: `Organizations / Bookings` and `organizations-bookings` are the same."""
    return re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-")


def _last(tag: str) -> str:
    return plain(tag.rpartition("/")[2])


def judge(threshold: Threshold, rows: Sequence[Row]) -> Level:
    """Hold a threshold against rows."""
    mine = threshold.rows(rows)
    return Level(threshold, _value(threshold.metric, mine) if mine else None, len(mine))


def _value(metric: str, rows: Sequence[Row]) -> float | None:
    if metric == "errors":
        return sum(each.failed for each in rows) / len(rows)
    if metric == "late":
        return sum(each.lateness > LATE for each in rows) / len(rows)
    if metric == "rate":
        return _rate(rows)
    times = sorted(each.latency for each in rows if each.status)
    if not times:
        return None
    if metric == "mean":
        return sum(times) / len(times)
    return times[-1] if metric == "max" else percentile(times, float(metric[1:]))


def _rate(rows: Sequence[Row]) -> float | None:
    answered = sum(1 for each in rows if each.status)
    span = max(each.received for each in rows) - min(each.due for each in rows)
    return answered / span if span > 0 else None


@attrs.define
class Watch:
    """Thresholds checked while a run goes on. Time is seconds since the run began.

    A threshold has to stay broken for `delay` seconds, after `warm` seconds of run, before `broken` names it. What was
    asked for last `window` seconds counts, so that a level that gives now is not hidden by an hour in which it held.
    """

    thresholds: Sequence[Threshold]
    delay: float = 5.0
    warm: float = 5.0
    window: float = 30.0
    least: int = 20
    """Rows without which nothing is said yet."""
    _since: dict[str, float] = attrs.field(factory=dict)

    def broken(self, rows: Sequence[Row], elapsed: float, now: float) -> Level | None:
        """The first threshold that is broken for long enough. `now` is the time of the rows' own clock."""
        recent = [each for each in rows if each.due >= now - self.window]
        for threshold in self.thresholds:
            level = judge(threshold, recent)
            if elapsed < self.warm or level.kept or level.count < self.least:
                self._since.pop(threshold.text, None)
            elif elapsed - self._since.setdefault(threshold.text, elapsed) >= self.delay:
                return level
        return None


def first_broken(threshold: Threshold, rows: Sequence[Row], started: float, step: float = 1.0) -> float | None:
    """Seconds after the start when a threshold was first broken for one step of time, for the report."""
    mine = sorted(threshold.rows(rows), key=lambda row: row.due)
    slices: dict[int, list[Row]] = {}
    for each in mine:
        slices.setdefault(int((each.due - started) / step), []).append(each)
    for number, those in sorted(slices.items()):
        value = _value(threshold.metric, those)
        if value is not None and not threshold.holds(value):
            return number * step
    return None
