"""The property driver: Hypothesis draws a law's inputs, and shrinks what breaks it to the smallest case."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from contracts.drive import Live, heard
from contracts.judge import Attempt
from contracts.law import BROKEN, DEPTHS, Command, Draw, Law, Outcome, Talk
from contracts.session import OUT

if TYPE_CHECKING:
    from contracts.plan import Line
    from contracts.run import Run

SHRINKS = (0, 20, 200)
"""Conversations that shrinking one broken law may cost, per depth."""

_THREADS = ThreadPoolExecutor(24, thread_name_prefix="draws")


class _Found(Exception):  # noqa: N818 - tells Hypothesis that an example breaks the law
    pass


async def explore(run: Run, line: Line, live: Live, *, quiet: bool) -> list[Attempt]:
    """As many conversations as the depth grants, with drawn inputs; the smallest broken one comes last."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _explored, run, line, live, loop, quiet)


def _explored(run: Run, line: Line, live: Live, loop: asyncio.AbstractEventLoop, quiet: bool) -> list[Attempt]:
    law = line.rule
    assert isinstance(law, Law)
    depth = DEPTHS.index(line.depth or run.plan.depth)
    attempts: list[Attempt] = []
    broken: list[list[Any]] = []

    def ask(command: Command, number: int, anew: bool) -> Any:
        answer = live.answer(command, number, reuse=quiet and not anew, attempt=2 if anew else 1)
        return heard(answer, loop)

    @seed(run.seed)
    @settings(
        max_examples=max(1, law.examples[depth]),
        database=_kept(run.plan.depth),
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def once(data: st.DataObject) -> None:
        if len(broken) <= SHRINKS[depth] + 1:
            converse(lambda strategy: data.draw(strategy))

    def converse(draw: Callable[[SearchStrategy[Any]], Any]) -> None:
        anew = bool(broken)
        talk, number = run.open(line, None, 2 if anew else 1)
        drawn: list[Any] = []
        try:
            _drive(talk, draw, drawn, lambda command: ask(command, number, anew))
        except BaseException:
            run.abandon(number)
            raise
        for value in drawn:
            run.drew(number, value)
        attempts.append(run.close(talk, number, None, drawn))
        if attempts[-1].ending.verdict == BROKEN:
            broken.append(drawn)
            raise _Found

    once._hypothesis_internal_database_key = line.id.encode()  # type: ignore[attr-defined]
    # the attempts say what was found, and whether it was found again
    with contextlib.suppress(_Found, HypothesisException):
        once()
    if len(broken) == 1 and attempts[-1].ending.verdict == BROKEN:
        # Hypothesis could not ask it again, since what may be drawn has changed: so it is asked as it was
        left = iter(broken[0])
        with contextlib.suppress(_Found, StopIteration):
            converse(lambda _: next(left))
    return attempts


def _kept(depth: str) -> DirectoryBasedExampleDatabase | None:
    """At depth deep what broke a law is remembered and tried first in the next run."""
    return DirectoryBasedExampleDatabase(OUT / ".hypothesis") if depth == "deep" else None


def _drive(
    talk: Talk,
    draw: Callable[[SearchStrategy[Any]], Any],
    drawn: list[Any],
    ask: Callable[[Command], Any],
) -> None:
    while talk.command is not None:
        if isinstance(talk.command, Draw):
            drawn.append(draw(talk.command.strategy))
            talk.reply(drawn[-1])
            continue
        try:
            answer = ask(talk.command)
        except Outcome as outcome:
            talk.give_up(outcome)
        else:
            talk.reply(answer)
