"""What a document means: operations, limits, pages, credentials, resources, tokens."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.contract import Limit, SpecError
from specs.contract.limits import mark_implied, per
from tests.specs.samples import THINGS, contract, listing, shop, things


def test_an_operation_is_found_by_key_and_by_id() -> None:
    built = contract(shop())
    assert built.operation("getBook") is built.operation("GET /shelves/{shelfId}/books/{bookId}")
    assert [operation.method for operation in built.operations] == ["GET", "POST", "GET", "PATCH", "DELETE"]
    with pytest.raises(KeyError):
        built.operation("nothing")


def test_an_operation_knows_its_place_and_parts() -> None:
    operation = contract(shop()).operation("listBooks")
    assert operation.pointer == "#/paths/~1shelves~1{shelfId}~1books/get"
    assert (operation.safe, operation.tags, operation.path_parameters) == (True, ("Books",), ("shelfId",))
    shelf = operation.parameter("shelfId", "path")
    assert shelf is not None
    assert (shelf.required, shelf.style, shelf.explode) == (True, "simple", False)
    assert shelf.pointer == "#/paths/~1shelves~1{shelfId}~1books/parameters/0"
    limit = operation.parameter("limit")
    assert limit is not None
    assert (limit.style, limit.explode, limit.example) == ("form", True, 10)
    assert operation.parameter("limit", "path") is None
    assert [(header.name, header.required) for header in operation.success[0].headers] == [("Cache-Control", True)]


@pytest.mark.parametrize(
    ("statuses", "status", "found"),
    [
        (["200", "404"], 404, "404"),
        (["200", "4XX"], 404, "4XX"),
        (["4xx", "404"], 404, "404"),
        (["200", "default"], 503, "default"),
        (["200", "404"], 500, None),
    ],
)
def test_an_answer_is_the_closest_declared_one(statuses: list[str], status: int, found: str | None) -> None:
    raw = listing(schema=THINGS)
    raw["paths"]["/things"]["get"]["responses"] = {name: {"description": name} for name in statuses}
    answer = things(raw).answer(status)
    assert (answer.status if answer else None) == found


def test_own_parameters_override_those_of_the_path() -> None:
    raw = shop()
    own = {"name": "shelfId", "in": "path", "required": True, "schema": {"type": "integer"}}
    raw["paths"]["/shelves/{shelfId}/books"]["get"]["parameters"].append(own)
    shelf = contract(raw).operation("listBooks").parameter("shelfId")
    assert shelf is not None
    assert (shelf.schema, shelf.pointer[-12:]) == ({"type": "integer"}, "parameters/2")


def test_headers_that_are_ruled_elsewhere_are_no_parameters() -> None:
    raw = shop()
    names = ("authorization", "Accept", "Content-Type", "x-key", "X-Trace")
    stated = [{"name": name, "in": "header", "schema": {"type": "string"}} for name in names]
    stated.append({"name": "X-Key", "in": "query", "schema": {"type": "string"}})
    raw["paths"]["/shelves/{shelfId}/books"]["post"]["parameters"] = stated
    found = contract(raw).operation("addBook").parameters
    assert [(item.name, item.location) for item in found[1:]] == [("X-Trace", "header"), ("X-Key", "query")]


def test_a_body_is_read_in_its_json_form() -> None:
    raw = shop()
    content = raw["paths"]["/shelves/{shelfId}/books"]["post"]["requestBody"]["content"]
    content["text/plain"] = {"schema": {"type": "string"}}
    raw["paths"]["/shelves/{shelfId}/books"]["post"]["requestBody"]["content"] = dict(reversed(content.items()))
    body = contract(raw).operation("addBook").body
    assert body is not None
    assert (body.media_type, body.required, body.examples) == (
        "application/json",
        True,
        ({"title": "Emma", "isbn": "9780141439587"},),
    )


class TestLimits:
    def limits(self, extension: dict[str, Any], root: dict[str, Any] | None = None) -> list[tuple[str, int, bool]]:
        raw = listing(schema=THINGS)
        raw["paths"]["/things"]["get"].update(extension)
        raw.update(root or {})
        return [(limit.period, limit.requests, limit.implied) for limit in things(raw).limits]

    def info(self, *limits: tuple[str, int]) -> dict[str, Any]:
        stated = [{"period": period, "requests": requests} for period, requests in limits]
        return {"x-server-conversion-info": {"rate_limiting": {"limits": stated}}}

    def test_periods_by_name(self) -> None:
        assert self.limits(self.info(("hour", 100), ("minute", 5))) == [("minute", 5, False), ("hour", 100, False)]

    def test_a_longer_limit_that_cannot_bind_is_implied(self) -> None:
        assert self.limits(self.info(("minute", 60), ("hour", 3600))) == [("minute", 60, False), ("hour", 3600, True)]
        assert self.limits(self.info(("minute", 60), ("hour", 3599)))[1] == ("hour", 3599, False)

    def test_the_generic_form_on_the_operation_or_the_document(self) -> None:
        stated = {"x-contract": {"limits": [{"requests": 3, "window": 1}, {"requests": 9, "window": 90}]}}
        expected = [("second", 3, False), ("90 seconds", 9, False)]
        assert self.limits(stated) == expected
        assert self.limits({}, stated) == expected
        assert self.limits({"x-contract": {"limits": []}}, stated) == []

    @pytest.mark.parametrize(
        "stated",
        [
            {"x-contract": {"limits": [{"requests": 3}]}},
            {"x-contract": {"limits": [{"requests": "3", "window": 1}]}},
            {"x-contract": {"limits": [{"requests": 3, "window": 0}]}},
            {"x-server-conversion-info": {"rate_limiting": {"limits": [{"requests": 3, "period": "aeon"}]}}},
            {"x-server-conversion-info": {"rate_limiting": {"limits": 3}}},
        ],
    )
    def test_a_limit_that_makes_no_sense_is_refused_with_its_place(self, stated: dict[str, Any]) -> None:
        with pytest.raises(SpecError, match=r"#/paths/~1things/get/x-.*limits.*: "):
            self.limits(stated)

    def test_periods_in_words(self) -> None:
        assert [per(period) for period in ("minute", "hour", "90 seconds")] == ["a minute", "an hour", "in 90 seconds"]

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=4))
    def test_an_implied_limit_never_binds_first(self, stated: list[tuple[int, int]]) -> None:
        """Whoever keeps all limits that are not implied keeps the implied ones too, window by window."""
        limits = mark_implied(tuple(Limit("", float(window), requests, "") for requests, window in stated))
        for limit in limits:
            rates = [other.requests / other.window for other in limits if other.window < limit.window]
            assert limit.implied == any(limit.requests / limit.window >= rate - 1e-12 for rate in rates)


class TestSecurity:
    def test_a_credential_of_the_document_holds_for_every_operation(self) -> None:
        (alternative,) = contract(shop()).operation("listBooks").security
        assert alternative.pointer == "#/security/0"
        (scheme,) = alternative.schemes
        assert (scheme.kind, scheme.location, scheme.parameter) == ("apiKey", "header", "X-Key")
        assert (scheme.principal, scheme.member) == ("api_key", "key")

    def test_an_operation_may_ask_for_none_or_offer_a_choice(self) -> None:
        raw = shop()
        raw["components"]["securitySchemes"]["sign"] = {"type": "http", "scheme": "Bearer"}
        paths = raw["paths"]["/shelves/{shelfId}/books"]
        paths["get"]["security"] = []
        paths["post"]["security"] = [{}, {"key": [], "sign": []}]
        built = contract(raw)
        assert built.operation("listBooks").security == ()
        names = [[scheme.name for scheme in item.schemes] for item in built.operation("addBook").security]
        assert names == [[], ["key", "sign"]]

    @pytest.mark.parametrize(
        ("node", "expected"),
        [
            ({"type": "http", "scheme": "bearer"}, ("bearer", "header", "Authorization", "bearer", "token")),
            ({"type": "http", "scheme": "basic"}, ("basic", "header", "Authorization", "basic", "password")),
            ({"type": "http", "scheme": "digest"}, ("other", "header", "Authorization", None, None)),
            ({"type": "oauth2", "flows": {}}, ("oauth2", "header", "Authorization", "bearer", "token")),
            ({"type": "apiKey", "in": "query", "name": "k"}, ("apiKey", "query", "k", "api_key", "key")),
            (
                {"type": "apiKey", "in": "cookie", "name": "s", "x-contract": {"principal": "user", "member": "sid"}},
                ("apiKey", "cookie", "s", "user", "sid"),
            ),
        ],
    )
    def test_who_holds_a_credential(self, node: dict[str, Any], expected: tuple[Any, ...]) -> None:
        raw = shop()
        raw["components"]["securitySchemes"]["key"] = node
        scheme = contract(raw).schemes["key"]
        assert (scheme.kind, scheme.location, scheme.parameter, scheme.principal, scheme.member) == expected

    def test_two_keys_of_one_principal_are_told_apart(self) -> None:
        raw = shop()
        raw["components"]["securitySchemes"]["app"] = {"type": "apiKey", "in": "header", "name": "X-App"}
        assert {name: scheme.member for name, scheme in contract(raw).schemes.items()} == {"key": "key", "app": "app"}

    def test_a_bearer_and_oauth2_are_one_token(self) -> None:
        raw = shop()
        flow = {"password": {"tokenUrl": "/token", "scopes": {}}}
        raw["components"]["securitySchemes"] |= {
            "HTTPBearer": {"type": "http", "scheme": "bearer"},
            "OAuth2PasswordBearer": {"type": "oauth2", "flows": flow},
        }
        found = contract(raw).schemes
        assert [found[each].member for each in ("HTTPBearer", "OAuth2PasswordBearer")] == ["token", "token"]


def test_where_inputs_come_from() -> None:
    raw = shop()
    raw["components"]["parameters"]["Shelf"]["x-contract"] = {"from": "addBook", "value": "/shelf"}
    book = raw["components"]["schemas"]["Book"]["properties"]
    book["sequel"]["x-contract"] = {"from": "listBooks", "value": "/id"}
    limit = raw["paths"]["/shelves/{shelfId}/books"]["get"]["parameters"][0]
    limit["x-contract"] = {"filter": {"member": "/title", "by": "in"}, "sort": {"member": "/id"}}
    built = contract(raw)
    listed = built.operation("listBooks")
    shelf, limited = listed.parameters[0], listed.parameter("limit")
    assert shelf.source is not None
    assert (shelf.source.operation_id, shelf.source.value) == ("addBook", "/shelf")
    assert limited is not None
    assert limited.filter is not None
    assert limited.sort is not None
    assert (limited.filter.member, limited.filter.by, limited.sort.member) == ("/title", "in", "/id")
    body = built.operation("addBook").body
    assert body is not None
    assert {name: source.operation_id for name, source in body.sources.items()} == {"/sequel": "listBooks"}
    book["sequel"]["x-contract"]["from"] = "nobody"
    with pytest.raises(SpecError, match="there is no operation nobody"):
        contract(raw)


def test_the_schema_of_errors() -> None:
    raw = shop()
    assert contract(raw).error_schema == {"$ref": "#/components/schemas/Problem"}
    raw["x-contract"] = {"error": "#/components/schemas/Book"}
    assert contract(raw).error_schema == {"$ref": "#/components/schemas/Book"}
    raw["x-contract"] = {"error": "#/components/schemas/None"}
    with pytest.raises(SpecError, match="leads nowhere"):
        contract(raw)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"x-contract": {"caching": "no-store"}}, "no-store"),
        ({"x-server-conversion-info": {"response_caching": {"strategy": "No-Cache"}}}, "No-Cache"),
        ({}, None),
    ],
)
def test_caching(stated: dict[str, Any], told: str | None) -> None:
    raw = listing(schema=THINGS)
    raw["paths"]["/things"]["get"].update(stated)
    assert things(raw).caching == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"parameters": {}}, None),
        ({"parameters": [{"name": "x"}]}, None),  # an optional parameter is left out
        ({"parameters": 5}, "parameters has to be a list"),
        ({"requestBody": {}}, "/requestBody: a request body needs content"),
        ({"requestBody": {"$ref": "#/components/requestBodies/None"}}, "/requestBody/$ref: #/components/requestBodies"),
        ({"responses": "none"}, "responses has to be an object"),
        ({"security": [{"none": []}]}, "/security/0: the security scheme none"),
        ({"security": {}}, "security has to be a list"),
    ],
)
def test_an_operation_that_cannot_be_understood_is_left_out_with_its_reason(
    change: dict[str, Any], told: str | None
) -> None:
    raw = listing(schema=THINGS)
    raw["paths"]["/others"] = copy.deepcopy(raw["paths"]["/things"])
    raw["paths"]["/things"]["get"].update(change)
    there, beside = contract(raw).operations
    assert beside.unusable is None
    if told is None:
        assert there.unusable is None
        return
    assert there.unusable is not None
    assert there.unusable.startswith("#/paths/~1things/get/")
    assert told in there.unusable
