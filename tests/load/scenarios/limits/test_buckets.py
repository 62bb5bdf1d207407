"""Buckets that several operations draw on are found, whoever goes first, and only what was asked upholds."""

from __future__ import annotations

import heapq
import itertools
import random
from types import SimpleNamespace

import attrs
import pytest

from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, UPHELD
from load.limiters.examination import examine
from load.limiters.rule import Rule
from load.limiters.setting import Setting
from load.scenarios.limits.buckets import own_bucket, suspect, weighed
from load.scenarios.limits.findings import Job, LimitFinding
from specs.contract import Limit
from tests.load.limiters.simulated import KINDS, Server, drive

NOW = 1_700_000_010.0


class Together:
    """Operations counted together: each refuses at its own number."""

    def __init__(self, window):
        self.window, self.times = window, []

    def of(self, limit):
        return SimpleNamespace(allow=lambda now: self.allow(now, limit))

    def allow(self, now, limit):
        self.times = [each for each in self.times if now - each < self.window]
        if len(self.times) >= limit:
            return False
        self.times.append(now)
        return True


def job(limit):
    minute = Limit("minute", 10.0, limit, "#")
    operation = SimpleNamespace(key=f"GET /{limit}", limits=(minute,), body=None)
    return Job(operation, SimpleNamespace(name="acme"), minute)


def examined(first, second, limiters, seed):
    """Examine one limit, and from when it is used up the other one; gives both findings."""
    rng, turns, queue, found = random.Random(seed), itertools.count(), [], {}
    setting = Setting(windows=1.12, waits=False)

    def begin(limit, now):
        examination = examine(Rule(limit, 10.0), now, 0.0, setting)
        heapq.heappush(
            queue, (now, next(turns), limit, examination, Server(limiters[limit], rng, 0.005), next(examination))
        )

    begin(first, NOW + rng.uniform(0, 3))
    while queue:
        _, _, limit, examination, server, ask = heapq.heappop(queue)
        answers = server.answer(ask)
        if limit == first and second is not None and any(each.refused for each in answers):
            begin(second, max(each.received for each in answers))
            second = None
        try:
            ask = examination.send(answers)
            heapq.heappush(queue, (ask.at, next(turns), limit, examination, server, ask))
        except StopIteration as ended:
            found[limit] = LimitFinding(job(limit), ended.value)
    return {(each.job.operation.key, "acme"): each for each in found.values()}


def used_up_alone(findings, limits, first):
    """What the run does with suspects: each is used up by itself, and the others are asked once.

    A suspect is one that had too little at first, or the first one where another was refused at once.
    """
    later = NOW + 1000
    at_once = any(each.estimate.samples[0].refused for each in findings.values())
    suspects = [findings[f"GET /{first}", "acme"]] if at_once else [each for each in findings.values() if suspect(each)]
    for number, finding in enumerate(suspects):
        now = later + number * 100
        while limits[finding.job.limit.requests].allow(now):
            now += 0.01
        others = [each for each in findings.values() if each is not finding]
        finding.looked = 1
        finding.sharing = tuple(
            each.job.operation.key for each in others if not limits[each.job.limit.requests].allow(now)
        )


@pytest.mark.parametrize(("first", "second"), [(5, 20), (20, 5)])
def test_a_bucket_with_different_numbers_is_found_whoever_goes_first(first, second, seeds):
    for seed in range(seeds):
        together = Together(10.0)
        limiters = {limit: together.of(limit) for limit in (first, second)}
        findings = examined(first, second, limiters, seed)
        used_up_alone(findings, limiters, first)
        verdicts = {key: own_bucket(each, findings).verdict for key, each in findings.items()}
        assert set(verdicts.values()) == {BROKEN}, (seed, verdicts)


@pytest.mark.parametrize("kind", ["from first", "log", "fixed, any phase"])
def test_buckets_of_their_own_are_never_blamed_and_upheld_by_what_was_asked(kind, seeds):
    upheld = 0
    for seed in range(seeds):
        rng = random.Random(seed)
        limiters = {limit: KINDS[kind](limit, 10.0, rng) for limit in (5, 20)}
        findings = examined(5, 20, limiters, seed)
        verdicts = [own_bucket(each, findings).verdict for each in findings.values()]
        assert BROKEN not in verdicts
        upheld += verdicts == [UPHELD, UPHELD]
    assert upheld > seeds / 2


def test_an_idle_operation_upholds_nothing():
    limiters = {5: KINDS["log"](5, 10.0, None)}
    findings = examined(5, None, limiters, 1)
    findings["GET /20", "acme"] = LimitFinding(job(20), blocked="it was never asked")
    assert own_bucket(findings["GET /5", "acme"], findings).verdict == NOT_OBSERVABLE


class Crowded:
    """A bucket from which other operations draw at the same time, until it is asked for alone."""

    def __init__(self, limiter, rng):
        self.limiter, self.rng, self.alone = limiter, rng, False

    def allow(self, now):
        for _ in range(0 if self.alone else self.rng.randrange(6)):
            self.limiter.allow(now)
        return self.limiter.allow(now)


def looked_at(finding, limiter, sharing):
    """What the run sees when it uses up one operation by itself and asks the others once."""
    limiter.alone, now = True, NOW + 1000
    finding.looked, finding.alone, finding.sharing = 1, 0, sharing
    while limiter.allow(now):
        finding.alone += 1
        now += 0.01


def in_a_crowd(seed, bucket, sharing):
    """Four operations, declared 20 each, examined side by side; the first is used up by itself then."""
    rng = random.Random(seed)
    findings = {}
    for number in range(4):
        limiter = Crowded(KINDS["log"](bucket, 10.0, rng), rng)
        asked = examine(Rule(20, 10.0), NOW, 0.0, Setting(windows=1.12, waits=False))
        each = job(20)
        operation = SimpleNamespace(**{**vars(each.operation), "key": f"GET /{number}"})
        finding = LimitFinding(attrs.evolve(each, operation=operation), drive(asked, Server(limiter, rng, 0.005))[0])
        findings[operation.key, "acme"] = finding
        if not number:
            looked_at(finding, limiter, sharing)
    return weighed(findings)


def test_one_bucket_for_several_operations_is_told_with_its_number_and_called_no_tighter(seeds):
    told = "one bucket of 40 for these operations, declared 20 each: GET /0, GET /1, GET /2, GET /3"
    for seed in range(seeds):
        findings = in_a_crowd(seed, 40, ("GET /1", "GET /2", "GET /3"))
        assert {own_bucket(each, findings).actual for each in findings.values()} == {told}
        verdicts = [each.estimate.verdict for each in findings.values()]
        assert (verdicts[0], "tighter" in verdicts) == ("looser", False), (seed, verdicts)


def test_what_has_its_number_by_itself_is_not_called_tighter(seeds):
    for seed in range(seeds):
        assert in_a_crowd(seed, 20, ())["GET /0", "acme"].estimate.verdict != "tighter"


def test_what_has_less_by_itself_is_called_tighter(seeds):
    for seed in range(seeds):
        found = in_a_crowd(seed, 10, ())["GET /0", "acme"].estimate
        assert (found.verdict, found.confidence, found.admitted) == ("tighter", "repeated", 10)
