"""What a document means: operations, limits, pages, credentials, resources, tokens."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.contract import Limit, Operation, SpecError, room
from specs.contract.limits import mark_implied, per
from tests.specs.samples import THINGS, contract, listing, obj, shop


def things(raw: dict[str, Any]) -> Operation:
    return contract(raw).operation("listThings")


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


INTEGER = {"type": "integer"}
LINK = {"type": "string", "format": "uri"}


def page(schema: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    """Say what is inferred of a list: dialect, parameters, items, pagination object, members."""
    paging = things(listing(*({"name": name} for name in names), schema=schema, **more)).paging
    if paging is None:
        return {}
    return {
        "dialect": paging.dialect,
        "asked": (paging.position and paging.position.name, paging.size and paging.size.name),
        "items": paging.items,
        "in": paging.pagination,
        "members": paging.members,
        "headers": paging.headers,
    }


class TestPaging:
    @pytest.mark.parametrize(
        ("names", "dialect", "asked"),
        [
            (["skip", "take"], "offset", ("skip", "take")),
            (["limit", "offset"], "offset", ("offset", "limit")),
            (["from", "size"], "offset", ("from", "size")),
            (["$skip", "$top"], "offset", ("$skip", "$top")),
            (["page", "per_page"], "page", ("page", "per_page")),
            (["pageNumber", "pageSize"], "page", ("pageNumber", "pageSize")),
            (["page[number]", "page[size]"], "page", ("page[number]", "page[size]")),
            (["page"], "page", ("page", None)),
            (["cursor", "limit"], "cursor", ("cursor", "limit")),
            (["page_token", "max_results"], "cursor", ("page_token", "max_results")),
            (["starting_after", "limit"], "cursor", ("starting_after", "limit")),
            (["after", "first"], "cursor", ("after", "first")),
            (["nextToken", "MaxResults"], "cursor", ("nextToken", "MaxResults")),
        ],
    )
    def test_dialects_of_asking(self, names: list[str], dialect: str, asked: tuple[Any, Any]) -> None:
        found = page(THINGS, *names)
        assert (found["dialect"], found["asked"], found["items"]) == (dialect, asked, "")

    @pytest.mark.parametrize("names", [[], ["limit"], ["token"], ["after"], ["start"], ["name", "sort"]])
    def test_no_pages_are_invented(self, names: list[str]) -> None:
        assert page(THINGS, *names) == {}

    def test_a_date_is_no_position(self) -> None:
        when = {"schema": {"type": "string", "format": "date-time"}}
        raw = listing({"name": "after", **when}, {"name": "start", **when}, {"name": "limit"}, schema=THINGS)
        assert things(raw).paging is None

    def test_only_a_get_that_answers_with_an_array_is_a_list(self) -> None:
        assert page(obj(id="integer"), "page", "limit") == {}
        raw = listing({"name": "page"}, schema=THINGS)
        raw["paths"]["/things"]["post"] = raw["paths"]["/things"].pop("get")
        assert things(raw).paging is None

    @pytest.mark.parametrize(
        ("schema", "items", "inside", "members"),
        [
            (
                obj(data=THINGS, meta=obj(total=INTEGER, per_page=INTEGER, current_page=INTEGER, last_page=INTEGER)),
                "/data",
                "/meta",
                {"total": "/total", "size": "/per_page", "page": "/current_page", "pages": "/last_page"},
            ),
            (
                obj(count=INTEGER, next=LINK, previous=LINK, results=THINGS),
                "/results",
                "",
                {"total": "/count", "link": "/next", "previous_link": "/previous"},
            ),
            (obj(things=THINGS, hasMore={"type": "boolean"}), "/things", "", {"next": "/hasMore"}),
            (obj(data=obj(items=THINGS, total=INTEGER)), "/data/items", "/data", {"total": "/total"}),
            (
                obj(data=THINGS, meta=obj(total=INTEGER), links=obj(next=LINK)),
                "/data",
                "",
                {"total": "/meta/total", "link": "/links/next"},
            ),
            (obj(_embedded=obj(things=THINGS), page=obj(totalElements=INTEGER)), "/_embedded/things", "/page", None),
            (obj(data=THINGS, _links=obj(next=obj(href=LINK))), "/data", "/_links", {"link": "/next/href"}),
            (obj(tags=THINGS, items=THINGS), "/items", None, {}),
            ({"allOf": [obj(total=INTEGER), obj(items=THINGS)]}, "/items", "", {"total": "/total"}),
            (obj(items=THINGS, total="string"), "/items", None, {}),
        ],
    )
    def test_where_items_and_totals_stand(
        self, schema: dict[str, Any], items: str, inside: str | None, members: dict[str, str] | None
    ) -> None:
        found = page(schema, "page", "limit")
        assert (found["items"], found["in"]) == (items, inside)
        assert members is None or found["members"] == members

    def test_a_next_cursor_in_the_body(self) -> None:
        found = page(obj(items=THINGS, next_cursor="string", has_more="boolean"), "cursor", "limit")
        assert found["members"] == {"cursor": "/next_cursor", "next": "/has_more"}
        found = page(obj(items=THINGS, next="string"), "cursor", "limit")
        assert found["members"] == {"cursor": "/next"}
        found = page(obj(items=THINGS, next=LINK), "cursor", "limit")
        assert found["members"] == {"link": "/next"}

    def test_links_and_totals_in_headers(self) -> None:
        headers = {name: {"schema": {"type": "string"}} for name in ("Link", "X-Total-Count", "X-Other")}
        found = page(THINGS, "page", "per_page", headers=headers)
        assert found["headers"] == {"link": "Link", "total": "X-Total-Count"}
        found = page(THINGS, "limit", headers=headers)
        assert (found["dialect"], found["asked"]) == ("cursor", (None, "limit"))

    @pytest.mark.parametrize(
        ("schema", "default", "maximum"),
        [
            ({"type": "integer", "default": 10, "maximum": 50}, 10, 50),
            ({"type": "number", "default": 10.0, "maximum": 50, "exclusiveMaximum": True}, 10, 49),
            ({"type": "integer", "exclusiveMaximum": 51}, None, 50),
            ({"$ref": "#/components/schemas/Size"}, 5, None),
        ],
    )
    def test_the_declared_sizes(self, schema: dict[str, Any], default: int | None, maximum: int | None) -> None:
        raw = listing({"name": "page"}, {"name": "limit", "schema": schema}, schema=THINGS)
        raw["components"] = {"schemas": {"Size": {"type": "integer", "default": 5}}}
        paging = things(raw).paging
        assert paging is not None
        assert (paging.default, paging.maximum) == (default, maximum)

    def test_an_object_that_is_not_required_is_optional(self) -> None:
        schema = obj(items=THINGS, meta=obj(total=INTEGER))
        assert not things(listing({"name": "page"}, schema=schema)).paging.optional
        schema["required"] = ["items"]
        assert things(listing({"name": "page"}, schema=schema)).paging.optional


class TestStatedPaging:
    def build(self, own: dict[str, Any] | None = None, schema: dict[str, Any] | None = None) -> Operation:
        raw = listing(
            {"name": "page"},
            {"name": "batch"},
            schema=schema or obj(box=obj(stuff=THINGS), about=obj(n=INTEGER, more="boolean")),
        )
        pages = {"total": "/n", "next": "/more", "page": "/gone"}
        raw["x-contract"] = {"data": "/box/stuff", "pagination": "/about", "pages": pages}
        raw["paths"]["/things"]["get"]["x-contract"] = {} if own is None else own
        return things(raw)

    def test_the_documents_words_are_taken(self) -> None:
        paging = self.build().paging
        assert paging is not None
        assert (paging.items, paging.pagination, paging.optional) == ("/box/stuff", "/about", False)
        assert paging.members == {"total": "/n", "next": "/more"}  # what the schema does not show is not promised

    def test_an_operation_has_its_own_words(self) -> None:
        paging = self.build({"pagination": "optional", "size": "batch"}).paging
        assert paging is not None
        assert (paging.optional, paging.pagination, paging.size and paging.size.name) == (True, "/about", "batch")
        turned = self.build({"dialect": "offset", "position": "page"}).paging
        assert turned is not None
        assert turned.dialect == "offset"

    def test_an_answer_without_the_object_promises_none(self) -> None:
        paging = self.build(schema=obj(box=obj(stuff=THINGS))).paging
        assert paging is not None
        assert (paging.pagination, paging.members) == (None, {})

    def test_an_answer_of_another_shape_is_inferred(self) -> None:
        assert self.build(schema=THINGS).data == ""
        assert self.build(schema=obj(id=INTEGER)).data == ""

    @pytest.mark.parametrize(
        "own",
        [{"dialect": "time"}, {"data": 1}, {"pages": []}, {"paginaton": "optional"}, [], {"data": "items"}],
    )
    def test_a_word_that_means_nothing_is_refused_with_its_place(self, own: Any) -> None:
        with pytest.raises(SpecError, match="#/paths/~1things/get/x-contract"):
            self.build(own)


def crud(*paths: tuple[str, str]) -> dict[str, Any]:
    """Give a document of paths with methods; GETs of paths that end in a fixed segment answer with an array."""
    raw = listing(schema=THINGS)
    raw["paths"] = {}
    for path, methods in paths:
        schema = obj(id=INTEGER, slug="string") if path.endswith("}") else THINGS
        content = {"application/json": {"schema": schema}}
        answer = {"responses": {"200": {"description": "ok", "content": content}}}
        raw["paths"][path] = dict.fromkeys(methods.split(), answer)
    return raw


class TestResources:
    def resources(self, *paths: tuple[str, str]) -> list[tuple[str, str, str | None, str, str]]:
        found = contract(crud(*paths)).resources
        words = ("create", "list", "read", "update", "delete", "delete_all")
        return [
            (item.name, item.collection, item.item, item.member, " ".join(w for w in words if getattr(item, w)))
            for item in found
        ]

    def test_a_collection_and_its_item(self) -> None:
        assert self.resources(("/v1/cats", "get post delete"), ("/v1/cats/{catId}", "get put delete")) == [
            ("cats", "/v1/cats", "/v1/cats/{catId}", "/id", "create list read update delete delete_all")
        ]

    def test_actions_are_no_resources(self) -> None:
        assert self.resources(("/cats/{id}/feed", "post")) == []

    def test_items_without_a_collection_and_lists_without_items(self) -> None:
        assert self.resources(("/cats/{id}", "get"), ("/dogs", "get")) == [
            ("cats", "/cats", "/cats/{id}", "/id", "read"),
            ("dogs", "/dogs", None, "/id", "list"),
        ]

    def test_names_are_as_short_as_they_can_be_told_apart(self) -> None:
        names = [item[0] for item in self.resources(("/a/tags", "get"), ("/b/tags", "get"), ("/b/cats", "get"))]
        assert names == ["a/tags", "b/tags", "cats"]

    def test_the_last_word_of_a_parameter_names_the_member(self) -> None:
        raw = crud(("/cats", "post"), ("/cats/{catSlug}", "get"))
        schema = raw["paths"]["/cats/{catSlug}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        raw["paths"]["/cats"]["post"]["responses"]["200"]["content"]["application/json"]["schema"] = schema
        assert contract(raw).resources[0].member == "/id"
        del schema["properties"]["id"]
        assert contract(raw).resources[0].member == "/slug"
        schema["properties"]["cat_slug"] = {"type": "string"}
        assert contract(raw).resources[0].member == "/cat_slug"

    def test_a_list_below_a_parameter_has_items_of_its_own(self) -> None:
        raw = crud(("/options/{userId}", "get post"), ("/options/{userId}/{optionId}", "delete"))
        raw["paths"]["/options/{userId}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = THINGS
        (found,) = contract(raw).resources
        assert (found.collection, found.item) == ("/options/{userId}", "/options/{userId}/{optionId}")
        assert found.delete is not None
        assert found.create is not None

    def test_every_operation_knows_its_resource(self) -> None:
        built = contract(shop())
        assert {built.resource_of(operation) for operation in built.operations} == {built.resources[0]}
        assert built.resources[0].operations[0].operation_id == "addBook"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v2/organizations/{orgId}/attributes/{id}/options", "/v2/organizations/{orgId}/attributes"),
        ("/v2/organizations/{orgId}/attributes", "/v2/organizations/{orgId}/attributes"),
        ("/v2/teams/members/list", "/v2/teams"),
        ("/cats", "/cats"),
        ("/cats/{id}", "/cats"),
        ("/a/{x}/{y}/b/c", "/a/{x}/{y}/b"),
    ],
)
def test_a_room_is_what_is_busy_as_a_whole(path: str, expected: str) -> None:
    assert room(path) == expected


class TestTokens:
    def raw(self, **tokens: Any) -> dict[str, Any]:
        raw = shop()
        stated = {"issue": ["addBook"], "refresh": "changeBook", "access": {"token": "/t", "scheme": "key"}, **tokens}
        raw["x-contract"] = {"data": "/items", "tokens": stated}
        return raw

    def test_rules(self) -> None:
        built = contract(self.raw(present="/r", owner="/u", claims={"owner": "sub"}))
        rules = built.tokens
        assert rules is not None
        assert rules.issue == (built.operation("addBook"),)
        assert rules.refresh is built.operation("changeBook")
        assert (rules.force, rules.refresh_token, rules.data) == (None, None, "/items")
        assert (rules.access.token, rules.access.unit, rules.access.lifetime) == ("/t", "seconds", None)
        assert rules.access.scheme is built.schemes["key"]

    @pytest.mark.parametrize(
        ("tokens", "told"),
        [
            ({"issue": ["none"]}, "#/x-contract/tokens/issue: there is no operation none"),
            ({"force": "none"}, "#/x-contract/tokens/force: there is no operation none"),
            ({"access": {"token": "/t", "scheme": "none"}}, "there is no security scheme none"),
            ({"access": {}}, "#/x-contract/tokens/access: "),
            ({"access": {"token": "/t", "lifetime": -1}}, "#/x-contract/tokens/access/lifetime: "),
            ({"claims": {"owner": 1}}, "#/x-contract/tokens/claims/owner: "),
            ({"isue": []}, "isue"),
        ],
    )
    def test_names_that_do_not_exist_are_refused(self, tokens: dict[str, Any], told: str) -> None:
        with pytest.raises(SpecError) as caught:
            contract(self.raw(**tokens))
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)


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
