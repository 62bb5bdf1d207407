"""What has to be known of a body that is a form, where everything travels as text."""

from __future__ import annotations

from typing import Any

from specs.model import Schema
from specs.shapes import items, members, types

_DEEPEST = 3  # levels of brackets


def form_kinds(raw: Schema, schema: Schema, media: Schema) -> tuple[dict[str, str], frozenset[str]]:
    """Give the type of each member of a form by its place, and the names of the arrays written with brackets."""
    encoding = media.get("encoding")
    stated = encoding.items() if isinstance(encoding, dict) else ()
    deep = {str(name) for name, node in stated if isinstance(node, dict) and node.get("style") == "deepObject"}
    return _kinds(raw, schema, "", 0), frozenset(deep)


def _kinds(raw: Schema, schema: Any, where: str, depth: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, member in members(raw, schema).items() if depth < _DEEPEST else ():
        place = f"{where}{name}"
        inner = items(raw, member.schema)
        found[place] = _kind(raw, member.schema) if inner is None else f"{_kind(raw, inner)}[]"
        found |= _kinds(raw, member.schema, f"{place}/", depth + 1)
    return found


def _kind(raw: Schema, schema: Schema) -> str:
    if schema.get("format") == "binary":
        return "binary"
    return next(iter(sorted(types(raw, schema) - {"null"})), "string")
