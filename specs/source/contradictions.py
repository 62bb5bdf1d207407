"""Schemas that no value fits: their owner cannot mean them, so nobody is judged by them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from specs.source.pointers import SpecError, resolve

_DEEPEST = 8  # compositions inside each other; deeper ones contradict nothing here
_ANY = frozenset(("null", "boolean", "object", "array", "number", "integer", "string"))
_RANGES = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


def contradiction(raw: dict[str, Any], schema: dict[str, Any]) -> tuple[str, str, str] | None:
    """Say why no value fits a schema, or none that has all its members: (code, keyword at fault, words)."""
    for low, high in _RANGES:
        if low in schema and high in schema and schema[low] > schema[high]:
            return "empty-range", low, f"{low} {schema[low]:g} is above {high} {schema[high]:g}"
    if isinstance(schema.get("enum"), list) and not schema.get("nullable") and not _kinds_of_own(schema):
        return "impossible-schema", "enum", "none of the listed values is of the schema's type"
    if "allOf" in schema:
        clash = next(_clashes(raw, schema), None)
        return ("impossible-schema", "allOf", clash) if clash else None
    return None


def unknown_required(raw: dict[str, Any], schema: dict[str, Any]) -> str | None:
    """Give a member that an object has to have and that nothing describes, where its members are described."""
    needed, closed = schema.get("required"), schema.get("additionalProperties") in (None, False)
    if not isinstance(needed, list) or not _properties(schema) or not closed:
        return None
    described: set[str] = set()
    for part in _branches(raw, schema, 0):
        if "patternProperties" in part or "$dynamicRef" in part:
            return None
        described |= _properties(part).keys()
    return next((name for name in needed if name not in described), None)


def _branches(raw: dict[str, Any], schema: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Give a schema and all parts of its compositions."""
    target = followed(raw, schema)
    yield target
    for word in ("allOf", "anyOf", "oneOf") if depth < _DEEPEST else ():
        for part in target.get(word, ()):
            yield from _branches(raw, part, depth + 1)


def _clashes(raw: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    parts = list(_parts(raw, schema, 0))
    kinds = [kinds for part in parts if (kinds := _kinds(raw, part, 0)) != _ANY]
    if len(kinds) > 1 and not frozenset.intersection(*kinds):
        yield f"no value is {' and '.join(' or '.join(sorted(each)) for each in dict.fromkeys(kinds))} at once"
    members: dict[str, list[Any]] = {}
    for part in parts:
        for name, member in _properties(part).items():
            members.setdefault(name, []).append(member)
    for name, several in members.items():
        allowed = [_kinds(raw, each, 0) for each in several]
        for one, other in pairwise(allowed):
            if not one & other:
                yield f"{name} cannot be {' or '.join(sorted(one))} and {' or '.join(sorted(other))} at once"
    for part in parts:
        if part.get("additionalProperties") is False and "patternProperties" not in part:
            beside = [name for name in members if name not in _properties(part)]
            if beside:
                yield f"one part allows no further members, another has {beside[0]}"


def _parts(raw: dict[str, Any], schema: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Give the schemas that hold together: the schema itself, and the parts of its `allOf`."""
    target = followed(raw, schema)
    yield target
    for part in target.get("allOf", ()) if depth < _DEEPEST else ():
        yield from _parts(raw, part, depth + 1)


def followed(raw: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Give what stands where a schema's references lead; {} for no object."""
    try:
        found = resolve(raw, schema)
    except SpecError:
        return {}
    return found if isinstance(found, dict) else {}


def _properties(part: dict[str, Any]) -> dict[str, Any]:
    found = part.get("properties")
    return found if isinstance(found, dict) else {}


def _kinds(raw: dict[str, Any], schema: Any, depth: int) -> frozenset[str]:
    """Give the types of the values that a schema may allow, as far as its types and choices tell."""
    target = followed(raw, schema)
    found = _kinds_of_own(target)
    for word in ("anyOf", "oneOf") if depth < _DEEPEST else ():
        if isinstance(target.get(word), list):
            found &= frozenset().union(*(_kinds(raw, each, depth + 1) for each in target[word]))
    for part in target.get("allOf", ()) if depth < _DEEPEST else ():
        found &= _kinds(raw, part, depth + 1)
    return found


def _kinds_of_own(schema: dict[str, Any]) -> frozenset[str]:
    kind = schema.get("type")
    named = _ANY if kind is None else frozenset([kind] if isinstance(kind, str) else kind)
    if schema.get("nullable") is True:
        named |= {"null"}
    if "number" in named:
        named |= {"integer"}
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        return named
    kinds = frozenset(_NAMES.get(type(each), "null") for each in values)
    whole = {"integer"} if any(isinstance(each, float) and each.is_integer() for each in values) else set()
    return named & (kinds | whole | ({"number"} if "integer" in kinds else set()))
