"""Longer limits, at a pace that leaves the shorter one room: a refusal can then only come from the longer one."""

from __future__ import annotations

import time
from itertools import chain

import gevent

from load.limiters.examination import examine
from load.limiters.setting import Setting
from load.limiters.trace import Sample
from load.scenarios.limits.examiner import Examiner
from load.scenarios.limits.findings import jobs
from specs.contract import Limit

SLOWER = 1.06
"""How much slower than the shorter limit allows."""
WINDOWS = 1.06
"""Windows after which a longer limit has been watched long enough."""
CONFIRMED_WITHIN = 120.0
"""Seconds a longer window may last for a doubtful finding to be examined again after an idle one."""
AGAIN = 2
"""How often a shorter limit is examined again at most."""
STEADY = 60.0
"""Requests per second, of all operations together, up to which limits that cannot bind are tried for a whole window."""


class Longer:
    """The longer limits of an operation whose shortest one was found kept."""

    def __init__(self, examiner: Examiner) -> None:
        self.examiner = examiner
        self.run = examiner.run
        self.finding = examiner.finding
        self.job = examiner.job
        self.before: list[Sample] = []
        """What was sent by examinations that showed nothing."""
        self.pace = examiner.rule.window / examiner.rule.limit * SLOWER

    def work(self) -> None:
        """Examine those that can bind; of the others, see whether they refuse before they should."""
        self._sure()
        estimate = self.finding.estimate
        if estimate is None or estimate.verdict != "kept":
            return
        for limit in self.job.operation.limits[1:]:
            if not limit.implied:
                self._examined(limit)
            elif self._rate() <= STEADY:
                self._steady(limit)

    def _sure(self) -> None:
        """What can bind is worth another examination of the shorter limit, since everything else rests on it."""
        binding = any(not limit.implied for limit in self.job.operation.limits[1:])
        for _ in range(AGAIN if binding else 0):
            estimate = self.finding.estimate
            if estimate is None or estimate.verdict != "inconclusive":
                return
            self.before += [*estimate.samples, *estimate.after]
            self.examiner.rest()
            self.examiner.work(idle=False)

    def _rate(self) -> float:
        """Requests per second if every operation is requested at its pace."""
        rules = (self.run.rule(job.limit) for job in jobs(self.run.contract, self.run.deployment))
        return sum(rule.limit / rule.window for rule in rules)

    def _admitted(self) -> list[Sample]:
        """What counts for the longer limit already: all that was admitted."""
        found = self.finding.estimate
        seen = chain(self.before, found.samples, found.after) if found else self.before
        return sorted((each for each in seen if not each.refused), key=lambda each: each.sent)

    def _examined(self, limit: Limit) -> None:
        rule, prior = self.run.rule(limit), self._admitted()
        self.examiner.rest()
        spent = time.time() - prior[0].sent
        setting = Setting(
            windows=WINDOWS - spent / rule.window,
            together=1,
            waits=False,
            spare=20,
            confirms=rule.window <= CONFIRMED_WITHIN,
            pace=self.pace,
        )
        examination = examine(rule, time.time(), -self.run.clock.offset, setting, [prior])
        before = self.finding.estimate
        try:
            self.finding.longer[limit.period] = self.examiner.driven(examination)
        finally:
            self.finding.estimate = before

    def _steady(self, limit: Limit) -> None:
        """Ask at a steady pace for a whole window of a limit that cannot bind."""
        rule, prior = self.run.rule(limit), self._admitted()
        self.examiner.rest()
        admitted = self.finding.soaked[limit.period] = len(prior)
        ends, due = prior[0].sent + rule.window, time.time()
        while due < ends:
            gevent.sleep(max(0.0, due - time.time()))
            answer = self.examiner.one()
            if answer.refused and (seq := self._still_refused()):
                self.finding.refuted[limit.period] = (admitted, seq)
                return
            admitted += not answer.refused and not answer.void
            self.finding.soaked[limit.period] = admitted
            due = answer.received + self.pace

    def _still_refused(self) -> int | None:
        """Whether it is refused even after the shorter limit had time to recover; the exchange that shows it."""
        self.examiner.rest()
        answer = self.examiner.one()
        return answer.seq if answer.refused else None
