"""A small document with one collection, and a server that keeps what it is given: what laws are tried on."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from tests.contracts.laws.credentials.judging import (
    Asked,
    answers,
    broken,
    document,
    judged,
)

ANN = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "canary-key-of-ann-1"\n'
NOBODY = '[[principals]]\nname = "anyone"\ntenant = "anyone"\nkind = "anonymous"\n'
KEY = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
TEXT = {"type": "string"}


def thing(**members: Any) -> dict[str, Any]:
    """The schema of an object."""
    return {"type": "object", "properties": {"id": TEXT, **members}}


def carrying(schema: dict[str, Any], *required: str) -> dict[str, Any]:
    """A request body."""
    own = {name: rule for name, rule in schema["properties"].items() if name != "id"}
    body = {"type": "object", "properties": own, "required": list(required)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}


def named(*names: str) -> list[dict[str, Any]]:
    """Path parameters."""
    return [{"name": each, "in": "path", "required": True, "schema": TEXT} for each in names]


def shelf(schema: dict[str, Any], collection: str = "/things", parameter: str = "id") -> dict[str, Any]:
    """The paths of a collection whose items can be created, read, changed and removed."""
    above = [each.split("}")[0] for each in collection.split("{")[1:]]
    lists = {"operationId": f"list {collection}", "responses": answers({"type": "array", "items": schema})}
    makes = {"operationId": f"make {collection}", **carrying(schema), "responses": answers(schema, "201")}
    reads = {"operationId": f"read {collection}", "responses": answers(schema)}
    changes = {"operationId": f"change {collection}", **carrying(schema), "responses": answers(schema)}
    removes = {"operationId": f"remove {collection}", "responses": answers(schema)}
    return {
        collection: {"parameters": named(*above), "get": lists, "post": makes},
        f"{collection}/{{{parameter}}}": {
            "parameters": named(*above, parameter),
            "get": reads,
            "patch": changes,
            "delete": removes,
        },
    }


class Shelf:
    """Keeps what it is given. `kept` says what becomes of it at a creation; `first` answers before anything else."""

    def __init__(self, kept: Any = dict, first: Any = lambda _: None, member: str = "id") -> None:
        self.kept, self.first, self.member = kept, first, member
        self.things: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(1)

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if (answer := self.first(asked)) is not None:
            return answer
        path = asked.path.rstrip("/")
        if asked.method == "GET" and path in self.things:
            return 200, self.things[path]
        if asked.method == "GET" and path.count("/") % 2:
            return 200, [each for at, each in self.things.items() if at.rpartition("/")[0] == path]
        if asked.method == "POST" and isinstance(asked.body, dict):
            own = {"id": f"t{next(self.numbers)}", **self.kept(asked.body)}
            self.things[f"{path}/{own[self.member]}"] = own
            return 201, own
        if path not in self.things:
            return 404, {"error": "no such thing"}
        if asked.method == "PATCH" and isinstance(asked.body, dict):
            self.things[path].update({name: each for name, each in asked.body.items() if name != "id"})
            return 200, self.things[path]
        if asked.method == "DELETE":
            return 200, self.things.pop(path)
        return 400, {"error": "no"}


def held(folder: Path, stub: Any, paths: dict[str, Any], *laws: str, **more: Any) -> set[str]:
    """What is broken of some laws, by law and operation."""
    found = broken(judged(folder, stub, document(paths, KEY, **more), ANN, *laws))
    return {each.removesuffix(" ann") for each in found if any(law in each for law in laws)}
