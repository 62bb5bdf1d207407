"""The conversations of a run: each is numbered, opened, recorded and closed here, whoever drives it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import attrs

from contracts.config.deployment import Principal
from contracts.core import tags
from contracts.core.conversation import Result, RunningConversation
from contracts.core.verdicts import BLOCKED
from contracts.engine.prologue import with_prologue
from contracts.engine.replay_driver import key
from contracts.evidence.recorder import Recorder
from contracts.judging.judge import Attempt
from contracts.plan.plan import Plan, PlanItem
from contracts.request.api import RequestFactory
from contracts.transport.sender import Sender, converse


@attrs.define
class Progress:
    """What the run has done so far; read by whoever shows it."""

    conversations: int = 0
    ended: int = 0
    requests: int = 0
    broken: int = 0
    started: float = attrs.field(factory=time.monotonic)


@attrs.define
class Conversations:
    """All conversations of one run. Several threads may open and close them."""

    plan: Plan
    recorder: Recorder
    seed: int
    started: float
    stand_in: Callable[[Principal | None], Principal | None] = lambda principal: principal
    """Who asks in place of a principal whose credential has died."""
    progress: Progress = attrs.field(factory=Progress)
    open_now: set[int] = attrs.field(factory=set)
    """The numbers of those that have not ended."""
    _ids: itertools.count[int] = attrs.field(factory=lambda: itertools.count(1))
    _lines: dict[int, str] = attrs.field(factory=dict)
    _ended: dict[str, dict[int, Attempt]] = attrs.field(factory=dict)

    @property
    def lines(self) -> Mapping[int, str]:
        """Of which plan item each conversation is, or what else it is for."""
        return self._lines

    def begin(self, line: str, inputs: Any = None, attempt: int = 1) -> tuple[int, str]:
        """The number of a new conversation, and the tag that its names begin with."""
        number = next(self._ids)
        tag = tags.tag(tags.ASKED, self.started, str(number))
        self._lines[number] = line
        self.recorder.write("conversation", id=number, line=line, inputs=inputs, attempt=attempt, tag=tag)
        return number, tag

    def open(self, item: PlanItem, inputs: Any, attempt: int) -> tuple[RunningConversation, int]:
        """Begin a conversation of a plan item: recorded, and run to its first command."""
        number, tag = self.begin(item.id, inputs, attempt)
        self.progress.conversations += 1
        self.open_now.add(number)
        return RunningConversation(with_prologue(item, self.api(item, tag), inputs)), number

    def close(self, talk: RunningConversation, number: int, inputs: Any, drawn: Sequence[Any] = ()) -> Attempt:
        """Take note of how a conversation ended, and of what was drawn for it, which a replay cannot draw again."""
        assert talk.ending is not None
        self.open_now.discard(number)
        for value in drawn:
            self.recorder.write("drawn", conversation=number, value=value)
        if talk.thrown:
            self.recorder.write("ended", conversation=number, by=f"{talk.ending.verdict}:{talk.ending.reason}")
        self.progress.ended += 1
        return self._note(number, Attempt(key(inputs, list(drawn)), talk.ending))

    def abandon(self, number: int) -> None:
        """A conversation that nobody will judge, here or in the replay."""
        self.open_now.discard(number)
        self.recorder.write("ended", conversation=number, by="abandoned")

    def unasked(self, item: PlanItem, reason: str, verdict: str = BLOCKED) -> None:
        """Record why a plan item cannot be run."""
        number, _ = self.begin(item.id)
        self.recorder.write("ended", conversation=number, by=f"{verdict}:{reason}")
        self._note(number, Attempt("", Result(verdict, reason=reason)))

    async def whole(
        self,
        item: PlanItem,
        inputs: Any,
        attempt: int,
        sender: Sender,
        *,
        reuse: bool,
        void: Callable[[Result], Awaitable[bool]] | None = None,
    ) -> Attempt | None:
        """One conversation from its opening to its ending. One that is cancelled counts for nothing.

        `void`: whether how it ended says nothing; then it counts for nothing either, and there is no attempt.
        """
        talk, number = self.open(item, inputs, attempt)
        try:
            await converse(talk, sender, number, reuse=reuse, attempt=attempt)
            if void is not None and talk.ending is not None and await void(talk.ending):
                self.progress.ended += 1
                self.abandon(number)
                return None
        except BaseException:
            self.abandon(number)
            raise
        return self.close(talk, number, inputs)

    def ended(self, item: PlanItem) -> list[Attempt]:
        """How the conversations of a plan item ended so far, in the order of their opening, as in a replay."""
        return [attempt for _, attempt in sorted(self._ended.get(item.id, {}).items(), key=lambda each: each[0])]

    def _note(self, number: int, attempt: Attempt) -> Attempt:
        self._ended.setdefault(self._lines[number], {})[number] = attempt
        return attempt

    def api(self, item: PlanItem, tag: str) -> RequestFactory:
        """The request factory of a law of this item."""
        plan = self.plan
        depth = item.depth or plan.depth
        return RequestFactory(
            plan.contract, plan.deployment, item.operation, self.stand_in(item.principal), tag, depth, self.seed
        )
