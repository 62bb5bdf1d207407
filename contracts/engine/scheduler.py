"""Who may begin when: the deployment is divided into rooms, a collection and everything below it.

In each room the laws that only look go first, while its data is quiet; then those that write; then those that need to
be alone. Rooms do not wait for each other, except where a conversation needs several.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable

from contracts.laws.law import Law
from contracts.plan.plan import BUSY, PlanItem
from specs.contract import Contract, selectors


class Scheduler:
    """Who may begin when: in each room, all of an earlier phase have ended before the next begins."""

    def __init__(self, items: Iterable[tuple[tuple[str, ...], int]]) -> None:
        """`items`: rooms and phase of every plan item that will enter."""
        # All count from the start: one that has not begun yet holds later phases back as one under way does.
        self._open: Counter[tuple[str, int]] = Counter()
        for rooms, phase in items:
            self._open.update((room, phase) for room in rooms)
        self._changed = asyncio.Condition()

    async def enter(self, rooms: tuple[str, ...], phase: int) -> None:
        """Wait until nothing of an earlier phase is left in any of these rooms."""
        # Whoever waits, waits for an earlier phase alone. So no two can wait for each other, however many rooms they
        # need, and rooms need not be taken in any order.
        async with self._changed:
            await self._changed.wait_for(lambda: self._free(rooms, phase))

    async def leave(self, rooms: tuple[str, ...], phase: int) -> None:
        """One item of this phase has ended, whatever came of it."""
        async with self._changed:
            self._open.subtract((room, phase) for room in rooms)
            # There may be thousands of waiters, and only the end of a phase can free one.
            if any(self._open[room, phase] == 0 for room in rooms):
                self._changed.notify_all()

    def _free(self, rooms: tuple[str, ...], phase: int) -> bool:
        return not any(count for (room, earlier), count in self._open.items() if room in rooms and earlier < phase)


class Turns:
    """Who may talk about a room together with others, and who alone: what was seen among others is repeated alone."""

    def __init__(self) -> None:
        self._talking: Counter[str] = Counter()
        self._alone: Counter[str] = Counter()
        """By room, those that wait for their turn alone or have it: nobody else begins meanwhile."""
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def together(self, rooms: tuple[str, ...]) -> AsyncIterator[None]:
        """A turn beside others, once nobody wants to be alone there."""
        async with self._changed:
            await self._changed.wait_for(lambda: not any(self._alone[room] for room in rooms))
            self._talking.update(rooms)
        try:
            yield
        finally:
            await self._left(self._talking, rooms)

    @contextlib.asynccontextmanager
    async def alone(self, rooms: tuple[str, ...]) -> AsyncIterator[None]:
        """A turn of one's own, once all that is under way there has ended."""
        async with self._changed:
            self._alone.update(rooms)
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: not any(self._talking[room] for room in rooms))
                self._talking.update(rooms)
            try:
                yield
            finally:
                await self._left(self._talking, rooms)
        finally:
            await self._left(self._alone, rooms)

    async def _left(self, counted: Counter[str], rooms: tuple[str, ...]) -> None:
        async with self._changed:
            counted.subtract(rooms)
            self._changed.notify_all()


def priority(item: PlanItem, depth: str) -> tuple[int, int]:
    """Where requests or time are short: items that only read go first, then those that need few requests."""
    assert isinstance(item.rule, Law)
    return item.phase, item.rule.cost(depth)


def assign_phase(item: PlanItem, number: int, contract: Contract) -> int:
    """Quiet, busy, or a phase of its own: for a law that must be alone, and where everything may be deleted at once."""
    assert isinstance(item.rule, Law)
    # Deleting all items takes away what others have created and still read, so it shares its phase with nobody.
    if item.rule.exclusive or selectors.bulk(contract, item.operation):
        return BUSY + 2 + number
    return BUSY + 1 if item.rule.runs_last else item.phase
