"""How often a conversation of a plan item is held, and what confirms what one has shown broken."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import NotObservable, Outcome, Result
from contracts.core.exchange import Exchange
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE
from contracts.engine.conversations import Conversations
from contracts.engine.lost_places import stood_on_nothing
from contracts.engine.scheduler import Turns
from contracts.judging.judge import Attempt
from contracts.laws.law import Law
from contracts.plan.plan import PlanItem
from contracts.transport.sender import Sender

CONFIRMING = (2, 20, 21, 22)
"""The attempts that confirm what the first has shown: one, or of a race as many as it takes to be lost once more."""
FURTHER = 3
"""So often a conversation is held again in which an answer was lost."""
ANEW = 100
"""Added to the number of an attempt that is made once more: what conversations share, they share within one only."""
ENOUGH = 3
"""So many different inputs that break a law, and the item's other inputs need not be tried."""
AT_ONCE = 8
"""So many inputs of a plan item are tried side by side."""


@attrs.frozen
class Attempts:
    """Holds the conversations of plan items whose law names its inputs itself."""

    conversations: Conversations
    exchanges: Mapping[int, Exchange]
    living: Callable[[Principal | None, Sender], Principal | None]
    """Who asks for a principal: itself, or who stands in for it once its credential has died."""
    turns: Turns = attrs.field(factory=Turns)

    async def each_input(self, item: PlanItem, law: Law, sender: Sender, quiet: bool) -> None:
        """A conversation for every input, until enough of them have broken the law."""
        try:
            inputs = await asyncio.to_thread(self._inputs, item, law)
        except Outcome as outcome:
            return self.conversations.unasked(item, outcome.reason, outcome.verdict)
        if not inputs:
            return self.conversations.unasked(item, "the document leaves nothing to test here", NOT_OBSERVABLE)
        broken = 0
        for batch in _batched(inputs, AT_ONCE):
            broken += sum(await asyncio.gather(*(self._breaks(item, law, each, sender, quiet) for each in batch)))
            if broken >= ENOUGH:
                break
        return None

    def _inputs(self, item: PlanItem, law: Law) -> list[Any]:
        if law.cases is None:
            return [None]
        try:
            return list(law.cases(self.conversations.api(item, ""), item.depth or self.conversations.plan.depth))
        except (ValueError, re.error) as error:  # a schema that is none must not end the run
            first = str(error).partition("\n")[0][:120]
            raise NotObservable(f"a schema of the document cannot be used: {first}") from None

    def pregenerate(self, items: Iterable[PlanItem], ended: Callable[[], bool]) -> None:
        """Make the cases of all items before the first is run: Hypothesis and Schemathesis share no thread well."""
        for item in items:
            if ended():
                return  # the run was ended meanwhile, and a thread cannot be
            law = item.rule
            assert isinstance(law, Law)
            if law.cases is not None and law.examples == (0, 0, 0):
                with contextlib.suppress(Exception):  # it comes again, and is told, when the item itself is asked
                    self._inputs(item, law)

    async def _breaks(self, item: PlanItem, law: Law, inputs: Any, sender: Sender, quiet: bool) -> bool:
        """Whether a conversation breaks the law. Then it is held again, with nobody else in its rooms.

        A lock, a deploy, or what another conversation did to the same thing may have caused it. What needs luck is
        tried several times.
        """
        asker = self.living(item.principal, sender)
        async with self.turns.together(item.rooms):
            first = await self._heard_out(item, inputs, sender, quiet=quiet)
            now = self.living(item.principal, sender)
            alive = now is not None and now.name not in sender.dead
            # a scene may have been played by somebody else's credential, which died of it
            died = first.ending.reason in sender.dead.values() and alive
            if first.ending.verdict == BLOCKED and (now is not asker or died):
                first = await self._heard_out(item, inputs, sender, quiet=quiet)  # with another credential
        if first.ending.verdict != BROKEN:
            return False
        if not law.one_sighting:
            async with self.turns.alone(item.rooms):
                await self._confirm(item, inputs, sender, law)
        return True

    async def _confirm(self, item: PlanItem, inputs: Any, sender: Sender, law: Law) -> None:
        for attempt in CONFIRMING if law.by_luck else CONFIRMING[:1]:
            again = await self._held(item, inputs, attempt, sender, reuse=False)
            if again.ending.verdict == BROKEN:
                break

    async def _heard_out(self, item: PlanItem, inputs: Any, sender: Sender, *, quiet: bool) -> Attempt:
        """A conversation; a few more of the same where an answer was lost by chance, so that nothing was learnt."""
        held = await self._held(item, inputs, 1, sender, reuse=quiet)
        for number in range(FURTHER):
            if not held.ending.unheard or sender.hopeless(item.operation):
                break
            held = await self._held(item, inputs, 3 + number, sender, reuse=False)
        return held

    async def _held(self, item: PlanItem, inputs: Any, attempt: int, sender: Sender, *, reuse: bool) -> Attempt:
        """A conversation; held once more, on what is made anew, where a place it stood on is gone."""

        async def void(ending: Result) -> bool:
            begin = self.conversations.begin
            return await stood_on_nothing(ending, self.exchanges, sender, lambda: begin("places")[0])

        first = await self.conversations.whole(item, inputs, attempt, sender, reuse=reuse, void=void)
        if first is not None:
            return first
        again = await self.conversations.whole(item, inputs, ANEW + attempt, sender, reuse=False)
        assert again is not None
        return again


def _batched(values: list[Any], size: int) -> Iterable[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
