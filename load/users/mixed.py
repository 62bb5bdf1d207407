"""The scenario `mixed`: realistic traffic over all operations by several tenants, judged as in the gate."""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, ClassVar

import gevent
from gevent.event import Event as Signal
from gevent.pool import Pool
from gevent.queue import Queue
from locust import FastHttpUser, task

from contracts import judge
from contracts.deployment import ConfigError
from contracts.exchange import Request
from contracts.judge import Verdict
from contracts.law import BROKEN, NOT_ASKED, UPHELD
from contracts.ledger import Ledger
from contracts.plan import Plan
from load import settings as settings_of
from load.mixed import crew as crews
from load.mixed.allowed import Allowed
from load.mixed.crew import Crew, Seat
from load.mixed.judging import LAWS, judged
from load.mixed.scene import Ending, Scene, Walk
from load.mixed.visits import Menu, choices, living
from load.ruling import checks_of, lines_of, verdict_of
from load.sampling import Sampler
from load.scenario import Scenario, Seqs, Stage
from load.service import Levels, level_lines
from load.settings import Settings
from load.setup import Setup
from load.shapes import Piece, Shape
from load.users.around import Around
from load.users.fast import FastWire
from load.users.lane import Lane, Visit
from load.users.sender import Sender
from specs.contract import Operation
from specs.promises import promises

HURRY, HURRY_LANES = 2.0, 8
"""Seconds that are left for removals, and how many go on at once, when a service level has ended the run."""


