"""A document may say what becomes of values that its schema forbids; then a server that takes them keeps its word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from specs.contract.leniency import needs_one_of, takes_any_case, takes_other_values
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

NOBODY = '[[principals]]\nname = "anyone"\ntenant = "anyone"\nkind = "anonymous"\n'
FORBIDDEN, PAGES = "input/what-the-document-forbids-is-refused", "pagination/an-impossible-page-is-refused"
THING = {"type": "object", "properties": {"id": {"type": "string"}}}
ORDER = {"type": "string", "enum": ["newest", "oldest"]}


@pytest.mark.parametrize(
    "prose",
    [
        "If the language is not among the available ones, that of Accept-Language will be used if it is known.",
        "Values larger than 100 are capped at 100.",
        "How many, capped at 100.",
        "Invalid values fall back to the default.",
        "If the value exceeds 200, 200 is taken instead.",
        "Unknown values are ignored.",
        "Sizes over 500 are treated as 500.",
        "Larger values are limited to 50.",
    ],
)
def test_prose_that_says_what_becomes_of_other_values(prose: str) -> None:
    assert takes_other_values(prose)


@pytest.mark.parametrize(
    "prose",
    [
        "Values above 100 are refused.",
        "How many items to return, at most 250.",
        "If not set, the default is used.",
        "Invalid characters are not allowed. Defaults to 10.",
        "The time over which results are taken, defaults to a day.",
    ],
)
def test_prose_that_does_not(prose: str) -> None:
    assert not takes_other_values(prose)


def test_prose_that_says_that_case_does_not_matter() -> None:
    assert takes_any_case("The order, case-insensitive.")
    assert takes_any_case("Matched regardless of case.")
    assert not takes_any_case("The case this belongs to.")


@pytest.mark.parametrize(
    ("prose", "said"),
    [
        ("At least one of `ids` or `names` must be supplied. Both together are an intersection.", True),
        ("The ids to read. If omitted, `names` must be supplied.", True),
        ("You must specify at least one filter.", True),
        ("Either an id or a name has to be given.", True),
        ("Exactly one of id and slug is required.", True),
        ("If omitted, everything is returned.", False),
        ("The project, by either its id or its name. A name must not have slashes.", False),
        ("At least one item is returned, if there is any.", False),
    ],
)
def test_prose_that_says_that_one_of_several_is_needed(prose: str, said: bool) -> None:
    assert needs_one_of(prose) is said


@pytest.mark.parametrize(("told", "blamed"), [("At least one of ids or names must be supplied.", False), ("", True)])
def test_what_the_document_wants_in_words_alone_is_not_held_against_a_deployment(
    tmp_path: Path, told: str, blamed: bool
) -> None:
    either = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("ids", "names")]
    listed = {
        "operationId": "notes",
        "description": told,
        "parameters": either,
        "responses": answers({"type": "array", "items": THING}, "200", "422"),
    }

    def server(asked: Asked) -> tuple[int, Any]:
        return (200, []) if asked.query.keys() & {"ids", "names"} else (422, {"error": "ids or names"})

    assert bool(found(tmp_path, {"get": listed}, server, "input/what-the-document-allows")) is blamed


def found(folder: Path, told: dict[str, Any], server: Any, *laws: str) -> set[str]:
    return set(broken(judged(folder, server, document({"/things": told}, {}), NOBODY, *laws)))


def listing(*parameters: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "array", "items": THING}
    return {"get": {"operationId": "t", "parameters": list(parameters), "responses": answers(schema)}}


@pytest.mark.parametrize(("prose", "wrong"), [("The order. Unknown values are ignored.", False), ("The order.", True)])
def test_a_choice_that_is_ignored(tmp_path: Path, prose: str, wrong: bool) -> None:
    told = listing({"name": "order", "in": "query", "description": prose, "schema": ORDER})
    assert bool(found(tmp_path, told, lambda _: (200, [{"id": "1"}]), FORBIDDEN)) is wrong


@pytest.mark.parametrize(("prose", "wrong"), [("The order, case-insensitive.", False), ("The order.", True)])
def test_a_choice_in_another_case(tmp_path: Path, prose: str, wrong: bool) -> None:
    told = listing({"name": "order", "in": "query", "description": prose, "schema": ORDER})

    def server(asked: Asked) -> tuple[int, Any]:
        known = asked.query.get("order", "newest").lower() in ORDER["enum"]
        return (200, [{"id": "1"}]) if known else (400, {"error": "unknown order"})

    assert bool(found(tmp_path, told, server, FORBIDDEN)) is wrong


@pytest.mark.parametrize(("prose", "wrong"), [("Anything else is treated as a book.", False), ("A kind.", True)])
def test_a_member_that_is_replaced(tmp_path: Path, prose: str, wrong: bool) -> None:
    kind = {"type": "string", "enum": ["book", "map"], "description": prose}
    schema = {"type": "object", "properties": {"kind": kind}, "required": ["kind"]}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    told = {"post": {"operationId": "m", "requestBody": body, "responses": answers(THING, "201")}}

    def server(asked: Asked) -> tuple[int, Any]:
        json = asked.headers.get("content-type") == "application/json" and isinstance(asked.body, dict)
        right = json and isinstance(asked.body.get("kind"), str)
        return (201, {"id": "1"}) if right else (400, {"error": "no kind"})

    assert bool(found(tmp_path, told, server, FORBIDDEN)) is wrong


@pytest.mark.parametrize(
    ("prose", "given", "wrong"),
    [("How many, capped at 5.", 5, False), ("How many, capped at 5.", 6, True), ("How many.", 5, True)],
)
def test_a_page_size_that_is_capped(tmp_path: Path, prose: str, given: int, wrong: bool) -> None:
    size = {"name": "limit", "in": "query", "description": prose, "schema": {"type": "integer", "maximum": 5}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}}

    def server(asked: Asked) -> tuple[int, Any]:
        try:
            wanted, first = int(asked.query.get("limit", "5")), int(asked.query.get("offset", "0"))
        except ValueError:
            return 400, {"error": "no number"}
        if first < 0 or wanted < 1:
            return 400, {"error": "too small"}
        return 200, [{"id": str(number)} for number in range(9)][first:][: min(wanted, given)]

    assert bool(found(tmp_path, listing(size, start), server, PAGES)) is wrong
