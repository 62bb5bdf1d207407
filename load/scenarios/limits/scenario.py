"""The scenario `limits`: every limited operation is examined, all of them side by side, by one user each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from gevent.queue import Queue
from locust import FastHttpUser, task

from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan
from load.runtime.scenario import Host, Row, Scenario, Seqs
from load.runtime.setup import Setup
from load.runtime.transport import Wire
from load.scenarios.limits import table, verdicts
from load.scenarios.limits.coordinator import Coordinator
from load.scenarios.limits.findings import jobs
from load.scenarios.limits.forecast import forecast
from load.scenarios.limits.worker import Worker


class LimitUser(FastHttpUser):
    """Does one task after the other, as long as there are any."""

    scenario: ClassVar[Limits]

    @task
    def examine(self) -> None:
        """Wait for a task, and do it."""
        scenario = self.scenario
        scenario.worker.work(scenario.tasks.get(), Wire(self.client, scenario.run.deployment).send)


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
        self.worker = Worker(self.run, self.jobs, host.report)

    @classmethod
    def plan(cls, setup: Setup) -> Plan:
        return verdicts.plan(setup)

    @classmethod
    def user_count(cls, setup: Setup, workers: int) -> int:
        """One for each limit, and one more for each worker, since Locust spreads users as it likes."""
        return max(1, sum(1 for _ in jobs(setup.contract, setup.deployment))) + workers

    @classmethod
    def forecast(cls, setup: Setup) -> str:
        return forecast(setup)

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
