"""What a list shows of an item, and what the item's own address shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

LAW = "pagination/items-read-as-they-are-listed"
ANN = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "canary-key-of-ann-1"\n'
LISTED = {"id": "n1", "owner": {"id": 7, "name": "Ann"}, "lasts": "PT90S", "title": "A note"}


def notes() -> dict[str, Any]:
    """A document with a list of notes and a note by itself."""
    note = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    size = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}}
    named = {"name": "noteId", "in": "path", "required": True, "schema": {"type": "string"}}
    listing = {
        "operationId": "notes",
        "parameters": [size, start],
        "responses": answers({"type": "array", "items": note}),
    }
    reading = {"operationId": "note", "parameters": [named], "responses": answers(note)}
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    paths = {"/notes": {"get": listing}, "/notes/{noteId}": {"get": reading}}
    return document(paths, scheme, security=[{"key": []}])


def stub(**read: Any) -> Any:
    """A server whose note reads by itself like in the list, but for some members."""

    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.path == "/notes":
            return 200, [LISTED] if asked.query.get("offset", "0") == "0" else []
        return 200, {**LISTED, **read}

    return answer


@pytest.mark.parametrize("read", [{}, {"owner": 7}, {"lasts": 90.0}, {"lasts": "00:01:30"}])
def test_another_form_of_a_value_is_no_difference(tmp_path: Path, read: dict[str, Any]) -> None:
    assert broken(judged(tmp_path, stub(**read), notes(), ANN, LAW)) == {}


@pytest.mark.parametrize("read", [{"title": "Another"}, {"owner": {"id": 8, "name": "Ann"}}, {"lasts": "PT9S"}])
def test_another_value_is_a_difference(tmp_path: Path, read: dict[str, Any]) -> None:
    made = judged(tmp_path, stub(**read), notes(), ANN, LAW)
    assert [each.partition(" ")[0] for each in broken(made)] == [LAW]
