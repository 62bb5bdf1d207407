"""Campus: 65 operations in two files with anchors, schemas that contain themselves, an enumeration of hundreds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from tests.others.serving import DOCUMENTS, Answer, Asked, Server

KEYS = {"key-of-acme-0123456789": "acme", "key-of-rival-987654321": "rival"}


class Campus(Server):
    """Keeps `campus.yaml`, but for the faults of `FAULTS`."""

    document = "campus.yaml"
    base = "/campus"
    principals = (
        ("acme", "api_key", "key", "key-of-acme-0123456789"),
        ("rival", "api_key", "key", "key-of-rival-987654321"),
    )

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.raw = _together(self.raw, yaml.safe_load((DOCUMENTS / "campus-shared.yaml").read_text()))
        self.things: dict[str, dict[int, dict[str, Any]]] = {}
        self.owners: dict[int, str] = {}
        for path in self.paths:
            kind = path.split("/")[1]
            self.things[kind] = {}
            if "{id}" in path:
                each = {"GET": self._show, "PATCH": self._change, "DELETE": self._remove}
            else:
                each = {"GET": self._list, "POST": self._add}
            self.methods |= {f"{method} {path}": _about(kind, answer) for method, answer in each.items()}
        for kind in self.things:
            for user in ("acme", "rival"):
                self._made(kind, user, {"name": f"First of {kind}", "zone": "AN1"})

    def error(self, status: int, message: str, **more: Any) -> Answer:
        inner = {"failure": ""} if self.has("causes-without-words") and status == 404 else {"failure": "None."}
        return Answer(status, {"failure": message, "causes": [inner]})

    unknown_media = 400

    def who(self, asked: Asked) -> str:
        user = KEYS.get(asked.headers.get("x-api-key", ""))
        if user is None:
            raise self.error(401, "Who are you?")
        return user

    def _made(self, kind: str, user: str, body: dict[str, Any]) -> dict[str, Any]:
        number = self.next()
        made = {**({"children": []} if kind == "categories" else {"open": False, "note": None}), **body, "id": number}
        made["children"] = [_branch(each) for each in made.get("children", [])]
        if kind != "categories":
            del made["children"]
        self.things[kind][number], self.owners[number] = made, user
        return made

    def _one(self, kind: str, asked: Asked) -> dict[str, Any]:
        found = self.things[kind].get(asked.values["id"])
        if found is None or (self.owners[found["id"]] != asked.user and not (kind == "badges" and self.has("badges"))):
            raise self.error(404, "There is none.")
        return found

    def _list(self, kind: str, asked: Asked) -> Answer:
        mine = [each for each in self.things[kind].values() if self.owners[each["id"]] == asked.user]
        start, size = asked.given["offset"], asked.given["limit"]
        total = len(self.things[kind]) if kind == "rooms" and self.has("rooms-counted-for-all") else len(mine)
        return Answer(200, {"items": mine[start : start + size], "total": total})

    def _add(self, kind: str, asked: Asked) -> Answer:
        made = self._made(kind, asked.user, asked.body)
        if kind == "tickets" and self.has("zone-in-small-letters"):
            return Answer(201, {**made, "zone": made["zone"].lower()})
        if kind == "categories" and self.has("deep-down-nameless"):
            return Answer(201, {**made, "children": [{"name": "x", "children": [{"children": []}]}]})
        return Answer(201, made)

    def _show(self, kind: str, asked: Asked) -> Answer:
        return Answer(200, self._one(kind, asked))

    def _change(self, kind: str, asked: Asked) -> Answer:
        found = self._one(kind, asked)
        body = dict(asked.body)
        if "children" in body:
            body["children"] = [_branch(each) for each in body["children"]]
        if kind == "vehicles" and self.has("vehicles-stay-closed"):
            body.pop("open", None)
        found |= body
        return Answer(200, found)

    def _remove(self, kind: str, asked: Asked) -> Answer:
        found = self._one(kind, asked)
        if not (kind == "desks" and self.has("desks-remain")):
            del self.things[kind][found["id"]]
        return Answer(204)


def _about(kind: str, answer: Callable[[str, Asked], Answer]) -> Callable[[Asked], Answer]:
    return lambda asked: answer(kind, asked)


def _branch(told: dict[str, Any]) -> dict[str, Any]:
    return {"name": told["name"], "children": [_branch(each) for each in told.get("children", [])]}


def _together(raw: Any, shared: Any) -> Any:
    """Both files as one, in the server's own way."""

    def local(node: Any) -> Any:
        if isinstance(node, list):
            return [local(each) for each in node]
        if not isinstance(node, dict):
            return node
        return {
            key: value.removeprefix("campus-shared.yaml") if key == "$ref" else local(value)
            for key, value in node.items()
        }

    whole = local(raw)
    for part in ("schemas", "responses"):
        whole["components"][part] = {**whole["components"].get(part, {}), **shared["components"][part]}
    return whole


TOGETHER = True
FAULTS = {
    "causes-without-words": "errors/error-fits-its-schema GET /floors/{id}",
    "badges": "credentials/another-tenant-is-refused GET /badges/{id}",
    "rooms-counted-for-all": "pagination/the-pagination-object-adds-up GET /rooms",
    "zone-in-small-letters": "schema/body-fits-its-schema POST /tickets",
    "deep-down-nameless": "schema/body-fits-its-schema POST /categories",
    "vehicles-stay-closed": "state/a-change-keeps-what-was-not-sent PATCH /vehicles/{id}",
    "desks-remain": "state/what-was-deleted-is-gone DELETE /desks/{id}",
}
