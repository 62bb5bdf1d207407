"""A law that is judged from a record and fails says so, and keeps no other from being judged."""

from __future__ import annotations

import pytest

from contracts.core.verdicts import BLOCKED, UPHELD
from contracts.judging.record_laws import judgement, upheld
from contracts.laws.law import Law, law

LAWS: dict[str, Law] = {}


def judged(function):
    """What becomes of a law with this function."""
    function.__doc__ = "It holds."
    law(family=function.__name__, on=lambda _: [], kinds=(), laws=LAWS, recorded=True)(function)
    return judgement(next(reversed(LAWS.values())), "a record")


def says_nothing(_):
    return None


def stumbles(record):
    return upheld(len(record) // 0)


@pytest.mark.parametrize("function", [says_nothing, stumbles])
def test_a_law_that_fails_is_blocked(function):
    found = judged(function)
    assert found.verdict == BLOCKED
    assert "could not be judged" in (found.reason or "")


def holds(record):
    return upheld(len(record), seqs=[1, 2, 1])


def test_exchanges_are_named_once():
    found = judged(holds)
    assert (found.verdict, found.seqs) == (UPHELD, (1, 2))
