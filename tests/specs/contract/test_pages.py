"""How a list is asked for in pages: by what the document says, not by a name alone."""

from __future__ import annotations

from typing import Any

import pytest

from specs.contract.other_lists import other_lists
from tests.specs.samples import THINGS, contract, listing, obj

Raw = dict[str, Any]
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
LIMIT: Raw = {"name": "limit", "schema": WHOLE}


def asked(*parameters: Raw, schema: Raw = THINGS) -> tuple[str, str | None, int] | None:
    (operation,) = contract(listing(*parameters, schema=schema)).operations
    paging = operation.paging
    return paging and (paging.dialect, paging.position.name if paging.position else None, paging.first)


@pytest.mark.parametrize("name", ["offset", "page", "start", "cursor"])
def test_a_text_that_comes_from_an_answer_is_a_cursor(name: str) -> None:
    told = {"name": name, "schema": TEXT, "description": "A token returned by the previous request."}
    assert asked(told, LIMIT) == ("cursor", name, 0)


@pytest.mark.parametrize(
    "more", [{"example": "3"}, {"schema": {**TEXT, "default": "1"}}, {"description": "The page number to retrieve."}]
)
def test_a_number_written_as_text_is_a_number(more: Raw) -> None:
    found = asked({"name": "page", "schema": TEXT, **more}, LIMIT)
    assert found is not None
    assert found[:2] == ("page", "page")


def test_a_number_beside_the_answers_own_token_is_bookkeeping() -> None:
    page = {"name": "Page", "schema": WHOLE, "description": "The page index, for client state."}
    token = {"name": "PageToken", "schema": TEXT}
    assert asked({"name": "PageSize"}, page, token) == ("cursor", "PageToken", 0)


@pytest.mark.parametrize(
    ("name", "more", "first"),
    [
        ("startIndex", {"schema": {**WHOLE, "default": 1}}, 1),
        ("startIndex", {"schema": {**WHOLE, "minimum": 1}}, 1),
        ("startIndex", {"description": "The 1-based index of the first result."}, 1),
        ("startIndex", {}, 0),
        ("page", {}, 1),
        ("page", {"schema": {**WHOLE, "default": 0}}, 0),
        ("page", {"schema": {**WHOLE, "minimum": 0}}, 0),
        ("page", {"description": "Zero-based page index."}, 0),
        ("page", {"description": "Pages start at 1."}, 1),
        ("page", {"description": "The first page is 0."}, 0),
    ],
)
def test_what_pages_and_items_are_counted_from(name: str, more: Raw, first: int) -> None:
    found = asked({"name": name, **more}, {"name": "count"})
    assert found is not None
    assert found[1:] == (name, first)


@pytest.mark.parametrize(("more", "first"), [({}, 1), ({"schema": {**WHOLE, "minimum": 0}}, 0)])
def test_items_of_scim_count_from_one_where_nothing_else_is_said(more: Raw, first: int) -> None:
    schema = {"type": "object", "properties": {"Resources": THINGS, "totalResults": WHOLE}}
    assert asked({"name": "startIndex", **more}, {"name": "count"}, schema=schema) == ("offset", "startIndex", first)


@pytest.mark.parametrize("name", ["continue", "before", "after", "before_id"])
def test_cursors_of_other_names(name: str) -> None:
    assert asked({"name": name, "schema": TEXT}, LIMIT) == ("cursor", name, 0)
    when = {"name": name, "schema": {**TEXT, "format": "date-time"}}
    assert asked(when, LIMIT) is None


