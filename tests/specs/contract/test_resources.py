"""Resources: which operations make, read, change and remove what, and which hand out tokens."""

from __future__ import annotations

from typing import Any

import pytest

from specs.contract import SpecError, room
from tests.specs.samples import INTEGER, THINGS, contract, listing, obj, shop


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
        assert contract(raw).resources[0].member == "/slug"
        schema["properties"]["cat_slug"] = {"type": "string"}
        assert contract(raw).resources[0].member == "/cat_slug"
        del schema["properties"]["cat_slug"]
        schema["properties"]["slug"] = {"enum": ["small", "large"], "type": "string"}
        assert contract(raw).resources[0].member == "/id"

    def test_the_only_member_that_all_have_is_the_one_in_the_address(self) -> None:
        raw = crud(("/cats", "post"), ("/cats/{cat_id}", "get"))
        schema = raw["paths"]["/cats/{cat_id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        raw["paths"]["/cats"]["post"]["responses"]["200"]["content"]["application/json"]["schema"] = schema
        schema["properties"] = {"title": {"type": "string"}, "seen": {"type": "string"}}
        schema["required"] = ["title", "seen"]
        assert contract(raw).resources[0].member == "/id"
        schema["required"] = ["title"]
        assert contract(raw).resources[0].member == "/title"
        schema["properties"]["title"] = {"type": "string", "format": "date-time"}
        assert contract(raw).resources[0].member == "/id"

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
