"""The extension `x-contract`: its grammar, and how it is read. `overlays/README.md` says what each key means."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import jsonschema_rs

from specs.contract.member_names import Hint
from specs.contract.model import Schema
from specs.contract.rules import Rule
from specs.source.pointers import SpecError, join

Spot = Literal["root", "operation", "input", "scheme"]

_TEXT: Schema = {"type": "string"}
_POINTER: Schema = {"type": "string", "pattern": "^(/.*)?$"}
_POINTERS: Schema = {"type": "object", "additionalProperties": _POINTER}


def _object(properties: dict[str, Schema], *required: str) -> Schema:
    """Describe an object without unknown keys: a misspelt one would silently weaken every judgement."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }


_TOKEN = _object(
    {
        "token": _POINTER,
        "expires": _POINTER,
        "lifetime": {"type": "number", "exclusiveMinimum": 0},
        "unit": {"enum": ["seconds", "milliseconds", "iso8601"]},
        "scheme": _TEXT,
    },
    "token",
)
_TOKENS = _object(
    {
        "issue": {"type": "array", "items": _TEXT},
        "refresh": _TEXT,
        "force": _TEXT,
        "present": _POINTER,
        "owner": _POINTER,
        "access": _TOKEN,
        "refresh_token": _TOKEN,
        "claims": {"type": "object", "additionalProperties": _TEXT},
        "single_use": {"type": "boolean"},
        "grace": {"type": "number", "minimum": 0},
    },
    "access",
)
_FILTER = _object({"member": _POINTER, "by": {"enum": ["in", "equals", "contains", "after", "before"]}}, "member", "by")
_HINTS: Schema = {"type": "array", "items": {"enum": [each.value for each in Hint]}}
_LISTS: dict[str, Schema] = {
    "data": _POINTER,
    "pagination": {"type": "string", "pattern": "^(/.*|optional)?$"},
    "pages": _POINTERS,
    "headers": {"type": "object", "additionalProperties": _TEXT},
    "dialect": {"enum": ["offset", "page", "cursor"]},
    "size": _TEXT,
    "position": _TEXT,
    "first": {"enum": [0, 1]},
    "limits": {"type": "array", "items": {"type": "object"}},  # read by specs.limits
    "caching": _TEXT,
}
_INPUT = _object({"from": _TEXT, "value": _POINTER, "filter": _FILTER, "sort": _object({"member": _POINTER}, "member")})
_GRAMMAR: dict[Spot, Schema] = {
    "root": _object(
        {
            **_LISTS,
            "error": {"type": ["string", "object"]},
            "members": {"type": "object", "additionalProperties": _HINTS},
            "rules": {"type": "array", "items": {"enum": [each.value for each in Rule]}},
            "tokens": _TOKENS,
        }
    ),
    "operation": _object(_LISTS),
    "input": {**_INPUT, "dependentRequired": {"from": ["value"], "value": ["from"]}},
    "scheme": _object({"principal": _TEXT, "member": _TEXT}),
}


@cache
def _validator(spot: Spot) -> Any:
    return jsonschema_rs.validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema", **_GRAMMAR[spot]})


def extension(node: Schema, pointer: str, spot: Spot) -> Schema:
    """Give a node's `x-contract`, {} where it has none. Raises SpecError naming the place at fault."""
    stated = node.get("x-contract")
    if stated is None:
        return {}
    for error in _validator(spot).iter_errors(stated):
        message = error.message if len(error.message) < 120 else "not as overlays/README.md describes it"
        raise SpecError(f"{join(pointer, 'x-contract', *error.instance_path)}: {message}")
    found: Schema = stated
    return found
