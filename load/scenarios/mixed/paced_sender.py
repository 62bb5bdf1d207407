"""Sends what a virtual user of the scenario `mixed` wants to send, when it is due."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

import gevent

from load.runtime.shapes import Pacer
from load.runtime.transport import Wire
from load.scenarios.mixed.traffic_plan import Slot

if TYPE_CHECKING:
    from load.scenarios.mixed.worker import Worker

ENOUGH = 3
"""How often one virtual user finds a limit used up before it counts as reached."""
DRAIN = 8.0
"""Seconds that journeys have to come to an end after the load."""


class PacedSender:
    """Sends what a virtual user wants to send, when it is due."""

    def __init__(self, scenario: Worker, slot: Slot, wire: Wire) -> None:
        assert scenario.traffic is not None
        self.scenario = scenario
        self.run = scenario.run
        self.wire = wire
        self.user = scenario.virtual_user(slot)
        self.profile = scenario.traffic.profile(slot.tenant)
        self.pacer = Pacer(self.profile, slot.count, Random(f"{slot} {scenario.run.started}").random())

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
        found = self.user.next()
        if self.profile.rising and self.user.full:
            self._reached()
        if found is None:
            return
        request, journey = found
        self.user.sent(request, journey)
        self.scenario.sampler.sent(now - due)
        if journey is None and not self.scenario.sampler.judges():
            self.run.ready(request, self.wire.send)
            self.run.brief(request, self.wire.brief, due)
            return
        number = journey.conversation if journey else self.user.conversation
        exchange = self.run.ask(request, self.wire.send, number, due)
        if journey is not None:
            self.user.heard(journey, exchange)

    def _reached(self) -> None:
        """A read could not be sent within its limit: with a rising shape that is what was sought."""
        operation, times = self.user.full.most_common(1)[0]
        if times == ENOUGH:
            self.user.full[operation] += 1  # said once
            self.scenario.host.report({"limit": operation})

    def _drain(self) -> None:
        until = time.time() + DRAIN
        while self.user.journeys and time.time() < until and not self.scenario.stopped.is_set():
            journey = self.user.journeys[0]
            request = journey.request
            assert request is not None
            if not self.user.may(request, journey):
                gevent.sleep(0.05)
                continue
            self.user.sent(request, journey)
            self.user.heard(journey, self.run.ask(request, self.wire.send, journey.conversation))
