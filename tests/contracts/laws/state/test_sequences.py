"""The state machine finds what only a sequence shows, and says it in the fewest steps."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from contracts.core.conversation import RunningConversation
from contracts.core.verdicts import BROKEN, UPHELD
from contracts.engine.stateful_driver import Machine, fewest, follow
from contracts.laws import load
from contracts.laws.law import LAWS
from contracts.request.api import RequestFactory
from tests.contracts.laws.state.notebook import CONTRACT, Notebooks, answer_to, deployment, hear, principals

load()
LAW = LAWS["state/any-order-of-steps-agrees-with-a-model"]
QUIETLY = settings(
    max_examples=25,
    stateful_step_count=10,
    database=None,
    deadline=None,
    derandomize=True,
    verbosity=Verbosity.quiet,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Found(Exception):  # noqa: N818
    pass


def sequences(*faults):
    """The sequences Hypothesis tried, with their endings."""
    tried = []

    def ended(machine):
        tried.append((machine.drawn, machine.talk.ending))
        if machine.talk.ending.verdict == BROKEN:
            raise Found

    with contextlib.suppress(Found):
        run_state_machine_as_test(lambda: begun(faults, ended), settings=QUIETLY)
    return tried


def begun(faults, ended=lambda _: None):
    server = Notebooks(frozenset(faults))
    api = RequestFactory(CONTRACT, deployment(), CONTRACT.operation("addNotebook"), principals()[0], "ct000000-1")
    return Machine(RunningConversation(LAW.ask(api)), lambda command: answer_to(server, command), ended)


def shortest(fault):
    """The first broken sequence, without the steps it does not need."""

    def breaks(steps):
        machine = begun([fault])
        follow(machine, steps)
        return machine.talk.ending.verdict == BROKEN

    return fewest(sequences(fault)[-1][0], breaks)


def test_no_sequence_breaks_a_conforming_server():
    tried = sequences()
    assert {ending.verdict for _, ending in tried} == {UPHELD}
    kinds = {step[0] for steps, _ in tried for step in steps}
    assert kinds == {"create", "update", "read", "list", "delete", "again", "end"}


def test_the_first_sequence_is_a_telling_one():
    steps, _ = sequences()[0]
    assert [step[0] for step in steps[:8]] == [
        "create", "create", "list", "read", "read", "update", "delete", "again"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "steps"),
    [
        ("takes-the-next", ["create", "create", "update", "delete"]),
        ("keeps-deleted", ["create", "update", "delete", "again"]),
        ("unsent-reset", ["create", "update"]),
    ],
)
def test_what_breaks_it_is_shrunk_to_the_fewest_steps(fault, steps):
    assert [step[0] for step in shortest(fault) if step[0] != "end"] == steps


def test_the_steps_alone_repeat_the_verdict():
    steps, ending = sequences("takes-the-next")[-1]
    again = hear(Notebooks(frozenset(["takes-the-next"])), LAW.id, "addNotebook", drawn=iter(steps))
    assert (again.verdict, again.expected, again.actual) == (ending.verdict, ending.expected, ending.actual)
