"""What is answered 202 is done later: it is waited for, and broken only where it never comes."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

LAWS = ("state/what-was-created-can-be-read", "state/what-was-deleted-is-gone", "state/a-change-of-several-members")
ANN = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "canary-key-of-ann-1"\n'
NOTE = {
    "type": "object",
    "required": ["title"],
    "properties": {"id": {"type": "string"}, "title": {"type": "string"}, "text": {"type": "string"}},
}


def notes() -> dict[str, Any]:
    """A document of notes that are created, changed and deleted later than they are asked to be."""
    body = {"content": {"application/json": {"schema": NOTE, "example": {"title": "A note", "text": "Some words"}}}}
    named = {"name": "noteId", "in": "path", "required": True, "schema": {"type": "string"}}
    item = {
        "parameters": [named],
        "get": {"operationId": "readNote", "responses": answers(NOTE)},
        "patch": {"operationId": "changeNote", "requestBody": body, "responses": answers(NOTE, "202")},
        "delete": {"operationId": "deleteNote", "responses": {"202": {"description": "Later."}, **answers(NOTE)}},
    }
    listing = {"operationId": "listNotes", "responses": answers({"type": "array", "items": NOTE})}
    create = {"operationId": "createNote", "requestBody": {**body, "required": True}, "responses": answers(NOTE, "202")}
    paths = {"/notes": {"get": listing, "post": create}, "/notes/{noteId}": item}
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    return document(paths, scheme, security=[{"key": []}])


class Later:
    """Does what it accepts after so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.numbers = itertools.count(1)
        self.notes: dict[str, dict[str, Any]] = {}
        self.due: list[tuple[float, str, dict[str, Any] | None]] = []

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        now = time.monotonic()
        for moment, name, note in [each for each in self.due if each[0] <= now]:
            self.due.remove((moment, name, note))
            self.notes.pop(name, None) if note is None else self.notes.update({name: note})
        name = asked.path.removeprefix("/notes").strip("/")
        if not name and asked.method == "POST":
            return self._later(f"n{next(self.numbers)}", asked.body)
        if not name:
            return 200, list(self.notes.values())
        if name not in self.notes:
            return 404, {"error": "no such note"}
        if asked.method == "DELETE":
            return self._later(name, None)
        if asked.method == "PATCH":
            return self._later(name, {**self.notes[name], **asked.body})
        return 200, self.notes[name]

    def _later(self, name: str, note: dict[str, Any] | None) -> tuple[int, Any]:
        done = None if note is None else {**note, "id": name}
        self.due.append((time.monotonic() + self.seconds, name, done))
        return 202, done or {}


def test_what_was_accepted_for_later_is_waited_for(tmp_path: Path) -> None:
    assert broken(judged(tmp_path, Later(2.5), notes(), ANN, *LAWS)) == {}


def test_what_was_accepted_and_never_comes_is_broken(tmp_path: Path) -> None:
    made = judged(tmp_path, Later(600.0), notes(), ANN, *LAWS)
    assert LAWS[0] in {each.partition(" ")[0] for each in broken(made)}
