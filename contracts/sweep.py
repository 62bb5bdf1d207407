"""After the last law: everything the suite created is removed, also when the run was interrupted."""

from __future__ import annotations

import asyncio
from collections import Counter

from contracts.drive import Live
from contracts.exchange import Exchange, Request
from contracts.law import Outcome


async def sweep(live: Live, conversation: int) -> list[str]:
    """Remove what still stands, innermost first; returns what stays behind, in words for the user."""
    left: list[str] = []
    removals = live.ledger.removals(live.deployment)
    for depth in sorted({_depth(each) for each in removals}, reverse=True):
        batch = [each for each in removals if _depth(each) == depth and each.target in live.ledger.standing]
        answers = await asyncio.gather(*(_removed(live, each, conversation) for each in batch))
        left += [answer for answer in answers if answer]
    kept = Counter(each.partition(": ")[0] for each in live.ledger.kept)
    return left + [f"{count} made by {key}, which the document offers no way to remove" for key, count in kept.items()]


def _depth(request: Request) -> int:
    return request.target.count("/")


async def _removed(live: Live, request: Request, conversation: int) -> str | None:
    try:
        exchange: Exchange = await live.answer(request, conversation)
    except Outcome as outcome:
        return f"DELETE {request.target}: {outcome.reason}"
    if exchange.ok or exchange.status in {404, 410}:
        live.ledger.standing.pop(request.target, None)
        return None
    return f"DELETE {request.target}: {exchange.says()}"
