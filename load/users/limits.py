"""The scenario `limits`: every limited operation is examined, all of them side by side, by one user each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar

import gevent
from gevent.lock import BoundedSemaphore
from gevent.pool import Pool
from gevent.queue import Queue
from locust import FastHttpUser, task

from contracts.judge import Verdict
from contracts.law import Outcome
from contracts.plan import Plan
from load import told, verdicts
from load.desk import Desk
from load.findings import Finding, Job, jobs
from load.limits.trace import Sample
from load.scenario import Row, Scenario, Seqs, Stage
from load.setup import Setup
from load.users.examiner import Examiner
from load.users.longer import Longer
from load.users.quiet import Quiet
from load.users.wire import Wire

BURSTS = 4
"""How many bursts may go on at the same time."""


class LimitUser(FastHttpUser):
    """Does one task after the other, as long as there are any."""

    scenario: ClassVar[Limits]
    concurrency = 16
    network_timeout = 30.0
    connection_timeout = 30.0

    @task
    def examine(self) -> None:
        """Wait for a task, and do it."""
        scenario = self.scenario
        given = scenario.tasks.get()
        job = scenario.jobs[given["job"][0], given["job"][1]]
        finding = scenario.mine.setdefault(job.key, Finding(job))
        cut = False
        try:
            self._do(given, job, finding)
        except gevent.GreenletExit:
            cut = True
            raise
        except Exception as error:  # the judging side waits for an answer, whatever it is
            finding.blocked = f"internal error: {type(error).__name__}: {error}"
            raise
        finally:
            scenario.stage.report({"finding": finding.written(), "cut": cut})

    def _do(self, given: dict[str, Any], job: Job, finding: Finding) -> None:
        wire, scenario = Wire(self.client, self.scenario.run.deployment), self.scenario
        match given["do"]:
            case "listed":
                Quiet(scenario.run, wire.send).listed(finding)
            case "alone":
                with scenario.row:
                    Quiet(scenario.run, wire.send).alone(finding, list(scenario.jobs.values()))
            case "first":
                pilots = [scenario.jobs[key[0], key[1]] for key in given["pilots"]]
                examiner = Examiner(scenario.run, wire.send, finding, scenario.bursts)
                examiner.used_up = lambda: scenario.pilots(job, pilots, wire)
                with scenario.rows[job.key]:
                    examiner.work()
                scenario.soak(examiner)
            case "row":
                with scenario.rows[given["after"][0], given["after"][1]]:
                    examiner = Examiner(scenario.run, wire.send, finding, scenario.bursts)
                    examiner.rest()
                    examiner.work()
                    scenario.soak(examiner)
            case _:
                examiner = Examiner(scenario.run, wire.send, finding, scenario.bursts)
                with scenario.lanes:
                    examiner.work(scenario.ours(given["pilot"]))
                scenario.soak(examiner)


class Limits(Scenario):
    """Declared rate limits, each examined by a user of its own."""

    name = "limits"
    users = (LimitUser,)

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.jobs = {job.key: job for job in jobs(stage.setup.contract, stage.setup.deployment)}
        self.desk = Desk(self.run, self.jobs, stage.give, stage.over)
        self.tasks: Queue[dict[str, Any]] = Queue()
        self.mine: dict[tuple[str, str], Finding] = {}
        """Findings of this process, with its own numbers of exchanges."""
        self.bursts = BoundedSemaphore(BURSTS)
        self.row = BoundedSemaphore(1)
        """What must be the only thing that is asked."""
        self.rows: defaultdict[tuple[str, str], BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(1))
        """Operations that may share a bucket, by the one that was used up first: one after the other."""
        shortest = min((self.run.rule(job.limit).window for job in self.jobs.values()), default=60.0)
        # Where windows are short, so many side by side would only wait for each other.
        self.lanes = BoundedSemaphore(64 if shortest >= 20 else max(2, int(shortest * 6)))

    @classmethod
    def plan(cls, setup: Setup) -> Plan:
        return verdicts.plan(setup)

    @classmethod
    def crew(cls, setup: Setup, workers: int) -> int:
        """One for each limit, and one more for each worker, since Locust spreads users as it likes."""
        return max(1, sum(1 for _ in jobs(setup.contract, setup.deployment))) + workers

    def begin(self, workers: Sequence[str]) -> None:
        self.desk.begin(workers)

    def heard(self, worker: str, data: Any, seqs: Seqs) -> None:
        self.desk.heard(worker, data, seqs)

    def lost(self, worker: str) -> None:
        self.desk.lost(worker)

    def verdicts(self, plan: Plan) -> list[Verdict]:
        return verdicts.verdicts(self.run, plan, self.desk.findings)

    def content(self) -> dict[str, Any]:
        return {"limits": told.limits(self.run, self.desk.findings)}

    def table(self) -> list[Row]:
        return told.table(self.run, self.jobs.values(), self.desk.findings)

    def notes(self) -> list[str]:
        late = sum(each.late for each in self.desk.findings.values())
        return [f"{late} requests were sent later than planned"] if late else []

    def taken(self, data: Any) -> None:
        self.tasks.put(data)

    def soak(self, examiner: Examiner) -> None:
        """At depth soak, go on to the longer limits."""
        if self.run.depth == "soak":
            Longer(examiner).work()

    def pilots(self, first: Job, others: Sequence[Job], wire: Wire) -> None:
        """While a first operation is used up, one request to each other one; spread a little, to compare the clocks."""
        spread = min(1.0, 0.02 * self.run.rule(first.limit).window) / max(1, len(others))
        pool, sent = Pool(), list[list[Any]]()
        try:
            for number, job in enumerate(others):
                pool.add(gevent.spawn_later(number * spread, self._pilot, job, wire, sent))
            pool.join()
        finally:
            pool.kill()
        self.stage.report({"first": list(first.key), "pilots": sent})

    def _pilot(self, job: Job, wire: Wire, sent: list[list[Any]]) -> None:
        try:
            exchange = Examiner(self.run, wire.send, Finding(job), self.bursts).pilot()
        except Outcome:
            return
        sent.append([*job.key, exchange.seq])

    def ours(self, pilot: Sequence[float] | None) -> Sample | None:
        """A pilot that another worker may have sent, by this process's clock."""
        if pilot is None or not pilot[3]:
            return None
        sent, received, status, seq = pilot
        return Sample(sent - self.stage.ahead, received - self.stage.ahead, int(status), seq=-int(seq))
