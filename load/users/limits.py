"""The scenario `limits`: every limited operation is examined, all of them side by side, by one user each."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

import attrs
import gevent
from gevent.lock import BoundedSemaphore
from gevent.pool import Pool
from locust import FastHttpUser, task

from contracts.api import callers
from contracts.exchange import Exchange, Request
from contracts.law import NotObservable, Outcome
from load import asking
from load.limits.estimate import Estimate
from load.limits.examine import Ask, Examination, Setting, examine
from load.limits.trace import Sample
from load.run import Finding, Job, LoadRun, sample
from load.users.wire import Wire
from specs.contract import Limit, Operation

BURSTS = 4
"""How many bursts may go on at the same time."""


@attrs.define(eq=False)
class Scenario:
    """What the users of a run share: the jobs not taken yet, and who may send a burst."""

    run: LoadRun
    finished: Callable[[], None]
    waiting: list[Job] = attrs.field(factory=list)
    going: int = 0
    bursts: BoundedSemaphore = attrs.field(factory=lambda: BoundedSemaphore(BURSTS))
    lanes: BoundedSemaphore = attrs.field(init=False)
    done: bool = False

    def __attrs_post_init__(self) -> None:
        self.waiting = sorted(self.run.jobs(), key=lambda job: -job.limit.requests)
        shortest = min((self.run.rule(job.limit).window for job in self.waiting), default=60.0)
        # Where windows are short, so many side by side would only wait for each other.
        self.lanes = BoundedSemaphore(64 if shortest >= 20 else max(2, int(shortest * 4)))

    @property
    def setting(self) -> Setting:
        return Setting(windows=1.12, waits=False) if self.run.depth == "quick" else Setting(windows=4.0)

    def take(self) -> Job | None:
        if not self.waiting:
            return None
        self.going += 1
        return self.waiting.pop(0)

    def gave(self, wire: Wire) -> None:
        """A job has ended; after the last one, what needs quiet is looked at, and the run is over."""
        self.going -= 1
        if self.waiting or self.going or self.done:
            return
        self.done = True
        try:
            Aftermath(self.run, wire).look()
            self.run.ended = "complete"
        finally:
            self.finished()


class LimitUser(FastHttpUser):
    """Examines one limit after the other, as long as there are any."""

    scenario: ClassVar[Scenario]
    concurrency = 16
    network_timeout = 30.0
    connection_timeout = 30.0

    @task
    def examine(self) -> None:
        """Take a job, if there is one."""
        job = self.scenario.take()
        if job is None:
            gevent.sleep(3600)
            return
        wire = Wire(self.client, self.scenario.run.deployment)
        try:
            with self.scenario.lanes:
                Worker(self.scenario, wire, job).work()
        finally:
            self.scenario.gave(wire)


class Worker:
    """One job from its question to its finding."""

    def __init__(self, scenario: Scenario, wire: Wire, job: Job) -> None:
        self.scenario = scenario
        self.run = scenario.run
        self.wire = wire
        self.job = job
        self.finding = Finding(job)
        self.question: Request | None = None

    def work(self) -> None:
        """Examine the limit; what stands in the way is told as the reason."""
        self.run.findings[self.job.key] = self.finding
        number, tag = self.run.open(
            f"limits/declared-limit-is-enforced {self.job.operation.key} {self.job.principal.name}"
        )
        self.finding.conversation = number
        api = self.run.api(self.job, tag)
        try:
            self.question = asking.question(api)
            if not asking.sendable(self.question, self.run.deployment.writes):
                raise NotObservable("the deployment file does not allow writes")
            rule = self.run.rule(self.job.limit)
            self.finding.estimate = self._driven(self._examination())
            if self._uncounted and self.job.operation.safe:
                self.question = self.run.carry(asking.valid(api), self.wire.send, number)
                gevent.sleep(rule.window * 1.08)
                self.finding.estimate = self._driven(self._examination())
        except Outcome as outcome:
            self.finding.blocked = outcome.reason
            return
        if self._uncounted:
            self.finding.blocked = "invalid requests are not counted here, and valid ones would change data"
            self.finding.estimate = None

    def _examination(self) -> Examination:
        return examine(self.run.rule(self.job.limit), time.time(), -self.run.offset, self.scenario.setting)

    @property
    def _uncounted(self) -> bool:
        """Refused as invalid, requests may not be counted at all: then the limit has not been seen."""
        found = self.finding.estimate
        return bool(found and found.verdict == "not enforced" and all(each >= 400 for each in self.finding.statuses))

    def _driven(self, examination: Examination) -> Estimate:
        ask = next(examination)
        looked = False
        while True:
            answers = self.answer(ask)
            if not looked and any(each.refused for each in answers):
                looked = True
                self._beside()
            try:
                ask = examination.send(answers)
            except StopIteration as ended:
                found: Estimate = ended.value
                return found

    def answer(self, ask: Ask) -> list[Sample]:
        """Send what was asked for, in time."""
        if (left := ask.at - time.time()) > 0:
            gevent.sleep(left)
        if ask.count == 1:
            answers = [self._one()]
            self.finding.late += answers[0].sent - ask.at > 0.01 * self.run.rule(self.job.limit).window
        else:
            with self.scenario.bursts:
                answers = self._burst(ask)
        self.finding.asked += len(answers)
        return answers

    def _one(self) -> Sample:
        assert self.question is not None
        exchange = self.run.ask(self.question, self.wire.send, self.finding.conversation)
        if exchange.status != 429:
            self.finding.statuses.add(exchange.status)
        return sample(exchange)

    def _burst(self, ask: Ask) -> list[Sample]:
        """Several at once, until so many in a row were refused."""
        answers: list[Sample] = []
        state = {"left": ask.count, "row": 0}

        def lane() -> None:
            while state["left"] > 0 and state["row"] < ask.refusals:
                state["left"] -= 1
                answer = self._one()
                state["row"] = state["row"] + 1 if answer.refused else 0
                answers.append(answer)

        pool = Pool(ask.together)
        for _ in range(min(ask.together, ask.count)):
            pool.spawn(lane)
        pool.join()
        return answers

    def _beside(self) -> None:
        """While this credential is refused: another one asks, and one valid creation is sent."""
        self._another()
        if self.run.deployment.writes and self.job.operation.method == "POST":
            self._creation()

    def _another(self) -> None:
        able = [
            each for each in callers(self.run.deployment, self.job.operation) if each.name != self.job.principal.name
        ]
        if not able or self.question is None:
            return
        api = self.run.api(attrs.evolve(self.job, principal=able[0]), "other")
        path = asking.path_of(self.question)
        request = api.ask(path=path, raw=self.question.body, limited=True, principal=able[0])
        exchange = self.run.ask(request, self.wire.send, self.finding.conversation)
        if exchange.response is not None:
            self.finding.other = (able[0].name, exchange.status, exchange.seq)

    def _creation(self) -> None:
        resource = self.run.contract.resource_of(self.job.operation)
        if resource is None or resource.create is not self.job.operation or resource.list is None:
            return
        number, tag = self.run.open(f"limits/a-refused-request-changes-nothing {self.job.operation.key}")
        api = self.run.api(self.job, tag)
        values = {name: self.run.deployment.value(api.tenant, name) for name in api.operation.path_parameters}
        if api.operation.body is None or api.operation.body.sources or not all(values.values()):
            return
        try:
            request, _ = self.run.carry(
                asking.real_creation(api, {k: v or "" for k, v in values.items()}), self.wire.send, number
            )
            exchange = self.run.ask(request, self.wire.send, number)
        except Outcome:
            return
        if exchange.status == 429 and tag in (request.body or ""):
            self.finding.created = (tag, exchange.seq, None)


class Aftermath:
    """What is looked at when every limit has been examined: operations that share a bucket, refused creations."""

    def __init__(self, run: LoadRun, wire: Wire) -> None:
        self.run = run
        self.wire = wire

    def look(self) -> None:
        for finding in self.run.findings.values():
            if finding.created is not None:
                finding.created = (*finding.created[:2], self._listed(finding))
        suspects = [each for each in self.run.findings.values() if each.estimate and each.estimate.verdict == "tighter"]
        for finding in suspects[:6]:
            self._shared(finding)
        self.run.remove(self.wire.send)

    def _listed(self, finding: Finding) -> bool | None:
        """Whether the list shows what a refused creation would have made."""
        assert finding.created is not None
        resource = self.run.contract.resource_of(finding.job.operation)
        if resource is None or resource.list is None:
            return None
        number, tag = self.run.open(f"limits/a-refused-request-changes-nothing {finding.job.operation.key}")
        api = self.run.api(finding.job, tag).on(resource.list)
        able = [
            each for each in callers(self.run.deployment, resource.list) if each.tenant == finding.job.principal.tenant
        ]
        values = {name: self.run.deployment.value(api.tenant, name) or "" for name in resource.list.path_parameters}
        for principal in able:
            answer = self.run.ask(api.ask(path=values, principal=principal, limited=True), self.wire.send, number)
            if answer.ok:
                return bool(answer.response and finding.created[0] in answer.response.body)
        self._rest(resource.list.limits)
        answer = self.run.ask(api.ask(path=values, limited=True), self.wire.send, number)
        return bool(answer.response and finding.created[0] in answer.response.body) if answer.ok else None

    def _rest(self, limits: tuple[Limit, ...]) -> None:
        if limits:
            gevent.sleep(self.run.rule(limits[0]).window * 1.08)

    def _shared(self, finding: Finding) -> None:
        """Use up one operation by itself after an idle window, then ask each other one once."""
        job = finding.job
        self._rest(job.operation.limits)
        number, _ = self.run.open(
            f"limits/operations-have-buckets-of-their-own {job.operation.key} {job.principal.name}"
        )
        question = self._question(job)
        if question is None:
            return
        for _ in range(job.limit.requests * 2):
            if self.run.ask(question, self.wire.send, number).status == 429:
                break
        finding.looked = True
        finding.sharing = tuple(
            other.operation.key
            for other in self.run.jobs()
            if other.operation is not job.operation
            and other.principal == job.principal
            and self._refused(other, number)
        )

    def _refused(self, job: Job, number: int) -> bool:
        question = self._question(job)
        if question is None:
            return False
        exchange: Exchange = self.run.ask(question, self.wire.send, number)
        return exchange.status == 429

    def _question(self, job: Job) -> Request | None:
        """What was asked of this operation already, so that nothing has to be looked up."""
        for exchange in self.run.exchanges.values():
            done = self.run.findings.get(job.key)
            if done and exchange.conversation == done.conversation and _same(exchange.operation, job.operation):
                return exchange.request if exchange.request.principal == job.principal.name else None
        return None


def _same(one: Operation, other: Operation) -> bool:
    return one.key == other.key
