"""The notebooks' document with its request bodies written in other shapes that allow the same."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from specs.contract import Contract, build
from specs.source.document import as_document
from tests.contracts.laws.state.notebook import RAW

Schema = dict[str, Any]
NULL = {"type": "null"}
COPY = {
    "type": "object",
    "required": ["copy_of"],
    "properties": {"copy_of": {"type": "string"}},
    "additionalProperties": False,
}
"""Another way to say what is meant, which no example goes."""


def _members(plain: Schema, change: Callable[[Schema], Schema]) -> Schema:
    return {**plain, "properties": {name: change(rule) for name, rule in plain["properties"].items()}}


def _in_parts(plain: Schema) -> Schema:
    one, *others = plain["properties"].items()
    parts = [{"type": "object", "properties": dict(each)} for each in ([one], others)]
    return {"allOf": [{"$ref": "#/components/schemas/Nothing"}, *parts, {"required": plain["required"]}]}


def _beside(plain: Schema) -> Schema:
    """What all ways have in common stands beside the choice."""
    one, *others = plain["properties"].items()
    ways = [{"properties": dict(others), "required": plain["required"]}, {"required": ["copy_of"]}]
    return {"type": "object", "properties": dict([one]), "anyOf": ways}


SHAPES: dict[str, Callable[[Schema], Schema]] = {
    "plain": lambda plain: plain,
    "allOf": _in_parts,
    "oneOf": lambda plain: {"oneOf": [{**plain, "additionalProperties": False}, COPY]},
    "oneOf, the other way first": lambda plain: {"oneOf": [NULL, {**plain, "additionalProperties": False}]},
    "anyOf": lambda plain: {"anyOf": [plain, COPY]},
    "anyOf with null": lambda plain: {"anyOf": [plain, NULL]},
    "nullable": lambda plain: {"nullable": True, "allOf": [plain]},
    "anyOf beside members": _beside,
    "allOf of a oneOf": lambda plain: {"allOf": [{"oneOf": [{**plain, "additionalProperties": False}, COPY]}]},
    "members with null": lambda plain: _members(plain, lambda rule: {"anyOf": [rule, NULL]}),
    "members of one choice": lambda plain: _members(plain, lambda rule: {"allOf": [{"oneOf": [rule]}]}),
    "members with a reference": lambda plain: _members(
        plain, lambda rule: {"$ref": "#/components/schemas/Nothing", **rule}
    ),
}


@cache
def shaped(shape: str, *, examples: bool = True, moving: tuple[str, ...] = ()) -> Contract:
    """The document with each body of a notebook in a shape, behind a reference.

    `moving`: members that it says move by themselves.
    """
    raw = {**copy.deepcopy(RAW), "x-contract": {"members": {name: ["volatile"] for name in moving}}}
    raw["openapi"] = "3.0.3" if shape == "nullable" else raw["openapi"]
    raw["components"]["schemas"] = {"Nothing": {"description": "Anything."}}
    for path, method in (("/notebooks", "post"), ("/notebooks/{notebook_id}", "patch")):
        media = raw["paths"][path][method]["requestBody"]["content"]["application/json"]
        raw["components"]["schemas"][method] = SHAPES[shape](media["schema"])
        media["schema"] = {"$ref": f"#/components/schemas/{method}"}
        if not examples:
            del media["example"]
    return build(as_document(raw, name=f"notebooks, {shape}"))
