"""Conversion to JSON Schema: what the document's schema accepts, the converted one accepts, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from specs.contract.schemas import json_schema
from specs.source.document import SpecError
from tests.specs.samples import contract, obj, shop

OLD: dict[str, Any] = {
    "openapi": "3.0.3",
    "components": {
        "schemas": {
            "Name": {"type": "string", "minLength": 1},
            "Tree": obj(value="integer") | {"properties": {"value": {"type": "integer"}, "left": {"$ref": "#/t/Tree"}}},
        }
    },
    "t": {"Tree": {"$ref": "#/components/schemas/Tree"}},
}
NEW = {**OLD, "openapi": "3.1.0"}


def accepts(schema: dict[str, Any], value: Any, raw: dict[str, Any] = OLD, **more: Any) -> bool:
    converted = json_schema(raw, schema, **more)
    Draft202012Validator.check_schema(converted)
    return Draft202012Validator(converted).is_valid(value)


NAME = {"$ref": "#/components/schemas/Name"}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, ["a", None], [1]),
        ({"type": "string", "nullable": False}, ["a"], [None]),
        ({"type": "string", "enum": ["a", "b"], "nullable": True}, ["a", None], ["c"]),
        ({"enum": ["a", None], "nullable": True}, ["a", None], ["c"]),
        ({"$ref": "#/components/schemas/Name", "nullable": True}, ["a", None], ["", 1]),
        ({"allOf": [NAME], "nullable": True}, ["a", None], ["", 1]),
        ({"type": "string", "allOf": [{"maxLength": 2}], "nullable": True}, ["ab", None], ["abc", 1]),
        ({"oneOf": [NAME, {"type": "integer"}], "nullable": True}, ["a", 3, None], ["", 1.5]),
        ({"nullable": True}, [None, 1, "a"], []),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, [0.1], [0]),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": False}, [0], [-1]),
        ({"type": "number", "maximum": 9, "exclusiveMaximum": True}, [8.9], [9]),
        ({"type": "number", "exclusiveMaximum": True}, [1e9], ["a"]),
        ({"type": "array", "items": {"type": "string", "nullable": True}}, [["a", None]], [[1]]),
        ({"additionalProperties": {"type": "string", "nullable": True}}, [{"a": None}], [{"a": 1}]),
        ({"not": {"type": "string", "nullable": True}}, [1], ["a", None]),
        (
            {"$ref": "#/components/schemas/Name", "maxLength": 1},
            ["abc"],
            [""],
        ),  # 3.0: beside a reference nothing counts
        (obj(example="string", xml="integer"), [{"example": "a", "xml": 1}], [{"example": 1, "xml": 1}, {}]),
        ({"type": "string", "required": True}, ["a"], [1]),
    ],
)
def test_openapi_3_0(schema: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not accepts(schema, value)] == []
    assert [value for value in bad if accepts(schema, value)] == []


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": ["string", "null"]}, ["a", None], [1]),
        ({"type": "string", "nullable": True}, ["a"], [None]),  # 3.1 does not know the word
        ({"$ref": "#/components/schemas/Name", "maxLength": 2}, ["ab"], ["abc", ""]),
        ({"exclusiveMinimum": 0}, [0.1], [0]),
        ({"const": "a", "examples": ["b"]}, ["a"], ["b"]),
        ({"type": "array", "prefixItems": [NAME]}, [["a", 1]], [["", 1]]),
    ],
)
def test_openapi_3_1(schema: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not accepts(schema, value, NEW)] == []
    assert [value for value in bad if accepts(schema, value, NEW)] == []


def test_a_schema_that_contains_itself() -> None:
    tree = {"$ref": "#/components/schemas/Tree"}
    assert accepts(tree, {"value": 1, "left": {"value": 2, "left": {"value": 3}}})
    assert not accepts(tree, {"value": 1, "left": {"value": 2, "left": {"value": "x"}}})


def test_only_what_is_needed_comes_along() -> None:
    assert set(json_schema(OLD, {"$ref": "#/components/schemas/Tree"})["$defs"]) == {"Tree", "Tree.2"}
    assert "$defs" not in json_schema(OLD, {"type": "string"})


def test_annotations_go_and_members_of_their_names_stay() -> None:
    schema = obj(example="string", discriminator="string") | {
        "example": {"example": "a"},
        "discriminator": {"propertyName": "x"},
        "xml": {"name": "y"},
        "x-contract": {"from": "z"},
        "default": {"example": "kept"},
    }
    converted = json_schema(OLD, schema)
    assert set(converted) == {"$schema", "type", "required", "properties", "default"}
    assert set(converted["properties"]) == {"example", "discriminator"}


SIDED = {
    "type": "object",
    "required": ["id", "secret", "name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "secret": {"type": "string", "writeOnly": True},
        "name": {"type": "string"},
    },
}


def test_members_that_travel_one_way_are_required_that_way_only() -> None:
    assert accepts(SIDED, {"id": 1, "name": "a"}, direction="response")
    assert not accepts(SIDED, {"secret": "s", "name": "a"}, direction="response")
    assert accepts(SIDED, {"secret": "s", "name": "a"}, direction="request")
    assert not accepts(SIDED, {"secret": "s"}, direction="request")


def test_one_way_members_are_seen_through_references_and_compositions() -> None:
    raw = {**OLD, "components": {"schemas": {"Id": {"type": "integer", "readOnly": True}, "Base": SIDED}}}
    direct = {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "#/components/schemas/Id"}}}
    composed = {"allOf": [{"$ref": "#/components/schemas/Base"}], "required": ["id"]}
    assert accepts(direct, {}, raw, direction="request")
    assert not accepts(direct, {}, raw, direction="response")
    assert accepts(composed, {"secret": "s", "name": "a"}, raw, direction="request")


def test_a_dangling_reference_is_refused() -> None:
    with pytest.raises(SpecError, match="#/components/schemas/None leads nowhere"):
        json_schema(OLD, {"items": {"$ref": "#/components/schemas/None"}})


def test_a_contract_converts_each_schema_once() -> None:
    built = contract(shop())
    answer = built.operation("getBook").answer(200)
    assert answer is not None
    assert answer.schema is not None
    first = built.json_schema(answer.schema)
    assert built.json_schema(dict(answer.schema)) is first
    assert built.json_schema(answer.schema, direction="request") is not first
    book = {"id": 1, "title": "Emma", "isbn": None, "sequel": {"id": 2, "title": "None"}}
    assert Draft202012Validator(first).is_valid(book)
    assert not Draft202012Validator(first).is_valid({**book, "sequel": {"id": 2}})


TYPES = st.sampled_from(["string", "integer", "number", "boolean", "array", "object"])
VALUES = st.sampled_from(["a", 1, 1.5, True, [], {}, None])


@given(TYPES, VALUES, st.booleans(), st.sampled_from(["plain", "allOf", "ref", "items"]))
def test_nullable_adds_null_and_nothing_else(kind: str, value: Any, nullable: bool, form: str) -> None:
    raw = {**OLD, "components": {"schemas": {"It": {"type": kind}}}}
    stated: dict[str, dict[str, Any]] = {
        "plain": {"type": kind},
        "allOf": {"allOf": [{"type": kind}]},
        "ref": {"$ref": "#/components/schemas/It"},
        "items": {"type": kind, "items": {}},
    }
    plain = Draft202012Validator({"type": kind}).is_valid(value)
    expected = plain or (nullable and value is None)
    assert accepts({**stated[form], "nullable": nullable}, value, raw) == expected
