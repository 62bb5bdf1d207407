"""What looks wrong of credentials and values and is right, each beside what looks alike and is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.judging.severity import severity_of
from tests.contracts.laws.credentials.judging import (
    Asked,
    answers,
    broken,
    document,
    judged,
)
from tests.contracts.laws.shelf import ANN, KEY, NOBODY, TEXT, Shelf, held, shelf, thing

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


@pytest.mark.parametrize(
    ("member", "own", "wrong"), [("refresh_token", False, False), ("refresh_token", True, True), ("note", False, True)]
)
def test_who_comes_with_a_credential_in_the_body_needs_no_other(
    tmp_path: Path, member: str, own: bool, wrong: bool
) -> None:
    """Unless the operation says of itself that it does, and not the document of all its operations."""
    sent = {"type": "object", "required": [member], "properties": {member: {**TEXT, "example": "r-1"}}}
    refresh: dict[str, Any] = {
        "operationId": "refresh",
        "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
        "responses": answers(thing()),
        **({"security": [{"key": []}]} if own else {}),
    }
    paths = {"/auth/refresh": {"post": refresh}, "/me": {"get": {"operationId": "me", "responses": answers(thing())}}}

    def server(asked: Asked) -> tuple[int, Any]:
        known = asked.path == "/auth/refresh" or asked.headers.get("x-key") == "canary-key-of-ann-1"
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
        told = asked.query.get("limit", "5"), asked.query.get("offset", "0")
        if not all(each.lstrip("-").isdigit() for each in told):
            return 400, {"error": "no number"}
        wanted, first = map(int, told)
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
