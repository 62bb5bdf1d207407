"""What real servers do that looks wrong and is right, each beside what looks alike and is wrong."""

from __future__ import annotations

import itertools
import json
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


# -- credentials -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "wrong"), [("This endpoint is not authenticated.", False), ("Tells the version.", True)]
)
def test_an_operation_that_says_it_is_open_may_be(tmp_path: Path, said: str, wrong: bool) -> None:
    paths = {
        "/edition": {"get": {"operationId": "version", "description": said, "responses": answers(thing())}},
        "/me": {"get": {"operationId": "me", "responses": answers(thing())}},
    }

    def server(asked: Asked) -> tuple[int, Any]:
        known = asked.path == "/edition" or asked.headers.get("x-key") == "canary-key-of-ann-1"
        return (200, {"id": "1"}) if known else (401, {"error": "who are you"})

    found = held(tmp_path, server, paths, "credentials/nothing", security=[{"key": []}])
    assert bool(found) is wrong
    assert all(each.endswith("GET /edition") for each in found)


@pytest.mark.parametrize(("path", "wrong"), [("/api/version", False), ("/healthz", False), ("/versions/mine", True)])
def test_what_everybody_may_know_of_a_server_needs_no_credential(tmp_path: Path, path: str, wrong: bool) -> None:
    """Though the document has one rule of security for all its operations."""
    paths = {each: {"get": {"operationId": each, "responses": answers(thing())}} for each in (path, "/me")}

    def server(asked: Asked) -> tuple[int, Any]:
        known = asked.path == path or asked.headers.get("x-key") == "canary-key-of-ann-1"
        return (200, {"id": "1"}) if known else (401, {"error": "who are you"})

    assert bool(held(tmp_path, server, paths, "credentials/nothing", security=[{"key": []}])) is wrong


def test_that_nobody_is_asked_for_a_credential_is_told_once(tmp_path: Path) -> None:
    paths = {f"/{name}": {"get": {"operationId": name, "responses": answers(thing())}} for name in "abc"}
    found = held(tmp_path, lambda _: (200, {"id": "1"}), paths, "credentials/nothing", security=[{"key": []}])
    assert found == {"credentials/nothing-without-a-credential GET /a"}


@pytest.mark.parametrize(("for_all", "found"), [(True, 0), (False, 2)])
def test_a_failure_that_the_right_credential_gets_too_says_nothing_of_credentials(
    tmp_path: Path, for_all: bool, found: int
) -> None:
    paths = {"/me": {"get": {"operationId": "me", "responses": answers(thing())}}}

    def server(asked: Asked) -> tuple[int, Any]:
        known = asked.headers.get("x-key") == "canary-key-of-ann-1"
        return (200, {"id": "1"}) if known and not for_all else (500, {"error": "not here"})

    assert len(held(tmp_path, server, paths, "credentials/nothing", security=[{"key": []}])) == found


# -- what is kept ------------------------------------------------------------------------------------------------------

KEPT = "state/what-was-sent-is-what-is-kept"
SHOWN = "state/an-answer-shows-what-was-sent"
JOB = thing(title=TEXT, status={"type": "string", "enum": ["created", "running", "done"]}, avatar=TEXT)


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        (lambda sent: {**sent, "status": "done"}, set()),
        (lambda sent: {**sent, "avatar": None}, set()),
        (lambda sent: {**sent, "title": "Another"}, {KEPT}),
    ],
    ids=["a state moves on", "a made-up text is of no use", "a title is lost"],
)
def test_what_a_server_moves_on_or_has_no_use_for_is_not_lost(tmp_path: Path, kept: Any, found: set[str]) -> None:
    broke = held(tmp_path, Shelf(kept), shelf(JOB), KEPT, SHOWN)
    assert {each.split(" ")[0] for each in broke} == found


def test_another_id_that_an_update_carries_may_be_passed_over(tmp_path: Path) -> None:
    schema = thing(title=TEXT)
    paths = shelf(schema)
    for method in ("post", "patch"):
        path = "/things" if method == "post" else "/things/{id}"
        body = paths[path][method]["requestBody"]["content"]["application/json"]["schema"]
        body["properties"] = {"id": TEXT, **body["properties"]}
    assert held(tmp_path, Shelf(lambda sent: {k: v for k, v in sent.items() if k != "id"}), paths, "state/") == set()


# -- failures that are no race and no lack of care ---------------------------------------------------------------------


