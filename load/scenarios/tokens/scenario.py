"""The scenario `tokens`: callers that share a managed user's tokens, under one policy of renewal after the other."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from math import isinf
from random import Random
from typing import Any, ClassVar

import gevent
from gevent.event import Event as Signal
from gevent.lock import Semaphore
from gevent.queue import Queue
from locust import FastHttpUser, task

from contracts.config.deployment import ConfigError
from contracts.core.verdicts import NOT_ASKED
from contracts.judging.checks import check_verdicts
from contracts.judging.judge import Verdict
from contracts.judging.record_laws import items_of, verdict_of
from contracts.plan.plan import Plan, PlanItem, check_items
from contracts.request.credentials import callers
from contracts.transport.token_client import Refused
from load.runtime.scenario import Host, Scenario, Seqs
from load.runtime.setup import Setup
from load.runtime.transport import Wire
from load.scenarios.tokens import events, settings, timetable
from load.scenarios.tokens.callers import Drill, Holder
from load.scenarios.tokens.events import Event
from load.scenarios.tokens.laws import LAWS, Record, judged
from load.scenarios.tokens.measures import measures
from load.scenarios.tokens.settings import WINDOWS
from load.scenarios.tokens.timetable import Timetable
from specs.promises.promises import promises

REPORT_EVERY = 0.5
NOBODY = -1


class TokenScenario(Scenario):
    """Token refresh under load."""

    name = "tokens"

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.slots: Queue[tuple[int, int]] = Queue()
        self.hours: Timetable | None = None
        self.t0 = 0.0
        self.calls = itertools.count(1)
        self.skipped = 0
        self._holders: dict[tuple[int, int], Holder] = {}
        self._fresh: list[Event] = []
        self._sitting = 0
        self._drilled = Signal()
        self._making = Semaphore()
        # the judging side
        self.heard_events: list[Event] = []
        self.began = 0.0
        self._waiting: set[str] = set()

    # -- the judging side ---------------------------------------------------------------------------------------------

    @classmethod
    def plan(cls, setup: Setup) -> Plan:
        if setup.contract.tokens is None or setup.contract.tokens.refresh is None:
            raise ConfigError(f"{setup.file}: the document does not say how tokens are issued and refreshed")
        stated = promises(setup.contract)
        closed = settings.closed_of(setup)
        lines = [
            PlanItem(each.rule, each.operation, None, False, each.promises, closed=closed)
            for each in items_of(LAWS.values(), setup.contract, stated)
        ]
        lines += check_items(setup.contract, stated)
        return Plan(setup.contract, setup.deployment, setup.depth, tuple(lines), stated)

    @classmethod
    def user_count(cls, setup: Setup, workers: int) -> int:
        """One for every caller, and one more for each worker, since Locust spreads users as it likes."""
        users, callers_of, _ = settings.crew_of(setup)
        return users * callers_of + workers

    def begin(self, workers: Sequence[str]) -> None:
        if settings.closed_of(self.host.setup):
            self.host.done()
            return
        table = settings.hours_of(self.host.setup)
        self.hours = table
        self._waiting = set(workers)
        for number, worker in enumerate(workers):
            mine = list(range(number, table.users, len(workers)))
            self.host.assign(worker, {"table": table.written(), "users": mine, "drill": number == 0})

    def on_report(self, worker: str, data: Any, seqs: Seqs) -> None:
        if "failure" in data:
            raise RuntimeError(data["failure"])

        def exchange(number: int) -> Any:
            return self.run.exchanges.get(seqs(number) or 0)

        self.heard_events += events.read(data.get("events", ()), exchange)
        if data.get("began") and not self.began:
            self.began = time.time() - data["began"]
        self.skipped += data.get("skipped", 0) if worker != "local" else 0
        if data.get("done"):
            self._left(worker)

    def lost(self, worker: str) -> None:
        self._left(worker)

    def _left(self, worker: str) -> None:
        self._waiting.discard(worker)
        if not self._waiting:
            self.host.done()

    def verdicts(self, plan: Plan) -> list[Verdict]:
        run, base = self.run, self.run.deployment.base_url
        heard = {each.item.id: each for each in check_verdicts(plan, run.exchanges)}
        found = judged(self._record(), LAWS) if self.heard_events else {}
        made = []
        for item in plan.items:
            if item.id in heard:
                made.append(heard[item.id])
            elif item.closed or not found:
                made.append(Verdict(item, NOT_ASKED, reason=item.closed or "the run ended before its turn"))
            else:
                made.append(verdict_of(item, found[item.rule.id], run.exchanges, base))
        return made

    def _record(self) -> Record:
        rules = self.run.contract.tokens
        assert rules is not None
        assert self.hours is not None
        refreshes = [each for each in self.run.exchanges.values() if each.operation is rules.refresh]
        ordered = sorted(self.heard_events, key=lambda each: each.sent)
        refreshes.sort(key=lambda each: each.sent)
        return Record(self.hours, ordered, rules.refresh, self.run.deployment.time_scale, refreshes)

    def content(self) -> dict[str, Any]:
        if self.hours is None:
            return {}
        found = measures(self.hours, self.heard_events, self.began)
        content = {
            "users": self.hours.users,
            "callers": self.hours.callers,
            "rate": self.hours.rate,
            "life": None if self.hours.life == float("inf") else self.hours.life,
            "awaited": self.hours.awaited,
            "policies": [each.written() for each in found],
        }
        return {"load": {"tokens": content}}

    def notes(self) -> list[str]:
        if self.hours is None:
            return []
        table = self.hours
        if not table.awaited:
            if isinf(table.life):
                return ["policies not observable: the document does not say how long an access token lives"]
            return [f"policies not observable: a lifetime of {table.life:g} s not awaited (--seconds, or a time scale)"]
        notes = [f"{'policy':14}{'calls':>7}{'failed':>8}{'refreshes':>11}{'429s':>6}{'retries':>9}{'recovery':>10}"]
        for each in measures(table, self.heard_events, self.began):
            recovery = "-" if each.recovery is None else f"{each.recovery:.2f} s"
            notes.append(
                f"{each.policy:14}{each.calls:7}{each.share_failed:8.1%}{each.refreshes:11}{each.limited:6}"
                f"{each.retries:9}{'never' if recovery == 'inf s' else recovery:>10}"
            )
        if self.skipped:
            notes.append(f"{self.skipped} calls were not made in time and left out")
        return notes

    # -- a sending side -----------------------------------------------------------------------------------------------

    def on_task(self, data: Any) -> None:
        self.hours = timetable.read(data["table"])
        gevent.spawn(self.safely, self._open, data["users"], data["drill"])
        gevent.spawn(self._report_on)

    def _open(self, users: Sequence[int], drill: bool) -> None:
        """See how long a refresh takes when all is quiet; then let the callers begin."""
        assert self.hours is not None
        send = self.host.wire()
        pair = [self._made(len(self.hours.stints) - 1, NOBODY - number) for number in (0, 1)] if drill else []
        for each in pair[1:]:
            came = each.first(send)
            if not isinstance(came, Refused):
                each.client.hold(came)
                again = each.renew(events.QUIET, came.refresh, send)
                if not isinstance(again, Refused):
                    each.client.hold(again)
        self.t0 = time.time()
        self.host.report({"began": 1e-9})
        self._sitting = len(users) * self.hours.callers + drill
        for user in users:
            for caller in range(self.hours.callers):
                self.slots.put((user, caller))
        if drill:
            gevent.spawn(self.safely, self._drill, (pair[0], pair[1]))
        if not self._sitting:
            self._ended()

    def _drill(self, holders: tuple[Holder, Holder]) -> None:
        assert self.hours is not None
        stint = self.hours.stints[-1]
        gevent.sleep(max(0.0, self.t0 + stint.start + 1.0 - time.time()))
        window = settings.window_of(self.host.setup)
        most = settings.limit_of(self.host.setup)
        rest = window if len(self.hours.stints) > 1 and window <= WINDOWS[1] else 0.0
        try:
            Drill(holders, self.host.wire, min(self.hours.callers, max(2, most - 3)), rest, window).work()
        finally:
            self.rise()

    def holder(self, stint: int, user: int) -> Holder:
        """The holder of a user's tokens in a stint, made by whoever needs it first."""
        return self._holders.get((stint, user)) or self._made(stint, user)

    def _made(self, stint: int, user: int) -> Holder:
        assert self.hours is not None
        rules = self.run.contract.tokens
        assert rules is not None
        operation = rules.issue[0]
        principal = callers(self.run.deployment, operation)[0]
        number, tag = self.run.open(f"load/tokens {operation.key} {principal.name}")
        name = self.hours.stints[stint].policy
        unique = stint * 10_000 + user
        holder = Holder(
            self.run, stint, unique, name, self.run.api(operation, principal, tag), number, self._fresh.append
        )
        self._holders[stint, user] = holder
        return holder

    def rise(self) -> None:
        """A caller, or the drill, has come to its end."""
        self._sitting -= 1
        if not self._sitting:
            self._ended()

    def _ended(self) -> None:
        self._ship({"done": True, "skipped": self.skipped})

    def _report_on(self) -> None:
        while True:
            gevent.sleep(REPORT_EVERY)
            self._ship({})

    def _ship(self, more: dict[str, Any]) -> None:
        if self._fresh or more:
            fresh, self._fresh[:] = list(self._fresh), []
            self.host.report({"events": [each.written() for each in fresh], **more})


class TokenUser(FastHttpUser):
    """One caller, calling at its own times until the last stint is over."""

    scenario: ClassVar[TokenScenario]

    @task
    def call(self) -> None:
        """Take a slot, and call until the end."""
        scenario = self.scenario
        user, caller = scenario.slots.get()
        try:
            self._calls(user, Random(f"{user} {caller}").random())
        finally:
            scenario.rise()

    def _calls(self, user: int, phase: float) -> None:
        scenario = self.scenario
        table = scenario.hours
        assert table is not None
        wire = Wire(self.client, scenario.run.deployment)
        for hit in itertools.count():
            due = scenario.t0 + (hit + phase) / table.rate
            gevent.sleep(max(0.0, due - time.time()))
            stint = table.at(due - scenario.t0)
            if stint is None:
                return
            if table.at(time.time() - scenario.t0) is not stint:
                scenario.skipped += 1  # its policy is over: a call now would be counted where it does not belong
                continue
            holder = scenario.holder(table.stints.index(stint), user)
            holder.call(next(scenario.calls), due, wire.send)


TokenScenario.users = (TokenUser,)
