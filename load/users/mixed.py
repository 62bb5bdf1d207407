"""The scenario `mixed`: realistic traffic over all operations by several tenants, judged as in the gate."""

from __future__ import annotations

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
from contracts.api import callers
from contracts.deployment import ConfigError
from contracts.exchange import Exchange, Request
from contracts.fixtures import places
from contracts.judge import Verdict
from contracts.law import BROKEN, NOT_ASKED, UPHELD, Outcome
from contracts.plan import Plan
from contracts.walks import everything
from load import settings as settings_of
from load.asking import smallest
from load.mixed import crew as crews
from load.mixed.allowed import Allowed
from load.mixed.crew import Crew, Seat
from load.mixed.judging import LAWS, judged
from load.mixed.scene import Ending, Scene, Walk
from load.mixed.visits import choices, life, living
from load.ruling import checks_of, lines_of, verdict_of
from load.sampling import Sampler
from load.scenario import Scenario, Seqs, Stage
from load.service import Levels, level_lines
from load.settings import Settings
from load.setup import Setup
from load.shapes import Pacer, Piece, Shape
from load.users.fast import FastWire
from load.users.lane import Lane, Visit
from load.users.wire import Wire
from specs.contract import Operation
from specs.promises import promises

QUIET_RATE = 18.0
"""Requests a second while all is looked at quietly, before the load begins."""
DRAIN = 8.0
"""Seconds that visits have to come to an end after the load."""
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
        self.sampler = Sampler()
        self.allowed = Allowed(self.run.deployment.time_scale, self.run.deployment.pace)
        self.looks: dict[str, dict[str, list[Request]]] = defaultdict(lambda: defaultdict(list))
        self.choices: dict[str, list[Any]] = {}
        self.t0 = 0.0
        self._sitting = 0
        # both sides
        self.crew_of: Crew | None = None
        # the judging side
        self.began = 0.0
        self.endings: list[Ending] = []
        self.walks: list[Walk] = []
        self.sampled: list[tuple[int, int, float]] = []
        self.held = 0
        self.levels = Levels(self.settings)
        self.reached: str | None = None
        self._waiting: set[str] = set()
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
        self._waiting = set(workers)
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

        if "began" in data and not self.began:
            self.began = time.time()
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
            self._left(worker)
        if "walked" in data:
            self._walking.discard(worker)
            if not self._walking:
                self.stage.over()

    def lost(self, worker: str) -> None:
        if worker in self._walking:
            self._walking.discard(worker)
            self.stage.over()
        self._left(worker)

    def _left(self, worker: str) -> None:
        """When the last one has ended, one of them looks at the lists, now that all is quiet again."""
        if worker not in self._waiting:
            return
        self._waiting.discard(worker)
        if self._waiting or self.levels.aborted is not None:
            return
        self._walking.add(worker)
        self.stage.give(worker, {"walk": True})

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
        elif "stop" in data:
            self.hurry = data["hurry"]
            self.stopped.set()
        elif "walk" in data:
            gevent.spawn(self.safely, self._walk)

    def _open(self, told: dict[str, Any]) -> None:
        """Look at everything once while all is quiet; then let the lanes begin."""
        raw = told["shape"]
        course = Shape(raw["name"], tuple(Piece(**each) for each in raw["pieces"]), raw["rising"])
        seats = tuple(Seat(*each) for each in told["seats"])
        self.crew_of = Crew(course, told["loud"], told["steady"], seats)
        self.allowed.worker, self.allowed.workers = told["worker"], told["workers"]
        self._prepare(first=told["worker"] == 0)
        self.t0 = time.time()
        self.stage.report({"began": True})
        self._sitting = len(seats)
        for seat in seats:
            self.seats.put(seat)
        if not seats:
            self._ended()

    def _prepare(self, *, first: bool) -> None:
        """Make the requests that only look, ask each once, and live each life once."""
        run, weigh = self.run, {each.key: self.settings.weight(each) for each in self.run.contract.operations}
        wire = Wire.alone(self.stage.environment, run.deployment)  # type: ignore[attr-defined]
        quiet = _Quiet(self, wire)
        for tenant in run.deployment.tenants:
            for operation in run.contract.operations:
                if operation.safe:
                    self.looks[tenant][operation.key] = quiet.looks(operation, tenant)
            known = [each for each in choices(run.contract, weigh) if each.weight > 0]
            self.choices[tenant] = [
                each for each in known
                if (self.looks[tenant].get(each.operation.key) if each.operation.safe
                    else any(not one.reads_only for one in crews.mine(run.deployment, each.operation, tenant)))
            ]  # fmt: skip
        if first and run.deployment.writes:
            quiet.lives()

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
            self.run, self.allowed, seat.tenant, self.choices[seat.tenant], self.looks[seat.tenant],
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
        self.stage.report({"done": True, "sampled": sampled, "held": self.allowed.held})

    def _walk(self) -> None:
        """Read every list to its end, for every tenant."""
        walks, send = [], self.stage.wire()
        for resource in living(self.run.contract):
            for tenant in self.run.deployment.tenants if resource.list else ():
                assert resource.list is not None
                if pages := self._pages(resource.list, tenant, send):
                    walks.append([resource.list.key, tenant, pages])
        self.stage.report({"walks": walks, "walked": True})

    def _pages(self, operation: Operation, tenant: str, send: Any) -> list[int]:
        able = crews.mine(self.run.deployment, operation, tenant)
        if not able:
            return []
        number, tag = self.run.open(f"load/walk {operation.key} {tenant}")
        api = self.run.api(operation, able[0], tag)
        api.values = {name: self.run.deployment.value(tenant, name) or "" for name in operation.path_parameters}
        if not all(api.values.values()):
            return []
        seen: list[int] = []

        def noted(request: Request) -> Any:
            _await(self.allowed, request)
            return send(request)

        try:
            before = set(self.run.exchanges)
            self.run.carry(everything(api), noted, number)
            seen = [seq for seq in self.run.exchanges if seq not in before]
        except Outcome:
            return []
        return seen


