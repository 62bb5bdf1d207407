"""What an example shows of the shape of an answer, for a document that says no more."""

from __future__ import annotations

from typing import Any

from specs.contract.model import Schema

_DEEPEST = 6  # levels that tell where a list and what is said of it stand


def example_schema(value: Any, depth: int = 0) -> Schema:
    """Give a schema that says no more than which members, lists and types a value has."""
    if isinstance(value, dict) and depth < _DEEPEST:
        return {"type": "object", "properties": {key: example_schema(each, depth + 1) for key, each in value.items()}}
    if isinstance(value, list):
        return {"type": "array", "items": example_schema(value[0], depth + 1) if value else {}}
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object"}
    kind = kinds.get(type(value))
    return {"type": kind} if kind else {}
