"""The live driver: answers a conversation's commands from the deployment.

A request passes through layers, each in a module of its own that says what it does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from contracts.config.deployment import Deployment
from contracts.core.conversation import (
    Blocked,
    Command,
    Concurrently,
    Draw,
    NotObservable,
    RunningConversation,
    Supplied,
    Token,
    Wait,
)
from contracts.core.exchange import Exchange, Request
from contracts.evidence.recorder import Recorder
from contracts.evidence.used_tokens import UsedTokens
from contracts.steps.created import Ledger
from contracts.transport.authentication import Authenticated
from contracts.transport.guard import WriteGuard
from contracts.transport.layers import Delivery
from contracts.transport.pacing import Budget, Paced
from contracts.transport.recording import Client, Recorded
from contracts.transport.retries import Retrying
from contracts.transport.shared_answers import SharedAnswers
from specs.contract import Operation


class Sender:
    """Sends the requests of conversations. One per run; all its methods belong to one event loop."""

    def __init__(
        self,
        deployment: Deployment,
        client: Client,
        recorder: Recorder,
        ledger: Ledger,
        on_exchange: Callable[[Exchange], None] = lambda _: None,
        used_tokens: UsedTokens | None = None,
    ) -> None:
        self.deployment, self.recorder, self.ledger = deployment, recorder, ledger
        self.used_tokens = used_tokens or UsedTokens()
        self._on_exchange = on_exchange
        self._burst = asyncio.Lock()
        self.budget = Budget(deployment.pace, deployment.time_scale, time.monotonic)
        self.guard = WriteGuard(ledger.contract, deployment, ledger)
        in_flight = deployment.http.in_flight
        self.recorded = Recorded(client, recorder, deployment.base_url, self.guard, self._heard, in_flight)
        self.paced = Paced(self.recorded, self.budget)
        self.authenticated = Authenticated(self.paced, recorder)
        self.shared = SharedAnswers(Retrying(self.authenticated, self.budget, recorder), recorder)

    @property
    def gone(self) -> str | None:
        """Why the deployment counts as gone; from then on nothing is sent any more."""
        return self.recorded.gone

    def give_up(self, reason: str) -> None:
        """Count the deployment as gone."""
        self.recorded.gone = reason

    @property
    def dead(self) -> dict[str, str]:
        """Principals whose credentials are not accepted any more, and how that was found out."""
        return self.authenticated.dead

    async def answer(self, command: Command, conversation: int, *, reuse: bool = False, attempt: int = 1) -> Any:
        """What a command of a law yields. Raises Outcome.

        `reuse`: the data is quiet, so a known answer will do. `attempt`: what conversations share, they share within
        one only.
        """
        match command:
            case Request():
                return await self._send(Delivery(command, conversation, reuse, attempt))
            case Concurrently(requests, gap):
                return await self._together(requests, conversation, attempt, gap)
            case Token(principal, first):
                return await self._token(principal, first, conversation)
            case Supplied(name):
                return self._supplied(name, conversation)
            case Wait(seconds):
                await asyncio.sleep(seconds / self.deployment.time_scale)
            case Draw():
                raise Blocked("this law draws its inputs; only the property driver can answer it")
        return None

    def hopeless(self, operation: Operation) -> bool:
        """Whether repeating a request to an operation is no use."""
        return self.recorded.hopeless(operation)

    async def probe(self, request: Request, conversation: int) -> Exchange:
        """One request as it is, whatever became of its credential."""
        return await self.paced.send(Delivery(request, conversation))

    async def close(self, conversation: int, patience: float | None = None) -> None:
        """Wait for what is under way, so many seconds at most; from now on this conversation alone may send."""
        self.shared.close()
        await self.recorded.close(conversation, patience)

    async def _send(self, delivery: Delivery) -> Exchange:
        return await self.shared.send(delivery)

    async def _together(
        self, requests: Sequence[Request], conversation: int, attempt: int, gap: float
    ) -> list[Exchange]:
        if any(each.expects_429 for each in requests):
            async with self._burst:  # a burst means something only if it is quick
                return await self._at(time.monotonic(), requests, conversation, attempt)
        new = self.shared.unreserved(requests, attempt)
        moment = self.budget.together((each.operation, each.principal) for each in new)
        return await self._at(moment, requests, conversation, attempt, gap)

    async def _at(
        self, moment: float, requests: Sequence[Request], conversation: int, attempt: int, gap: float = 0.0
    ) -> list[Exchange]:
        moments = (moment + number * gap for number in range(len(requests)))
        sent = (
            self._send(Delivery(each, conversation, attempt=attempt, moment=at))
            for each, at in zip(requests, moments, strict=False)
        )
        return list(await asyncio.gather(*sent))

    async def _token(self, principal: str, first: bool, conversation: int) -> str:
        if self.authenticated.token_for is None:
            raise NotObservable("this run provisions no tokens")
        token = await self.authenticated.token_for(principal, first)
        self.recorder.write("lent", conversation=conversation, value=token)
        return token

    def _supplied(self, name: str, conversation: int) -> str:
        token = self.deployment.tokens[name]
        self.used_tokens.take(self.deployment.vault.reveal(token))
        self.recorder.write("lent", conversation=conversation, value=token)
        return token

    def _heard(self, exchange: Exchange) -> None:
        self.shared.forget(exchange)
        self.ledger.note(exchange)
        self._on_exchange(exchange)


async def converse(
    talk: RunningConversation, sender: Sender, conversation: int, *, reuse: bool, attempt: int = 1
) -> None:
    """Drive a conversation to its ending."""
    await talk.drive_async(lambda command: sender.answer(command, conversation, reuse=reuse, attempt=attempt))
