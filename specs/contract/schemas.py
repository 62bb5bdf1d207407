"""Turns the schemas of a document into self-contained JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import unquote

from attrs import Factory, define

from specs.source.keywords import UNUSABLE
from specs.source.pointers import resolve, split, target_of

Direction = Literal["response", "request"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DROPPED = ("example", "examples", "xml", "discriminator", "externalDocs", "nullable", "readOnly", "writeOnly")
_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_ONE_MORE = ("unevaluatedItems", "unevaluatedProperties", "contentSchema", "additionalItems")
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAP = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf", "not")


def json_schema(raw: dict[str, Any], schema: Any, direction: Direction = "response") -> dict[str, Any]:
    """Convert one schema of a document; what it refers to comes along as `$defs`.

    Raises SpecError for a reference that leads nowhere.
    """
    converter = _Converter(raw, direction, modern=not str(raw.get("openapi", "3.1")).startswith("3.0"))
    converted = converter.convert(schema)
    if not isinstance(converted, dict):
        converted = {} if converted else {"not": {}}
    result = {"$schema": DIALECT, **converted}
    if converter.definitions:
        result["$defs"] = {**result.get("$defs", {}), **converter.definitions}
    return result


@define
class _Converter:
    raw: dict[str, Any]
    direction: Direction
    modern: bool  # OpenAPI 3.1 on: siblings of a reference count, and `nullable` means nothing
    definitions: dict[str, Any] = Factory(dict)
    names: dict[str, str] = Factory(dict)

    def convert(self, schema: Any) -> Any:
        if not isinstance(schema, dict):
            return schema  # true and false are schemas too
        if UNUSABLE in schema:
            return {}  # nobody is judged by what nobody can read
        plain = self._reference(schema) if isinstance(schema.get("$ref"), str) else self._keywords(schema)
        return _or_null(plain) if not self.modern and schema.get("nullable") is True else plain

    def _reference(self, schema: dict[str, Any]) -> dict[str, Any]:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        kept = self._keywords(beside) if self.modern else {}
        return {"$ref": f"#/$defs/{self._define(schema['$ref'])}", **kept}

    def _define(self, reference: str) -> str:
        """Carry along what a reference names, once, also when it refers back to itself."""
        if reference not in self.names:
            name = self._name(reference)
            self.names[reference] = name
            self.definitions[name] = {}
            self.definitions[name] = self.convert(target_of(self.raw, reference))
        return self.names[reference]

    def _name(self, reference: str) -> str:
        last = (split(unquote(reference)) or ["document"])[-1]
        base = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in last)
        name, count = base, 1
        while name in self.definitions:
            count += 1
            name = f"{base}.{count}"
        return name

    def _keywords(self, schema: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in schema.items():
            if key not in _DROPPED and not key.startswith("x-"):
                result[key] = self._keyword(key, value)
        _bounds(result)
        if self.direction == "request":
            self._unread(schema, result)
        if "required" in result:
            self._required(schema, result)
        return result

    def _keyword(self, key: str, value: Any) -> Any:
        if key in _ONE or key in _ONE_MORE:
            return self.convert(value)
        if key in _LIST and isinstance(value, list):
            return [self.convert(item) for item in value]
        if key in _MAP and isinstance(value, dict):
            return {name: self.convert(item) for name, item in value.items()}
        return value

    def _unread(self, schema: dict[str, Any], result: dict[str, Any]) -> None:
        """Let a request say what it wants in a member that is read only: servers may pass it over."""
        members = result.get("properties")
        if isinstance(members, dict):
            members.update(dict.fromkeys(self._hidden(schema, set()) & members.keys(), True))

    def _required(self, schema: dict[str, Any], result: dict[str, Any]) -> None:
        """Take out the members that only travel the other way, and a `required` that is no list."""
        names = result["required"]
        hidden = self._hidden(schema, set())
        kept = (
            [name for name in names if isinstance(name, str) and name not in hidden] if isinstance(names, list) else []
        )
        if kept:
            result["required"] = kept
        else:
            del result["required"]

    def _hidden(self, schema: dict[str, Any], seen: set[int]) -> set[str]:
        flag = "readOnly" if self.direction == "request" else "writeOnly"
        names: set[str] = set()
        if id(schema) in seen:
            return names
        seen.add(id(schema))
        members = schema.get("properties")
        for name, member in members.items() if isinstance(members, dict) else ():
            target = resolve(self.raw, member)
            if any(isinstance(item, dict) and item.get(flag) is True for item in (member, target)):
                names.add(name)
        parts = schema.get("allOf")
        for part in parts if isinstance(parts, list) else ():
            target = resolve(self.raw, part)
            if isinstance(target, dict):
                names |= self._hidden(target, seen)
        return names


def _bounds(schema: dict[str, Any]) -> None:
    """Rewrite the boolean `exclusiveMinimum` and `exclusiveMaximum` of OpenAPI 3.0."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            strict = schema.pop(exclusive)
            if strict and bound in schema:
                schema[exclusive] = schema.pop(bound)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Allow null beside what a schema allows."""
    if any(key in schema for key in _COMPOSED):
        return {"anyOf": [schema, {"type": "null"}]}
    result = dict(schema)
    kind = result.get("type")
    if isinstance(kind, str):
        result["type"] = [kind, "null"]
    elif isinstance(kind, list) and "null" not in kind:
        result["type"] = [*kind, "null"]
    if isinstance(result.get("enum"), list) and None not in result["enum"]:
        result["enum"] = [*result["enum"], None]
    return result
