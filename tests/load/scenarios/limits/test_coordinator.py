"""Who examines what, in which order: the judging side alone, with workers that are only names."""

from __future__ import annotations

from types import SimpleNamespace

from load.scenarios.limits.coordinator import Coordinator
from load.scenarios.limits.findings import Job, LimitFinding
from specs.contract import Limit


def job(number, requests, *, principal="acme", hour=True):
    minute = Limit("minute", 60.0, requests, f"#/{number}/0")
    long = Limit("hour", 3600.0, requests * 60, f"#/{number}/1", implied=hour)
    operation = SimpleNamespace(key=f"GET /{number}", limits=(minute, long), body=None, safe=False)
    return Job(operation, SimpleNamespace(name=principal), minute)


class Bench:
    """A desk whose tasks are written down."""

    def __init__(self, *jobs, depth="full", workers=("one",)):
        self.given, self.ended = [], 0
        run = SimpleNamespace(depth=depth, exchanges={}, deployment=SimpleNamespace(writes=False))
        self.desk = Coordinator(run, {each.key: each for each in jobs}, self.give, self.end)
        self.desk.begin(workers)

    def give(self, worker, task):
        self.given.append((worker, task["do"], task["job"][0]))

    def end(self):
        self.ended += 1

    def taken(self):
        given, self.given = self.given, []
        return given

    def ends(self, job, worker="one", **found):
        finding = LimitFinding(job, **found)
        self.desk.on_report(worker, {"finding": finding.written(), "cut": False}, lambda seq: seq)

    def used_up(self, job, worker="one"):
        self.desk.on_report(worker, {"used_up": list(job.key)}, lambda seq: seq)


SMALL, BIG, MIDDLE = job(1, 5), job(2, 60), job(3, 10)


def test_the_smallest_limit_goes_first_and_the_others_begin_when_it_is_used_up():
    bench = Bench(BIG, MIDDLE, SMALL)
    assert bench.taken() == [("one", "first", "GET /1")]
    bench.used_up(SMALL)
    assert bench.taken() == [("one", "examine", "GET /2"), ("one", "examine", "GET /3")]


def test_a_first_one_that_ends_without_being_used_up_does_not_hold_the_others():
    bench = Bench(BIG, SMALL)
    bench.taken()
    bench.ends(SMALL, blocked="no answer")
    assert bench.taken() == [("one", "examine", "GET /2")]


def test_of_equal_limits_the_one_with_a_longer_limit_that_binds_goes_first():
    binding = job(9, 5, hour=False)
    assert Bench(SMALL, binding).taken() == [("one", "first", "GET /9")]


def test_tasks_are_spread_over_the_workers():
    bench = Bench(SMALL, BIG, MIDDLE, job(4, 20), workers=("one", "two"))
    ((owner, _, _),) = bench.taken()
    bench.used_up(SMALL, owner)
    assert {worker for worker, _, _ in bench.taken()} == {"one", "two"}


def test_one_that_is_refused_at_once_is_kept_apart():
    bench = Bench(SMALL, BIG)
    bench.used_up(SMALL)
    bench.taken()
    bench.ends(BIG, blocked="refused", refused_at_once=True)
    assert bench.taken() == [("one", "row", "GET /2")]
    assert bench.desk.shared == {BIG.key: SMALL.key}


def test_at_depth_quick_it_is_not_examined_but_said():
    bench = Bench(SMALL, BIG, depth="quick")
    bench.used_up(SMALL)
    bench.taken()
    bench.ends(BIG, blocked="refused", refused_at_once=True)
    finding = bench.desk.findings[BIG.key]
    assert finding.sharing == ("GET /1",)
    assert "not examined by itself" in (finding.blocked or "")
    bench.ends(SMALL)
    assert bench.taken() == [("one", "alone", "GET /1")]
    bench.ends(SMALL)
    assert bench.ended == 1


def test_where_nothing_was_used_up_a_refusal_only_means_that_somebody_else_was_there():
    bench = Bench(SMALL, BIG)
    bench.ends(SMALL, blocked="no answer")
    bench.taken()
    bench.ends(BIG, blocked="refused", refused_at_once=True)
    assert bench.taken() == [("one", "again", "GET /2")]
    assert not bench.desk.shared


def test_the_run_is_over_when_everything_has_ended():
    bench = Bench(SMALL, BIG)
    bench.used_up(SMALL)
    bench.ends(BIG)
    assert not bench.ended
    bench.ends(SMALL)
    assert bench.ended == 1


def test_what_a_lost_worker_had_in_hand_is_blocked_and_holds_up_nobody():
    bench = Bench(SMALL, BIG, MIDDLE, workers=("one", "two"))
    ((owner, _, _),) = bench.taken()
    other = {"one": "two", "two": "one"}[owner]
    bench.desk.lost(owner)
    assert [(worker, do) for worker, do, _ in bench.taken()] == [(other, "examine"), (other, "examine")]
    assert "lost" in (bench.desk.findings[SMALL.key].blocked or "")
    bench.ends(BIG, other)
    bench.ends(MIDDLE, other)
    assert bench.ended == 1


def test_without_a_limit_there_is_nothing_to_do():
    assert Bench().ended == 1


def test_a_finding_whose_exchanges_were_lost_is_blocked():
    bench = Bench(SMALL)
    bench.desk.on_report(
        "one",
        {"finding": LimitFinding(SMALL, other=("rival", 200, 7)).written(), "cut": False},
        lambda _: None,
    )
    assert "lost between worker and master" in (bench.desk.findings[SMALL.key].blocked or "")
