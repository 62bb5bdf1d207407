"""The scenario `limits`: every limited operation is examined, all of them side by side, by one user each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar

import gevent
from gevent.lock import BoundedSemaphore
from gevent.queue import Queue
from locust import FastHttpUser, task

from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan
from load.runtime.scenario import Host, Row, Scenario, Seqs
from load.runtime.setup import Setup
from load.runtime.transport import Wire
from load.scenarios.limits import table, verdicts
from load.scenarios.limits.coordinator import Coordinator
from load.scenarios.limits.examiner import Examiner
from load.scenarios.limits.findings import LimitFinding, jobs
from load.scenarios.limits.isolation import Quiet, await_room
from load.scenarios.limits.longer_limits import Longer
from load.scenarios.limits.tasks import Task

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
        finding = scenario.mine.setdefault(job.key, LimitFinding(job))
        cut = False
        try:
            self._do(given, finding)
        except gevent.GreenletExit:
            cut = True
            raise
        except Exception as error:  # the judging side waits for an answer, whatever it is
            finding.blocked = f"internal error: {type(error).__name__}: {error}"
            raise
        finally:
            scenario.host.report({"finding": finding.written(), "cut": cut})

    def _do(self, given: dict[str, Any], finding: LimitFinding) -> None:
        wire, scenario = Wire(self.client, self.scenario.run.deployment), self.scenario
        match given["do"]:
            case Task.LISTED:
                Quiet(scenario.run, wire.send).listed(finding)
            case Task.ALONE:
                with scenario.row:
                    Quiet(scenario.run, wire.send).alone(finding, list(scenario.jobs.values()))
            case Task.FIRST:
                self._first(wire, finding)
            case Task.AGAIN:
                self._again(wire, finding)
            case Task.ROW:
                with scenario.rows[given["after"][0], given["after"][1]]:
                    self._again(wire, finding)
            case Task.EXAMINE:
                with scenario.lanes:
                    examiner = scenario.examiner(wire, finding)
                    examiner.paths, examiner.rewrites = given["paths"], given["rewrites"]
                    examiner.work()
                scenario.soak(examiner)

    def _first(self, wire: Wire, finding: LimitFinding) -> None:
        """The first examination with a credential: the others begin as soon as this limit is used up."""
        scenario, job = self.scenario, finding.job
        examiner = scenario.examiner(wire, finding)
        examiner.used_up = lambda: scenario.host.report({"used_up": list(job.key)})
        await_room(scenario.run, job.limit)
        with scenario.rows[job.key]:
            examiner.work()
            if finding.refused_at_once:
                examiner.rest()
                examiner.work(idle=False)
        scenario.soak(examiner)

    def _again(self, wire: Wire, finding: LimitFinding) -> None:
        """After an idle window, whatever the first request is answered."""
        examiner = self.scenario.examiner(wire, finding)
        examiner.rest()
        examiner.work(idle=False)
        self.scenario.soak(examiner)


class Limits(Scenario):
    """Declared rate limits, each examined by a user of its own."""

    name = "limits"
    users = (LimitUser,)
    shared = False

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.jobs = {job.key: job for job in jobs(host.setup.contract, host.setup.deployment)}
        self.desk = Coordinator(self.run, self.jobs, host.assign, host.done)
        self.tasks: Queue[dict[str, Any]] = Queue()
        self.mine: dict[tuple[str, str], LimitFinding] = {}
        """Findings of this process, with its own numbers of exchanges."""
        self.bursts = BoundedSemaphore(BURSTS)
        self.row = BoundedSemaphore(1)
        """What must be the only thing that goes on."""
        self.rows: defaultdict[tuple[str, str], BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(1))
        """Operations that may share a bucket, by the one that was used up first: one after the other."""
        shortest = min((self.run.rule(job.limit).window for job in self.jobs.values()), default=60.0)
        # Where windows are short, so many side by side would only wait for each other.
        self.lanes = BoundedSemaphore(64 if shortest >= 20 else max(2, int(shortest * 6)))

    @classmethod
    def plan(cls, setup: Setup) -> Plan:
        return verdicts.plan(setup)

    @classmethod
    def user_count(cls, setup: Setup, workers: int) -> int:
        """One for each limit, and one more for each worker, since Locust spreads users as it likes."""
        return max(1, sum(1 for _ in jobs(setup.contract, setup.deployment))) + workers

    def begin(self, workers: Sequence[str]) -> None:
        self.desk.begin(workers)

    def on_report(self, worker: str, data: Any, seqs: Seqs) -> None:
        self.desk.on_report(worker, data, seqs)

    def lost(self, worker: str) -> None:
        self.desk.lost(worker)

    def verdicts(self, plan: Plan) -> list[Verdict]:
        return verdicts.verdicts(self.run, plan, self.desk.concluded)

    def content(self) -> dict[str, Any]:
        return {"limits": table.limits(self.run, self.desk.concluded)}

    def table(self) -> list[Row]:
        return table.table(self.run, self.jobs.values(), self.desk.concluded)

    def notes(self) -> list[str]:
        late = sum(each.late for each in self.desk.concluded.values())
        notes = [f"{late} requests were sent later than planned"] if late else []
        return [*notes, *(f"unproven: {each}" for each in self.unproven())]

    def unproven(self) -> list[str]:
        return table.unproven(self.run, self.desk.concluded)

    def on_task(self, data: Any) -> None:
        self.tasks.put(data)

    def examiner(self, wire: Wire, finding: LimitFinding) -> Examiner:
        """Who examines one limit."""
        made = Examiner(self.run, wire.send, finding, self.bursts)
        made.used_up = lambda: self.host.report({"used_up": list(finding.job.key)})
        return made

    def soak(self, examiner: Examiner) -> None:
        """At depth soak, go on to the longer limits."""
        if self.run.depth == "soak":
            Longer(examiner).work()
