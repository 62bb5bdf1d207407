"""Deployments that take every credential for somebody of its own, and such as only look like them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import OBSERVED
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

LAW = "credentials/nothing-with-a-damaged-credential"
ANN = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "basic"\nusername = "ann"\npassword = "canary-of-ann-1"\n'


def notes() -> dict[str, Any]:
    """A document with one list of everybody's own notes, behind HTTP Basic."""
    schema = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
    size = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}}
    listing = {"operationId": "notes", "parameters": [size, start], "responses": answers(schema)}
    return document({"/notes": {"get": listing}}, {"who": {"type": "http", "scheme": "basic"}}, security=[{"who": []}])


class Notes:
    """Notes by credential. `everybody`: whoever shows one is somebody; `unguarded`: and all see the same."""

    def __init__(self, *, unguarded: bool = False) -> None:
        self.unguarded = unguarded
        self.first = ""

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        shown = asked.headers.get("authorization", "")
        if not shown.startswith("Basic "):
            return 401, {"error": "who are you"}
        self.first = self.first or shown
        own = self.unguarded or shown == self.first
        return 200, [{"id": f"note-{number}"} for number in range(3)] if own else []


@pytest.mark.parametrize("depth", ["quick", "deep"])
def test_where_every_credential_is_somebody_none_is_wrong(tmp_path: Path, depth: str) -> None:
    made = judged(tmp_path, Notes(), notes(), ANN, LAW, depth=depth)
    assert broken(made) == {}
    assert {each.verdict for each in made.verdicts if each.item.rule.id == LAW} == {OBSERVED}


def test_where_every_credential_shows_what_the_owner_has_nothing_is_guarded(tmp_path: Path) -> None:
    made = judged(tmp_path, Notes(unguarded=True), notes(), ANN, LAW)
    assert [each.partition(" ")[0] for each in broken(made)] == [LAW]
