"""A small conforming API: notes of two users, and a status page. Its document, its deployment file, and its answers."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs
from jsonschema import Draft202012Validator

KEYS = {"alice-key-0123456789": "alice", "bob-key-9876543210abc": "bob"}
ODD = "/status"
"""Where the hostile server misbehaves, unless it does so everywhere."""
FEW = 4
"""Notes each user has when the server starts."""

_TEXT = {"type": "string", "minLength": 1, "maxLength": 80}
_NEW = {"type": "object", "required": ["text"], "properties": {"text": _TEXT, "done": {"type": "boolean"}}}
_CHANGE = {"type": "object", "properties": {"text": _TEXT, "done": {"type": "boolean"}}}
_NOTE = {
    "type": "object",
    "required": ["id", "text", "done"],
    "properties": {"id": {"type": "string"}, "text": _TEXT, "done": {"type": "boolean"}},
}
_ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_LIST = {
    "type": "object",
    "required": ["items", "total"],
    "properties": {"items": {"type": "array", "items": _NOTE}, "total": {"type": "integer"}},
}
_STATUS = {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(status: str, schema: dict[str, Any] | None, *errors: str) -> dict[str, Any]:
    done = {"description": "done", **({"content": _json(schema)} if schema else {})}
    return {status: done, **{each: {"description": "refused", "content": _json(_ERROR)} for each in ("401", *errors)}}


def _page(name: str, lowest: int, default: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "integer", "minimum": lowest, "default": default, **more}}


def document() -> dict[str, Any]:
    """The document that this API keeps."""
    place = {"name": "noteId", "in": "path", "required": True, "schema": {"type": "string"}}
    pages = [_page("offset", 0, 0), _page("limit", 1, 20, maximum=100)]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
        "paths": {
            ODD: {"get": {"operationId": "getStatus", "responses": _answers("200", _STATUS)}},
            "/notes": {
                "get": {"operationId": "listNotes", "parameters": pages, "responses": _answers("200", _LIST, "400")},
                "post": {
                    "operationId": "addNote",
                    "requestBody": {"required": True, "content": _json(_NEW)},
                    "responses": _answers("201", _NOTE, "400"),
                },
            },
            "/notes/{noteId}": {
                "parameters": [place],
                "get": {"operationId": "getNote", "responses": _answers("200", _NOTE, "404")},
                "patch": {
                    "operationId": "changeNote",
                    "requestBody": {"required": True, "content": _json(_CHANGE)},
                    "responses": _answers("200", _NOTE, "400", "404"),
                },
                "delete": {"operationId": "dropNote", "responses": _answers("204", None, "404")},
            },
        },
    }


def files(folder: Path, base_url: str, *tables: str) -> Path:
    """Write the document and a deployment file into a folder; gives the latter. `tables`: what else stands in it."""
    (folder / "notes.json").write_text(json.dumps(document()))
    lines = ["[deployment]", 'name = "notes"', f'base_url = "{base_url}"', 'document = "notes.json"']
    lines += ["synthetic = true", "writes = true", "time_scale = 600", "[budget]", 'pace = "none"']
    for key, name in KEYS.items():
        lines += ["[[principals]]", f'name = "{name}"', f'tenant = "{name}"', 'kind = "api_key"', f'key = "{key}"']
    file = folder / "deployment.toml"
    file.write_text("\n".join([*lines, *tables]) + "\n")
    return file


@attrs.frozen
class Asked:
    """One request, read from the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


class Refusal(Exception):  # noqa: N818 - an answer like any other
    """Anything but a success."""

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class Notes:
    """Answers requests as the document says."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()
        self.notes: dict[str, tuple[str, dict[str, Any]]] = {}
        for name in KEYS.values():
            for number in range(FEW):
                self._add(name, {"text": f"{name} {number}"})

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], Any]:
        """Status, headers and body."""
        with self._lock:
            try:
                return self._routed(asked, self._user(asked))
            except Refusal as refusal:
                return refusal.status, refusal.headers, {"error": f"refused with {refusal.status}"}

    def _user(self, asked: Asked) -> str:
        try:
            return KEYS[asked.headers["x-key"]]
        except KeyError:
            raise Refusal(401) from None

    def _routed(self, asked: Asked, user: str) -> tuple[int, dict[str, str], Any]:
        head, _, identity = asked.path.lstrip("/").partition("/")
        if asked.path == ODD:
            return self._choose(asked, GET=lambda: (200, {}, {"ok": True}))
        if head != "notes" or "/" in identity:
            raise Refusal(404)
        if asked.path == "/notes":
            return self._choose(asked, GET=lambda: self._list(asked, user), POST=lambda: self._create(asked, user))
        own = unquote(identity)
        return self._choose(
            asked,
            GET=lambda: (200, {}, self._own(user, own)),
            PATCH=lambda: self._change(asked, user, own),
            DELETE=lambda: self._delete(user, own),
        )

    def _choose(self, asked: Asked, **methods: Any) -> tuple[int, dict[str, str], Any]:
        if asked.method not in methods:
            raise Refusal(405, Allow=", ".join(methods))
        answer: tuple[int, dict[str, str], Any] = methods[asked.method]()
        return answer

    def _list(self, asked: Asked, user: str) -> tuple[int, dict[str, str], Any]:
        query = dict(parse_qsl(urlsplit(asked.target).query, keep_blank_values=True))
        offset, limit = _number(query, "offset", 0, 0, 10**9), _number(query, "limit", 20, 1, 100)
        mine = [note for owner, note in self.notes.values() if owner == user]
        return 200, {}, {"items": mine[offset : offset + limit], "total": len(mine)}

    def _create(self, asked: Asked, user: str) -> tuple[int, dict[str, str], Any]:
        return 201, {}, self._add(user, _read(asked, _NEW))

    def _change(self, asked: Asked, user: str, own: str) -> tuple[int, dict[str, str], Any]:
        note = self._own(user, own)
        note.update({name: value for name, value in _read(asked, _CHANGE).items() if name in ("text", "done")})
        return 200, {}, note

    def _delete(self, user: str, own: str) -> tuple[int, dict[str, str], Any]:
        self._own(user, own)
        del self.notes[own]
        return 204, {}, None

    def _add(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        note = {"id": f"n{self._last}x", "text": body["text"], "done": body.get("done", False)}
        self.keep(user, note)
        return note

    def keep(self, user: str, note: dict[str, Any]) -> None:
        """Have a note under the id it has, which no other will get."""
        self.notes[note["id"]] = (user, note)
        self._last = max(self._last, int(note["id"].strip("nx")))

    def _own(self, user: str, own: str) -> dict[str, Any]:
        owner, note = self.notes.get(own, (None, {}))
        if owner != user:
            raise Refusal(404)
        return note


def _number(query: dict[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or len(text) > 12 or not lowest <= int(text) <= highest:
        raise Refusal(400)
    return int(text)


def _read(asked: Asked, schema: dict[str, Any]) -> dict[str, Any]:
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = json.loads(asked.body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(400) from None
    if kind != "application/json" or not Draft202012Validator(schema).is_valid(body):
        raise Refusal(400)
    return dict(body)


def _no_constant(name: str) -> None:
    raise ValueError(name)