@pytest.mark.parametrize(("always", "found"), [(True, False), (False, True)])
def test_a_failure_of_every_request_is_not_blamed_on_what_was_wrong_with_one(
    tmp_path: Path, always: bool, found: bool
) -> None:
    def first(asked: Asked) -> Any:
        odd = isinstance(asked.body, dict) and not isinstance(asked.body.get("count", 1), int)
        return (500, {"error": "no such host"}) if asked.method == "POST" and (always or odd) else None

    paths = shelf(thing(count={"type": "integer"}))
    laws = ("input/what-the-document-forbids", "state/of-equal-creations-at-once")
    broke = held(tmp_path, Shelf(first=first), paths, *laws)
    assert any("POST" in each for each in broke) is found


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
    assert bool(held(tmp_path, server, paths, KEPT)) is found


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


# -- values that are no ids, and numbers beyond all --------------------------------------------------------------------


@pytest.mark.parametrize(("fails", "found"), [(False, False), (True, True)])
def test_a_value_in_a_path_that_names_nothing_listed_may_be_anything(tmp_path: Path, fails: bool, found: bool) -> None:
    paths = {
        "/echo/{value}": {"parameters": named("value"), "get": {"operationId": "e", "responses": answers(thing())}}
    }
    answer = (500, {"error": "no"}) if fails else (200, {"id": "1"})
    odd = held(tmp_path, lambda asked: answer, paths, "input/an-odd-id-is-no-server-error")
    assert bool(odd) is found


def test_a_401_where_the_document_names_no_credential_is_no_refusal_of_what_it_allows(tmp_path: Path) -> None:
    paths = {"/bearer": {"get": {"operationId": "b", "responses": answers(thing())}}}
    assert held(tmp_path, lambda _: (401, {"error": "no"}), paths, "input/what-the-document-allows") == set()


@pytest.mark.parametrize(("fails", "found"), [(False, False), (True, True)])
def test_a_position_beyond_all_numbers_makes_nothing_fail(tmp_path: Path, fails: bool, found: bool) -> None:
    size = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer"}}
    schema = {"type": "array", "items": thing()}
    paths = {"/things": {"get": {"operationId": "t", "parameters": [size, start], "responses": answers(schema)}}}

    def server(asked: Asked) -> tuple[int, Any]:
        first = int(asked.query.get("offset", "0"))
        if fails and first > 2**63:
            return 500, {"error": "too large"}
        return 200, [{"id": str(each)} for each in range(5)][first : first + int(asked.query.get("limit", "9"))]

    assert bool(held(tmp_path, server, paths, "pagination/an-impossible-page-is-refused")) is found


# -- lists that are asked for by a POST --------------------------------------------------------------------------------


