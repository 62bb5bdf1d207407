"""Resources that are no plain CRUD and right all the same, each beside what looks alike and is wrong."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from contracts.core.verdicts import NOT_OBSERVABLE, UPHELD
from contracts.judging.severity import severity_of
from tests.contracts.laws.credentials.judging import (
    NO_BODY,
    Asked,
    answers,
    broken,
    document,
    judged,
    run,
    served,
    verdicts,
)
from tests.contracts.laws.shelf import ANN, KEY, NOBODY, TEXT, Shelf, held, shelf, thing

# -- resources that are no plain CRUD ----------------------------------------------------------------------------------


def test_a_path_may_call_a_parameter_otherwise_than_the_address_it_is_from(tmp_path: Path) -> None:
    schema = thing(title=TEXT)
    paths = {**shelf(schema), **shelf(schema, "/things/{thing_id}/parts", "part_id")}
    made = judged(tmp_path, Shelf(), document(paths, KEY), ANN, "state/what-was-created-can-be-read")
    told = verdicts(made, "state/what-was-created-can-be-read")
    assert told == {"POST /things": UPHELD, "POST /things/{thing_id}/parts": UPHELD}


def users() -> dict[str, Any]:
    """Users who are created at the address that they get, and may be called otherwise later."""
    schema = {"type": "object", "properties": {"name": TEXT, "admin": {"type": "boolean"}}}
    paths = shelf(schema, "/users", "name")
    del paths["/users"]["post"]
    paths["/users/{name}"]["post"] = {
        "operationId": "x",
        "summary": "Create a user",
        "responses": answers(schema, "201"),
    }
    return paths


class Users(Shelf):
    """Keeps users by name. `forgets`: what is made is not there."""

    def __init__(self, *, forgets: bool = False) -> None:
        super().__init__()
        self.forgets = forgets

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        name = asked.path.rpartition("/")[2]
        if asked.method == "POST" and asked.path.startswith("/users/"):
            if not self.forgets:
                self.things[asked.path] = {"name": name, "admin": False}
            return 201, {"name": name, "admin": False}
        if asked.method == "PATCH" and asked.path in self.things and isinstance(asked.body, dict):
            own = {**self.things.pop(asked.path), **asked.body}
            self.things[f"/users/{own['name']}"] = own
            return 200, own
        return super().__call__(asked)


@pytest.mark.parametrize("forgets", [False, True])
def test_a_user_who_is_created_at_an_address_of_its_own_is_judged_and_not_renamed(
    tmp_path: Path, forgets: bool
) -> None:
    server = Users(forgets=forgets)
    found = held(tmp_path, server, users(), "state/")
    assert ("state/what-was-created-can-be-read POST /users/{name}" in found) is forgets
    assert bool(found) is forgets
    assert server.things == {}


class Sessions(Shelf):
    """Answers a creation with the session of that path, if there is one."""

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST" and isinstance(asked.body, dict):
            same = [each for each in self.things.values() if each.get("path") == asked.body.get("path")]
            if same:
                return 201, same[0]
        return super().__call__(asked)


@pytest.mark.parametrize("said", ["Create a session, or return an existing one.", "Create a session."])
def test_a_creation_may_say_that_it_answers_with_what_is_there(tmp_path: Path, said: str) -> None:
    paths = shelf(thing(path=TEXT, type=TEXT), "/sessions")
    paths["/sessions"]["post"]["summary"] = said
    made = judged(tmp_path, Sessions(), document(paths, KEY), ANN, "state/")
    told = verdicts(made, "state/of-equal-creations-at-once-one-is-made")["POST /sessions"]
    assert (told == NOT_OBSERVABLE) is ("existing" in said)
    if "existing" in said:
        assert broken(made) == {}


def test_a_thing_is_known_by_the_name_that_was_sent_where_the_answer_is_empty(tmp_path: Path) -> None:
    schema = thing(name=TEXT)
    paths = shelf(schema, "/bases", "base")
    for each in paths["/bases/{base}"]["parameters"]:
        each["description"] = "Name of the base"

    class Bases(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            status, answer = super().__call__(asked)
            return (status, {}) if asked.method == "POST" and status == 201 else (status, answer)

    server = Bases(member="name")
    made = judged(tmp_path, server, document(paths, KEY), ANN, "state/what-was-created-can-be-read")
    assert verdicts(made, "state/what-was-created-can-be-read")["POST /bases"] == UPHELD
    assert server.things == {}


@pytest.mark.parametrize("loses", [False, True])
def test_a_thing_is_known_by_its_location_where_its_creation_answers_nothing_else(tmp_path: Path, loses: bool) -> None:
    """As at Keycloak: 201, no body, and the address of what was made."""
    paths = shelf(thing(name=TEXT, color={"type": "string", "enum": ["red", "blue"]}))
    paths["/things"]["post"]["responses"] = {"201": {"description": "Made."}}
    body = paths["/things"]["post"]["requestBody"]["content"]["application/json"]
    body["example"] = {"name": "one", "color": "red"}

    class Silent(Shelf):
        def __call__(self, asked: Asked) -> Any:
            status, answer = super().__call__(asked)
            if asked.method != "POST" or status != 201:
                return status, answer
            return 201, NO_BODY, {"location": f"https://things.example/api/things/{answer['id']}"}

    server = Silent(kept=lambda sent: {**sent, "color": "red"} if loses else sent)
    made = judged(tmp_path, server, document(paths, KEY), ANN, "state/what-was-created-can", "state/what-was-sent")
    assert verdicts(made, "state/what-was-created-can-be-read")["POST /things"] == UPHELD
    assert verdicts(made, "state/what-was-sent-is-what-is-kept")["POST /things"] == ("broken" if loses else UPHELD)
    assert server.things == {}


@pytest.mark.parametrize(("shown", "found"), [(False, False), (True, True)])
def test_what_no_answer_shows_to_be_settable_is_not_lost(tmp_path: Path, shown: bool, found: bool) -> None:
    """One schema for what is sent and shown, without an example; the server has a number of its own."""
    schema = thing(name=TEXT, position={"type": "integer"})
    paths = shelf(schema)
    if not shown:
        del paths["/things/{id}"]["patch"]
    numbers = itertools.count(40)
    server = Shelf(kept=lambda sent: {**sent, "position": next(numbers)})
    assert bool(held(tmp_path, server, paths, "state/what-was-sent-is-what-is-kept")) is found


def test_what_a_200_has_made_is_removed_where_its_list_did_not_show_it_before(tmp_path: Path) -> None:
    """Nothing in it bears the mark of the run, and no 201 says that it is new, as at terminals of a Jupyter server."""

    class Plain(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            status, answer = super().__call__(asked)
            return 200 if status == 201 else status, answer

    server = Plain()
    paths = shelf(thing(size={"type": "integer"}))
    (tmp_path / "document.json").write_text(json.dumps(document(paths, KEY)))
    with served(server) as address:
        told = f'[deployment]\nbase_url = "{address}"\ndocument = "{tmp_path / "document.json"}"\nwrites = true\n{ANN}'
        (tmp_path / "deployment.toml").write_text(told)
        made = run(tmp_path, tmp_path / "deployment.toml", ["input/what-the-document-allows", "state/what-was-created"])
    assert verdicts(made, "state/what-was-created-can-be-read")["POST /things"] == UPHELD
    assert server.things == {}


@pytest.mark.parametrize(("rows", "found"), [(0, False), (9, True)])
def test_a_page_of_none_has_none_where_the_document_allows_it(tmp_path: Path, rows: int, found: bool) -> None:
    size = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 50}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}}
    schema = {"type": "array", "items": thing()}
    paths = {"/things": {"get": {"operationId": "t", "parameters": [size, start], "responses": answers(schema)}}}

    def server(asked: Asked) -> tuple[int, Any]:
        wanted, first = int(asked.query.get("limit", "50")), int(asked.query.get("offset", "0"))
        return 200, [{"id": str(number)} for number in range(9)][first:][: wanted or rows]

    law = "pagination/pages-have-the-size-asked-for"
    made = broken(judged(tmp_path, server, document(paths, {}), NOBODY, law))
    assert [severity_of(law, "GET /things", each.expected, each.actual).level for each in made.values()] == (
        ["minor"] if found else []
    )


@pytest.mark.parametrize(("moves", "found"), [("views", False), ("name", True)])
def test_a_counter_that_nobody_sets_may_move_when_a_replacement_is_made_again(
    tmp_path: Path, moves: str, found: bool
) -> None:
    class Read(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            status, answer = super().__call__(Asked(**{**attrs.asdict(asked), "method": _as_patch(asked)}))
            if asked.method == "GET" and isinstance(answer, dict) and asked.path in self.things:
                answer[moves] = (answer.get(moves) or 0) + 1 if moves == "views" else f"{answer[moves]}!"
                answer = dict(answer)
            return status, answer

    def _as_patch(asked: Asked) -> str:
        return "PATCH" if asked.method == "PUT" else asked.method

    paths = shelf(thing(name=TEXT, views={"type": "integer"}))
    item = paths["/things/{id}"]
    item["put"] = item.pop("patch")
    for each in (item["put"], paths["/things"]["post"]):
        del each["requestBody"]["content"]["application/json"]["schema"]["properties"]["views"]
    law = "state/a-replacement-is-what-is-kept"
    assert bool(held(tmp_path, Read(), paths, law)) is found


@pytest.mark.parametrize("disposable", [True, False])
@pytest.mark.parametrize("refuses", [False, True])
def test_an_example_is_refused_without_what_it_names_and_accepted_with_it(
    tmp_path: Path, refuses: bool, disposable: bool
) -> None:
    """No schema says that a task needs its project, which the example has: as at Label Studio."""
    paths = {**shelf(thing(name=TEXT), "/projects"), **shelf(thing(text=TEXT, project=TEXT), "/tasks")}
    body = paths["/tasks"]["post"]["requestBody"]["content"]["application/json"]
    body["example"] = {"text": "Label it", "project": "p1"}

    class Tasks(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            if asked.method == "POST" and asked.path == "/tasks" and isinstance(asked.body, dict):
                named = f"/projects/{asked.body.get('project')}" in self.things
                if not named or (refuses and "text" in asked.body):
                    return 400, {"error": "no" if named else "project: this field is required"}
            return super().__call__(asked)

    law = "input/what-the-document-allows-is-accepted"
    server = Tasks()
    laws = (law, "state/what-was-created-can-be-read")
    made = judged(tmp_path, server, document(paths, KEY), ANN, *laws, disposable=disposable)
    assert verdicts(made, law)["POST /tasks"] == ("broken" if refuses else UPHELD)
    kept = verdicts(made, "state/what-was-created-can-be-read")["POST /tasks"]
    assert kept == (NOT_OBSERVABLE if refuses else UPHELD)
    assert (server.things, made.left_behind) == ({}, [])


@pytest.mark.parametrize("loses", [False, True])
def test_a_creation_that_answers_with_what_is_there_makes_one_thing_in_any_order(tmp_path: Path, loses: bool) -> None:
    """By its tag there is one of each, as at Prefect: a second creation is a change, and one deletion ends it."""

    class Limits(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            there = list(self.things.values())
            if asked.method == "POST" and isinstance(asked.body, dict) and there:
                return 200, there[0]
            if loses and asked.method == "DELETE" and asked.path in self.things:
                return 404, {"error": "no such thing"}
            return super().__call__(asked)

    law = "state/any-order-of-steps-agrees-with-a-model"
    server, paths = Limits(kept=lambda _: {"kind": "limit"}), shelf(thing(kind=TEXT))
    del paths["/things/{id}"]["patch"]  # so that what is there may be deleted as it is
    made = judged(tmp_path, server, document(paths, KEY), ANN, law, depth="deep")
    assert (verdicts(made, law)["POST /things"] == "broken") is loses


@pytest.mark.parametrize("twice", [False, True])
def test_equal_creations_are_counted_where_they_can_be_told_from_others(tmp_path: Path, twice: bool) -> None:
    """What says nothing but to which project it belongs looks like all that the run makes there, as at Label Studio."""
    schema = thing(project=TEXT, **({"title": TEXT} if twice else {}))
    paths = {**shelf(thing(name=TEXT), "/projects"), **shelf(schema, "/views")}
    body = paths["/views"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"]["required"] = ["project"]
    body["example"] = {"project": "p1", **({"title": "A view"} if twice else {})}

    class Views(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any]:
            known = not isinstance(asked.body, dict) or f"/projects/{asked.body.get('project')}" in self.things
            if asked.method == "POST" and asked.path == "/views" and not known:
                return 400, {"error": "no such project"}
            status, answer = super().__call__(asked)
            if asked.method == "POST" and status == 201 and twice:
                self.things[f"{asked.path}/{answer['id']}x"] = {**answer, "id": f"{answer['id']}x"}
            return status, answer

    law = "state/of-equal-creations-at-once-one-is-made"
    made = judged(tmp_path, Views(), document(paths, KEY), ANN, "state/", "input/")
    assert (verdicts(made, law)["POST /views"] == "broken") is twice


VERSION = {"name": "api-version", "in": "query", "required": True, "schema": {"type": "string", "enum": ["2024-01"]}}
TRACE = {"name": "X-Request-Id", "in": "header", "required": True, "schema": {"type": "string", "format": "uuid"}}


def test_what_every_request_has_to_carry_is_carried_by_those_that_remove_as_well(tmp_path: Path) -> None:
    """A version in the query, as at Azure, and a header of a format, as gateways want it."""
    paths = shelf(thing(name=TEXT))
    for item in paths.values():
        item["parameters"] = [*item["parameters"], VERSION, TRACE]

    def needed(asked: Asked) -> Any:
        if asked.query.get("api-version") != "2024-01":
            return 400, {"error": "which version?"}
        traced = re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", asked.headers.get("x-request-id", ""))
        return None if traced else (400, {"error": "which request?"})

    server = Shelf(first=needed)
    laws = ("state/", "input/what-the-document-allows")
    made = judged(tmp_path, server, document(paths, KEY), ANN, *laws, disposable=False)
    assert broken(made) == {}
    assert verdicts(made, "state/what-was-deleted-is-gone")["DELETE /things/{id}"] == UPHELD
    assert (server.things, made.left_behind) == ({}, [])
