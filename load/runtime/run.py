"""A run under load, whoever sends: its record, what it created, and the answers to a conversation's commands."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import gevent
from gevent.event import Event
from gevent.pool import Pool

from contracts.config.deployment import Deployment, Principal
from contracts.core import tags
from contracts.core.conversation import (
    Blocked,
    Command,
    Concurrently,
    Draw,
    NotAsked,
    NotObservable,
    RunningConversation,
    Steps,
    Supplied,
    Token,
    Wait,
    carry,
)
from contracts.core.exchange import Exchange, Request, Response
from contracts.engine.provisioned_tokens import ProvisionedTokens, Step
from contracts.evidence.recorder import Recorder
from contracts.request.api import RequestFactory
from contracts.steps.created import Ledger
from contracts.steps.tokens.grants import Elsewhere
from contracts.transport.guard import WriteGuard
from contracts.transport.pacing import Budget
from contracts.transport.token_client import Join
from contracts.transport.wire_format import ClientResult
from load.limiters.rule import Rule
from load.limiters.trace import RateHeaders, Sample
from load.runtime.clock_offset import Clock
from load.runtime.rows import Row
from load.runtime.shelf import Shelf
from specs.contract import Contract, Limit, Operation
from specs.contract.rate_headers import taken_apart

DEPTHS = ("quick", "full", "soak")
Sent = ClientResult
Send = Callable[[Request], Sent]
Brief = Callable[[Request], tuple[int, float, float]]
"""Sends a request and gives only the status (0: no answer), and the times of sending and receiving."""


@attrs.define
class LoadRun:
    """Everything a run shares within one process. `send` belongs to whoever drives it."""

    contract: Contract
    deployment: Deployment
    depth: str
    recorder: Recorder
    started: float = attrs.field(factory=time.time)
    place: str = ""
    """Which worker this is, in names that must differ from those of the others."""
    exchanges: dict[int, Exchange] = attrs.field(factory=dict)
    clock: Clock = attrs.field(factory=Clock)
    rows: list[Row] = attrs.field(factory=list)
    """What is measured: one for every request that was sent by a timetable."""
    elsewhere: Callable[[str], Send] | None = attrs.field(default=None, eq=False)
    """A way to another origin than the deployment's, by its address."""
    ended: str = "interrupted"
    left_behind: list[str] = attrs.field(factory=list)
    ledger: Ledger = attrs.field(init=False)
    _tokens: ProvisionedTokens = attrs.field(init=False)
    budget: Budget = attrs.field(init=False)
    """What this process may send of what is declared; heeded wherever limits are not what is measured."""
    guard: WriteGuard = attrs.field(init=False)
    _shelf: Shelf = attrs.field(factory=Shelf)
    _ids: itertools.count[int] = attrs.field(factory=lambda: itertools.count(1))
    _seqs: itertools.count[int] = attrs.field(factory=lambda: itertools.count(1))

    def __attrs_post_init__(self) -> None:
        self.ledger = Ledger(self.contract, self.deployment.disposable)
        self.guard = WriteGuard(self.contract, self.deployment, self.ledger)
        self._tokens = ProvisionedTokens(self.contract, self.deployment, time.time)
        self.budget = Budget(self.deployment.pace, self.deployment.time_scale, time.time)

    def rule(self, limit: Limit) -> Rule:
        """A declared limit in the deployment's own time."""
        return Rule(limit.requests, limit.window / self.deployment.time_scale)

    def open(self, line: str, inputs: Any = None) -> tuple[int, str]:
        """A conversation in the record, and a tag for names."""
        number = next(self._ids)
        tag = tags.tag(tags.UNDER_LOAD, self.started, f"{self.place}{number}")
        self.recorder.write("conversation", id=number, line=line, inputs=inputs, attempt=1, tag=tag)
        return number, tag

    def api(self, operation: Operation, principal: Principal, tag: str) -> RequestFactory:
        return RequestFactory(self.contract, self.deployment, operation, principal, tag, self.depth)

    def exchange(
        self, request: Request, sent: Sent, conversation: int, due: float | None = None, earlier: Exchange | None = None
    ) -> Exchange:
        """Record what was sent and what came; `earlier`: the exchange it repeats."""
        response, error, begun, received, beginning = sent
        made = Exchange(
            next(self._seqs), request, response, error, begun, received,
            earlier.seq if earlier else None, earlier.status if earlier else None, conversation, due, beginning,
        )  # fmt: skip
        self.keep(made)
        self.recorder.exchange(made, self.deployment.base_url)
        self.ledger.note(made)
        self.guard.heard(made)
        self.clock.learn(made)
        return made

    def keep(self, exchange: Exchange) -> None:
        """Keep an exchange for the verdicts."""
        self.measured(exchange)
        self.exchanges[exchange.seq] = self._shelf.keep(exchange)

    def measured(self, exchange: Exchange) -> None:
        """Take an exchange that was sent by a timetable among the rows."""
        if exchange.due is not None:
            whom, status = exchange.request.principal or "", exchange.status
            times = exchange.due, exchange.sent, exchange.received
            self.rows.append(Row(exchange.operation.key, whom, *times, status, failed(exchange), exchange.seq))

    def brief(self, request: Request, send: Brief, due: float) -> Row:
        """Send a request of which only the row is recorded; one that the run's end cuts off has not failed.

        Whoever sends sees to it that its principal is `ready`.
        """
        begun, came = time.time(), None
        try:
            came = send(request)
        finally:
            status, sent, received = came or (0, begun, time.time())
            bad = came is not None and (status in {0, 429} or status >= 500)
            whom, seq = request.principal or "", next(self._seqs)
            row = Row(request.operation.key, whom, due, sent, received, status, bad, seq)
            self.recorder.row(row.line)
            self.rows.append(row)
        return row

    def ask(
        self, request: Request, send: Send, conversation: int, due: float | None = None, earlier: Exchange | None = None
    ) -> Exchange:
        """Send one request and record it. Raises NotAsked for what must not be sent.

        `due`: when it should have been sent, epoch seconds; `earlier`: the exchange it repeats.
        """
        self.guard.pass_on(request)
        self.ready(request, send)
        begun = time.time()
        if request.may_create:
            self.recorder.sending(request, conversation, begun, self.deployment.base_url)
        try:
            sent = send(request)
        except BaseException:  # a user that is killed while it waits has sent its request all the same
            self.exchange(request, Sent(None, "the run ended before the answer", begun, time.time()), conversation)
            raise
        return self.exchange(request, sent, conversation, due, earlier)

    def carry(self, steps: Steps, send: Send, conversation: int) -> Any:
        """Carry out a part of a conversation and give what it returns. Raises Outcome."""
        return carry(steps, lambda command: self.answer(command, send, conversation))

    def answer(self, command: Command, send: Send, conversation: int) -> Any:
        """The result of a law's command, as in the gate. Raises Outcome."""
        match command:
            case Request():
                return self.ask(command, send, conversation)
            case Concurrently(requests):
                return self._together(requests, send, conversation)
            case Wait(seconds):
                gevent.sleep(seconds / self.deployment.time_scale)
            case Token(principal, first):
                token = carry(self._tokens.token(principal, first), lambda step: self._traded(step, send))
                self.recorder.write("lent", conversation=conversation, value=token)
                return token
            case Supplied():
                raise NotObservable("tokens of the deployment file are not presented under load")
            case Draw():
                raise Blocked("nothing is drawn under load")
        return None

    def _together(self, requests: Sequence[Request], send: Send, conversation: int) -> list[Exchange]:
        """Send several at the same moment, each over a connection of its own as far as `send` has so many."""
        for request in requests:
            if reason := self.guard.objection(request):
                raise NotAsked(reason)
        pool = Pool(max(1, len(requests)))
        sending = [pool.spawn(self.ask, each, send, conversation) for each in requests]
        try:
            return [each.get() for each in sending]
        finally:
            pool.kill()

    def _traded(self, step: Step, send: Send) -> Any:
        """A step of the tokens of a run: wait for another's refresh, or get a new one."""
        if isinstance(step, Elsewhere):
            return self._fetched(step)
        if isinstance(step, Join):
            landed = Event()
            step.flight.when_over(landed.set)
            landed.wait()
            return None
        number, tag = self.open("lending")
        found: list[Any] = []
        talk = RunningConversation(step.conversation(tag, found))
        talk.drive(lambda command: self.answer(command, send, number))
        return found[0] if found else str(talk.ending and talk.ending.reason)

    def _fetched(self, step: Elsewhere) -> Any:
        """What came from a token endpoint that is no operation of the document."""
        assert self.elsewhere is not None
        self.deployment.vault.watch_answers_of(step.request.operation.key)
        response, error, _, received, _ = self.elsewhere(step.base_url)(step.request)
        return f"{step.base_url} does not answer: {error}" if response is None else (response, received)

    def ready(self, request: Request, send: Send) -> None:
        """See to it that who sends a request holds a good token, if it is one that has none of its own.

        Raises Blocked where none is to be had.
        """
        principal = next((each for each in self.deployment.principals if each.name == request.principal), None)
        if principal is not None and principal.obtains:
            carry(self._tokens.token(principal.name), lambda step: self._traded(step, send))

    def await_turn(self, request: Request) -> None:
        """Wait until a request that was promised its turn may be sent, for little more than a window at most."""
        longest = max((self.rule(limit).window for limit in request.operation.limits if not limit.implied), default=0.0)
        until = time.time() + longest * 1.1 + 1
        while not self.budget.may(request.operation, request.principal, kept=True) and time.time() < until:
            gevent.sleep(0.05)
        self.budget.take(request.operation, request.principal)


def failed(exchange: Exchange) -> bool:
    """Whether a request counts as an error: no answer, a server error, or a 429 nobody expected."""
    refused = exchange.status == 429 and not exchange.request.expects_429
    return exchange.status == 0 or exchange.status >= 500 or refused


def sample(exchange: Exchange, refused: bool | None = None) -> Sample:
    """What the estimator needs of an exchange. `refused`: whether a limiter did it, where the status does not say."""
    return Sample(
        exchange.sent, exchange.received, exchange.status, rate_headers_of(exchange.response), exchange.seq, refused
    )


def rate_headers_of(response: Response | None) -> RateHeaders:
    """The rate headers of an answer."""
    return rate_headers_in(response.headers) if response else RateHeaders()


def rate_headers_in(headers: Iterable[tuple[str, str]]) -> RateHeaders:
    """The rate headers among the headers of an answer."""
    return RateHeaders(tuple((name, value) for name, value in headers if taken_apart(name)))
