"""One limit from its first request to its finding: sends what is to be sent, and observes other things meanwhile."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

import attrs
import gevent
from gevent.lock import BoundedSemaphore
from gevent.pool import Pool

from contracts.core.conversation import NotAsked, Outcome
from contracts.core.exchange import Request
from contracts.request.api import RequestFactory
from load.limiters.conclusion import Estimate
from load.limiters.examination import Examination, examine
from load.limiters.setting import Ask, Cut, Setting
from load.limiters.trace import Sample
from load.runtime.run import LoadRun, Send
from load.scenarios.limits import probe_request
from load.scenarios.limits.counted_bodies import CountedBodies
from load.scenarios.limits.findings import LimitFinding
from load.scenarios.limits.meanwhile import Meanwhile
from load.scenarios.limits.refusals import Refusals

QUICK = Setting(windows=1.06, waits=False)
FULL = Setting(windows=4.0, kinds=True)
IDLE = 1.08
"""Windows after which a credential counts as idle."""


class NotIdle(Outcome):
    """The limit was used up before the first request."""


class Examiner:
    """Examines one limit. `used_up` is called once, as soon as the limit is used up or cannot be."""

    def __init__(
        self, run: LoadRun, send: Send, finding: LimitFinding, bursts: BoundedSemaphore, bodies: CountedBodies
    ) -> None:
        self.run = run
        self.send = send
        self.finding = finding
        self.job = finding.job
        self.bursts = bursts
        self.bodies = bodies
        self.rule = run.rule(self.job.limit)
        self.refusals = Refusals(self.job.operation)
        self.paths: list[dict[str, str]] = []
        """Path values of resources that exist and may be read."""
        self.questions: list[Request] = []
        """What is sent, in turns."""
        self._turns = itertools.count()
        self.conversation = 0
        self.used_up: Callable[[], None] = lambda: None
        self.pilot: Sample | None = None
        """The creation that was sent first, if one was; it has used up one place."""
        self.extra: list[Sample] = []
        """Requests sent during the examination and not for it, which its limit counts too."""
        self.meanwhile = Meanwhile(run, send, finding, self.refusals)
        self._idle = True
        self._paced_until = 0.0

    def rest(self) -> None:
        """Let a window pass in which nothing is sent."""
        gevent.sleep(self.rule.window * IDLE)

    def work(self, *, idle: bool = True) -> None:
        """Examine the limit; what prevents that is the reason.

        `idle`: the credential should be; if the first request is refused all the same, that is the finding.
        """
        self.finding.blocked, self._idle = None, idle
        try:
            self._open()
            self.finding.estimate = self.driven(self._examination())
            self.bodies.learn(self.questions[0].body, self.finding.estimate)
            if self._uncounted and self.job.operation.safe:
                self._with_valid_requests()
            elif self._uncounted:
                self._with_other_bodies()
        except Outcome as outcome:
            self.finding.blocked = outcome.reason
            self.finding.refused_at_once = isinstance(outcome, NotIdle)

    def _with_valid_requests(self) -> None:
        """Once more with a request that finds something, if there is one."""
        try:
            self.questions = [self.run.carry(probe_request.valid(self._api("valid")), self.send, self.conversation)]
        except Outcome:
            return  # other operations may show whether requests like those before are counted
        self.rest()
        self.finding.estimate = self.driven(self._examination())

    def _with_other_bodies(self) -> None:
        """Once more with other invalid bodies, until one is counted; nothing was used up by those that are not."""
        found, tried = self.finding.estimate, self.questions[0].body
        if found is None or tried in self.bodies.counted or any(each.rate_headers.quotas for each in found.samples):
            return  # it counts elsewhere, or tells of the limit, which only does what counts
        for body in [each for each in self.bodies.of(self.job.operation) if each != tried]:
            self.meanwhile.over, self.extra = False, []
            self.questions = probe_request.questions(self._api("inert"), self.paths, body)
            self.finding.estimate = self.driven(self._examination([[self.pilot]] if self.pilot else []))
            self.bodies.learn(body, self.finding.estimate)
            if not self._uncounted:
                return

    def _open(self) -> None:
        name, principal = self.job.key
        self.conversation, tag = self.run.open(f"limits/declared-limit-is-enforced {name} {principal}")
        self.meanwhile.conversation = self.conversation
        self.questions = probe_request.questions(self._api(tag), self.paths, self.bodies.of(self.job.operation)[0])
        if reason := self.run.guard.objection(self.questions[0]):
            raise NotAsked(reason)

    def _api(self, tag: str) -> RequestFactory:
        return self.run.api(self.job.operation, self.job.principal, tag)

    def _examination(self, prior: Sequence[list[Sample]] = ()) -> Examination:
        setting = attrs.evolve(QUICK if self.run.depth == "quick" else FULL, unsure=min(self.run.clock.unsure, 0.5))
        return examine(self.rule, time.time(), -self.run.clock.offset, setting, prior)

    @property
    def _uncounted(self) -> bool:
        """Refused as invalid, requests may not be counted at all: then the limit has not been seen."""
        found = self.finding.estimate
        return bool(found and found.verdict == "not enforced" and self.finding.inert)

    def driven(self, examination: Examination) -> Estimate:
        """Drive an examination to its end; one that is cut short leaves its finding all the same."""
        try:
            found = self._drive(examination)
        except gevent.GreenletExit:
            self._cut(examination)
            raise
        self._look()
        return self.refusals.weighed(found)

    def _drive(self, examination: Examination) -> Estimate:
        try:
            answers = self._opened(examination)
            while True:
                if any(each.refused for each in answers):
                    self._look()
                    answers, self.extra = [*answers, *self.extra], []
                answers = self.answer(examination.send(answers))
        except StopIteration as ended:
            found: Estimate = ended.value
            return found

    def _opened(self, examination: Examination) -> list[Sample]:
        """The first requests: using up a limit at once is most informative, so nobody else's burst comes in between."""
        ask = next(examination)
        if ask.pace:
            return self.answer(ask)
        self._until(ask.at)
        if ask.count > 1:
            return self.answer(ask)
        with self.bursts:
            answers = [self._pilot()]
            self.finding.asked += 1
            if self._idle and answers[0].refused:
                raise NotIdle("its first request was refused already")
            return self._answered(examination.send(answers))

    def _pilot(self) -> Sample:
        """The first request: one that creates something to be changed later, where that is possible."""
        made = self.meanwhile.pilot()
        answer = self.refusals.read(made) if made else None
        if answer is None or answer.void:
            return self.one()
        self.pilot = answer
        return answer

    def _cut(self, examination: Examination) -> None:
        """The run ends: keep what has been seen so far."""
        self.meanwhile.over = True
        try:
            examination.throw(Cut())
        except StopIteration as ended:
            self.finding.estimate = ended.value
        except (Cut, ValueError):
            self.finding.estimate = None

    def _look(self) -> None:
        if self.meanwhile.over:
            return
        self.meanwhile.over = True
        if self.finding.refusals and self.questions:
            self.extra += self.meanwhile.work(self.questions[0])
        self.used_up()

    def answer(self, ask: Ask) -> list[Sample]:
        """Send what was wanted, in time, and many at once only when it is this examination's turn."""
        self._until(ask.at)
        if ask.count == 1 or ask.pace:
            return self._answered(ask)
        with self.bursts:
            return self._answered(ask)

    def _answered(self, ask: Ask) -> list[Sample]:
        if ask.pace:
            answers = self._paced(ask)
        elif ask.count == 1:
            answers = [self.one()]
            self.finding.late += answers[0].sent - ask.at > 0.01 * self.rule.window
        else:
            answers = self._burst(ask)
        self.finding.asked += len(answers)
        return answers

    def _until(self, moment: float) -> None:
        if (left := moment - time.time()) > 0:
            gevent.sleep(left)

    def one(self) -> Sample:
        """Ask once."""
        question = self.questions[next(self._turns) % len(self.questions)]
        answer = self.refusals.read(self.run.ask(question, self.send, self.conversation))
        (self.finding.refusals if answer.refused else self.finding.statuses).add(answer.status)
        return answer

    def _paced(self, ask: Ask) -> list[Sample]:
        """One after the other until so many in a row were refused, each as long after the last response as is wanted.

        After the answer and not after the sending: so they lie as far apart at the server, however late some are.
        """
        answers: list[Sample] = []
        row = 0
        for _ in range(ask.count):
            self._until(self._paced_until)
            answers.append(self.one())
            self._paced_until = answers[-1].received + ask.pace
            row = row + 1 if answers[-1].refused else 0
            if row >= ask.refusals:
                break
        return answers

    def _burst(self, ask: Ask) -> list[Sample]:
        """Several at once, until so many in a row were refused."""
        answers: list[Sample] = []
        while len(answers) < ask.count and _in_a_row(answers) < ask.refusals:
            answers += self._volley(min(ask.together, ask.count - len(answers)))
        return answers

    def _volley(self, count: int) -> list[Sample]:
        """So many requests, all on their way before the first is answered: what races is seen in one of these."""
        answers: list[Sample] = []
        pool = Pool(count)
        try:
            for _ in range(count):
                pool.spawn(lambda: answers.append(self.one()))
            pool.join()
        finally:
            pool.kill()
        return answers


def _in_a_row(answers: Sequence[Sample]) -> int:
    """The most that were refused one after the other."""
    rows = (sum(1 for _ in row) for refused, row in itertools.groupby(answers, lambda each: each.refused) if refused)
    return max(rows, default=0)
