"""Who may begin when: the deployment is divided into rooms, a collection and everything below it.

In each room the laws that only look go first, while its data is quiet; then those that write; then those that need to
be alone. Rooms do not wait for each other, except where a conversation needs several.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable

from contracts.laws.law import Law
from contracts.plan.plan import BUSY, PlanItem
from specs.contract import Contract, selectors


class Scheduler:
    """Who may begin when: in each room, all of an earlier phase have ended before the next begins."""

    def __init__(self, lines: Iterable[tuple[tuple[str, ...], int]]) -> None:
        self._open: Counter[tuple[str, int]] = Counter()
        for rooms, phase in lines:
            self._open.update((room, phase) for room in rooms)
        self._changed = asyncio.Condition()

    async def enter(self, rooms: tuple[str, ...], phase: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._free(rooms, phase))

    async def leave(self, rooms: tuple[str, ...], phase: int) -> None:
        async with self._changed:
            self._open.subtract((room, phase) for room in rooms)
            if any(self._open[room, phase] == 0 for room in rooms):
                self._changed.notify_all()

    def _free(self, rooms: tuple[str, ...], phase: int) -> bool:
        return not any(count for (room, earlier), count in self._open.items() if room in rooms and earlier < phase)


def priority(item: PlanItem, depth: str) -> tuple[int, int]:
    """Lines that only look, and cheap ones, tell most for a request."""
    assert isinstance(item.rule, Law)
    return item.phase, item.rule.cost(depth)


def assign_phase(item: PlanItem, number: int, contract: Contract) -> int:
    """Quiet, busy, or a phase of its own: for a law that must be alone, and where everything may be deleted at once."""
    assert isinstance(item.rule, Law)
    if item.rule.exclusive or selectors.bulk(contract, item.operation):
        return BUSY + 2 + number
    return BUSY + 1 if item.rule.runs_last else item.phase
