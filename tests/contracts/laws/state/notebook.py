"""Another API: notebooks with pages in them, in other words and shapes than the suite's own document has.

`Notebooks` answers requests in memory, conforming or with planted faults; `hear` drives one law against it.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Sequence
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.conversation import Concurrently, Draw, Result, RunningConversation
from contracts.core.exchange import Exchange, Request, Response
from contracts.laws import load
from contracts.laws.law import LAWS
from contracts.request.api import RequestFactory
from contracts.request.url import path_values
from specs.contract import Contract, build
from specs.source.document import as_document

NOTEBOOK = {
    "type": "object",
    "required": ["notebook_id", "title", "colour", "pinned", "owner_id", "updated_at"],
    "properties": {
        "notebook_id": {"type": "string"},
        "title": {"type": "string"},
        "colour": {"type": "string", "enum": ["red", "green", "blue"]},
        "pinned": {"type": "boolean"},
        "labels": {"type": "array", "items": {"type": "string"}},
        "pages": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
        "owner_id": {"type": "string"},
        "updated_at": {"type": "string", "format": "date-time"},
    },
}
PAGE = {
    "type": "object",
    "required": ["id", "notebook_id", "text", "number"],
    "properties": {
        "id": {"type": "integer"},
        "notebook_id": {"type": "string"},
        "text": {"type": "string"},
        "number": {"type": "integer"},
    },
}


def _write(schema: dict[str, Any], members: list[str], required: list[str], example: dict[str, Any]) -> dict[str, Any]:
    properties = {name: schema["properties"][name] for name in members}
    content = {"schema": {"type": "object", "required": required, "properties": properties}, "example": example}
    return {"required": True, "content": {"application/json": content}}


def _answers(schema: dict[str, Any] | None, status: str, *errors: str) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": schema}}} if schema else {}
    told = {each: {"description": "refused"} for each in ("400", "401", "404", *errors)}
    return {status: {"description": "done", **content}, **told}


def _located(answers: dict[str, Any]) -> dict[str, Any]:
    answers["201"]["headers"] = {"Location": {"schema": {"type": "string"}}}
    return answers


def _list(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {"items": {"type": "array", "items": schema}, "total": {"type": "integer"}}
    return _answers({"type": "object", "required": ["items", "total"], "properties": properties}, "200")


def _in(name: str, place: str = "path", **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema or {"type": "string"}}


SIZES = [
    _in("page", "query", type="integer", minimum=1, default=1),
    _in("per_page", "query", type="integer", minimum=1, maximum=50, default=20),
]
RAW = {
    "openapi": "3.1.0",
    "info": {"title": "Notebooks", "version": "1"},
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "security": [{"key": []}],
    "paths": {
        "/notebooks": {
            "get": {"operationId": "listNotebooks", "parameters": SIZES, "responses": _list(NOTEBOOK)},
            "post": {
                "operationId": "addNotebook",
                "description": "Its `title` is unique.",
                "parameters": [_in("Idempotency-Key", "header")],
                "requestBody": _write(
                    NOTEBOOK,
                    ["title", "colour", "pinned", "labels", "pages"],
                    ["title"],
                    {
                        "title": "Ideas",
                        "colour": "red",
                        "pinned": False,
                        "labels": ["a", "b"],
                        "pages": [{"text": "Begin"}],
                    },
                ),
                "responses": _located(_answers(NOTEBOOK, "201", "409")),
            },
        },
        "/notebooks/{notebook_id}": {
            "parameters": [_in("notebook_id")],
            "get": {"operationId": "readNotebook", "responses": _answers(NOTEBOOK, "200")},
            "patch": {
                "operationId": "changeNotebook",
                "requestBody": _write(NOTEBOOK, ["title", "colour", "pinned", "labels"], [], {"colour": "blue"}),
                "responses": _answers(NOTEBOOK, "200", "409"),
            },
            "put": {
                "operationId": "replaceNotebook",
                "requestBody": _write(NOTEBOOK, ["title", "colour", "pinned", "labels"], ["title"], {"title": "Plans"}),
                "responses": _answers(NOTEBOOK, "200", "409"),
            },
            "delete": {"operationId": "dropNotebook", "responses": _answers(None, "204")},
        },
        "/notebooks/{notebook_id}/pages": {
            "parameters": [_in("notebook_id")],
            "get": {"operationId": "listPages", "parameters": SIZES, "responses": _list(PAGE)},
            "post": {
                "operationId": "addPage",
                "requestBody": _write(PAGE, ["text", "number"], ["text"], {"text": "Begin here", "number": 3}),
                "responses": _answers(PAGE, "201"),
            },
            "delete": {"operationId": "dropPages", "responses": _answers(None, "204")},
        },
        "/notebooks/{notebook_id}/pages/{id}": {
            "parameters": [_in("notebook_id"), _in("id", type="integer")],
            "delete": {"operationId": "dropPage", "responses": _answers(None, "204")},
        },
    },
}
for item in RAW["paths"].values():  # type: ignore[attr-defined]
    for name in ("get", "put", "patch", "post", "delete"):
        for parameter in item.get("parameters", []) if name in item else []:
            source = {"notebook_id": "addNotebook", "id": "addPage"}[parameter["name"]]
            parameter["x-contract"] = {"from": source, "value": f"/{parameter['name']}"}
CONTRACT = build(as_document(RAW, name="notebooks"))
RULES: dict[str, Any] = {
    each.operation_id: each.body.schema["properties"] for each in CONTRACT.operations if each.body is not None
}
REQUIRED = {"addNotebook": {"title"}, "addPage": {"text"}}


@attrs.define
class Notebooks:
    """The server. `faults` are its mistakes; what it was asked stands in `asked`."""

    faults: frozenset[str] = frozenset()
    notebooks: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    pages: dict[int, dict[str, Any]] = attrs.field(factory=dict)
    asked: list[Exchange] = attrs.field(factory=list)
    keys: dict[str, str] = attrs.field(factory=dict)
    _numbers: Any = attrs.field(factory=lambda: itertools.count(1))

    def answer(self, request: Request) -> Exchange:
        status, content = self._done(request)
        text = "" if content is None else json.dumps(content)
        headers = [("Content-Type", "application/json")]
        if status == 201 and "notebook_id" in content and "id" not in content:
            place = "" if "wrong-location" in self.faults else content["notebook_id"]
            headers.append(("Location", f"/notebooks/{place or 'gone'}"))
        response = Response(status, tuple(headers), text, len(text))
        made = Exchange(len(self.asked) + 1, request, response, None, 0.0, 0.0)
        self.asked.append(made)
        return made

    def answers(self, requests: Sequence[Request]) -> list[Exchange]:
        """Requests of one moment: with the fault, each change begins with what stood before all of them."""
        before = copy.deepcopy(self.notebooks)
        made: list[Exchange] = []
        for each in requests:
            if "lost-update" in self.faults and each.verb == "PATCH":
                self.notebooks = copy.deepcopy(before)
            made.append(self.answer(each))
        return made

    def _done(self, request: Request) -> tuple[int, Any]:
        name = request.operation.operation_id
        owner = {"$ANNE_KEY": "anne", "$BOB_KEY": "bob"}.get(dict(request.headers).get("X-Key", ""))
        if owner is None:
            return 401, {"message": "who are you?"}
        values = path_values(request.operation, request.target)
        book = self.notebooks.get(values.get("notebook_id", ""))
        if "notebook_id" in values and (book is None or book["owner_id"] != owner):
            return 404, {"message": "there is no such notebook"}
        return getattr(self, f"_{_snake(name)}")(owner, book, values, request)

    def _list_notebooks(self, owner: str, *_: Any) -> tuple[int, Any]:
        return _listed([book for book in self.notebooks.values() if book["owner_id"] == owner])

    def _add_notebook(self, owner: str, _: Any, __: Any, request: Request) -> tuple[int, Any]:
        sent = self._valid(request)
        if sent is None:
            return 400, {"message": "no"}
        key = dict(request.headers).get("Idempotency-Key", "")
        if key in self.keys:
            return 201, self.notebooks[self.keys[key]]
        if any(book["title"] == sent["title"] and book["owner_id"] == owner for book in self.notebooks.values()):
            return 409, {"message": "taken"}
        number, along = f"nb-{next(self._numbers):05}", sent.pop("pages", [])
        book = {"colour": "red", "pinned": False, "labels": [], **sent, "notebook_id": number, "owner_id": owner}
        self.notebooks[number] = {**book, "updated_at": self._now()}
        if key:
            self.keys[key] = number
        for page in along if "loses-pages" not in self.faults else ():
            self._put_page(number, page)
        return 201, self.notebooks[number]

    def _read_notebook(self, _: str, book: Any, *__: Any) -> tuple[int, Any]:
        return 200, book

    def _change_notebook(self, _: str, book: Any, __: Any, request: Request) -> tuple[int, Any]:
        sent = self._valid(request)
        if sent is None:
            return 400, {"message": "no"}
        taken = any(other["title"] == sent.get("title") and other is not book for other in self.notebooks.values())
        if taken and "takes-any-title" not in self.faults:
            return 409, {"message": "taken"}
        if "unsent-reset" in self.faults and "labels" not in sent:
            book["labels"] = []
        if "applies-ids" in self.faults:
            book |= {key: value for key, value in request.json.items() if key == "owner_id"}
        book |= {**sent, "updated_at": self._now()}
        return 200, book

    def _replace_notebook(self, owner: str, book: Any, values: dict[str, str], request: Request) -> tuple[int, Any]:
        if "title" not in request.json:
            return 400, {"message": "no"}
        sent = {"colour": "red", "pinned": False, "labels": [], **request.json}
        if "replaces-all-but-colour" in self.faults:
            del sent["colour"]
        if "replaces-once" in self.faults and sent.items() <= book.items():
            sent["pinned"] = not book["pinned"]
        return self._change_notebook(owner, book, values, attrs.evolve(request, body=json.dumps(sent)))

    def _drop_notebook(self, _: str, book: Any, *__: Any) -> tuple[int, Any]:
        if "takes-the-next" in self.faults:
            behind = sorted(key for key in self.notebooks if key > book["notebook_id"])
            self.notebooks.pop(behind[0] if behind else "", None)
        if "keeps-deleted" in self.faults:
            return 204, None
        del self.notebooks[book["notebook_id"]]
        return 204, None

    def _list_pages(self, _: str, book: Any, *__: Any) -> tuple[int, Any]:
        return _listed([page for page in self.pages.values() if page["notebook_id"] == book["notebook_id"]])

    def _add_page(self, _: str, book: Any, __: Any, request: Request) -> tuple[int, Any]:
        sent = self._valid(request)
        if sent is None:
            return 400, {"message": "no"}
        if "ignores-number" in self.faults:
            sent["number"] = 1
        return 201, self._put_page(book["notebook_id"], sent)

    def _put_page(self, notebook: str, sent: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self.pages[number] = {"number": 1, **sent, "id": number, "notebook_id": notebook}
        return self.pages[number]

    def _drop_page(self, _: str, book: Any, values: dict[str, str], __: Any) -> tuple[int, Any]:
        page = self.pages.get(int(values["id"]))
        if page is None or page["notebook_id"] != book["notebook_id"]:
            return 404, {"message": "there is no such page"}
        del self.pages[page["id"]]
        return 204, None

    def _drop_pages(self, _: str, book: Any, *__: Any) -> tuple[int, Any]:
        mine = [page for page in self.pages.values() if page["notebook_id"] == book["notebook_id"]]
        for page in mine[1:] if "leaves-one" in self.faults else mine:
            del self.pages[page["id"]]
        return 204, None

    def _valid(self, request: Request) -> dict[str, Any] | None:
        """The members that are declared, or None where they are not as declared."""
        rules = RULES[request.operation.operation_id]
        sent = request.json
        if not isinstance(sent, dict) or not REQUIRED.get(request.operation.operation_id, set()) <= sent.keys():
            return None
        kinds = {"string": str, "boolean": bool, "integer": int, "array": list}
        for name, value in sent.items():
            rule = rules.get(name, {})
            if not isinstance(value, kinds.get(rule.get("type"), object)) or value not in rule.get("enum", [value]):
                return None
        return {name: value for name, value in sent.items() if name in rules}

    def _now(self) -> str:
        return f"2030-01-01T00:00:{next(self._numbers) % 60:02}Z"


def _listed(items: list[Any]) -> tuple[int, Any]:
    return 200, {"items": [dict(each) for each in items], "total": len(items)}


def _snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


def principals() -> tuple[Principal, ...]:
    return tuple(Principal(each, each, "api_key", {"key": f"${each.upper()}_KEY"}) for each in ("anne", "bob"))


def deployment() -> Deployment:
    return Deployment("notebooks", "http://notebooks.test", "", principals(), Vault(), writes=True, disposable=True)


def hear(server: Notebooks, law: str, operation: str, drawn: Any = None, *, contract: Contract = CONTRACT) -> Result:
    """One conversation of a law with the server, alone. `drawn` answers what the law draws."""
    api = RequestFactory(
        contract, deployment(), contract.operation(operation), principals()[0], f"ct000000-{len(server.asked)}"
    )
    talk = RunningConversation((load() and LAWS[law]).ask(api))
    talk.drive(lambda command: answer_to(server, command, drawn))
    assert talk.ending is not None
    return talk.ending


def answer_to(server: Notebooks, command: Any, drawn: Any = None) -> Any:
    """What the server says to one command of a conversation."""
    match command:
        case Request():
            return server.answer(command)
        case Concurrently(requests):
            return server.answers(requests)
        case Draw():
            return next(drawn)
    return None
