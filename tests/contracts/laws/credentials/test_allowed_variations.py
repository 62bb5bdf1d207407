"""What a document allows or leaves open breaks nothing, and nothing hangs on it."""

from __future__ import annotations

from collections import Counter

import attrs
import pytest

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine.run import Run
from contracts.judging.judge import Verdict
from specs.contract import Rule
from tests.contracts.checks.exchanges import exchange
from tests.power import harness

ORGANIZATION = "/organizations/{orgId}/"
DECLARED = "status/status-is-declared"
UNDECLARED = "POST /v2/organizations/{orgId}/delegation-credentials"


def judged(variation: str, part: str) -> Run:
    server = harness.sandbox(["--limits", "off", "--variation", variation], "quick")
    families = {"credentials", "state", "status"}
    return server.run(lambda item: part in item.operation.path and item.rule.family in families)


def counts(verdicts: list[Verdict]) -> Counter[str]:
    return Counter(each.verdict for each in verdicts)


def test_a_membership_that_comes_with_its_user_is_held_against_nobody_and_blocks_next_to_nothing():
    found = judged("creation-makes-a-member", ORGANIZATION).verdicts
    assert counts(found)[BROKEN] == 0
    assert counts(found)[BLOCKED] <= 1


def test_an_undeclared_404_to_another_tenant_is_what_the_document_allows():
    found = judged("foreign-404-undeclared", ORGANIZATION).verdicts
    assert counts(found)[BROKEN] == counts(found)[BLOCKED] == 0


def answers(*told: tuple[str, int]) -> list[Exchange]:
    """Exchanges of one address by these principals, with these statuses."""
    given = [(who, exchange(UNDECLARED, status)) for who, status in told]
    return [attrs.evolve(each, request=attrs.evolve(each.request, principal=who)) for who, each in given]


def test_an_undeclared_404_to_whoever_is_granted_the_operation_there_is_broken():
    judge = checks.load()[DECLARED].together
    assert judge is not None
    judge(answers(("owner", 201), ("rival", 404)))
    with pytest.raises(Broken, match="404"):
        judge(answers(("owner", 201), ("owner", 404)))
    with pytest.raises(Broken, match="404"):
        judge(answers(("owner", 404), ("rival", 404)))


def test_where_the_document_states_no_such_rule_an_undeclared_404_is_broken_by_itself():
    contract = attrs.evolve(harness.contract(), rules=harness.contract().rules - {Rule.FOREIGN_IS_403_OR_404})
    (given,) = answers(("rival", 404))
    assert not checks.load()[DECLARED].judge(given, harness.contract())
    with pytest.raises(Broken, match="404"):
        checks.load()[DECLARED].judge(given, contract)
