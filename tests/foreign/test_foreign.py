"""A deployment that was written apart from the sandbox is blamed for nothing, and its faults are found."""

from __future__ import annotations

import pytest

from contracts.law import BROKEN
from tests.foreign.choices import CHOICES, ONE_OF
from tests.foreign.judging import judged, told
from tests.foreign.survey import mixtures

HABITS = {
    "other answers": (
        "foreign-404 wrong-kind-401 bad-ids-404 bad-token-401 duplicates-400 losers-409 uuid-ids newest-first "
        "extra-members normalised strict-inputs tags gzip old-access-dies managed-users-may-write",
        [],
    ),
    "as little as is allowed, and clients alone": (
        "undeclared-404 text-webhook-ids no-optional-pagination optional-members-missing size-of-the-page page-zero "
        "tiny-data late-side-effects lower-case-headers closing reuse-revokes no-challenge undated",
        ["--principals", "clients"],
    ),
    "a busy place": (
        "busy newest-first late-side-effects members-see-less quoting-errors detailed-errors cluttered chunked",
        ["--principals", "members"],
    ),
    "looked at only": ("newest-first large-numbers escaped upper-case-headers no-store", ["--no-writes"]),
}


@pytest.mark.parametrize("name", HABITS)
def test_whoever_keeps_the_document_in_their_own_way_is_blamed_for_nothing(name):
    chosen, more = HABITS[name]
    verdicts = judged([*(word for each in chosen.split() for word in ("--choice", each)), *more])
    assert told(verdicts) == []
    assert sum(each.verdict == "upheld" for each in verdicts) > 400


FOUND = {
}


def test_its_faults_are_found_where_they_are():
    verdicts = judged([word for name in FOUND for word in ("--fault", name)])
    broken = {f"{each.line.rule.id} {each.line.operation.key}" for each in verdicts if each.verdict == BROKEN}
    assert {name: where for name, where in FOUND.items() if where not in broken} == {}


def test_mixtures_leave_out_what_excludes_each_other():
    for mixture in mixtures(20, 1):
        chosen = set(mixture.split("+"))
        assert chosen <= CHOICES.keys()
        assert all(len(chosen & group) <= 1 for group in ONE_OF)
