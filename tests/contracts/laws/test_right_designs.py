"""Designs that are right, each beside the fault that it looks like: what is found, computed, everybody's or taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, OBSERVED
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, shelf, thing

BOB = ANN.replace("ann", "bob")
COLOUR = {"type": "string", "enum": ["red", "green", "blue"]}
SECURITY = {"security": [{"key": []}]}


class Tags(Shelf):
    """Has one tag of a name, and answers with that where one is asked for again; fails at what is no object."""

    def __init__(self, status: int) -> None:
        super().__init__(kept=lambda sent: {"colour": "red", **sent})
        self.status = status

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST" and not isinstance(asked.body, dict):
            return 500, {"error": "it failed"}
        if asked.method == "POST":
            name = asked.body.get("name")
            if not isinstance(name, str):
                return 400, {"error": "no name"}
            there = [each for each in self.things.values() if each["name"] == name]
            if there:
                return self.status, there[0]
        return super().__call__(asked)


def tags() -> dict[str, Any]:
    """The document of tags, which are made, or found by their name."""
    schema = thing(name=TEXT, colour=COLOUR)
    paths = shelf(schema)
    paths["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]["required"] = ["name"]
    paths["/things"]["post"]["responses"]["200"] = answers(schema)["200"]
    return document(paths, KEY, **SECURITY)


@pytest.mark.parametrize(("status", "found"), [(200, False), (201, True)])
def test_a_creation_may_find_what_is_there_where_the_document_has_an_answer_for_it(
    tmp_path: Path, status: int, found: bool
) -> None:
    laws = ("a-creation-is-not-answered-with", "an-answer-shows")
    made = judged(tmp_path, Tags(status), tags(), ANN, *laws, depth="deep")
    assert bool(broken(made)) is found


def test_what_the_run_found_again_was_not_left_behind(tmp_path: Path) -> None:
    """A law that breaks is asked again: what its text without the mark of a run has made is there by then."""
    server = Tags(200)
    made = judged(tmp_path, server, tags(), ANN, "an-odd-body", disposable=False, depth="standard")
    assert broken(made)
    assert (server.things, made.left_behind) == ({}, [])


class Notes(Shelf):
    """Counts the letters of its notes."""

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        told = Shelf.__call__(self, asked)
        for each in self.things.values():
            each["letters"] = len(str(each.get("text", "")))
        return told


@pytest.mark.parametrize("read_only", [True, False])
def test_what_is_only_read_is_computed_from_the_rest(tmp_path: Path, read_only: bool) -> None:
    """As documents show it whose requests and answers have one schema; what can be sent must not follow another."""
    paths = shelf(thing(text=TEXT, title=TEXT, letters={"type": "integer", "readOnly": read_only}))
    law = "state/each-member-changes-alone"
    made = judged(tmp_path, Notes(), document(paths, KEY), ANN, law, depth="standard")
    assert (verdicts(made, law)["PATCH /things/{id}"] == BROKEN) is not read_only


class Rooms(Shelf):
    """Every tenant has rooms of its own, with states that everybody has and one that only this room has."""

    def __init__(self, *, strange: bool) -> None:
        super().__init__()
        self.strange = strange

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        who = asked.headers.get("x-key", "")[-5:]
        if not who:
            return 401, {"error": "who are you"}
        if asked.method != "GET":
            return 403, {"error": "they stay"}
        path = asked.path.strip("/").split("/")
        if path == ["rooms"]:
            return 200, [{"id": f"{who}-{number}", "name": f"Room {number}"} for number in (1, 2)]
        if not path[1].startswith(who):
            return 404, {"error": "no such room"}
        states = [{"id": "open", "name": "Open"}, {"id": path[1], "name": f"State of {path[1]}"}]
        if self.strange and who == "ann-1":
            states.append({"id": "bob-1-2", "name": "State of bob-1-2"})
        return 200, states if path[2:] else {"id": path[1], "name": "Room"}


@pytest.mark.parametrize(("strange", "verdict"), [(False, OBSERVED), (True, BROKEN)])
def test_what_every_place_shows_is_everybodys(tmp_path: Path, strange: bool, verdict: str) -> None:
    paths = {**shelf(thing(name=TEXT), "/rooms", "roomId"), **shelf(thing(name=TEXT), "/rooms/{roomId}/states", "id")}
    law = "credentials/a-whole-list-has-nothing-of-another-tenant"
    made = judged(tmp_path, Rooms(strange=strange), document(paths, KEY, **SECURITY), ANN + BOB, law, depth="deep")
    assert verdicts(made, law)["GET /rooms/{roomId}/states"] == verdict


class Stocks(Shelf):
    """A shelf of each tenant's own, where a code is there once; `names`: a name is there once for all tenants."""

    def __init__(self, *, code: str, names: bool) -> None:
        super().__init__()
        self.names, self.code = names, code
        self.owners: dict[str, Shelf] = {}

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        who = asked.headers.get("x-key", "")[-5:]
        if who not in self.owners:
            self.owners[who] = Shelf()
            self.owners[who].things["/things/t0"] = {"id": "t0", "name": "Everybody's", "made_by": who}
            if self.code and who == "ann-1":
                self.owners[who].things["/things/t9"] = {"id": "t9", "code": self.code, "name": "Its own"}
        if asked.method == "POST" and isinstance(asked.body, dict):
            mine = self.owners[who].things.values()
            others = [each for owner, shelf in self.owners.items() if owner != who for each in shelf.things.values()]
            taken = self.code and any(each.get("code") == asked.body.get("code") for each in mine)
            if taken or (self.names and any(each["name"] == asked.body.get("name") for each in others)):
                return 409, {"error": "it is taken"}
        return self.owners[who](asked)


@pytest.mark.parametrize(
    ("code", "names", "verdict"), [("AB-1", False, NOT_OBSERVABLE), ("", True, BROKEN)], ids=["own", "theirs"]
)
def test_a_conflict_with_something_of_ones_own_is_none_with_another_tenant(
    tmp_path: Path, code: str, names: bool, verdict: str
) -> None:
    kind = {"type": "string", "enum": ["AB-1"]} if code else {"type": "integer"}
    paths = shelf(thing(name=TEXT, code=kind))
    paths["/things"]["post"]["responses"] |= answers(thing(), "201", "409")
    paths["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]["required"] = ["name", "code"]
    law = "state/what-another-tenant-has-is-not-taken"
    server = Stocks(code=code, names=names)
    made = judged(tmp_path, server, document(paths, KEY, **SECURITY), ANN + BOB, law, depth="deep")
    assert verdicts(made, law)["POST /things"] == verdict
