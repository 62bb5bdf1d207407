"""The tokens of principals of the suite's own making, for the live driver."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from contracts.core.conversation import RunningConversation, carry_async
from contracts.engine.provisioned_tokens import ProvisionedTokens, TokenTrade
from contracts.plan.plan import Plan
from contracts.steps.tokens.pairs import Pair
from contracts.transport.sender import Sender, converse
from contracts.transport.token_client import Join


class TokenPool:
    """Holds the tokens of all provisioned principals of a run."""

    def __init__(self, plan: Plan, sender: Sender, opens: Callable[[], tuple[int, str]]) -> None:
        """`opens` begins a conversation: its number, and the tag of its names."""
        self._sender, self._opens = sender, opens
        self._tokens = ProvisionedTokens(plan.contract, plan.deployment, time.monotonic, sender.dead)

    async def token(self, name: str, first: bool = False) -> str:
        """The access token of a provisioned principal, or its first; "" for any other principal. Raises Blocked."""
        return await carry_async(self._tokens.token(name, first), self._done)

    async def _done(self, step: Join | TokenTrade) -> Pair | str | None:
        if isinstance(step, Join):
            landed = asyncio.Event()
            step.flight.when_over(landed.set)
            await landed.wait()
            return None
        number, tag = self._opens()
        found: list[Pair] = []
        talk = RunningConversation(step.conversation(tag, found))
        await converse(talk, self._sender, number, reuse=False)
        return found[0] if found else str(talk.ending and talk.ending.reason)
