"""The live driver: answers a conversation's commands from the deployment, and records every exchange.

Questions that were already answered on quiet data are not asked again; a 5xx is asked again before anyone may call it
broken; a 429 nobody expected is waited out, and voids the conversation if it stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from contracts.config.deployment import Deployment
from contracts.core.conversation import (
    Blocked,
    Command,
    Concurrently,
    Draw,
    NotObservable,
    RunningConversation,
    Token,
    Void,
    Wait,
)
from contracts.core.exchange import Exchange, Request
from contracts.core.retry_after import advised_wait
from contracts.evidence.recorder import Recorder
from contracts.transport.client import Client
from contracts.transport.created import Ledger
from contracts.transport.pacing import Budget, until
from specs.contract import room

IN_FLIGHT = 16
PATIENCE = 2
"""How often a request refused with an unexpected 429 is sent again."""
GIVE_UP_AFTER = 12
"""So many requests without any answer in a row, and the deployment counts as gone."""

Key = tuple[str, str, tuple[tuple[str, str], ...]]


@attrs.define
class Sender:
    """Sends what conversations ask. One per run; all its methods belong to one event loop."""

    deployment: Deployment
    client: Client
    recorder: Recorder
    ledger: Ledger
    on_exchange: Callable[[Exchange], None] = lambda _: None
    budget: Budget = attrs.field(init=False)
    gone: str | None = None
    """Why the deployment counts as gone; from then on nothing is sent any more."""
    dead: dict[str, str] = attrs.field(factory=dict)
    """Principals whose credentials are not accepted any more, and how that was found out."""
    token_for: Callable[..., Awaitable[str]] | None = None
    """Makes sure that a principal of the suite's own making holds a good token, and tells its text, or the first's."""
    credential_died: Callable[[Exchange], Awaitable[str | None]] | None = None
    """Whether a refusal means that the credential it was asked with has died: the reason, or None."""
    _burst: asyncio.Lock = attrs.field(factory=asyncio.Lock)
    _flight: asyncio.Semaphore = attrs.field(factory=lambda: asyncio.Semaphore(IN_FLIGHT))
    _seqs: itertools.count[int] = attrs.field(factory=lambda: itertools.count(1))
    _cache: dict[str, dict[Key, asyncio.Future[Exchange]]] = attrs.field(factory=dict)
    _shared: dict[str, asyncio.Future[Exchange]] = attrs.field(factory=dict)
    _reserved: set[str] = attrs.field(factory=set)
    """Shared requests among those sent together, whose place in the budget is taken."""
    _pending: set[asyncio.Future[Exchange]] = attrs.field(factory=set)
    _only: int | None = None
    _failures: int = 0

    def __attrs_post_init__(self) -> None:
        self.budget = Budget(self.deployment.pace, self.deployment.time_scale, time.monotonic)

    async def answer(self, command: Command, conversation: int, *, reuse: bool = False, attempt: int = 1) -> Any:
        """What a law asked for. Raises Outcome.

        `reuse`: the data is quiet, so a known answer will do. `attempt`: scenes are shared within one only.
        """
        match command:
            case Request():
                return await self._request(command, conversation, reuse, attempt)
            case Concurrently(requests):
                if any(each.expects_429 for each in requests):
                    async with self._burst:  # a burst means something only if it is quick
                        return await self._together(requests, conversation, attempt, time.monotonic())
                return await self._together(requests, conversation, attempt, self._moment(requests, attempt))
            case Token(principal, first):
                if self.token_for is None:
                    raise NotObservable("nobody here lends tokens")
                self.recorder.write(
                    "lent", conversation=conversation, value=(token := await self.token_for(principal, first))
                )
                return token
            case Wait(seconds):
                await asyncio.sleep(seconds / self.deployment.time_scale)
            case Draw():
                raise Blocked("this law draws its inputs; only the property driver can answer it")
        return None

    def _moment(self, requests: tuple[Request, ...], attempt: int) -> float:
        """When all of these may be sent; what another conversation sends for them as well takes nothing more."""
        new = [each for each in requests if not each.share_key or f"{attempt} {each.share_key}" not in self._reserved]
        self._reserved |= {f"{attempt} {each.share_key}" for each in new if each.share_key}
        return self.budget.together((each.operation, each.principal) for each in new)

    async def _together(
        self, requests: tuple[Request, ...], conversation: int, attempt: int, moment: float
    ) -> list[Exchange]:
        asked = (self._request(each, conversation, False, attempt, moment) for each in requests)
        return list(await asyncio.gather(*asked))

    async def _request(
        self, request: Request, conversation: int, reuse: bool, attempt: int, moment: float | None = None
    ) -> Exchange:
        if not (request.safe or self.deployment.writes):
            raise NotObservable("the deployment file does not allow writes")
        if request.share_key:
            return await self._once(self._shared, f"{attempt} {request.share_key}", request, conversation, moment)
        if not reuse or not request.safe or request.bypass_cache:
            return await self._settled(request, conversation, moment)
        known = self._cache.setdefault(room(request.operation.path), {})
        return await self._once(known, (request.verb, request.target, request.headers), request, conversation, moment)

    async def _once(
        self,
        known: dict[Any, asyncio.Future[Exchange]],
        key: Any,
        request: Request,
        conversation: int,
        moment: float | None,
    ) -> Exchange:
        """The known answer, or that of sending; whoever comes meanwhile waits for the same."""
        if (earlier := known.get(key)) is None or earlier.cancelled() or (earlier.done() and earlier.exception()):
            known[key] = earlier = asyncio.ensure_future(self._settled(request, conversation, moment))
            return await asyncio.shield(earlier)
        exchange = await asyncio.shield(earlier)
        self.recorder.write("reused", conversation=conversation, seq=exchange.seq)
        return exchange

    async def _settled(self, request: Request, conversation: int, moment: float | None) -> Exchange:
        """An answer that means something: no surprise 429, and no 5xx that was not asked twice.

        A 5xx among requests that were sent together stands as it is: asked again by itself it would say something else.
        `moment`: when those are sent.
        """
        if request.principal in self.dead:
            raise Blocked(self.dead[request.principal])
        if self.token_for and request.principal:
            await self.token_for(request.principal)
        exchange = await self._sent(request, conversation, moment=moment)
        for _ in range(PATIENCE):
            if exchange.status != 429 or request.expects_429:
                break
            self._hold(exchange)
            exchange = await self._sent(request, conversation, again=exchange)
        if exchange.status == 429 and not request.expects_429:
            raise Void(f"{request.operation.key} answered 429 though its declared limit was not used up")
        if exchange.status >= 500 and moment is None:
            exchange = await self._sent(request, conversation, again=exchange)
        if exchange.response is None:
            raise Void(f"no answer from {request.operation.key}: {exchange.error}")
        if exchange.status in {401, 403} and self.credential_died and (reason := await self.credential_died(exchange)):
            self.recorder.write("void", conversation=conversation, seq=exchange.seq)
            raise Void(reason)
        return exchange

    async def probe(self, request: Request, conversation: int) -> Exchange:
        """One request as it is, whatever became of the credential it is asked with."""
        return await self._sent(request, conversation)

    async def _sent(
        self, request: Request, conversation: int, again: Exchange | None = None, moment: float | None = None
    ) -> Exchange:
        if moment is None:
            await until(self.budget.reserve(request.operation, request.principal), time.monotonic)
        else:
            await until(moment, time.monotonic)
        sending = asyncio.ensure_future(self._delivered(request, conversation, again, queue=moment is None))
        self._pending.add(sending)
        sending.add_done_callback(self._landed)
        return await asyncio.shield(sending)  # what was sent is recorded even if nobody waits for it any more

    def _landed(self, sending: asyncio.Future[Exchange]) -> None:
        self._pending.discard(sending)
        if not sending.cancelled():
            sending.exception()  # whoever still waits is told; nobody else needs to be

    async def close(self, conversation: int) -> None:
        """Wait for what is under way; from now on this conversation alone may send."""
        self._only = conversation
        waiting = [*self._shared.values(), *(each for known in self._cache.values() for each in known.values())]
        for each in waiting:
            each.cancel()
        while self._pending:
            await asyncio.wait(set(self._pending))

    async def _delivered(self, request: Request, conversation: int, again: Exchange | None, *, queue: bool) -> Exchange:
        # requests sent together do not queue for a place: being at once is what they are about
        async with self._flight if queue else contextlib.nullcontext():
            if self.gone:
                raise Blocked(self.gone)
            if self._only not in (None, conversation):
                raise Blocked("the run was stopped")
            response, error, sent, received = await self.client.send(request)
        exchange = Exchange(
            seq=next(self._seqs),
            request=request,
            response=response,
            error=error,
            sent=sent,
            received=received,
            retry_of=again.seq if again else None,
            retry_status=again.status if again else None,
            conversation=conversation,
        )
        self.recorder.exchange(exchange, self.deployment.base_url)
        self._notice(exchange)
        return exchange

    def _notice(self, exchange: Exchange) -> None:
        self._failures = 0 if exchange.response else self._failures + 1
        if self._failures >= GIVE_UP_AFTER:
            self.gone = f"{self.deployment.base_url} does not answer: {exchange.error}"
        if not exchange.request.safe:
            self._cache.pop(room(exchange.operation.path), None)
        self.ledger.note(exchange)
        self.on_exchange(exchange)

    def _hold(self, exchange: Exchange) -> None:
        seconds = advised_wait(exchange)
        longest = max((limit.window for limit in exchange.operation.limits), default=60.0) / self.deployment.time_scale
        if seconds is None or seconds > longest * 1.1 + 1:
            seconds = min(longest, 60.0 / self.deployment.time_scale) * 1.05
        self.budget.hold(exchange.operation, exchange.request.principal, seconds)


async def converse(
    talk: RunningConversation, sender: Sender, conversation: int, *, reuse: bool, attempt: int = 1
) -> None:
    """Drive a conversation to its ending."""
    await talk.drive_async(lambda command: sender.answer(command, conversation, reuse=reuse, attempt=attempt))