@pytest.mark.parametrize(
    ("schema", "items"),
    [
        (obj(things=THINGS, included=THINGS), "/things"),
        (obj(parts=THINGS, things=THINGS), "/things"),
        (obj(data=obj(entries=THINGS, total=WHOLE)), "/data/entries"),
        (obj(ok="boolean", matches=obj(rows=THINGS, count=WHOLE)), "/matches/rows"),
        (obj(things=THINGS, response_metadata=obj(next_cursor=TEXT)), "/things"),
    ],
)
def test_where_the_items_stand(schema: Raw, items: str) -> None:
    (operation,) = contract(listing({"name": "cursor", "schema": TEXT}, LIMIT, schema=schema)).operations
    assert operation.paging is not None
    assert operation.paging.items == items


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        (obj(data=obj(id=WHOLE)), "/data"),
        (obj(id="string", data=obj(id=WHOLE)), "/data"),  # the id is that of the request
        (obj(id="string", data=obj()), ""),  # an artifact, as at Prefect
    ],
)
def test_what_has_an_id_and_data_of_its_own_is_no_envelope(schema: Raw, data: str) -> None:
    raw = listing(schema=schema)
    raw["paths"] = {"/things/{id}": raw["paths"]["/things"]}
    raw["paths"]["/things/{id}"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    (operation,) = contract(raw).operations
    assert operation.data == data


def test_a_thing_with_a_list_of_its_own_is_no_list() -> None:
    assert asked({"name": "page"}, schema=obj(data=obj(id=WHOLE, tags=THINGS))) is None


@pytest.mark.parametrize(
    ("schema", "items"),
    [
        (obj(id=WHOLE, parts=THINGS), None),  # a thing with a list of its own
        (obj(parts=THINGS, name=TEXT), None),
        (obj(parts=THINGS, total=WHOLE), "/parts"),
        (obj(users=THINGS), "/users"),
        (obj(box_things=THINGS, box=obj(id=WHOLE)), None),
    ],
)
def test_a_list_at_the_address_of_one_thing(schema: Raw, items: str | None) -> None:
    raw = listing({"name": "page"}, LIMIT, schema=schema)
    raw["paths"] = {"/boxes/{boxId}": raw["paths"]["/things"]}
    box = {"name": "boxId", "in": "path", "required": True, "schema": TEXT}
    raw["paths"]["/boxes/{boxId}"]["get"]["parameters"].append(box)
    paging = contract(raw).operations[0].paging
    assert (paging and paging.items) == items


def test_a_date_is_a_position_where_the_answer_tells_of_more() -> None:
    before = {"name": "before", "schema": {**TEXT, "format": "date-time"}}
    assert asked(before, LIMIT, schema=obj(things=THINGS)) is None
    assert asked(before, LIMIT, schema=obj(things=THINGS, has_more="boolean")) == ("cursor", "before", 0)


def test_a_position_without_a_size_is_one_where_the_answer_has_the_next() -> None:
    marker = {"name": "marker", "schema": TEXT}
    assert asked(marker, schema=obj(things=THINGS)) is None
    assert asked(marker, schema=obj(things=THINGS, next_marker=TEXT)) == ("cursor", "marker", 0)


def test_the_id_to_begin_with_is_a_cursor() -> None:
    begin = {"name": "from", "schema": WHOLE, "description": "Fetch the results from the given uid on."}
    assert asked(begin, LIMIT) == ("cursor", "from", 0)


def test_a_creation_of_several_things_is_no_list() -> None:
    raw = listing(schema=obj(things=THINGS, page=WHOLE))
    raw["paths"]["/things"]["get"]["operationId"] = "getsOrMakesThings"
    item = raw["paths"]["/things"]
    item["post"] = item.pop("get")
    body = obj(things=THINGS, page=WHOLE, pageSize=WHOLE)
    item["post"]["requestBody"] = {"content": {"application/json": {"schema": body}}}
    assert other_lists(contract(raw)) == ()


def test_a_list_that_is_described_nowhere_is_told() -> None:
    raw = listing({"name": "cursor", "schema": TEXT}, LIMIT, schema={"type": "object", "additionalProperties": True})
    assert [(each.dialect, each.place) for each in other_lists(contract(raw))] == [("cursor", "query")]


def test_an_object_about_the_next_page() -> None:
    schema = obj(data=THINGS, next_page=obj(offset=TEXT, path=TEXT, uri=TEXT))
    told = {"name": "offset", "schema": TEXT, "description": "A token returned in the last response."}
    (operation,) = contract(listing(told, LIMIT, schema=schema)).operations
    assert operation.paging is not None
    assert (operation.paging.pagination, operation.paging.members) == ("/next_page", {"cursor": "/offset"})


def test_an_example_shows_what_no_schema_says() -> None:
    raw = listing({"name": "page"}, LIMIT, schema={})
    media = raw["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"]
    media["example"] = {"things": [{"id": 1}], "total": 1}
    paging = contract(raw).operations[0].paging
    assert paging is not None
    assert (paging.items, paging.members) == ("/things", {"total": "/total"})


def test_lists_asked_for_otherwise_are_told_and_not_judged() -> None:
    raw = listing(schema=obj(things=THINGS, next_cursor=TEXT))
    item = raw["paths"]["/things"]
    item["post"] = item.pop("get")
    body = obj(cursor=TEXT, count=WHOLE)
    item["post"]["requestBody"] = {"content": {"application/json": {"schema": body}}}
    ranged = listing({"name": "Range", "in": "header", "schema": TEXT}, schema=THINGS)["paths"]["/things"]["get"]
    raw["paths"]["/others"] = {"get": {**ranged, "operationId": "x", "responses": {"206": ranged["responses"]["200"]}}}
    built = contract(raw)
    assert [(each.operation.key, each.dialect, each.place) for each in other_lists(built)] == [
        ("POST /things", "cursor", "body"),
        ("GET /others", "range", "header"),
    ]
    assert not any(each.paging for each in built.operations)
