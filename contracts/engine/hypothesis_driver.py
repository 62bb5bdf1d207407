"""The property driver: Hypothesis draws a law's inputs, and shrinks what breaks it to the smallest case."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from contracts.core.conversation import Command, Draw
from contracts.core.paths import OUT
from contracts.core.verdicts import BROKEN, DEPTHS
from contracts.engine.context import SHRINKS, Context
from contracts.laws.law import Law
from contracts.plan.plan import PlanItem

Drawing = Callable[[SearchStrategy[Any]], Any]


class _Found(Exception):  # noqa: N818 - tells Hypothesis that an example breaks the law
    pass


async def explore(context: Context, item: PlanItem, *, quiet: bool) -> None:
    """As many conversations as the depth grants, with drawn inputs; the smallest broken one comes last."""
    await context.workers.run(_Exploration(context, item, quiet).all)


class _Exploration:
    """The conversations of one plan item. What the first broken one sent is sent anew by all that follow."""

    def __init__(self, context: Context, item: PlanItem, quiet: bool) -> None:
        assert isinstance(item.rule, Law)
        self.context, self.item, self.quiet = context, item, quiet
        self.depth = DEPTHS.index(item.depth or context.plan.depth)
        self.examples = max(1, item.rule.examples[self.depth])
        self.broken: list[list[Any]] = []
        """What was drawn for each conversation that broke the law."""

    def all(self) -> None:
        """Let Hypothesis draw. The endings say what was found, and whether it was found again."""
        with contextlib.suppress(_Found, HypothesisException):
            self._test()()
        if len(self.broken) == 1 and self.last == BROKEN:
            # Hypothesis could not ask it again, since what may be drawn has changed: so it is asked as it was
            left = iter(self.broken[0])
            with contextlib.suppress(_Found, StopIteration):
                self._converse(lambda _: next(left))

    def _test(self) -> Callable[[], None]:
        @seed(self.context.seed)
        @settings(
            max_examples=self.examples,
            database=_kept(self.context.plan.depth),
            deadline=None,
            report_multiple_bugs=False,
            phases=[Phase.reuse, Phase.generate, Phase.shrink],
            # The time and the size of an example are those of a deployment: no health check of Hypothesis fits.
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def once(data: st.DataObject) -> None:
            # Past the budget an example passes without a request: Hypothesis cannot be stopped, only satisfied.
            if len(self.broken) <= SHRINKS[self.depth] + 1:
                self._converse(lambda strategy: data.draw(strategy))

        once._hypothesis_internal_database_key = self.item.id.encode()  # type: ignore[attr-defined]
        return once

    def _converse(self, draw: Drawing) -> None:
        """One conversation. Raises _Found where it breaks the law."""
        attempt = 2 if self.broken else 1
        talk, number = self.context.conversations.open(self.item, None, attempt)
        drawn: list[Any] = []
        try:
            talk.drive(lambda command: self._answer(command, draw, drawn, number, attempt))
        except BaseException:
            self.context.conversations.abandon(number)
            raise
        self.last = self.context.conversations.close(talk, number, None, drawn).ending.verdict
        if self.last == BROKEN:
            self.broken.append(drawn)
            raise _Found

    def _answer(self, command: Command, draw: Drawing, drawn: list[Any], number: int, attempt: int) -> Any:
        if isinstance(command, Draw):
            drawn.append(draw(command.strategy))
            return drawn[-1]
        reuse = self.quiet and attempt == 1  # a second sighting has to come from the deployment, not from memory
        return self.context.workers.call(self.context.sender.answer(command, number, reuse=reuse, attempt=attempt))


def _kept(depth: str) -> DirectoryBasedExampleDatabase | None:
    """At depth deep what broke a law is remembered and tried first in the next run."""
    return DirectoryBasedExampleDatabase(OUT / ".hypothesis") if depth == "deep" else None
