"""Removes what the run created, with the live driver."""

from __future__ import annotations

import asyncio

from contracts.core.conversation import Conversation, Result, RunningConversation, carry_async
from contracts.steps import cleanup
from contracts.transport.sender import Sender, converse


async def sweep(sender: Sender, conversation: int, mark: str = "") -> list[str]:
    """Remove what still stands; returns what stays behind, in words for the user. `mark`: what the run's names show."""

    async def held(batch: list[Conversation]) -> list[Result]:
        talks = [RunningConversation(each) for each in batch]
        await asyncio.gather(*(converse(each, sender, conversation, reuse=False) for each in talks))
        return [each.ending for each in talks if each.ending]

    return await carry_async(cleanup.sweep(sender.ledger, sender.deployment, mark), held)
