"""The scenario `mixed`: realistic traffic over all operations by several tenants, judged as in the gate."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import gevent
from locust import FastHttpUser, task

from contracts.config.deployment import ConfigError
from contracts.core.conversation import Result
from contracts.core.failures import HEARD, is_one_of
from contracts.core.verdicts import NOT_ASKED
from contracts.judging.checks import check_verdicts
from contracts.judging.judge import Verdict
from contracts.judging.record_laws import items_of, verdict_of
from contracts.plan.plan import Plan, check_items
from contracts.steps.created import Ledger
from load.runtime.scenario import Host, Seqs
from load.runtime.setup import Setup
from load.runtime.transport import Wire
from load.scenarios.mixed import traffic_plan as traffic_plan
from load.scenarios.mixed.driven_laws import Attempts, Changes, driven_items
from load.scenarios.mixed.laws import LAWS, judged
from load.scenarios.mixed.paced_sender import PacedSender
from load.scenarios.mixed.record import JourneyResult, Record, Walk
from load.scenarios.mixed.traffic_plan import TrafficPlan
from load.scenarios.mixed.worker import Worker, settings_for
from load.service_levels.judging import Levels, level_lines
from specs.promises.promises import promises

WAITED = 0.2
"""The part of its own work for which a sender may wait for a core before that is told."""


class MixedScenario(Worker):
    """The contract under load: its plan, and the judging side."""

    name = "mixed"

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.began = 0.0
        self.endings: list[JourneyResult] = []
        self.walks: list[Walk] = []
        self.attempts = Attempts()
        self.sampled: list[tuple[int, int, float]] = []
        self.cpu = 0.0
        """Seconds of processor time that sending took, over all workers."""
        self.waited = 0.0
        """Seconds for which they could have gone on sending while other processes had the cores."""
        self.judging = 0.0
        """The same for judging."""
        self.held = 0
        self.asked: list[list[int]] = []
        """For each worker, how many conversations of laws it held, and how many different ones there are."""
        self.levels = Levels(self.settings)
        self.reached: str | None = None
        self._waiting: set[str] = set()
        self._preparing: set[str] = set()
        self._lost = False
        self._walking: set[str] = set()

    @classmethod
    def plan(cls, setup: Setup) -> Plan:
        settings = settings_for(setup)
        stated = promises(setup.contract)
        lines = [
            *items_of(LAWS.values(), setup.contract, stated),
            *driven_items(setup.contract, setup.deployment, stated),
            *level_lines(settings.thresholds, setup.contract),
            *check_items(setup.contract, stated),
        ]
        _traffic(setup)
        return Plan(setup.contract, setup.deployment, setup.depth, tuple(lines), stated)

    @classmethod
    def user_count(cls, setup: Setup, workers: int) -> int:
        """One for every slot, and one more for each worker, since Locust spreads users as it likes."""
        return len(_traffic(setup).slots) + workers

    def begin(self, workers: Sequence[str]) -> None:
        self.traffic = _traffic(self.host.setup)
        self._waiting, self._preparing = set(workers), set(workers)
        slots = self.traffic.slots
        for number, worker in enumerate(workers):
            mine = [[each.tenant, each.number, each.count] for each in slots[number :: len(workers)]]
            place = {"slots": mine, "worker": number, "workers": len(workers)}
            self.host.assign(worker, {"begin": {**self.traffic.written(), **place}})
        gevent.spawn(self._watch)

    def _watch(self) -> None:
        """End the load when a service level has been broken for long enough."""
        while self.settings.thresholds and self.settings.abort_after is not None and self.levels.aborted is None:
            gevent.sleep(0.5)
            if self.began and self.levels.look(self.run.rows, self.began, time.time()):
                self._stop(hurry=True)
                self.host.done()

    def _stop(self, *, hurry: bool = False) -> None:
        for worker in list(self._waiting):
            self.host.assign(worker, {"stop": True, "hurry": hurry})

    def on_report(self, worker: str, data: Any, seqs: Seqs) -> None:
        if "failure" in data:
            raise RuntimeError(data["failure"])

        def known(numbers: Iterable[int]) -> tuple[int, ...]:
            return tuple(seq for number in numbers if (seq := seqs(number)) is not None)

        if "ready" in data:
            self._ready(worker)
        for operation, verdict, expected, actual, numbers in data.get("endings", ()):
            self.endings.append(JourneyResult(operation, verdict, expected, actual, known(numbers)))
        for line, asked, ending in data.get("laws", ()):
            seqs_of = known(ending["exchanges"])
            others = tuple((expected, actual) for expected, actual in ending["others"])
            self.attempts.add(line, asked, Result(**{**ending, "exchanges": seqs_of, "others": others}))
        for operation, tenant, numbers in data.get("walks", ()):
            pages = tuple(self.run.exchanges[seq] for seq in known(numbers) if seq in self.run.exchanges)
            self.walks.append(Walk(operation, tenant, pages))
        if "limit" in data and self.reached is None:
            self.reached = f"the declared limit of {data['limit']}"
            self._stop()
        if "done" in data:
            self.sampled.append(tuple(data["sampled"]))
            self.held += data["held"]
            self.asked.append(data["asked"])
            self.cpu += data["cpu"]
            self.waited += data["waited"]
            self._left(worker)
        if "walked" in data:
            self._walking.discard(worker)
            if not self._walking:
                self.host.done()

    def _ready(self, worker: str) -> None:
        """Once all have warmed up, the load begins."""
        self._preparing.discard(worker)
        if self._preparing or self.began:
            return
        self.began = time.time()
        for each in self._waiting:
            self.host.assign(each, {"go": True})
        if not self._answered():  # under load each of many requests would wait in vain, for as long as it may
            self._stop()

    def _answered(self) -> bool:
        """Whether anything has answered while all was quiet, or nothing was sent."""
        sent = self.run.exchanges.values()
        return not sent or any(each.response or is_one_of(each.error, HEARD) for each in sent)

    def lost(self, worker: str) -> None:
        self._lost = True
        if worker in self._walking:
            self._walking.discard(worker)
            self.host.done()
        self._left(worker)
        if self._waiting:
            self._ready(worker)

    def _left(self, worker: str) -> None:
        """When the last one has ended, one of them reads the lists, now that all is quiet again."""
        if worker not in self._waiting:
            return
        self._waiting.discard(worker)
        if self._waiting or self.levels.aborted is not None:
            return
        self._walking.add(worker)
        self.host.assign(worker, {"walk": True, "orphans": self._orphans()})

    def _orphans(self) -> list[list[str | None]]:
        """What is still there though everybody has ended: a lost worker made it, and another one has to remove it."""
        if not self._lost:
            return []  # everybody removes their own
        ledger = Ledger(self.run.contract)
        for each in sorted(self.run.exchanges.values(), key=lambda each: each.received):
            ledger.note(each)
        return [[each.operation.key, target, each.principal] for target, each in ledger.standing.items()]

    def record(self) -> Record:
        assert self.traffic is not None
        run = self.run
        return Record(
            run.contract, run.deployment, run.exchanges, run.rows, self.began or time.time(), self.traffic.shape,
            self.traffic.loud, self.endings, self.walks,
        )  # fmt: skip

    def verdicts(self, plan: Plan) -> list[Verdict]:
        if self.traffic is None or not self.began:
            return [Verdict(item, NOT_ASKED, reason="the run ended before its turn") for item in plan.items]
        begun = time.process_time()
        record, base = self.record(), self.run.deployment.base_url
        quiet = {seq: each for seq, each in self.run.exchanges.items() if each.sent < self.began}
        heard = {each.item.id: each for each in check_verdicts(plan, quiet)}
        changes = Changes(self.run.exchanges)
        made = []
        for item in plan.items:
            if item.id in heard:
                made.append(heard[item.id])
            elif item.rule.family == "service-level":
                made.append(
                    verdict_of(item, self.levels.ruling(item.rule.title, self.run.rows), self.run.exchanges, base)
                )
            elif item.principal is not None:
                made.append(self.attempts.verdict(item, changes, plan))
            else:
                made.append(verdict_of(item, judged(record, item.rule.id, item.operation), self.run.exchanges, base))
        self.judging = time.process_time() - begun
        return made

    def content(self) -> dict[str, Any]:
        if self.traffic is None or not self.began:
            return {}
        content = {
            **self.levels.content(self.run.rows, self.began, self.traffic.shape.hits(self.traffic.shape.seconds)),
            "shape": self.traffic.shape.name,
            "loud": self.traffic.loud,
            "sampled": [{"judged": one, "asked": of, "lowest_share": low} for one, of, low in self.sampled],
            "held_back": self.held,
            "laws": {
                "conversations": sum(asked for asked, _ in self.asked),
                "questions": max((different for _, different in self.asked), default=0),
            },
            "cpu": {"sending": round(self.cpu, 3), "waited": round(self.waited, 3), "judging": round(self.judging, 3)},
            "reached": self.reached,
        }
        return {"load": content}

    def notes(self) -> list[str]:
        if not self.began:
            return []
        asked, looked = sum(of for _, of, _ in self.sampled), sum(one for one, _, _ in self.sampled)
        notes = self.levels.notes(self.run.rows, self.began)
        if self.waited > WAITED * self.cpu:
            notes.append(f"late by the machine: {self.waited:.1f} s, while other processes had its cores")
        if asked:
            why = "" if looked == asked else ", since the generator would have fallen behind"
            notes.append(f"{looked} of {asked} responses to reads judged{why}")
        if laws := sum(asked for asked, _ in self.asked):
            notes.append(f"{laws} conversations of laws, of {max(different for _, different in self.asked)} different")
        if self.held:
            notes.append(f"{self.held} requests held back, since a declared limit would have been exceeded")
        if self.reached:
            notes.append(f"ended at {self.reached}")
        return notes


class MixedUser(FastHttpUser):
    """One virtual user: sends at its own times, whatever became of the request before."""

    scenario: ClassVar[MixedScenario]

    @task
    def journey(self) -> None:
        """Take a slot, and send until the load is over."""
        scenario = self.scenario
        slot = scenario.slots.get()
        try:
            PacedSender(scenario, slot, Wire(self.client, scenario.run.deployment)).work()
        finally:
            scenario.leave()


MixedScenario.users = (MixedUser,)


def _traffic(setup: Setup) -> TrafficPlan:
    knobs, settings = setup.knobs, settings_for(setup)
    try:
        return traffic_plan.traffic_for(
            setup.contract, setup.deployment, knobs.get("shape") or "waves", knobs.get("rate") or settings.rate,
            knobs.get("seconds"),
        )  # fmt: skip
    except ValueError as error:
        raise ConfigError(f"{setup.file}: {error}") from None
