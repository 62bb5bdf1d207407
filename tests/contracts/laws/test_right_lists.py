"""Lists and ids that look wrong and are right, each beside what looks alike and is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import UPHELD
from contracts.laws.law import Law
from tests.contracts.laws.credentials.judging import (
    Asked,
    answers,
    broken,
    document,
    judged,
    verdicts,
)
from tests.contracts.laws.shelf import ANN, KEY, held, named, thing

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


@pytest.mark.parametrize(("closed", "found"), [(True, False), (False, True)])
def test_a_list_that_is_refused_without_a_size_as_well_says_nothing_of_sizes(
    tmp_path: Path, closed: bool, found: bool
) -> None:
    size = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer"}}
    schema = {"type": "array", "items": thing()}
    paths = {"/things": {"get": {"operationId": "t", "parameters": [size, start], "responses": answers(schema)}}}

    def server(asked: Asked) -> tuple[int, Any]:
        first, limit = int(asked.query.get("offset", "0")), int(asked.query.get("limit", "9"))
        if closed or limit > 20:
            return (401 if closed else 400), {"error": "no"}
        return 200, [{"id": str(each)} for each in range(5)][first : first + limit]

    blamed = held(tmp_path, server, paths, "pagination/an-impossible-page", "pagination/pages-have-the-size")
    assert bool(blamed) is found


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


@pytest.mark.parametrize(("lax", "found"), [(False, False), (True, True)])
def test_a_page_of_a_body_may_be_null_as_frameworks_write_it(tmp_path: Path, lax: bool, found: bool) -> None:
    paths = searched("/things/get")
    page = paths["/things/get"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    page["limit"]["type"], page["offset"]["type"] = ["integer", "null"], ["integer", "null"]

    def server(asked: Asked) -> tuple[int, Any]:
        told = asked.body if isinstance(asked.body, dict) else {}
        first, size = told.get("offset") or 0, told.get("limit", 50)
        if not lax and not (0 <= first < 2**63 and 1 <= size <= 50):
            return 400, {"error": "no such page"}
        return 200, [{"id": str(each)} for each in range(9)][first:][:size]

    law = "pagination/an-impossible-page-is-refused"
    made = judged(tmp_path, server, document(searched("/x") | paths, KEY, openapi="3.1.0"), ANN, law)
    assert any(law in each for each in broken(made)) is found
    assert verdicts(made, law) == {"POST /things/get": "broken" if found else UPHELD}


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
    laws = [each.item.rule for each in made.verdicts if isinstance(each.item.rule, Law)]
    assert not [each for each in laws if each.family == "pagination"]


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