class MixedScenario(Scenario):
    """The contract under load."""

    name = "mixed"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.settings = _settings(stage.setup)
        # a sending side
        self.seats: Queue[Seat] = Queue()
        self.stopped = Signal()
        self.hurry = False
        share = stage.setup.knobs.get("sample")
        self.sampler = Sampler() if share is None else Sampler(float(share), fixed=True, lowest=float(share))
        self._cpu = 0.0
        self.allowed = Allowed(self.run.deployment.time_scale, self.run.deployment.pace)
        self.looks: dict[str, dict[str, list[Request]]] = defaultdict(lambda: defaultdict(list))
        self.menus: dict[str, Menu] = {}
        self.t0 = 0.0
        self._sitting = 0
        # both sides
        self.crew_of: Crew | None = None
        # the judging side
        self.began = 0.0
        self.endings: list[Ending] = []
        self.walks: list[Walk] = []
        self.sampled: list[tuple[int, int, float]] = []
        self.cpu = 0.0
        """Seconds of processor time that sending took, over all workers."""
        self.judging = 0.0
        """The same for judging."""
        self.held = 0
        self.levels = Levels(self.settings)
        self.reached: str | None = None
        self._waiting: set[str] = set()
        self._preparing: set[str] = set()
        self._lost = False
        self._walking: set[str] = set()

    # -- the judging side ---------------------------------------------------------------------------------------------

    @classmethod
    def plan(cls, setup: Setup) -> Plan:
        settings = _settings(setup)
        told = promises(setup.contract)
        lines = [
            *lines_of(LAWS.values(), setup.contract, told),
            *level_lines(settings.thresholds, setup.contract),
            *checks_of(setup.contract, told),
        ]
        _crew(setup)
        return Plan(setup.contract, setup.deployment, setup.depth, tuple(lines), told)

    @classmethod
    def crew(cls, setup: Setup, workers: int) -> int:
        """One for every lane, and one more for each worker, since Locust spreads users as it likes."""
        return len(_crew(setup).seats) + workers

    def begin(self, workers: Sequence[str]) -> None:
        self.crew_of = _crew(self.stage.setup)
        self._waiting, self._preparing = set(workers), set(workers)
        seats = self.crew_of.seats
        for number, worker in enumerate(workers):
            mine = [[each.tenant, each.number, each.lanes] for each in seats[number :: len(workers)]]
            told = {"seats": mine, "worker": number, "workers": len(workers)}
            self.stage.give(worker, {"begin": {**self.crew_of.written(), **told}})
        gevent.spawn(self._watch)

    def _watch(self) -> None:
        """End the load when a service level has been broken for long enough."""
        while self.settings.thresholds and self.settings.abort_after is not None and self.levels.aborted is None:
            gevent.sleep(0.5)
            if self.began and self.levels.look(self.run.rows, self.began, time.time()):
                self._stop(hurry=True)
                self.stage.over()

    def _stop(self, *, hurry: bool = False) -> None:
        for worker in list(self._waiting):
            self.stage.give(worker, {"stop": True, "hurry": hurry})

    def heard(self, worker: str, data: Any, seqs: Seqs) -> None:
        if "failure" in data:
            raise RuntimeError(data["failure"])

        def known(numbers: Iterable[int]) -> tuple[int, ...]:
            return tuple(seq for number in numbers if (seq := seqs(number)) is not None)

        if "ready" in data:
            self._ready(worker)
        for operation, verdict, expected, actual, numbers in data.get("endings", ()):
            self.endings.append(Ending(operation, verdict, expected, actual, known(numbers)))
        for operation, tenant, numbers in data.get("walks", ()):
            pages = tuple(self.run.exchanges[seq] for seq in known(numbers) if seq in self.run.exchanges)
            self.walks.append(Walk(operation, tenant, pages))
        if "limit" in data and self.reached is None:
            self.reached = f"the declared limit of {data['limit']}"
            self._stop()
        if "done" in data:
            self.sampled.append(tuple(data["sampled"]))
            self.held += data["held"]
            self.cpu += data["cpu"]
            self._left(worker)
        if "walked" in data:
            self._walking.discard(worker)
            if not self._walking:
                self.stage.over()

    def _ready(self, worker: str) -> None:
        """Once all have looked around, the load begins."""
        self._preparing.discard(worker)
        if self._preparing or self.began:
            return
        self.began = time.time()
        for each in self._waiting:
            self.stage.give(each, {"go": True})

    def lost(self, worker: str) -> None:
        self._lost = True
        if worker in self._walking:
            self._walking.discard(worker)
            self.stage.over()
        self._left(worker)
        if self._waiting:
            self._ready(worker)

    def _left(self, worker: str) -> None:
        """When the last one has ended, one of them looks at the lists, now that all is quiet again."""
        if worker not in self._waiting:
            return
        self._waiting.discard(worker)
        if self._waiting or self.levels.aborted is not None:
            return
        self._walking.add(worker)
        self.stage.give(worker, {"walk": True, "orphans": self._orphans()})

    def _orphans(self) -> list[list[str | None]]:
        """What still stands though everybody has ended: a lost worker made it, and another one has to remove it."""
        if not self._lost:
            return []  # everybody removes their own
        ledger = Ledger(self.run.contract)
        for each in sorted(self.run.exchanges.values(), key=lambda each: each.received):
            ledger.note(each)
        return [[each.operation.key, target, each.principal] for target, each in ledger.standing.items()]

    def scene(self) -> Scene:
        assert self.crew_of is not None
        run = self.run
        return Scene(
            run.contract, run.deployment, run.exchanges, run.rows, self.began or time.time(), self.crew_of.shape,
            self.crew_of.loud, self.endings, self.walks,
        )  # fmt: skip

    def verdicts(self, plan: Plan) -> list[Verdict]:
        if self.crew_of is None or not self.began:
            return [Verdict(line, NOT_ASKED, reason="the run ended before its turn") for line in plan.lines]
        begun = time.process_time()
        scene, base = self.scene(), self.run.deployment.base_url
        quiet = {seq: each for seq, each in self.run.exchanges.items() if each.sent < self.began}
        heard = {each.line.id: each for each in judge.of_checks(plan, quiet)}
        made = []
        for line in plan.lines:
            if line.id in heard:
                made.append(heard[line.id])
            elif line.rule.family == "service-level":
                made.append(
                    verdict_of(line, self.levels.ruling(line.rule.title, self.run.rows), self.run.exchanges, base)
                )
            else:
                made.append(verdict_of(line, judged(scene, line.rule.id, line.operation), self.run.exchanges, base))
        self.judging = time.process_time() - begun
        return made

    def content(self) -> dict[str, Any]:
        if self.crew_of is None or not self.began:
            return {}
        told = {
            **self.levels.content(self.run.rows, self.began, self.crew_of.shape.hits(self.crew_of.shape.seconds)),
            "shape": self.crew_of.shape.name,
            "loud": self.crew_of.loud,
            "sampled": [{"judged": one, "asked": of, "lowest_share": low} for one, of, low in self.sampled],
            "held_back": self.held,
            "cpu": {"sending": round(self.cpu, 3), "judging": round(self.judging, 3)},
            "reached": self.reached,
        }
        return {"load": told}

    def notes(self) -> list[str]:
        if not self.began:
            return []
        asked, looked = sum(of for _, of, _ in self.sampled), sum(one for one, _, _ in self.sampled)
        told = self.levels.notes(self.run.rows, self.began)
        if asked:
            why = "" if looked == asked else ", since the generator would have fallen behind"
            told.append(f"{looked} of {asked} answers to looks judged{why}")
        if self.held:
            told.append(f"{self.held} requests held back, since a declared limit would have been exceeded")
        if self.reached:
            told.append(f"ended at {self.reached}")
        return told

    # -- a sending side -----------------------------------------------------------------------------------------------

    def taken(self, data: Any) -> None:
        if "begin" in data:
            gevent.spawn(self.safely, self._open, data["begin"])
        elif "go" in data:
            self._go()
        elif "stop" in data:
            self.hurry = data["hurry"]
            self.stopped.set()
        elif "walk" in data:
            for key, target, principal in data["orphans"]:
                request = Request(self.run.contract.operation(key), target, principal=principal)
                self.run.ledger.standing.setdefault(target, request)
            gevent.spawn(self.safely, self._walk, bool(data["orphans"]))

    def _open(self, told: dict[str, Any]) -> None:
        """Look at everything once while all is quiet."""
        raw = told["shape"]
        course = Shape(raw["name"], tuple(Piece(**each) for each in raw["pieces"]), raw["rising"])
        seats = tuple(Seat(*each) for each in told["seats"])
        self.crew_of = Crew(course, told["loud"], told["steady"], seats)
        self.allowed.worker, self.allowed.workers = told["worker"], told["workers"]
        self._prepare(first=told["worker"] == 0)
        self.stage.report({"ready": True})

    def _go(self) -> None:
        assert self.crew_of is not None
        gc.freeze()  # documents and laws stay: looking through them again and again would make requests late
        self.t0, self._cpu = time.time(), time.process_time()
        seats = self.crew_of.seats
        self._sitting = len(seats)
        for seat in seats:
            self.seats.put(seat)
        if not seats:
            self._ended()

    def _prepare(self, *, first: bool) -> None:
        """Make the requests that only look, ask each once, and live each life once."""
        run, weigh = self.run, {each.key: self.settings.weight(each) for each in self.run.contract.operations}
        around = Around(run, self.allowed, self.stage.wire())
        for tenant in run.deployment.tenants:
            for operation in run.contract.operations:
                if operation.safe:
                    self.looks[tenant][operation.key] = around.looks(operation, tenant)
            offered = (each for each in choices(run.contract, weigh) if each.weight > 0)
            self.menus[tenant] = Menu(tuple(each for each in offered if self._able(each.operation, tenant)))
        if first and run.deployment.writes:
            around.lives()

    def _able(self, operation: Operation, tenant: str) -> bool:
        """Whether a tenant can do this: it was seen to work, or somebody may change something there."""
        if operation.safe:
            return bool(self.looks[tenant].get(operation.key))
        return any(not each.reads_only for each in crews.mine(self.run.deployment, operation, tenant))

    def end(self) -> None:
        """Remove what was made; in a run that a service level has ended all at once, and only for so long."""
        if not self.hurry:
            super().end()
            return
        number, _ = self.run.open("sweep")
        pool = Pool(HURRY_LANES)
        with gevent.Timeout(HURRY, False):
            for request in self.run.ledger.removals(self.run.deployment):
                pool.spawn(self.run.ask, request, self.stage.wire(), number)
            pool.join()
        pool.kill()
        self.run.left_behind = [f"DELETE {target}" for target in self.run.ledger.standing]

    def lane(self, seat: Seat) -> Lane:
        number, _ = self.run.open(f"load/looks {seat.tenant}")
        return Lane(
            self.run, self.allowed, seat.tenant, self.menus[seat.tenant], self.looks[seat.tenant],
            Random(f"{seat}"), self._visited, number,
        )  # fmt: skip

    def _visited(self, visit: Visit) -> None:
        ending = visit.talk.ending
        if ending is not None and ending.verdict in (BROKEN, UPHELD):
            seqs = ending.exchanges[-10:] if ending.verdict == BROKEN else ending.exchanges[:1]
            told = [visit.operation.key, ending.verdict, ending.expected, ending.actual, list(seqs)]
            self.stage.report({"endings": [told]})

    def rise(self) -> None:
        self._sitting -= 1
        if not self._sitting:
            self._ended()

    def _ended(self) -> None:
        sampled = [self.sampler.judged, self.sampler.asked, self.sampler.lowest]
        cpu = time.process_time() - self._cpu
        self.stage.report({"done": True, "sampled": sampled, "held": self.allowed.held, "cpu": cpu})

    def _walk(self, orphans: bool) -> None:
        """Read every list to its end, for every tenant."""
        walks, around = [], Around(self.run, self.allowed, self.stage.wire())
        for resource in living(self.run.contract):
            for tenant in self.run.deployment.tenants if resource.list else ():
                assert resource.list is not None
                if pages := around.pages(resource.list, tenant):
                    walks.append([resource.list.key, tenant, pages])
                    if orphans:
                        around.claim(resource, pages)
        self.stage.report({"walks": walks, "walked": True})


class MixedUser(FastHttpUser):
    """One lane: sends at its own times, whatever became of the request before."""

    scenario: ClassVar[MixedScenario]
    concurrency = 2
    network_timeout = 30.0
    connection_timeout = 30.0

    @task
    def visit(self) -> None:
        """Take a seat, and send until the load is over."""
        scenario = self.scenario
        seat = scenario.seats.get()
        try:
            Sender(scenario, seat, FastWire(self.client, scenario.run.deployment)).work()
        finally:
            scenario.rise()


MixedScenario.users = (MixedUser,)


def _settings(setup: Setup) -> Settings:
    return settings_of.read(setup.deployment.load, setup.file, setup.contract, setup.knobs.get("threshold") or ())


def _crew(setup: Setup) -> Crew:
    knobs, settings = setup.knobs, _settings(setup)
    try:
        return crews.gathered(
            setup.contract, setup.deployment, knobs.get("shape") or "waves", knobs.get("rate") or settings.rate,
            knobs.get("seconds"),
        )  # fmt: skip
    except ValueError as error:
        raise ConfigError(f"{setup.file}: {error}") from None
