"""Sends what a lane of the scenario `mixed` wants to send, when it is due."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

import gevent

from load.runtime.shapes import Pacer
from load.runtime.transport import FastWire
from load.scenarios.mixed.traffic_plan import Slot

if TYPE_CHECKING:
    from load.scenarios.mixed.worker import Worker

ENOUGH = 3
"""How often one lane finds a limit used up before it counts as reached."""
DRAIN = 8.0
"""Seconds that visits have to come to an end after the load."""


class PacedSender:
    """Sends what a lane wants to send, when it is due."""

    def __init__(self, scenario: Worker, seat: Slot, wire: FastWire) -> None:
        assert scenario.crew_of is not None
        self.scenario = scenario
        self.run = scenario.run
        self.wire = wire
        self.lane = scenario.lane(seat)
        self.course = scenario.crew_of.course(seat.tenant)
        self.pacer = Pacer(self.course, seat.lanes, Random(f"{seat} {scenario.run.started}").random())

    def work(self) -> None:
        """The load, and then what is under way."""
        hits, stopped = 0, self.scenario.stopped
        while (due := self.pacer.due(hits)) != float("inf"):
            left = self.scenario.t0 + due - time.time()
            if left > 0:
                gevent.sleep(left)
            if stopped.is_set():
                return
            if left <= 0 and not hits % 16:
                gevent.sleep(0)  # others have their turn, however late this one is
            self.step(self.scenario.t0 + due)
            hits += 1
        self._drain()

    def step(self, due: float) -> None:
        """Send one request, if one may be sent."""
        now = time.time()
        found = self.lane.next()
        if self.course.rising and self.lane.full:
            self._reached()
        if found is None:
            return
        request, visit = found
        self.lane.sent(request, visit)
        self.scenario.sampler.sent(now - due)
        if visit is None and not self.scenario.sampler.judges():
            self.run.brief(request, self.wire.brief, due)
            return
        number = visit.conversation if visit else self.lane.conversation
        exchange = self.run.ask(request, self.wire.send, number, due)
        if visit is not None:
            self.lane.heard(visit, exchange)

    def _reached(self) -> None:
        """A look could not be sent within its limit: with a rising shape that is what was looked for."""
        operation, times = self.lane.full.most_common(1)[0]
        if times == ENOUGH:
            self.lane.full[operation] += 1  # said once
            self.scenario.host.report({"limit": operation})

    def _drain(self) -> None:
        until = time.time() + DRAIN
        while self.lane.visits and time.time() < until and not self.scenario.stopped.is_set():
            visit = self.lane.visits[0]
            request = visit.request
            assert request is not None
            if not self.lane.may(request, visit):
                gevent.sleep(0.05)
                continue
            self.lane.sent(request, visit)
            self.lane.heard(visit, self.run.ask(request, self.wire.send, visit.conversation))
