"""Which parts an OpenAPI 3 document is made of, and where in them other parts and references may be.

Everything that has to tell a reference or a schema from mere data reads it here: a `$ref` inside an example, a default,
an enumeration or an extension is nobody's reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from attrs import frozen

from specs.source.pointers import join

Kind = Literal[
    "document", "components", "path", "operation", "parameter", "body", "response", "header", "media", "encoding",
    "example", "scheme", "requirement", "schema", "data",
]  # fmt: skip
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@frozen
class Part:
    """What is under one key: one part of a kind, a list of them, or a map of them by name.

    `extensible`: names that begin with "x-" are extensions, not names.
    """

    kind: Kind
    shape: Literal["one", "list", "map"] = "one"
    extensible: bool = False


def _one(kind: Kind, *keys: str) -> dict[str, Part]:
    return {key: Part(kind) for key in keys}


def _list(kind: Kind, *keys: str) -> dict[str, Part]:
    return {key: Part(kind, "list") for key in keys}


def _map(kind: Kind, *keys: str, extensible: bool = False) -> dict[str, Part]:
    return {key: Part(kind, "map", extensible) for key in keys}


GRAMMAR: dict[Kind, dict[str, Part]] = {
    "document": _map("path", "paths", extensible=True) | _one("components", "components"),
    "components": {
        **_map("schema", "schemas"),
        **_map("response", "responses"),
        **_map("parameter", "parameters"),
        **_map("example", "examples"),
        **_map("body", "requestBodies"),
        **_map("header", "headers"),
        **_map("scheme", "securitySchemes"),
        **_map("path", "pathItems"),
        **_map("media", "mediaTypes"),
    },
    "path": _list("parameter", "parameters") | _one("operation", *METHODS),
    "operation": {
        **_list("parameter", "parameters"),
        **_one("body", "requestBody"),
        **_map("response", "responses", extensible=True),
    },
    "parameter": _one("schema", "schema") | _map("media", "content") | _map("example", "examples"),
    "header": _one("schema", "schema") | _map("media", "content") | _map("example", "examples"),
    "body": _map("media", "content"),
    "response": _map("media", "content") | _map("header", "headers"),
    "media": {
        **_one("schema", "schema", "itemSchema"),
        **_map("example", "examples"),
        **_map("encoding", "encoding"),
    },
    "encoding": _map("header", "headers"),
    "schema": {
        **_one("schema", "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
        **_one("schema", "unevaluatedItems", "unevaluatedProperties", "contentSchema", "additionalItems"),
        **_list("schema", "allOf", "anyOf", "oneOf", "prefixItems"),
        **_map("schema", "properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
    },
}
# An operation is none that OpenAPI lets stand elsewhere; many documents of several files have it so all the same.
REFERABLE: frozenset[Kind] = frozenset(
    ("path", "operation", "parameter", "body", "response", "header", "example", "scheme", "schema", "media")
)
WORDS: dict[Kind, str] = {
    "path": "a path item",
    "body": "a request body",
    "media": "a media type object",
    "scheme": "a security scheme",
    "example": "an example object",
    "encoding": "an encoding object",
    "operation": "an operation",
    "requirement": "a security requirement",
}


def word(kind: Kind) -> str:
    """Name a kind of part with its article."""
    return WORDS.get(kind, f"a {kind}")


def parts(node: Any, pointer: str, kind: Kind) -> Iterator[tuple[Any, str, Kind]]:
    """Give the parts directly inside a part that are objects, with their pointers and kinds."""
    for key, part in GRAMMAR.get(kind, {}).items():
        value = node.get(key)
        for steps, child in _children(value, part):
            if isinstance(child, dict):
                yield child, join(pointer, key, *steps), part.kind


def _children(value: Any, part: Part) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if part.shape == "one":
        yield (), value
    elif part.shape == "map" and isinstance(value, dict):
        for name, child in value.items():
            if not (part.extensible and str(name).startswith("x-")):
                yield (name,), child
    elif part.shape == "list" and isinstance(value, list):
        for index, child in enumerate(value):
            yield (index,), child


def every(node: Any, pointer: str = "#", kind: Kind = "document") -> Iterator[tuple[dict[str, Any], str, Kind]]:
    """Give every part of a document with its pointer and kind, references not followed, in no promised order."""
    waiting = [(node, pointer, kind)] if isinstance(node, dict) else []
    while waiting:
        entry = waiting.pop()
        yield entry
        waiting += parts(*entry)
