"""Lists: how their pages are asked for, and what the document states of them."""

from __future__ import annotations

from typing import Any

import pytest

from specs.contract import Operation, SpecError
from tests.specs.samples import INTEGER, LINK, THINGS, listing, obj, things


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
