"""The stateful driver: Hypothesis chooses a law's next step, rule by rule; what breaks it is shrunk to the fewest.

A law that yields `Step` says which kinds of step make sense now; a `RuleBasedStateMachine` has one rule for each kind,
and answers with the step it chose, as plain JSON. So the sequence is recorded like everything else that is drawn, a
replay needs no Hypothesis, and the same law can be driven by any source of steps. That is also how a sequence is
shrunk: by leaving out steps as long as what is left still breaks the law. Hypothesis would shrink the choices behind
the steps, which mean something else once an earlier step is gone.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from contracts.core.conversation import Command, Outcome, RunningConversation
from contracts.core.step import END, Step, numbers
from contracts.core.verdicts import BROKEN, DEPTHS
from contracts.engine.context import SHRINKS, Context
from contracts.laws.law import Law
from contracts.plan.plan import PlanItem

STEPS = (0, 7, 20)
"""Steps in one sequence, per depth."""


class Machine(RuleBasedStateMachine):
    """One conversation, its steps chosen by rules.

    Hypothesis tries the simplest sequence first, and orders rules of equally many arguments by their names. So the
    first sequence creates two, reads the list and one of them, changes it, deletes it and looks for it again.

    `answer` answers a command that is no step; `ended` is told when the law has come to its end.
    """

    def __init__(
        self,
        talk: RunningConversation,
        answer: Callable[[Command], Any],
        ended: Callable[[Machine], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self.talk = talk
        self.drawn: list[Any] = []
        self._answer = answer
        self._ended = ended
        self._on()

    def possible(self, kind: str) -> bool:
        """Whether a step of this kind makes sense now."""
        return isinstance(self.talk.command, Step) and kind in self.talk.command.kinds

    def play(self, step: builtins.list[Any]) -> None:
        """Take a step and go on to where the next one is wanted."""
        self.drawn.append(step)
        self.talk.reply(step)
        self._on()

    def _on(self) -> None:
        self.talk.drive(self._answer, until=Step)
        if self.talk.ending is not None:
            self._ended(self)

    @precondition(lambda self: not isinstance(self.talk.command, Step))
    @rule()
    def idle(self) -> None:
        """The conversation is over; a machine has to have something to do."""

    @precondition(lambda self: self.possible("again"))
    @rule(which=numbers(), what=numbers())
    def again(self, which: int, what: int) -> None:
        """Look for one that was deleted."""
        self.play(["again", which, what])

    @precondition(lambda self: self.possible("create"))
    @rule(which=numbers(), what=numbers())
    def create(self, which: int, what: int) -> None:
        """Create one more."""
        self.play(["create", which, what])

    @precondition(lambda self: self.possible("delete"))
    @rule(which=numbers(), what=numbers())
    def delete(self, which: int, what: int) -> None:
        """Delete one that exists."""
        self.play(["delete", which, what])

    @precondition(lambda self: self.possible("list"))
    @rule(which=numbers(), what=numbers())
    def list(self, which: int, what: int) -> None:
        """Read the whole list."""
        self.play(["list", which, what])

    @precondition(lambda self: self.possible("read"))
    @rule(which=numbers(), what=numbers())
    def read(self, which: int, what: int) -> None:
        """Read one that exists."""
        self.play(["read", which, what])

    @precondition(lambda self: self.possible("update"))
    @rule(which=numbers(), what=numbers())
    def update(self, which: int, what: int) -> None:
        """Change a member of one that exists."""
        self.play(["update", which, what])

    def teardown(self) -> None:
        """Let the law come to its end, where it reads all that exists once more."""
        if isinstance(self.talk.command, Step):
            self.play(END)


class _Found(Exception):  # noqa: N818 - tells Hypothesis that a sequence breaks the law
    pass


async def perform(context: Context, item: PlanItem) -> None:
    """As many sequences as the depth grants; the shortest broken one comes last."""
    await context.workers.run(_Performance(context, item).all)


class _Performance:
    """The sequences of one plan item."""

    def __init__(self, context: Context, item: PlanItem) -> None:
        assert isinstance(item.rule, Law)
        self.context, self.item = context, item
        self.depth = DEPTHS.index(item.depth or context.plan.depth)
        self.settings = _settings(item.rule, self.depth)
        self.endings: list[str] = []
        self.steps: list[Any] = []
        """Those of the last sequence."""

    def all(self) -> None:
        """Let Hypothesis choose. The endings say what was found, and whether it was found again."""

        def begun() -> Machine:
            return self._begun()

        begun._hypothesis_internal_use_seed = self.context.seed  # type: ignore[attr-defined]
        with contextlib.suppress(_Found, HypothesisException):
            run_state_machine_as_test(begun, settings=self.settings)  # type: ignore[arg-type]
        if self._broken():
            fewest(self.steps, self._breaks)

    def _broken(self) -> bool:
        return bool(self.endings) and self.endings[-1] == BROKEN

    def _begun(self) -> Machine:
        talk, number = self.context.conversations.open(self.item, None, 1)
        attempt = 2 if BROKEN in self.endings else 1
        return Machine(talk, partial(self._answer, number, attempt), partial(self._ended, number))

    def _answer(self, number: int, attempt: int, command: Command) -> Any:
        """Answer a command from the deployment."""
        try:
            return self.context.workers.call(self.context.sender.answer(command, number, attempt=attempt))
        except Outcome:
            raise
        except BaseException:
            self.context.conversations.abandon(number)
            raise

    def _ended(self, number: int, machine: Machine) -> None:
        self.endings.append(self.context.conversations.close(machine.talk, number, None, machine.drawn).ending.verdict)
        self.steps = list(machine.drawn)
        if self._broken():
            raise _Found

    def _breaks(self, chosen: list[Any]) -> bool:
        """Whether these steps break the law; not tried any more once that was done often enough."""
        if self.endings.count(BROKEN) > SHRINKS[self.depth]:
            return False
        with contextlib.suppress(_Found):
            follow(self._begun(), chosen)
        return self._broken()


def follow(machine: Machine, chosen: list[Any]) -> None:
    """Take these steps, as far as they are wanted, and let the law come to its end."""
    for step in chosen:
        if isinstance(machine.talk.command, Step):
            machine.play(step)
    machine.teardown()


def fewest(chosen: list[Any], breaks: Callable[[list[Any]], bool]) -> list[Any]:
    """The steps of a sequence that are needed to break the law: without any one of them it does not break."""
    # From the end: later steps are built on earlier ones, so what goes first is what nothing else needs.
    position = len(chosen) - 1
    while position >= 0:
        fewer = chosen[:position] + chosen[position + 1 :]
        if breaks(fewer):
            chosen = fewer
        position -= 1
    return chosen


def _settings(law: Law, depth: int) -> settings:
    return settings(
        max_examples=max(1, law.examples[depth]),
        stateful_step_count=max(1, STEPS[depth]),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
