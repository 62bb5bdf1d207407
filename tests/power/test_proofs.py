"""Every law and check is proven: it notices the faults of the matrix that it is said to notice, and blames nobody else.

A law that says nothing any more, or not enough, is named by the tests of all faults that it does not notice.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.core.verdicts import BLOCKED, BROKEN
from tests.power import harness, rows
from tests.power.summary import place

ROWS = harness.executable(rows.kept())


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.name}-{row.depth}" for row in ROWS])
def test_laws_notice_the_fault(row: harness.Row, record_property: Callable[[str, object], None]) -> None:
    proof = harness.prove(row)
    record_property("proof", [row.name, row.depth, list(proof.proven), proof.unproven])
    if proof.unproven:
        told = (f"{rows.law_of(line)} ({place(rows.law_of(line))}) does not notice the fault: {line}: {verdict}"
                for line, verdict in proof.unproven.items())  # fmt: skip
        pytest.fail("\n".join(told), pytrace=False)


@pytest.mark.parametrize("depth", ["quick", "standard"])
@pytest.mark.parametrize("needs", ["", *harness.QUICKLY])
def test_without_a_fault_nothing_is_broken_and_every_law_that_is_proven_is_upheld(needs: str, depth: str) -> None:
    lines = {line for row in ROWS if row.at_home(needs) and row.depth == depth for line in row.lines}
    verdicts = harness.sound(needs, depth, lambda item: needs == "" or rows.named(item) in lines)
    wrong = [each for each in verdicts if each.verdict in {BROKEN, BLOCKED}]
    assert [f"{each.item.id}: expected {each.expected}, got {each.got or each.reason}" for each in wrong] == []
    silent = {rows.law_of(line) for line in lines} - harness.upheld(verdicts)
    assert sorted(silent - harness.upheld_elsewhere(silent)) == []
