"""Warming up: every operation once before the load, and every list to its end when all is quiet again."""

from __future__ import annotations

from typing import Any

import gevent

from contracts.core.conversation import Command, Outcome, carry
from contracts.core.exchange import Exchange, Request
from contracts.request.credentials import callers
from contracts.steps.fixtures import resolve_path
from contracts.steps.lists.paging import read_all
from load.runtime.run import LoadRun, Send, Sent
from load.scenarios.limits.probe_request import smallest
from load.scenarios.mixed import traffic_plan as traffic_plan
from load.scenarios.mixed.journeys import lifecycle, with_lifecycle
from specs.contract import Operation

QUIET_RATE = 18.0
"""Requests a second while all is read quietly, before the load begins."""


class WarmUp:
    """What is sent before the load begins and after it, slowly and one request after the other."""

    def __init__(self, run: LoadRun, send: Send) -> None:
        self.run = run
        self.send = send
        self._known: dict[tuple[str, str | None], Exchange] = {}

    def _carry(self, steps: Any, conversation: int) -> Any:
        """Carry out steps; what was sent before is not sent again."""

        def answer(command: Command) -> Exchange:
            if not isinstance(command, Request):
                raise Outcome("it needs more than single requests")
            return self._asked(command, conversation)

        return carry(steps, answer)

    def _asked(self, request: Request, conversation: int) -> Exchange:
        key = (request.target, request.principal)
        if request.safe and not request.bypass_cache and key in self._known:
            return self._known[key]
        self.run.await_turn(request)
        gevent.sleep(1 / QUIET_RATE)
        exchange = self.run.ask(request, self.send, conversation)
        if request.safe:
            self._known[key] = exchange
        return exchange

    def looks(self, operation: Operation, tenant: str) -> list[Request]:
        """A request for everyone of a tenant who may read here, each sent once; none where its place is not found."""
        made: list[Request] = []
        for principal in traffic_plan.mine(self.run.deployment, operation, tenant):
            number, tag = self.run.open(f"load/quiet {operation.key} {principal.name}")
            api = self.run.api(operation, principal, tag)
            try:
                path = self._carry(resolve_path(api, operation, fresh=False), number)
                request = api.ask(path=path, query=smallest(api) if made else (), bypass_cache=not made)
                if not made and not self._asked(request, number).ok:
                    return []
                made.append(request)
            except Outcome:
                continue
        return made

    def lifecycles(self) -> None:
        """One lifecycle of everything, so that what is wrong with it without any load is known."""
        for resource in with_lifecycle(self.run.contract):
            assert resource.create is not None
            able = [
                each
                for each in callers(self.run.deployment, resource.create)
                if not (each.provisioned or each.reads_only)
            ]
            if not able:
                continue
            number, tag = self.run.open(f"load/quiet {resource.create.key} {able[0].name}")
            try:
                self._carry(lifecycle(self.run.api(resource.create, able[0], tag)), number)
            except Outcome:
                continue

    def pages(self, operation: Operation, tenant: str) -> list[int]:
        """The numbers of the exchanges in which a list was read to its end; none where its place is not known."""
        able = traffic_plan.mine(self.run.deployment, operation, tenant)
        if not able:
            return []
        number, tag = self.run.open(f"load/walk {operation.key} {tenant}")
        api = self.run.api(operation, able[0], tag)
        api.values = {name: self.run.deployment.value(tenant, name) or "" for name in operation.path_parameters}
        if not all(api.values.values()):
            return []
        before = set(self.run.exchanges)
        try:
            self.run.carry(read_all(api), self._in_time, number)
        except Outcome:
            return []
        return [seq for seq in self.run.exchanges if seq not in before]

    def _in_time(self, request: Request) -> Sent:
        self.run.await_turn(request)
        return self.send(request)
