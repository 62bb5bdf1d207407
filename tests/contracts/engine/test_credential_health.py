"""A credential that dies during a run voids what followed, and the report says which request killed it."""

from __future__ import annotations

from pathlib import Path

import attrs

from contracts.config import deployment as deployments
from contracts.core.verdicts import BLOCKED
from contracts.engine import replay_driver
from contracts.evidence.header import header
from contracts.evidence.reader import read
from contracts.judging.outputs import verdicts_json
from contracts.plan.plan import make
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

ITEM = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
}
BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "example": {"name": "One"},
        }
    },
}
NAMED = {"name": "itemId", "in": "path", "required": True, "schema": {"type": "string"}}
DOCUMENT = document(
    {
        "/items": {
            "get": {"operationId": "list", "responses": answers({"type": "array", "items": ITEM})},
            "post": {"operationId": "make", "requestBody": BODY, "responses": answers(ITEM, "201")},
        },
        "/items/{itemId}": {
            "parameters": [NAMED],
            "get": {"operationId": "read", "responses": answers(ITEM)},
            "delete": {"operationId": "remove", "responses": answers(ITEM)},
        },
    },
    {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    security=[{"key": []}],
)
PRINCIPALS = """
[[principals]]
name = "owner"
tenant = "owner"
kind = "api_key"
key = "canary-of-the-owner"
"""


class Fragile:
    """Keeps items; the first deletion takes the key of whoever deletes with it."""

    def __init__(self, kills: bool) -> None:
        self.kills = kills
        self.alive = True
        self.items: dict[str, str] = {"a": "A"}

    def __call__(self, asked: Asked) -> tuple[int, object]:
        if asked.headers.get("x-key") != "canary-of-the-owner" or not self.alive:
            return 401, {"error": "who are you"}
        if asked.path == "/items" and asked.method == "GET":
            return 200, [{"id": key, "name": name} for key, name in self.items.items()]
        if asked.path == "/items":
            if not isinstance(asked.body, dict) or not isinstance(asked.body.get("name"), str):
                return 400, {"error": "no name"}
            key = f"i{len(self.items)}-{asked.body['name'][-6:]}"
            self.items[key] = asked.body["name"]
            return 201, {"id": key, "name": self.items[key]}
        return self._one(asked, asked.path.rpartition("/")[2])

    def _one(self, asked: Asked, key: str) -> tuple[int, object]:
        if key not in self.items:
            return 404, {"error": "no such item"}
        shown = {"id": key, "name": self.items[key]}
        if asked.method == "DELETE":
            del self.items[key]
            self.alive = not self.kills
        return 200, shown


LAWS = ("credentials/", "state/")


def test_a_living_credential_is_not_reported(tmp_path: Path) -> None:
    made = judged(tmp_path, Fragile(kills=False), DOCUMENT, PRINCIPALS, *LAWS)
    assert made.dead_credentials == {}
    assert broken(made) == {}


def test_the_request_that_killed_a_credential_is_named_and_nothing_is_blamed(tmp_path: Path) -> None:
    made = judged(tmp_path, Fragile(kills=True), DOCUMENT, PRINCIPALS, *LAWS)
    assert "DELETE /items/" in made.dead_credentials["owner"]
    assert "accepted in #" in made.dead_credentials["owner"]
    assert broken(made) == {}
    told = verdicts_json(
        made.plan,
        header(made.plan, 0, 0.0),
        made.verdicts,
        requests=0,
        finished=0.0,
        ended="complete",
        deaths=made.dead_credentials,
    )
    assert "DELETE /items/" in told["run"]["deaths"]["owner"]
    blocked = [each for each in made.verdicts if each.verdict == BLOCKED]
    assert blocked
    assert all("died during the run" in (each.reason or "") for each in blocked)


def test_the_replay_of_a_run_with_a_death_gives_the_same_verdicts(tmp_path: Path) -> None:
    made = judged(tmp_path, Fragile(kills=True), DOCUMENT, PRINCIPALS, *LAWS)
    recorded = read(made.out / "evidence.ndjson", made.plan.contract)
    again = make(made.plan.contract, deployments.recorded(recorded.header), "quick")
    heard = {each.item.id: each.verdict for each in replay_driver.verdicts(again, recorded)}
    assert heard == {each.item.id: each.verdict for each in made.verdicts}


def test_a_credential_that_never_worked_blocks_what_needs_it(tmp_path: Path) -> None:
    made = judged(tmp_path, Fragile(kills=False), DOCUMENT, PRINCIPALS.replace("canary-of", "other-than"), *LAWS)
    assert "is not accepted" in made.dead_credentials["owner"]
    assert broken(made) == {}


class Choosy(Fragile):
    """Gives its items only to keys that live; resetting the token ends the key that asked for it."""

    keys = ("canary-of-the-owner", "canary-of-another")

    def __init__(self, ends: str) -> None:
        super().__init__(kills=False)
        self.ends = ends
        self.living = set(self.keys)

    def __call__(self, asked: Asked) -> tuple[int, object]:
        key = asked.headers.get("x-key", "")
        if key not in self.living:
            return 401, {"error": "who are you"}
        if asked.path == "/extras":
            return 403, {"error": "this feature is not enabled"}
        if asked.method == self.ends and len(self.living) == len(self.keys):
            self.living.discard(key)
        return super().__call__(attrs.evolve(asked, headers={**asked.headers, "x-key": self.keys[0]}))


ANOTHER = PRINCIPALS + PRINCIPALS.replace('name = "owner"', 'name = "other"').replace("the-owner", "another")
EXTRAS = {"/extras": {"get": {"operationId": "extras", "responses": answers({"type": "array", "items": ITEM})}}}


def test_the_run_goes_on_with_another_credential_of_the_same_kind(tmp_path: Path) -> None:
    made = judged(tmp_path, Choosy("DELETE"), DOCUMENT, ANOTHER, *LAWS)
    (death,) = made.dead_credentials.values()
    assert "DELETE /items/" in death
    assert made.gone is None
    assert broken(made) == {}
    assert [each.item.id for each in made.verdicts if each.verdict == BLOCKED] == []


def test_a_feature_that_is_not_enabled_is_no_death(tmp_path: Path) -> None:
    with_extras = {**DOCUMENT, "paths": {**EXTRAS, **DOCUMENT["paths"]}}
    made = judged(tmp_path, Choosy(""), with_extras, PRINCIPALS, *LAWS)
    assert made.dead_credentials == {}


def test_the_run_stops_with_one_line_where_no_credential_is_left(tmp_path: Path) -> None:
    made = judged(tmp_path, Fragile(kills=True), DOCUMENT, PRINCIPALS, *LAWS)
    assert made.gone is not None
    assert made.gone.startswith("no credential is left: the credential of owner died during the run")
