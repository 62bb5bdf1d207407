"""The schema of a value that travels as text: in a path, a query, a header or a cookie.

There is no null on the wire, so what a document says of null there has no meaning; and whoever makes a text of a value,
or a value of a text, has to know its type. So references and compositions of one part are followed here, null is left
out, and `type` is one text.
"""

from __future__ import annotations

from typing import Any

from specs.contract.model import Schema
from specs.source.pointers import resolve

_DEEPEST = 8  # compositions inside each other


def wire_schema(raw: Schema, schema: Schema, depth: int = 0) -> Schema:
    """Give the schema of a text's value; the very schema where there is nothing to simplify."""
    target = resolve(raw, schema)
    if not isinstance(target, dict) or depth > _DEEPEST:
        return target if isinstance(target, dict) else {}
    found = _one_type(_without_null(_joined(raw, target, depth)))
    if isinstance(found.get("items"), dict):
        inner = wire_schema(raw, found["items"], depth + 1)
        found = found if inner is found["items"] else {**found, "items": inner}
    return found


def _joined(raw: Schema, schema: Schema, depth: int) -> Schema:
    """Put the only part of a composition in its place."""
    for word in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(word)
        if isinstance(parts, list) and parts:
            kept = [each for each in parts if not _is_null(raw, each)] or parts
            if len(kept) == 1:
                rest = {key: value for key, value in schema.items() if key != word}
                schema = {**wire_schema(raw, kept[0], depth + 1), **rest}
            elif len(kept) < len(parts):
                schema = {**schema, word: kept}
    return schema


def _is_null(raw: Schema, schema: Any) -> bool:
    target = resolve(raw, schema)
    return isinstance(target, dict) and (target.get("type") in ("null", ["null"]) or target.get("enum") == [None])


def _without_null(schema: Schema) -> Schema:
    changed: Schema = {}
    kind, choices = schema.get("type"), schema.get("enum")
    if isinstance(kind, list):
        changed["type"] = [each for each in kind if each != "null"] or ["null"]
    if isinstance(choices, list) and None in choices and len(choices) > 1:
        changed["enum"] = [each for each in choices if each is not None]
    if "default" in schema and schema["default"] is None:
        schema = {key: value for key, value in schema.items() if key != "default"}
    if schema.get("nullable") is True:
        schema = {key: value for key, value in schema.items() if key != "nullable"}
    return {**schema, **changed} if changed else schema


def _one_type(schema: Schema) -> Schema:
    kind = schema.get("type")
    if not isinstance(kind, list):
        return schema
    if len(kind) == 1:
        return {**schema, "type": kind[0]}
    rest = {key: value for key, value in schema.items() if key != "type"}
    if "string" in kind and not {"enum", "pattern", "format", "minLength", "maxLength"} & rest.keys():
        return {**rest, "type": "string"}  # any text is one of its values
    return {**rest, "anyOf": [{"type": each} for each in kind]}
