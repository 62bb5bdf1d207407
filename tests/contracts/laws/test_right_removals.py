"""What is removed and what stays: what looks left behind and is right, beside what is wrong."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import UPHELD
from tests.contracts.laws.credentials.judging import (
    NO_BODY,
    Asked,
    broken,
    document,
    judged,
    verdicts,
)
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, held, shelf, thing

# -- what is removed, and what stays -----------------------------------------------------------------------------------


class Graves(Shelf):
    """Leaves something of what is deleted; with nothing to leave it gives the ids of what is gone to what is new."""

    def __init__(self, left: dict[str, Any]) -> None:
        super().__init__()
        self.left = left

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if not self.left:
            used = {each["id"] for each in self.things.values()}
            self.numbers = (each for each in itertools.count(1) if f"t{each}" not in used)
        status, answer = super().__call__(asked)
        if asked.method == "DELETE" and status == 200 and self.left:
            self.things[asked.path.rstrip("/")] = {**answer, **self.left, "id": answer["id"]}
        return status, answer


@pytest.mark.parametrize(
    ("left", "found"),
    [
        ({"id": "t1", "deleted": True}, False),
        ({"name": "kept", "status": "ARCHIVED"}, False),
        ({"name": "kept", "deletedAt": "2030-01-01T00:00:00Z"}, False),
        ({"name": "kept", "is_active": False}, False),
        ({"name": "kept", "touched": 7}, True),
        ({"name": "kept", "deleted": False}, True),
    ],
)
def test_what_says_that_it_is_deleted_may_be_shown(tmp_path: Path, left: dict[str, Any], found: bool) -> None:
    broken_now = held(tmp_path, Graves(left), shelf(thing(name=TEXT)), "state/what-was-deleted-is-gone")
    assert broken_now == ({"state/what-was-deleted-is-gone DELETE /things/{id}"} if found else set())


@pytest.mark.parametrize(("left", "found"), [({"state": "deleted"}, False), ({}, False), ({"touched": 7}, True)])
def test_in_any_order_and_at_once_what_is_deleted_may_leave_a_sign_or_its_id(
    tmp_path: Path, left: dict[str, Any], found: bool
) -> None:
    laws = ("state/any-order-of-steps", "state/of-deletions-at-once")
    told = document(shelf(thing(name=TEXT)), KEY)
    made = broken(judged(tmp_path, Graves(left), told, ANN, *laws, depth="standard"))
    assert any(law in each for law in laws for each in made) is found


@pytest.mark.parametrize(("left", "found"), [({"archived": True}, False), ({}, True)])
def test_what_hangs_on_what_is_kept_may_stay(tmp_path: Path, left: dict[str, Any], found: bool) -> None:
    class Archive(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            status, answer = super().__call__(asked)
            if asked.method == "DELETE" and status == 200 and left:
                self.things[asked.path.rstrip("/")] = {**answer, **left}
            return status, answer

    paths = {**shelf(thing(name=TEXT)), **shelf(thing(text=TEXT), "/things/{id}/notes", "note")}
    law = "state/nothing-hangs-on-what-is-deleted"
    assert bool(held(tmp_path, Archive(), paths, law)) is found


def test_what_was_made_with_a_header_of_the_file_is_removed_with_it(tmp_path: Path) -> None:
    """The document names no credential; the deployment file has one all the same."""
    who = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "anonymous"\nheaders = {X-Own = "canary-own-1"}\n'
    server = Shelf(first=lambda asked: None if asked.headers.get("x-own") == "canary-own-1" else (403, {"error": "no"}))
    told = document(shelf(thing(name=TEXT)), {})
    made = judged(tmp_path, server, told, who, "state/what-was-created-can-be-read")
    assert verdicts(made, "state/what-was-created-can-be-read")["POST /things"] == UPHELD
    assert server.things == {}


# -- what the run has sent itself --------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_a_wrong_value_that_was_taken_is_one_finding_and_not_that_of_every_answer_that_shows_it(
    tmp_path: Path, turned: bool
) -> None:
    def kept(sent: dict[str, Any]) -> dict[str, Any]:
        return {**sent, "count": str(sent.get("count"))} if turned else sent

    paths = shelf(thing(count={"type": "integer"}))
    found = held(tmp_path, Shelf(kept), paths, "input/what-the-document-forbids", "schema/body-fits-its-schema")
    assert any(each.startswith("input/") and "POST" in each for each in found)
    assert any(each.startswith("schema/") for each in found) is turned


def test_where_every_name_and_password_is_somebody_nothing_is_broken_and_nothing_stays(tmp_path: Path) -> None:
    suite = ANN.replace("api_key", "basic").replace("key = ", 'username = "ann"\npassword = ')
    owners: dict[str, str] = {}

    class Everybody(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            who, path = asked.headers.get("authorization", ""), asked.path.rstrip("/")
            if not who.startswith("Basic "):
                return 401, {"error": "who are you"}
            if asked.method == "POST" and path != "/things":
                return 405, {"error": "no"}
            if path in self.things and owners[path] != who:
                return 403, {"error": "not yours"}
            before = set(self.things)
            status, told = super().__call__(asked)
            owners.update(dict.fromkeys(set(self.things) - before, who))
            if isinstance(told, list):
                told = [each for at, each in self.things.items() if at.startswith(path) and owners[at] == who]
            return status, told

    server = Everybody()
    scheme, paths = {"basic": {"type": "http", "scheme": "basic"}}, shelf(thing(name=TEXT))
    made = judged(tmp_path, server, document(paths, scheme, security=[{"basic": []}]), suite, "credentials/", "state/")
    assert {each for each in broken(made) if each.startswith("credentials/")} == set()
    assert (made.left_behind, server.things) == ([], {})


class Renamed(Shelf):
    """Wants the name of a thing where the document says its id. `removes`: whether it does remove by that."""

    def __init__(self, *, removes: bool) -> None:
        super().__init__(member="name")
        self.removes = removes

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "DELETE" and not self.removes:
            return 404, {"error": "no such thing"}
        return super().__call__(asked)


@pytest.mark.parametrize("removes", [True, False])
def test_what_is_removed_by_another_name_than_the_document_says_does_not_stay_untold(
    tmp_path: Path, removes: bool
) -> None:
    server = Renamed(removes=removes)
    told = document(shelf(thing(name=TEXT)), KEY)
    made = judged(tmp_path, server, told, ANN, "state/what-was-created-can-be-read")
    assert bool(server.things) is not removes
    assert len(made.left_behind) == len(server.things)
    assert all("it is still listed" in each for each in made.left_behind)


class Forgetful(Shelf):
    """Users at addresses of their own, as at JupyterHub. `loses`: who is called what she is called has no name then."""

    def __init__(self, *, loses: bool) -> None:
        super().__init__()
        self.loses = loses

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        name, body = asked.path.rpartition("/")[2], asked.body
        if asked.method == "POST":
            self.things[asked.path] = {"name": name, "admin": False}
            return 201, self.things[asked.path]
        if asked.method == "PATCH" and asked.path in self.things and isinstance(body, dict):
            if self.loses and body.get("name") == name:
                own = self.things["lost"] = {**self.things.pop(asked.path), "name": None}
                return 200, own
            return 200, self.things[asked.path]
        if asked.method == "GET" and asked.path == "/users":
            return 200, [{"name": None, "admin": True}, *self.things.values()]
        return super().__call__(asked)


@pytest.mark.parametrize("loses", [True, False])
def test_what_has_no_name_any_more_does_not_stay_untold(tmp_path: Path, loses: bool) -> None:
    """It cannot be removed, and its deletion says that it is not there; one that had none before is not of the run."""
    user = {"type": "object", "properties": {"name": TEXT, "admin": {"type": "boolean"}}}
    paths = shelf(user, "/users", "name")
    made = paths["/users"].pop("post")
    paths["/users/{name}"]["post"] = {"operationId": "x", "summary": "Create a user", "responses": made["responses"]}
    server = Forgetful(loses=loses)
    run = judged(tmp_path, server, document(paths, KEY), ANN, "state/", "input/", depth="standard")
    count = len([each for each in server.things.values() if not each["name"]])
    told = f"{count} shown by GET /users whose name has become null: no request can name it"
    assert bool(count) is loses
    assert run.left_behind == ([told] if loses else [])


@pytest.mark.parametrize("removes", [True, False])
def test_what_may_have_been_made_below_something_that_was_removed_is_gone_with_it(
    tmp_path: Path, removes: bool
) -> None:
    """Its list is refused by then; a place that still stands and may not be read is told."""

    class Failing(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            above, _, below = asked.path.rstrip("/").removeprefix("/things/").partition("/notes")
            if "/notes" not in asked.path:
                return super().__call__(asked)
            if asked.method == "POST" and not below:
                return 500, {"error": "no"}
            there = removes and f"/things/{above}" in self.things
            return (200, []) if there and not below else (403, {"error": "no"})

    paths = {**shelf(thing(name=TEXT)), **shelf(thing(text=TEXT), "/things/{id}/notes", "note")}
    if not removes:
        paths["/things/{id}"].pop("delete")
    server = Failing()
    run = judged(tmp_path, server, document(paths, KEY), ANN, "state/what-was-created-can-be-read")
    assert bool(server.things) is not removes
    assert any("without a clear answer" in each for each in run.left_behind) is not removes


def nameless(tells: bool) -> Any:
    """A shelf whose notes are made with a 204, or with one that tells the id; what is not there is a 404."""

    class Notes(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            status, answer = super().__call__(asked)
            if asked.path.endswith("/notes") and asked.method == "POST" and status == 201 and not tells:
                return 204, NO_BODY
            if "/notes/" in asked.path and asked.method == "DELETE" and tells:
                return 404, {"error": "no such note"}
            return status, answer

    return Notes()


@pytest.mark.parametrize(("tells", "found"), [(False, False), (True, True)])
def test_what_is_made_without_an_id_is_not_addressed_by_the_name_of_its_parameter(
    tmp_path: Path, tells: bool, found: bool
) -> None:
    paths = {**shelf(thing(name=TEXT)), **shelf(thing(text=TEXT), "/things/{id}/notes", "note")}
    for method in ("get", "patch"):
        del paths["/things/{id}/notes/{note}"][method]
    del paths["/things/{id}/notes"]["get"]
    made = judged(tmp_path, nameless(tells), document(paths, KEY), ANN, "state/", depth="standard")
    law = "state/of-deletions-at-once-none-fails DELETE /things/{id}/notes/{note} ann"
    assert (law in broken(made)) is found
    assert not any("%7B" in each.request.target for each in made.exchanges.values())


def test_what_went_with_its_parent_is_not_left_behind(tmp_path: Path) -> None:
    paths = {**shelf(thing(name=TEXT)), **shelf(thing(text=TEXT), "/things/{id}/notes", "note")}
    made = judged(tmp_path, nameless(False), document(paths, KEY), ANN, "state/")
    assert any(each.operation.key == "POST /things/{id}/notes" for each in made.exchanges.values())
    assert made.left_behind == []
