"""The sending side of the scenario `mixed`: warms up, gives out slots, and removes what was made."""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import attrs
import gevent
from gevent.event import Event as Signal
from gevent.queue import Queue

from contracts.core.conversation import Result
from contracts.core.exchange import Request
from contracts.core.verdicts import BROKEN, UPHELD
from contracts.request.permission import why_not
from contracts.steps.created import address_of
from load.runtime.removal import remove
from load.runtime.scenario import Host, Scenario
from load.runtime.setup import Setup
from load.runtime.shapes import Piece, Shape
from load.scenarios.mixed import traffic_plan as traffic_plan
from load.scenarios.mixed.driven_laws import Question, QuestionsInTurn, driven_items, questions
from load.scenarios.mixed.journeys import JourneyMix, choices, with_lifecycle
from load.scenarios.mixed.sampling import Sampler
from load.scenarios.mixed.traffic_plan import Slot, TrafficPlan
from load.scenarios.mixed.virtual_user import Journey, VirtualUser
from load.scenarios.mixed.warm_up import WarmUp
from load.service_levels import settings as settings_of
from load.service_levels.settings import Settings
from specs.contract import Operation

HURRY = 2.0
"""Seconds that are left for removals when a service level has ended the run."""


class Worker(Scenario):
    """What a process does that sends, and what both sides know."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.settings = settings_for(host.setup)
        self.slots: Queue[Slot] = Queue()
        self.stopped = Signal()
        self.hurry = False
        self.adopts = False
        """Whether this process removes what a lost one has made."""
        share = host.setup.knobs.get("sample")
        self.sampler = Sampler() if share is None else Sampler(float(share), fixed=True, lowest=float(share))
        self._cpu = self._waited = 0.0
        self.looks: dict[str, dict[str, list[Request]]] = defaultdict(lambda: defaultdict(list))
        self.mixes: dict[str, JourneyMix] = {}
        self.questions: dict[str, QuestionsInTurn] = {}
        self.t0 = 0.0
        self._active = 0
        self.virtual_users: list[VirtualUser] = []
        self.traffic: TrafficPlan | None = None

    def on_task(self, data: Any) -> None:
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
                self.run.ledger.own.adopt(address_of(request))  # another process of this run has made it
            self.adopts = bool(data["orphans"])
            gevent.spawn(self.safely, self._walk)

    def _open(self, told: dict[str, Any]) -> None:
        """Look at everything once while all is quiet."""
        raw = told["shape"]
        profile = Shape(raw["name"], tuple(Piece(**each) for each in raw["pieces"]), raw["rising"])
        slots = tuple(Slot(*each) for each in told["slots"])
        self.traffic = TrafficPlan(profile, told["loud"], told["steady"], slots)
        self.run.budget.worker, self.run.budget.workers = told["worker"], told["workers"]
        self._prepare(first=told["worker"] == 0)
        self.host.report({"ready": True})

    def _go(self) -> None:
        assert self.traffic is not None
        gc.freeze()  # documents and laws stay: looking through them again and again would make requests late
        self.t0, self._cpu, self._waited = time.time(), time.process_time(), waited_for_core()
        slots = self.traffic.slots
        self._active = len(slots)
        for slot in slots:
            self.slots.put(slot)
        if not slots:
            self._ended()

    def _prepare(self, *, first: bool) -> None:
        """Make the requests that only read, send each once, and go through each lifecycle once."""
        run, weigh = self.run, {each.key: self.settings.weight(each) for each in self.run.contract.operations}
        warm_up = WarmUp(run, self.host.wire())
        items = driven_items(run.contract, run.deployment, ())
        for tenant in run.deployment.tenants:
            for operation in run.contract.operations:
                if operation.safe:
                    self.looks[tenant][operation.key] = warm_up.looks(operation, tenant)
            offered = (each for each in choices(run.contract, weigh) if each.weight > 0)
            self.mixes[tenant] = JourneyMix(tuple(each for each in offered if self._able(each.operation, tenant)))
            asked = {each.operation.key for each in self.mixes[tenant].choices}
            mine = questions(run, (item for item in items if item.operation.key in asked), tenant)
            self.questions[tenant] = QuestionsInTurn(mine, len(mine) * run.budget.worker // run.budget.workers)
        if first and run.deployment.writes:
            warm_up.lifecycles()

    def _able(self, operation: Operation, tenant: str) -> bool:
        """Whether a tenant can do this: it was seen to work, or somebody may change something there."""
        if operation.safe:
            return bool(self.looks[tenant].get(operation.key))
        allowed = why_not(self.run.contract, self.run.deployment, operation, tenant) is None
        return allowed and any(
            not each.reads_only for each in traffic_plan.mine(self.run.deployment, operation, tenant)
        )

    def end(self) -> None:
        """Remove what was made; in a run that a service level has ended, only for so long."""
        with gevent.Timeout(HURRY if self.hurry else None, False):
            remove(self.run, self.host.wire(), others=self.adopts)

    def virtual_user(self, slot: Slot) -> VirtualUser:
        number, _ = self.run.open(f"load/looks {slot.tenant}")
        made = VirtualUser(
            self.run, slot.tenant, self.mixes[slot.tenant], self.looks[slot.tenant],
            self.questions[slot.tenant], Random(f"{slot}"), self._journey_ended, number,
        )  # fmt: skip
        self.virtual_users.append(made)
        return made

    def _journey_ended(self, journey: Journey) -> None:
        ending = journey.talk.ending
        assert ending is not None
        if journey.question is not None:
            self._heard(journey.question, ending)
        elif ending.verdict in (BROKEN, UPHELD):
            seqs = ending.exchanges[-10:] if ending.verdict == BROKEN else ending.exchanges[:1]
            told = [journey.operation.key, ending.verdict, ending.expected, ending.actual, list(seqs)]
            self.host.report({"endings": [told]})

    def _heard(self, question: Question, ending: Result) -> None:
        """A law's conversation has ended; what breaks it is repeated once."""
        if ending.verdict == BROKEN:
            self.questions[question.item.principal.tenant if question.item.principal else ""].again(question)
        self.host.report({"laws": [[question.item.id, question.key, attrs.asdict(ending)]]})

    def leave(self) -> None:
        self._active -= 1
        if not self._active:
            self._ended()

    def _ended(self) -> None:
        sampled = [self.sampler.judged, self.sampler.asked, self.sampler.lowest]
        cpu = time.process_time() - self._cpu
        self.host.report(
            {
                "done": True,
                "sampled": sampled,
                "held": sum(user.held for user in self.virtual_users),
                "asked": [sum(each.asked for each in self.questions.values()), sum(map(len, self.questions.values()))],
                "cpu": cpu,
                "waited": waited_for_core() - self._waited,
            }
        )

    def _walk(self) -> None:
        """Read every list to its end, for every tenant."""
        walks, warm_up = [], WarmUp(self.run, self.host.wire())
        for resource in with_lifecycle(self.run.contract):
            for tenant in self.run.deployment.tenants if resource.list else ():
                assert resource.list is not None
                if pages := warm_up.pages(resource.list, tenant):
                    walks.append([resource.list.key, tenant, pages])
        self.host.report({"walks": walks, "walked": True})


def waited_for_core() -> float:
    """Seconds for which this process could have gone on while others had the cores; 0 where no system says so."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/schedstat").read_text("ascii").split()[1]) / 1e9
    return 0.0


def settings_for(setup: Setup) -> Settings:
    """The settings of a run: the deployment file's, and the thresholds of the command line."""
    return settings_of.read(setup.deployment.load, setup.file, setup.contract, setup.knobs.get("threshold") or ())
