"""A virtual user of the scenario `mixed`: what it sends next, within what may be sent now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from random import Random

import attrs

from contracts.config.http import MIB
from contracts.core.conversation import NotObservable, RunningConversation, Void
from contracts.core.exchange import Exchange, Request
from contracts.request.api import RequestFactory
from load.runtime.run import LoadRun
from load.scenarios.mixed.driven_laws import Question, QuestionsInTurn
from load.scenarios.mixed.journeys import Choice, JourneyMix, lifecycle, token_session
from load.scenarios.mixed.traffic_plan import mine
from specs.contract import Operation

AT_ONCE = 2
"""How many journeys a virtual user has under way: one that waits for its limit does not hold up the other."""
LARGE = MIB
"""Bytes of an answer above which a journey does not go on: what many of them read of such would fill the memory."""
TRIES = 4
LAWS = 0.5
"""The part of the reads in place of which a law that only reads is run, as far as it may be (see `driven_laws`)."""


@attrs.define(eq=False)
class Journey:
    """A conversation under way. `reserved`: the removals it was promised; `question`: the law it runs, if any."""

    talk: RunningConversation
    conversation: int
    operation: Operation
    reserved: tuple[tuple[Operation, str | None], ...] = ()
    question: Question | None = None

    @property
    def request(self) -> Request | None:
        return self.talk.command if isinstance(self.talk.command, Request) else None


@attrs.define(eq=False)
class VirtualUser:
    """One caller of a tenant.

    `looks`: requests that only read, made beforehand, by operation. `laws`: what is run in place of such a read.
    """

    run: LoadRun
    tenant: str
    mix: JourneyMix
    looks: dict[str, list[Request]]
    laws: QuestionsInTurn
    random: Random
    ended: Callable[[Journey], None]
    conversation: int
    journeys: list[Journey] = attrs.field(factory=list)
    full: Counter[str] = attrs.field(factory=Counter)
    """How often a look was not sent, because its limit would have been exceeded, by operation."""
    held: int = 0
    """How often nothing was sent, because every limit would have been exceeded."""

    def next(self) -> tuple[Request, Journey | None] | None:
        """What to send now; None where nothing may be sent."""
        for journey in self.journeys:
            if journey.request is not None and self.may(journey.request, journey):
                return journey.request, journey
        for _ in range(TRIES):
            choice = self.mix.pick(self.random)
            if found := self._begun(choice):
                return found
        for requests in self.looks.values():
            for request in requests:
                if self.may(request):
                    return request, None
        self.held += 1
        return None

    def may(self, request: Request, journey: Journey | None = None) -> bool:
        kept = journey is not None and (request.operation, request.principal) in journey.reserved
        return self.run.budget.may(request.operation, request.principal, kept=kept)

    def _begun(self, choice: Choice) -> tuple[Request, Journey | None] | None:
        if choice.operation.safe:
            if self.random.random() < LAWS and (journey := self._asked()):
                return self._entered(journey)
            requests = self.looks.get(choice.operation.key)
            request = self.random.choice(requests) if requests else None
            if request is None or self.may(request):
                return (request, None) if request is not None else None
            self.full[choice.operation.key] += 1
            return None
        if len(self.journeys) >= AT_ONCE or not self.run.deployment.writes:
            return None
        journey = self._journey(choice.operation)
        return self._entered(journey) if journey else None

    def _entered(self, journey: Journey) -> tuple[Request, Journey] | None:
        """Take a conversation among those under way; its first request, if that may be sent now."""
        self.journeys.append(journey)
        self._settle(journey)
        if journey.request is None or not self.may(journey.request, journey):
            return None
        return journey.request, journey

    def _asked(self) -> Journey | None:
        """A conversation of a law that only looks; None where there is none, or too much goes on already."""
        question = self.laws.next(time.monotonic()) if len(self.journeys) < AT_ONCE else None
        if question is None:
            return None
        talk, number = question.open(self.run)
        return Journey(talk, number, question.item.operation, question=question)

    def _journey(self, operation: Operation) -> Journey | None:
        """A new journey, if the removal it ends with may be sent some time."""
        contract = self.run.contract
        resource = contract.resource_of(operation)
        number, tag = self.run.open(f"load/visit {operation.key} {self.tenant}")
        api = _api(self.run, operation, self.tenant, tag)
        if api is None:
            return None
        try:
            removals = [each for each in (resource.delete if resource else None,) if each]
            reserved = tuple((each, api.caller(each).name) for each in removals)
        except NotObservable:
            return None
        if not all(self.run.budget.may(each, whom) for each, whom in reserved):
            return None
        for each, whom in reserved:
            self.run.budget.keep(each, whom)
        steps = token_session(api) if contract.tokens and operation is contract.tokens.refresh else lifecycle(api)
        return Journey(RunningConversation(steps), number, operation, reserved)

    def sent(self, request: Request, journey: Journey | None) -> None:
        """A request goes out now."""
        self.run.budget.take(request.operation, request.principal)
        if journey and journey.question:
            self.laws.sent()
        if journey and (request.operation, request.principal) in journey.reserved:
            self._released(journey, (request.operation, request.principal))

    def _released(self, journey: Journey, kept: tuple[Operation, str | None]) -> None:
        rest = list(journey.reserved)
        rest.remove(kept)
        journey.reserved = tuple(rest)
        self.run.budget.keep(*kept, count=-1)

    def heard(self, journey: Journey, exchange: Exchange) -> None:
        """Go on with a journey; an answer that says nothing ends it."""
        if exchange.status in {0, 429} or exchange.status >= 500:
            journey.talk.give_up(Void(f"no answer that says anything: {exchange.summary()}"))
        elif exchange.response is not None and exchange.response.length > LARGE:
            journey.talk.give_up(NotObservable("answers of more than a mebibyte are compared when all is quiet"))
        else:
            journey.talk.reply(exchange)
        self._settle(journey)

    def _settle(self, journey: Journey) -> None:
        if journey.talk.ending is None and journey.request is None:
            journey.talk.give_up(NotObservable("it needs more than single requests"))
        if journey.talk.ending is not None:
            self.journeys.remove(journey)
            for kept in journey.reserved:
                self._released(journey, kept)
            self.ended(journey)


def _api(run: LoadRun, operation: Operation, tenant: str, tag: str) -> RequestFactory | None:
    able = [each for each in mine(run.deployment, operation, tenant) if not each.reads_only]
    return run.api(operation, able[0], tag) if able else None
