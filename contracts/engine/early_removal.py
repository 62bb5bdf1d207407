"""Removes what nobody needs any more while the run goes on, where removing everything at its end would take long.

Deletions are limited like everything else: what is left for the end waits there for its turn. So of what a deletion can
remove no more is kept than it may remove at once; the oldest goes first, when nobody else waits for that deletion. What
a conversation made for itself is needed until it ends; what was made in a scene, until all have ended that played it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection

import attrs

from contracts.core.conversation import RunningConversation
from contracts.core.exchange import Request
from contracts.steps.cleanup import free, removed
from contracts.steps.cleanup_lists import Scope
from contracts.steps.created import address_of
from contracts.transport.sender import Sender, converse
from specs.contract import Operation

PAUSE = 5.0
"""Seconds between two looks at what may go."""


@attrs.define
class EarlyRemoval:
    """What may be removed already, and its removal. `open_now`: the numbers of conversations that have not ended."""

    sender: Sender
    open_now: Callable[[], Collection[int]]
    begin: Callable[[], int]
    _number: int | None = None

    async def go_on(self) -> None:
        """Remove what may go, now and then, until it is cancelled; nothing where no limit makes anybody wait."""
        while self.sender.deployment.pace != "none":
            await asyncio.sleep(PAUSE / self.sender.deployment.time_scale)
            for request in self._over():
                if self.sender.budget.may(request.operation, request.principal):
                    await self._remove(request)

    async def _remove(self, request: Request) -> None:
        self._number = self.begin() if self._number is None else self._number
        scope = Scope(self.sender.ledger, self.sender.deployment)
        await converse(RunningConversation(removed(scope, request)), self.sender, self._number, reuse=False)

    def _over(self) -> list[Request]:
        """What may be removed, the oldest first, but for as much as may be removed at once at the end."""
        groups: dict[tuple[str, str | None], list[Request]] = defaultdict(list)
        for request in reversed(free(Scope(self.sender.ledger, self.sender.deployment))):
            groups[request.operation.key, request.principal].append(request)
        found: list[Request] = []
        for group in groups.values():
            more = len(group) - _at_once(group[0].operation)
            found += [each for each in group if not self._needed(address_of(each))][: max(0, more)]
        return found

    def _needed(self, address: str) -> bool:
        """Whether a conversation that has not ended may still need what stands at an address."""
        maker = self.sender.ledger.makers.get(address)
        return maker is None or bool(self.sender.shared.players(*maker) & {*self.open_now()})


def _at_once(operation: Operation) -> int:
    return min((each.requests for each in operation.limits if not each.implied), default=10_000)