def searched(path: str) -> dict[str, Any]:
    """A list whose pages are asked for in the body of a POST."""
    page = {"limit": {"type": "integer", "minimum": 1, "maximum": 50}, "offset": {"type": "integer", "minimum": 0}}
    body = {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": page}}}}}
    schema = {"type": "array", "items": thing()}
    return {path: {"post": {"operationId": "p", "summary": "Read things", **body, "responses": answers(schema)}}}


@pytest.mark.parametrize(("ignored", "found"), [(False, False), (True, True)])
def test_a_list_that_is_asked_for_by_a_post_is_judged_like_any_other(
    tmp_path: Path, ignored: bool, found: bool
) -> None:
    def server(asked: Asked) -> tuple[int, Any]:
        told = asked.body if isinstance(asked.body, dict) else {}
        first = 0 if ignored else told.get("offset", 0)
        return 200, [{"id": str(each)} for each in range(9)][first : first + told.get("limit", 50)]

    law = "pagination/every-walk-gives-the-same-items"
    made = judged(tmp_path, server, document(searched("/things/filter"), KEY), ANN, law)
    assert any(law in each for each in broken(made)) is found
    assert verdicts(made, law)["POST /things/filter"] == (UPHELD if not found else "broken")


@pytest.mark.parametrize(("skips", "found"), [(0, False), (1, True)])
def test_a_list_begins_at_its_first_page_whatever_page_the_example_of_its_body_has(
    tmp_path: Path, skips: int, found: bool
) -> None:
    """Its size and position are required, and the example asks for a page in the midst, as at Plaid."""
    paths = searched("/banks/get")
    content = paths["/banks/get"]["post"]["requestBody"]["content"]["application/json"]
    content["schema"] |= {"required": ["offset", "limit"]}
    content["example"] = {"offset": 4, "limit": 2}

    def server(asked: Asked) -> tuple[int, Any]:
        told = asked.body if isinstance(asked.body, dict) else {}
        if not {"offset", "limit"} <= told.keys():
            return 400, {"error": "where from?"}
        first = told["offset"] + skips if told["offset"] else 0
        return 200, [{"id": str(each)} for each in range(9)][first : first + told["limit"]]

    law = "pagination/every-walk-gives-the-same-items"
    assert bool(held(tmp_path, server, paths, law)) is found


def test_a_post_that_may_do_more_than_look_something_up_is_no_list(tmp_path: Path) -> None:
    made = judged(tmp_path, lambda _: (200, []), document(searched("/things/import"), KEY), ANN, "pagination/")
    assert not [each for each in made.verdicts if each.item.rule.family == "pagination"]


@pytest.mark.parametrize(("everything", "found"), [(True, False), (False, True)])
def test_what_takes_any_value_takes_an_odd_one(tmp_path: Path, everything: bool, found: bool) -> None:
    """An address that answers to all that is put into it, and one that takes an odd text for what is there."""
    paths = {
        "/anything": {"post": {"operationId": "p", "responses": answers(thing())}},
        "/anything/{anything}": {
            "parameters": named("anything"),
            "get": {"operationId": "g", "responses": answers(thing())},
        },
    }

    def server(asked: Asked) -> tuple[int, Any]:
        odd = not asked.path.isascii() or not asked.path.isalnum()
        plain = asked.path.replace("/", "").replace("-", "").isalnum()
        return (200, {"id": "1"}) if everything or (odd and not plain) else (404, {"error": "no"})

    assert bool(held(tmp_path, server, paths, "input/an-odd-id-is-no-server-error")) is found


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


# -- what the document itself has wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(("example", "level"), [({"id": "1", "avatar": None}, "minor"), ({"id": "1"}, "major")])
def test_a_null_that_the_documents_own_example_has_is_the_documents(
    tmp_path: Path, example: dict[str, Any], level: str
) -> None:
    schema = {**thing(avatar=TEXT), "example": example}
    paths = {"/me": {"get": {"operationId": "me", "responses": answers(schema)}}}
    law = "schema/body-fits-its-schema"
    made = judged(tmp_path, lambda _: (200, {"id": "1", "avatar": None}), document(paths, {}), NOBODY, law)
    (found,) = broken(made).values()
    assert severity_of(law, "GET /me", found.expected, found.actual).level == level


@pytest.mark.parametrize(("given", "level"), [(3, "minor"), (9, "major")])
def test_a_page_that_is_too_large_is_grave_where_it_is_given(tmp_path: Path, given: int, level: str) -> None:
    size = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 5}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer"}}
    schema = {"type": "array", "items": thing()}
    paths = {"/things": {"get": {"operationId": "t", "parameters": [size, start], "responses": answers(schema)}}}
    law = "pagination/an-impossible-page-is-refused"

    def server(asked: Asked) -> tuple[int, Any]:
        wanted, first = int(asked.query.get("limit", "5")), int(asked.query.get("offset", "0"))
        return 200, [{"id": str(number)} for number in range(given)][max(first, 0) :][: max(wanted, 1)]

    (found,) = broken(judged(tmp_path, server, document(paths, {}), NOBODY, law)).values()
    assert severity_of(law, "GET /things", found.expected, found.actual).level == level


# -- what a document leaves out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bounds", "found"), [({}, False), ({"minimum": 0, "maximum": 2**31}, True)])
def test_numbers_that_no_page_has_may_be_refused_where_no_bound_is_stated(
    tmp_path: Path, bounds: dict[str, int], found: bool
) -> None:
    numbers = [{"name": each, "in": "query", "schema": {"type": "integer", **bounds}} for each in ("limit", "offset")]
    schema = {"type": "array", "items": thing()}
    paths = {"/things": {"get": {"operationId": "t", "parameters": numbers, "responses": answers(schema)}}}

    def server(asked: Asked) -> tuple[int, Any]:
        limit, offset = int(asked.query.get("limit", "5")), int(asked.query.get("offset", "0"))
        return (200, []) if limit > 0 and 0 <= offset < 2**31 - 1 else (400, {"error": "no such page"})

    assert bool(held(tmp_path, server, paths, "input/what-the-document-allows")) is found


@pytest.mark.parametrize(("required", "level"), [([], "minor"), (["color"], "major")])
def test_a_document_that_requires_no_member_has_forgotten_them(tmp_path: Path, required: list[str], level: str) -> None:
    paths = shelf(thing(name=TEXT, color=TEXT))
    body = paths["/things"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] |= {"required": required}
    body["example"] = {"name": "one", "color": "red"}

    def nameless(asked: Asked) -> tuple[int, Any] | None:
        missing = asked.method == "POST" and "name" not in (asked.body or {})
        return (400, {"error": "a name is needed"}) if missing else None

    law = "state/the-required-members-suffice"
    made = broken(judged(tmp_path, Shelf(first=nameless), document(paths, KEY), ANN, law))
    (found,) = (each for key, each in made.items() if key.startswith(law))
    assert severity_of(law, "POST /things", found.expected, found.actual).level == level


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
