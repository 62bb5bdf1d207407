"""A server that wants members to be unique, of which its document says nothing, is asked so that they can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import BROKEN, UPHELD
from tests.contracts.laws.credentials.judging import Asked, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, shelf, thing

KEPT = "state/what-was-sent-is-what-is-kept"
LISTED = "state/what-was-created-is-listed-once"
COLOUR = {"type": "string", "enum": ["red", "blue"]}


class Ledger(Shelf):
    """Has every reference once, kept in upper case, and remembers those that are gone."""

    def __init__(self, *, loses: bool = False) -> None:
        super().__init__(kept=lambda sent: {**sent, "reference": "?" if loses else sent["reference"].upper()})
        self.taken: set[str] = {"INV-7"}

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST" and isinstance(asked.body, dict):
            reference = str(asked.body.get("reference", "")).upper()
            if not reference or reference in self.taken:
                return (409, {"error": "the reference is taken"}) if reference else (400, {"error": "no reference"})
            self.taken.add(reference)
        return super().__call__(asked)


def ledger(**reference: Any) -> dict[str, Any]:
    """A collection whose items have a reference, of which no more is said."""
    paths = shelf(thing(reference={**TEXT, **reference}, colour=COLOUR))
    paths["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]["required"] = ["reference"]
    return paths


@pytest.mark.parametrize("said", [{}, {"example": "INV-7"}, {"maxLength": 16}, {"maxLength": 8}])
@pytest.mark.parametrize("loses", [False, True])
def test_what_must_be_unique_is(tmp_path: Path, said: dict[str, Any], loses: bool) -> None:
    """Of a text about which nothing is known, nobody knows what becomes of it: blamed is what has an example."""
    server = Ledger(loses=loses)
    made = judged(tmp_path, server, document(ledger(**said), KEY), ANN, KEPT, LISTED)
    assert verdicts(made, KEPT)["POST /things"] == (BROKEN if loses and "example" in said else UPHELD)
    assert verdicts(made, LISTED)["POST /things"] == UPHELD
    assert (server.things, made.left_behind) == ({}, [])


def test_what_may_only_be_one_of_some_stays_one_of_them(tmp_path: Path) -> None:
    sent: list[Any] = []

    class Careful(Ledger):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            sent.extend([asked.body["colour"]] if isinstance(asked.body, dict) and "colour" in asked.body else [])
            return super().__call__(asked)

    judged(tmp_path, Careful(), document(ledger(example="INV-7"), KEY), ANN, KEPT)
    assert sent and {*sent} <= {"red", "blue"}


def test_a_name_is_no_longer_than_the_document_allows(tmp_path: Path) -> None:
    """An example with a mark behind it might be: then the mark alone is sent."""

    def short(asked: Asked) -> tuple[int, Any] | None:
        name = asked.body.get("name", "") if isinstance(asked.body, dict) else ""
        return (422, {"error": "at most 20"}) if len(name) > 20 else None

    paths = shelf(thing(name={**TEXT, "maxLength": 20, "example": "Team of spring"}))
    made = judged(tmp_path, Shelf(first=short), document(paths, KEY), ANN, KEPT)
    assert verdicts(made, KEPT)["POST /things"] == UPHELD
