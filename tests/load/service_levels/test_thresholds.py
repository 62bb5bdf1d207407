"""Thresholds: what can be written, what they are judged on, and when a run is ended by one."""

from __future__ import annotations

import pytest

from load.runtime.rows import Row
from load.service_levels import thresholds
from load.service_levels.thresholds import Watch, judge, parse

READ = "GET /v2/organizations/{orgId}/bookings"


def row(latency: float = 0.1, *, due: float = 0.0, late: float = 0.0, status: int = 200, operation: str = READ) -> Row:
    return Row(operation, "acme", due, due + late, due + latency, status, failed=status >= 500 or status == 0)


@pytest.mark.parametrize(
    ("text", "metric", "limit"),
    [
        ("p95 < 400ms", "p95", 0.4),
        (f"{READ}: p99 < 1s", "p99", 1.0),
        ("tag webhooks: p99.9 <= 1.5s", "p99.9", 1.5),
        ("tag Organizations / Bookings: max < 2s", "max", 2.0),
        ("errors < 0.1%", "errors", 0.001),
        ("late<1%", "late", 0.01),
        ("rate > 50/s", "rate", 50.0),
    ],
)
def test_a_threshold_is_one_line(text, metric, limit, contract):
    read = parse(text, contract)
    assert (read.metric, read.limit) == (metric, pytest.approx(limit))
    assert (read.keys is None) == (":" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "p95 < 400",
        "p95 400ms",
        "errors < 1",
        "p101 < 1s",
        "latency < 1s",
        "GET /nowhere: p95 < 1s",
        "tag x: p95 < 1s",
        5,
    ],
)
def test_a_bad_one_is_quoted_in_one_line(text, contract):
    with pytest.raises(ValueError, match=r".+") as caught:
        parse(text, contract)
    assert repr(text) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_tag_takes_in_its_operations_only(contract):
    keys = parse("tag webhooks: p95 < 1s", contract).keys
    assert keys == {each.key for each in contract.operations if "Webhooks" in each.tags}


def test_latency_counts_from_when_a_request_was_due(contract):
    stalled = [row(0.5, late=0.45)]
    assert judge(parse("max < 100ms", contract), stalled).got == "500ms"
    assert judge(parse("late < 1%", contract), stalled).value == 1.0


def test_percentiles_are_exact(contract):
    rows = [row(each / 1000) for each in range(1, 101)]
    assert judge(parse("p95 < 1s", contract), rows).value == pytest.approx(0.095)
    assert judge(parse("p100 < 1s", contract), rows).value == pytest.approx(0.1)


@pytest.mark.parametrize("text", ["p95 < 400ms", "errors < 1%", "rate > 1/s", f"{READ}: max < 1s"])
def test_without_samples_no_threshold_is_kept(text, contract):
    level = judge(parse(text, contract), [row(operation="GET /other")] if ":" in text else [])
    assert not level.kept
    assert level.got == "no requests were made"


def test_requests_without_an_answer_have_no_latency_but_are_errors(contract):
    rows = [row(30.0, status=0), row(0.1)]
    assert judge(parse("max < 1s", contract), rows).kept
    assert judge(parse("errors < 50%", contract), rows).value == 0.5


def test_a_run_is_ended_only_by_a_threshold_that_stays_broken(contract):
    watch = Watch([parse("p95 < 50ms", contract)], delay=3.0, warm=1.0, window=30.0)
    slow = [row(0.2) for _ in range(50)]
    assert watch.broken(slow, 0.5, 1.0) is None  # warming up
    assert watch.broken(slow, 2.0, 1.0) is None
    assert watch.broken([row(0.01)] * 50, 4.0, 1.0) is None  # it recovered
    assert watch.broken(slow, 5.0, 1.0) is None
    level = watch.broken(slow, 8.0, 1.0)
    assert level is not None
    assert level.got == "200ms"


def test_a_level_that_gives_late_is_not_hidden_by_the_time_before(contract):
    rows = [row(0.01, due=each) for each in range(100)] + [row(0.2, due=100 + each / 10) for each in range(100)]
    watch = Watch([parse("p50 < 50ms", contract)], delay=0.0, warm=0.0, window=9.0)
    assert watch.broken(rows, 110.0, 110.0) is not None


def test_the_report_is_told_when_a_threshold_was_first_broken(contract):
    rows = [row(0.01, due=each) for each in range(7)] + [row(0.2, due=7.5)]
    assert thresholds.first_broken(parse("max < 50ms", contract), rows, 0.0) == 7.0
