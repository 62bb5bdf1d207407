"""A server that keeps a value which it cannot write again fails at its list for everybody, as long as it is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.laws.credentials.judging import NO_BODY, served

ROOT = Path(__file__).resolve().parents[2]
NOTE = {"type": "object", "required": ["id", "text"], "properties": {"id": {"type": "integer"}}}
NOTE["properties"] |= {"text": {"type": "string"}, "weight": {"type": "number"}}
NEW = {**NOTE, "required": ["text"], "properties": {**NOTE["properties"]}, "example": {"text": "milk", "weight": 2.5}}
NEW["properties"].pop("id")


def answer(status, schema=None):
    content = {"content": {"application/json": {"schema": schema}}} if schema else {}
    return {str(status): {"description": "Notes.", **content}}


ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
MAKING = {"content": {"application/json": {"schema": NEW}}, "required": True}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {
            "get": {"responses": answer(200, {"type": "array", "items": NOTE})},
            "post": {"requestBody": MAKING, "responses": {**answer(201, NOTE), **answer(422)}},
        },
        "/notes/{id}": {
            "parameters": ID,
            "get": {"responses": {**answer(200, NOTE), **answer(404)}},
            "delete": {"responses": {**answer(204), **answer(404)}},
        },
    },
}


class Notes:
    """Keeps whatever it can read."""

    def __init__(self):
        self.kept = {1: {"id": 1, "text": "of somebody"}}

    def __call__(self, asked):
        number = re.fullmatch(r"/notes/(\d+)", asked.path)
        if number:
            there = self.kept.get(int(number[1]))
            if there and asked.method == "DELETE":
                del self.kept[there["id"]]
            return (404, {}) if not there else (204, NO_BODY) if asked.method == "DELETE" else self.written(200, there)
        if asked.method == "GET":
            return self.written(200, [*self.kept.values()])
        if not isinstance(asked.body, dict) or not isinstance(asked.body.get("text"), str):
            return 422, {}
        made = {**asked.body, "id": max(self.kept, default=0) + 1}
        self.kept[made["id"]] = made
        return self.written(201, made)

    @staticmethod
    def written(status, content):
        try:
            json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            return 500, {}
        return status, content


class Journal(Notes):
    """Writes all that it does into a journal, which takes no zero: what has one in it cannot be deleted any more."""

    def __call__(self, asked):
        number = re.fullmatch(r"/notes/(\d+)", asked.path)
        there = self.kept.get(int(number[1])) if number else None
        if there and asked.method == "DELETE" and "\0" in there["text"]:
            return 204, NO_BODY
        return super().__call__(asked)


def judged(notes, folder, *lines):
    (folder / "notes.json").write_text(json.dumps(DOCUMENT))
    with served(notes) as address:
        text = f'[deployment]\nbase_url = "{address}"\ndocument = "notes.json"\nwrites = true\n'
        (folder / "notes.toml").write_text(text + "\n".join(lines))
        command = [sys.executable, "-m", "contracts", "gate", "--deployment", str(folder / "notes.toml")]
        command += ["--depth", "deep", "-k", "an-odd-body", "--out", str(folder / "run")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    return done, json.loads((folder / "run" / "verdicts.json").read_text())["run"]["left_behind"]


@pytest.mark.parametrize("notes", [Notes(), Journal()])
def test_no_value_that_cannot_be_written_again_is_left_where_others_are(tmp_path, notes):
    done, left = judged(notes, tmp_path)
    assert notes.kept == {1: {"id": 1, "text": "of somebody"}}, done.stdout
    assert left == []


def test_where_all_may_be_lost_it_is_found_and_what_stays_is_told(tmp_path):
    notes = Notes()
    done, left = judged(notes, tmp_path, "disposable = true")
    assert done.returncode == 0  # it is minor
    assert "POST /notes: expected an answer below 500" in done.stdout
    assert notes(type("Asked", (), {"path": "/notes", "method": "GET"}))[0] == 500
    assert any("POST /notes without a clear answer" in each for each in left), left
