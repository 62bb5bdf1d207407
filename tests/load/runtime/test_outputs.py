"""What a run under load says of itself at its end: the exit code, and what is believed of its verdicts."""

from __future__ import annotations

import attrs
import pytest

from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE, UPHELD
from contracts.judging.judge import Verdict
from contracts.plan.plan import PlanItem
from load.runtime.outputs import believed, code, limits_told
from load.scenarios.limits.laws import LAWS

ENFORCED = next(law for name, law in LAWS.items() if name.endswith("declared-limit-is-enforced"))
OTHER = next(law for name, law in LAWS.items() if not name.endswith("declared-limit-is-enforced"))


@pytest.fixture
def verdict(contract):
    operation = next(each for each in contract.operations if each.limits)
    return lambda word, law=ENFORCED: Verdict(PlanItem(law, operation, None, False, ()), word)


@pytest.mark.parametrize(
    ("words", "heard", "failed", "lost", "expected"),
    [
        ([UPHELD, UPHELD], True, False, False, 0),
        ([UPHELD, BROKEN], True, False, False, 1),
        ([NOT_OBSERVABLE, NOT_OBSERVABLE], True, False, False, 4),
        ([UPHELD, NOT_OBSERVABLE], True, False, False, 4),
        ([UPHELD, BLOCKED], True, False, False, 4),
        ([BLOCKED, BLOCKED], True, False, False, 3),
        ([UPHELD, UPHELD], False, False, False, 3),
        ([UPHELD, UPHELD], True, True, False, 3),
        ([UPHELD, UPHELD], True, False, True, 4),
        ([BROKEN], True, True, True, 1),
    ],
)
def test_the_exit_code_tells_what_was_learnt(verdict, words, heard, failed, lost, expected):
    assert code([verdict(each) for each in words], heard=heard, failed=failed, unproven=lost) == expected


def test_a_law_without_a_limit_may_be_not_observable(verdict):
    assert code([verdict(UPHELD), verdict(NOT_OBSERVABLE, OTHER)], heard=True, failed=False, unproven=False) == 0


def test_limits_are_counted_as_kept_broken_and_unproven(verdict):
    found = [verdict(each) for each in (UPHELD, BROKEN, NOT_OBSERVABLE, BLOCKED)]
    assert limits_told(found) == "limits: 1 kept, 1 broken, 2 unproven"
    assert limits_told([verdict(UPHELD, OTHER)]) is None


@pytest.mark.parametrize(("heard", "lost"), [(False, []), (True, ["worker 2: 30 of 90 rows were lost"])])
def test_nothing_is_upheld_where_nothing_was_heard_or_records_were_lost(verdict, heard, lost):
    assert [each.verdict for each in believed([verdict(UPHELD), verdict(BROKEN)], heard=heard, lost=lost)] == [
        NOT_OBSERVABLE,
        BROKEN,
    ]


def test_what_was_heard_whole_is_believed(verdict):
    found = [attrs.evolve(verdict(UPHELD), count=3)]
    assert believed(found, heard=True, lost=[]) == found
