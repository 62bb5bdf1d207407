"""Values that nobody used before: of the form that is asked for, and nobody else's."""

from __future__ import annotations

import re

import pytest

from contracts.core.exchange import Exchange, Request, Response
from contracts.request.api import RequestFactory
from contracts.request.references import somebodys
from contracts.steps.lists.links import is_address, leads_to
from contracts.steps.unique_values import alike, like_it, make_unique, make_unlike, with_own_texts
from specs.contract import build
from specs.source.document import as_document
from tests.contracts.laws.shelf import KEY, TEXT, shelf, thing
from tests.contracts.laws.state.notebook import deployment, principals

PLATE = {**TEXT, "pattern": "^[A-Z]{1,2}-[0-9]{4}$", "example": "B-1234"}
NAMES = {"type": "array", "items": TEXT}
PATHS = {
    **shelf(thing(plate=PLATE, labels=NAMES, colors={"type": "array", "items": {"type": "integer"}})),
    **{
        f"/{name}": each for name in ("labels", "colors") for each in shelf(thing(name=TEXT)).values() if "post" in each
    },
}


def factory():
    document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": PATHS, **KEY}
    contract = build(as_document(document))
    create = next(each for each in contract.operations if each.key == "POST /things")
    return RequestFactory(contract, deployment(), create, principals()[0], "ct000001-1")


@pytest.mark.parametrize(
    ("text", "pattern", "tail"),
    [("B-1234", "[A-Z]-[0-9]{4}", ""), ("ann7@shop.example", "[a-z]{3}[0-9]", "@shop.example")],
)
def test_a_text_of_the_same_kind_has_other_letters_and_digits_and_the_same_host(text, pattern, tail):
    for each in alike(text, "ct000001-1-1"):
        assert re.fullmatch(pattern + re.escape(tail), each)
        assert each != text


def test_after_a_conflict_a_text_of_a_pattern_is_another_one_that_fits():
    api = factory()
    unlike = make_unlike(api, api.operation, {"plate": "B-1234"})
    assert unlike["plate"] != "B-1234"
    assert like_it(PLATE, unlike["plate"], "x") is not None


def test_what_was_made_up_for_names_in_a_list_is_a_name_of_the_runs():
    api = factory()
    assert make_unique(api, "labels", ["some"], NAMES) == ["ct000001-1-1"]


def test_numbers_name_somebodys_things_where_numbers_are_wanted():
    api = factory()
    assert somebodys(api.contract, api.operation, "colors", [7, -1]) == [7]
    assert somebodys(api.contract, api.operation, "labels", [7, "ct000001-1-1"]) == []
    assert somebodys(api.contract, api.operation, "plate", 7) == []


def test_a_change_keeps_the_texts_that_a_thing_has():
    assert with_own_texts({"plate": "B-1", "seats": 4}, {"plate": "B-2", "seats": 5}) == {"plate": "B-2", "seats": 4}


def test_a_link_is_followed_with_the_key_that_a_query_carries_and_the_link_does_not():
    query = {"type": "apiKey", "in": "query", "name": "key"}
    document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": PATHS, "security": [{"key": []}]}
    contract = build(as_document({**document, "components": {"securitySchemes": {"key": query}}}))
    listing = next(each for each in contract.operations if each.key == "GET /things")
    api = RequestFactory(contract, deployment(), listing, principals()[0], "ct000001-1")
    request = Request(listing, "/things?limit=2&key=$ACME_KEY", principal="acme")
    page = Exchange(1, request, Response(200, (), "[]", 2), None, 1.0, 2.0)
    assert leads_to(api, page, "/things?limit=2&cursor=7").target == "/things?limit=2&cursor=7&key=$ACME_KEY"
    assert leads_to(api, page, "/things?key=other").target == "/things?key=other"


@pytest.mark.parametrize(
    ("text", "address"),
    [("http://x/y", True), ("?page=2", True), ("/y?page=2", True), ("/ab+c/d==", False), ("7", False)],
)
def test_an_address_is_told_from_a_cursor(text, address):
    assert is_address(text) is address
