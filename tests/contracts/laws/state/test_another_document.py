"""The laws of resources know no API: another document's conforming server upholds them, planted faults break them."""

from __future__ import annotations

import pytest

from contracts.core.step import END
from contracts.core.verdicts import BLOCKED, BROKEN, UPHELD
from contracts.laws import load
from contracts.laws.law import LAWS
from tests.contracts.laws.state.notebook import CONTRACT, Notebooks, hear

load()
LINES = [
    (law.id, operation.operation_id) for law in LAWS.values() if law.family == "state" for operation in law.on(CONTRACT)
]

NAMING = {
    "state/a-thing-inside-another-reads-alike-everywhere",
    "state/there-are-as-many-as-the-kind-says",
    "state/what-a-body-names-together-belongs-together",
    "state/what-can-be-named-in-two-ways-is-the-same",
    "state/what-is-named-outlives-what-names-it",
    "state/what-stands-below-ends-with-what-it-stands-below",
}
"""Laws of what is named in bodies, or by another value than its address has: notebooks have nothing of it."""


def drawn():
    yield from (["create", 0, 0], ["create", 0, 0], ["update", 0, 0], ["delete", 0, 0], END)


def told(server):
    return {line: hear(server, *line, drawn=drawn()) for line in LINES}


def test_every_law_of_resources_has_something_to_ask_of_it():
    asked = {law for law, _ in LINES}
    assert asked == {law.id for law in LAWS.values() if law.family == "state"} - NAMING


def test_a_conforming_server_upholds_them():
    endings = told(Notebooks())
    assert {line: ending for line, ending in endings.items() if ending.verdict in {BROKEN, BLOCKED}} == {}
    assert sum(ending.verdict == UPHELD for ending in endings.values()) > 0.8 * len(LINES)


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("unsent-reset", ("state/a-change-keeps-what-was-not-sent", "changeNotebook")),
        ("applies-ids", ("state/ids-and-owners-cannot-be-changed", "changeNotebook")),
        ("replaces-all-but-colour", ("state/a-replacement-is-what-is-kept", "replaceNotebook")),
        ("replaces-once", ("state/a-replacement-is-what-is-kept", "replaceNotebook")),
        ("wrong-location", ("state/a-location-leads-to-what-was-made", "addNotebook")),
        ("keeps-deleted", ("state/what-was-deleted-is-gone", "dropNotebook")),
        ("takes-the-next", ("state/any-order-of-steps-agrees-with-a-model", "addNotebook")),
        ("ignores-number", ("state/what-was-sent-is-what-is-kept", "addPage")),
        ("loses-pages", ("state/what-is-sent-along-stands-below", "addNotebook")),
        ("takes-any-title", ("state/a-change-into-a-duplicate-is-refused", "changeNotebook")),
        ("leaves-one", ("state/deleting-all-empties-the-list", "dropPages")),
    ],
)
def test_a_planted_fault_breaks_its_law(fault, line):
    ending = hear(Notebooks(frozenset([fault])), *line, drawn=drawn())
    assert ending.verdict == BROKEN, ending


def test_what_hangs_on_a_notebook_is_found_in_the_document():
    server = Notebooks()
    assert hear(server, "state/nothing-hangs-on-what-is-deleted", "dropNotebook").verdict == UPHELD
    asked = [each.operation.operation_id for each in server.asked]
    assert asked[asked.index("addPage") :] == ["addPage", "dropNotebook", "listPages"]
