"""The tokens of principals that have none in the deployment file, for the live driver."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from contracts.core.conversation import RunningConversation, carry_async
from contracts.engine.provisioned_tokens import Asking, ProvisionedTokens, Step, TokenTrade
from contracts.plan.plan import Plan
from contracts.steps.tokens.grants import Elsewhere
from contracts.transport.client import Client
from contracts.transport.elsewhere import fetched
from contracts.transport.sender import Sender, converse
from contracts.transport.token_client import Join


class TokenPool:
    """Holds the tokens of all principals of a run that have none of their own."""

    def __init__(
        self, plan: Plan, sender: Sender, opens: Callable[[], tuple[int, str]], client: type[Client] = Client
    ) -> None:
        """`opens` begins a conversation: its number, and the tag of its names. `client` asks other origins."""
        self._plan, self._sender, self._opens, self._client = plan, sender, opens, client
        self._tokens = ProvisionedTokens(plan.contract, plan.deployment, time.monotonic, sender.dead)

    async def token(self, name: str, first: bool = False) -> str:
        """The token of a principal, or its first; "" for one that has its own. Raises Blocked."""
        return await carry_async(self._tokens.token(name, first), self._done)

    def held(self, name: str) -> str | None:
        """The token that a principal holds now."""
        return self._tokens.held(name)

    async def again(self, name: str, refused: str | None) -> bool:
        """Whether a principal whose token was refused holds another one now."""
        return bool(await carry_async(self._tokens.again(name, refused), self._done))

    async def _done(self, step: Step) -> Any:
        if isinstance(step, Join):
            landed = asyncio.Event()
            step.flight.when_over(landed.set)
            await landed.wait()
            return None
        if isinstance(step, Elsewhere):
            return await fetched(self._plan.deployment, step, self._client)
        return await self._conversed(step)

    async def _conversed(self, step: TokenTrade | Asking) -> Any:
        number, tag = self._opens()
        found: list[Any] = []
        talk = RunningConversation(step.conversation(tag, found))
        await converse(talk, self._sender, number, reuse=False)
        return found[0] if found else str(talk.ending and talk.ending.reason)
