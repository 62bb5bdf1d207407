"""From endings to verdicts."""

from __future__ import annotations

import attrs
import pytest

from contracts import judge
from contracts.judge import Attempt
from contracts.law import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD, Ending, Law
from contracts.plan import Line


@pytest.fixture
def line(contract):
    rule = Law("family", "a-law", "A law.", "A law.", lambda _: iter(()), lambda _: (), ("page",))
    return Line(rule, contract.operations[0], None, writes=False, pointers=())


def attempts(*endings):
    return [Attempt(key, Ending(verdict, "this", "that", "because")) for key, verdict in endings]


@pytest.mark.parametrize(
    ("endings", "verdict"),
    [
        ([], NOT_ASKED),
        ([("a", UPHELD)], UPHELD),
        ([("a", BROKEN), ("a", BROKEN)], BROKEN),
        ([("a", BROKEN), ("a", UPHELD)], OBSERVED),
        ([("a", BROKEN), ("a", BLOCKED)], OBSERVED),
        ([("a", BROKEN), ("a", UPHELD), ("b", BROKEN), ("b", BROKEN)], BROKEN),
        ([("a", UPHELD), ("b", NOT_OBSERVABLE)], UPHELD),
        ([("a", NOT_OBSERVABLE), ("b", BLOCKED)], NOT_OBSERVABLE),
        ([("a", BLOCKED)], BLOCKED),
        ([("a", OBSERVED), ("b", UPHELD)], OBSERVED),
    ],
)
def test_a_line_is_broken_only_where_it_was_shown_twice(line, endings, verdict):
    assert judge.of_law(line, attempts(*endings), {}, "http://h").verdict == verdict


def test_one_sighting_of_a_race_suffices(line):
    racing = attrs.evolve(line, rule=attrs.evolve(line.rule, race=True))
    found = judge.of_law(racing, attempts(("a", BROKEN), ("a", UPHELD)), {}, "http://h")
    assert (found.verdict, found.confidence) == (BROKEN, "seen once")


def test_what_could_not_tell_is_said_beside_what_was_upheld(line):
    found = judge.of_law(line, attempts(("a", UPHELD), ("b", BLOCKED)), {}, "http://h")
    assert found.reason == "1 of 2 conversations could not tell: because"


def test_a_broken_line_says_how_often_it_was_repeated(line):
    found = judge.of_law(line, attempts(("a", BROKEN), ("a", BROKEN)), {}, "http://h")
    assert (found.confidence, found.expected, found.actual) == ("repeated 2 of 2", "this", "that")
