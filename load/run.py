"""A run under load, whoever sends: the jobs, the record, and what was found. Imports no load generator."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs

from contracts.api import Api, callers
from contracts.deployment import Deployment, Principal
from contracts.evidence import Recorder
from contracts.exchange import Exchange, Request, Response
from contracts.law import Command, Draw, NotObservable, Outcome, Together
from contracts.ledger import Ledger
from load.limits.estimate import Estimate
from load.limits.space import Rule
from load.limits.trace import Sample, Told
from specs.contract import Contract, Limit, Operation

DEPTHS = ("quick", "full", "soak")
Sent = tuple[Response | None, str | None, float, float]
Send = Callable[[Request], Sent]


@attrs.frozen
class Job:
    """One limit of one operation, to be examined with one credential."""

    operation: Operation
    principal: Principal
    limit: Limit

    @property
    def key(self) -> tuple[str, str]:
        return self.operation.key, self.principal.name


@attrs.define
class Finding:
    """What was found out about one job. Statuses are those of the requests asked while the limit was used up."""

    job: Job
    estimate: Estimate | None = None
    blocked: str | None = None
    conversation: int = 0
    statuses: set[int] = attrs.field(factory=set)
    """What admitted requests were answered."""
    other: tuple[str, int, int] | None = None
    """Another credential that asked while this one was refused: its name, what it got, and the exchange."""
    sharing: tuple[str, ...] = ()
    """Operations that were refused while only this one had been used up."""
    looked: bool = False
    """Whether other operations were asked while only this one was used up."""
    alone: Estimate | None = None
    created: tuple[str, int, bool | None] | None = None
    """A creation that was refused: its mark, the exchange, and whether it is there all the same."""
    hour: Estimate | None = None
    late: int = 0
    asked: int = 0


@attrs.define
class LoadRun:
    """Everything a run shares. `send` belongs to whoever drives it."""

    contract: Contract
    deployment: Deployment
    depth: str
    out: Path
    recorder: Recorder
    started: float = attrs.field(factory=time.time)
    exchanges: dict[int, Exchange] = attrs.field(factory=dict)
    findings: dict[tuple[str, str], Finding] = attrs.field(factory=dict)
    offset: float = 0.0
    ended: str = "interrupted"
    left_behind: list[str] = attrs.field(factory=list)
    ledger: Ledger = attrs.field(init=False)
    _ids: itertools.count[int] = attrs.field(factory=lambda: itertools.count(1))
    _seqs: itertools.count[int] = attrs.field(factory=lambda: itertools.count(1))

    def __attrs_post_init__(self) -> None:
        self.ledger = Ledger(self.contract)

    def jobs(self) -> Iterator[Job]:
        """The shortest limit of every operation that somebody may call."""
        for operation in self.contract.operations:
            able = callers(self.deployment, operation)
            if operation.limits and able:
                yield Job(operation, able[0], operation.limits[0])

    def rule(self, limit: Limit) -> Rule:
        """A declared limit in the deployment's own time."""
        return Rule(limit.requests, limit.window / self.deployment.time_scale)

    def open(self, line: str) -> tuple[int, str]:
        """A conversation in the record, and a tag for names."""
        number = next(self._ids)
        tag = f"ld{int(self.started * 1000) % 0xFFFFFF:06x}-{number}"
        self.recorder.write("conversation", id=number, line=line, inputs=None, attempt=1, tag=tag)
        return number, tag

    def api(self, job: Job, tag: str) -> Api:
        return Api(self.contract, self.deployment, job.operation, job.principal, tag, self.depth)

    def exchange(self, request: Request, sent: Sent, conversation: int) -> Exchange:
        """Record what was sent and what came."""
        response, error, begun, received = sent
        made = Exchange(next(self._seqs), request, response, error, begun, received, conversation=conversation)
        self.exchanges[made.seq] = made
        self.recorder.exchange(made, self.deployment.base_url)
        self.ledger.note(made)
        return made

    def ask(self, request: Request, send: Send, conversation: int) -> Exchange:
        if not (request.safe or self.deployment.writes):
            raise NotObservable("the deployment file does not allow writes")
        return self.exchange(request, send(request), conversation)

    def carry(self, steps: Any, send: Send, conversation: int) -> Any:
        """Carry out a part of a conversation, one request after the other; gives what it returns. Raises Outcome."""
        reply: Any = None
        while True:
            try:
                command: Command = steps.send(reply)
            except StopIteration as ended:
                return ended.value
            reply = self._answered(command, send, conversation)

    def _answered(self, command: Command, send: Send, conversation: int) -> Any:
        match command:
            case Request():
                return self.ask(command, send, conversation)
            case Together(requests):
                return [self.ask(each, send, conversation) for each in requests]
            case Draw():
                raise Outcome("nothing is drawn under load")
        return None

    def remove(self, send: Send) -> None:
        """Remove what was created, innermost first."""
        number, _ = self.open("sweep")
        for request in self.ledger.removals(self.deployment):
            exchange = self.ask(request, send, number)
            if exchange.status in {404, 410}:
                self.ledger.standing.pop(request.target, None)
        self.left_behind = [f"DELETE {target}" for target in self.ledger.standing]


def sample(exchange: Exchange) -> Sample:
    """What the estimator needs of an exchange."""
    return Sample(exchange.sent, exchange.received, exchange.status, told(exchange.response), exchange.seq)


def told(response: Response | None) -> Told:
    """The rate headers of an answer."""
    if response is None:
        return Told()
    names = [name.lower() for name, _ in response.headers]
    plain = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"}
    odd = tuple(name for name in names if ("ratelimit" in name or "retry-after" in name) and name not in plain)
    return Told(
        response.header("X-RateLimit-Limit"),
        response.header("X-RateLimit-Remaining"),
        response.header("X-RateLimit-Reset"),
        response.header("Retry-After"),
        odd,
    )