class _Quiet:
    """What is asked before the load begins, slowly and one request after the other."""

    def __init__(self, scenario: MixedScenario, wire: Wire) -> None:
        self.scenario = scenario
        self.run = scenario.run
        self.wire = wire
        self._known: dict[tuple[str, str | None], Exchange] = {}

    def _carry(self, steps: Any, conversation: int) -> Any:
        """Carry out steps; what was asked before is not asked again."""
        reply: Any = None
        while True:
            try:
                request = steps.send(reply)
            except StopIteration as ended:
                return ended.value
            if not isinstance(request, Request):
                steps.close()
                raise Outcome("it asks for more than single requests")
            reply = self._asked(request, conversation)

    def _asked(self, request: Request, conversation: int) -> Exchange:
        key = (request.target, request.principal)
        if request.safe and not request.fresh and key in self._known:
            return self._known[key]
        _await(self.scenario.allowed, request)
        gevent.sleep(1 / QUIET_RATE)
        exchange = self.run.ask(request, self.wire.send, conversation)
        if request.safe:
            self._known[key] = exchange
        return exchange

    def looks(self, operation: Operation, tenant: str) -> list[Request]:
        """A request for everyone of a tenant who may look here, each asked once; none where its place is not found."""
        made: list[Request] = []
        for principal in crews.mine(self.run.deployment, operation, tenant):
            number, tag = self.run.open(f"load/quiet {operation.key} {principal.name}")
            api = self.run.api(operation, principal, tag)
            try:
                path = self._carry(places(api, operation, fresh=False), number)
                request = api.ask(path=path, query=smallest(api) if made else (), fresh=not made)
                if not made and not self._asked(request, number).ok:
                    return []
                made.append(request)
            except Outcome:
                continue
        return made

    def lives(self) -> None:
        """One life of everything, so that what is wrong with it without any load is known."""
        for resource in living(self.run.contract):
            assert resource.create is not None
            able = [
                each for each in callers(self.run.deployment, resource.create) if not (each.lent or each.reads_only)
            ]
            if not able:
                continue
            number, tag = self.run.open(f"load/quiet {resource.create.key} {able[0].name}")
            try:
                self._carry(life(self.run.api(resource.create, able[0], tag)), number)
            except Outcome:
                continue


def _await(allowed: Allowed, request: Request, most: float = 10.0) -> None:
    """Wait until a request may be sent."""
    until = time.time() + most
    while not allowed.may(request.operation, request.principal, time.time(), reserved=True) and time.time() < until:
        gevent.sleep(0.05)
    allowed.spend(request.operation, request.principal, time.time())


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
            _Sender(scenario, seat, FastWire(self.client, scenario.run.deployment)).work()
        finally:
            scenario.rise()


class _Sender:
    """Sends what a lane wants to send, when it is due."""

    def __init__(self, scenario: MixedScenario, seat: Seat, wire: FastWire) -> None:
        assert scenario.crew_of is not None
        self.scenario = scenario
        self.run = scenario.run
        self.wire = wire
        self.lane = scenario.lane(seat)
        self.course = scenario.crew_of.course(seat.tenant)
        self.pacer = Pacer(self.course, seat.lanes, Random(f"{seat} {scenario.run.started}").random())
        self._held = 0

    def work(self) -> None:
        """The load, and then what is under way."""
        hits, stopped = 0, self.scenario.stopped
        while (due := self.pacer.due(hits)) != float("inf"):
            left = self.scenario.t0 + due - time.time()
            if stopped.wait(left) if left > 0 else stopped.is_set():
                return
            if left <= 0 and not hits % 16:
                gevent.sleep(0)  # others have their turn, however late this one is
            self.step(self.scenario.t0 + due)
            hits += 1
        self._drain()

    def step(self, due: float) -> None:
        """Send one request, if one may be sent."""
        now = time.time()
        found = self.lane.next(now)
        if found is None:
            self._full()
            return
        request, visit = found
        self.lane.sent(request, visit, now)
        self.scenario.sampler.sent(now - due)
        if visit is None and not self.scenario.sampler.judges():
            self.run.brief(request, self.wire.brief, due)
            return
        number = visit.conversation if visit else self.lane.conversation
        exchange = self.run.ask(request, self.wire.send, number, due)
        if visit is not None:
            self.lane.heard(visit, exchange)

    def _full(self) -> None:
        """Nothing may be sent: with a rising shape that is what was looked for."""
        self._held += 1
        if self.course.rising and self._held == 3:
            full = max(self.lane.choices, key=lambda each: each.weight)
            self.scenario.stage.report({"limit": full.operation.key})

    def _drain(self) -> None:
        until = time.time() + DRAIN
        while self.lane.visits and time.time() < until and not self.scenario.stopped.is_set():
            visit = self.lane.visits[0]
            request, now = visit.request, time.time()
            assert request is not None
            if not self.lane.may(request, now, visit):
                gevent.sleep(0.05)
                continue
            self.lane.sent(request, visit, now)
            self.lane.heard(visit, self.run.ask(request, self.wire.send, visit.conversation))


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
