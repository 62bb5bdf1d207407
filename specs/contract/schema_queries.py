"""Answers simple questions about schemas (members, types, choices), looking through references and compositions.

The one reader of schemas, of a document's own and of converted ones alike: `raw` is whatever their references lead
into, the document or the converted schema itself.

    converted = contract.json_schema(operation.body.schema, direction="request")
    for name, member in members(converted, converted).items():
        rule = rule_of(converted, member.schema)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve, frozen

from specs.contract.model import Schema
from specs.source.pointers import SpecError, is_reference, join, resolve, split

_DEPTH = 12  # compositions deeper than this answer no simple question
_CHOICES = ("oneOf", "anyOf")
_COMPOSED = ("allOf", "anyOf", "oneOf")
_OWN = ("additionalProperties", "unevaluatedProperties", "properties", "required")
"""What a schema says of its own members alone, whatever is said beside it."""


@frozen(eq=False)
class Member:
    """A member of an object: its schema (references followed), where that is, and whether it has to be there."""

    schema: Schema
    pointer: str
    required: bool


def follow(raw: Schema, schema: Any) -> Schema:
    """Give what a schema is once references are followed; anything but an object schema becomes {}.

    What stands beside a reference counts, but not in OpenAPI 3.0, which says so.
    """
    found = resolve(raw, schema)
    if not isinstance(found, dict):
        return {}
    if not is_reference(schema) or len(schema) == 1 or str(raw.get("openapi", "")).startswith("3.0"):
        return found
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}


def members(raw: Schema, schema: Any, pointer: str = "#", depth: int = 0) -> dict[str, Member]:
    """Give the members of an object schema, those of its compositions included: whatever a choice may bring.

    Required are those that every object has: of a choice, what all of its ways require.
    """
    target = follow(raw, schema)
    found: dict[str, Member] = {}
    for name, value in _mapping(target.get("properties")).items():
        found[name] = Member(follow(raw, value), join(pointer, "properties", name), False)
    for word in _COMPOSED if depth < _DEPTH else ():
        for index, part in enumerate(_listing(target.get(word))):
            inner = members(raw, part, join(pointer, word, index), depth + 1)
            found.update(_without(inner, found))
    needed = required(raw, target, depth)
    return {name: evolve(item, required=name in needed) for name, item in found.items()}


def required(raw: Schema, schema: Any, depth: int = 0) -> set[str]:
    """Give the names of the members that every object of a schema has."""
    target = follow(raw, schema)
    found = {name for name in _listing(target.get("required")) if isinstance(name, str)}
    for part in _listing(target.get("allOf")) if depth < _DEPTH else ():
        found |= required(raw, part, depth + 1)
    for word in _CHOICES if depth < _DEPTH else ():
        ways = [part for part in _listing(target.get(word)) if types(raw, part) != {"null"}]
        found |= set.intersection(*(required(raw, part, depth + 1) for part in ways)) if ways else set()
    return found


def member_at(raw: Schema, schema: Any, path: str, pointer: str = "#") -> Member | None:
    """Find the member a pointer leads to inside a schema ("" is the schema itself; digits step into array items)."""
    found = Member(follow(raw, schema), pointer, True)
    for step in split(path):
        inner = members(raw, found.schema, found.pointer).get(step)
        if inner is None:
            entry = items(raw, found.schema)
            if entry is None or not (step.isdigit() or step == "*"):
                return None
            inner = Member(entry, join(found.pointer, "items"), True)
        found = inner
    return found


def types(raw: Schema, schema: Any, depth: int = 0) -> set[str]:
    """Give the JSON types a schema names; empty where it names none."""
    target = follow(raw, schema)
    kind = target.get("type")
    named = {kind} if isinstance(kind, str) else {str(item) for item in kind} if isinstance(kind, list) else set()
    if named or depth >= _DEPTH:
        return named
    for word in _COMPOSED:
        for part in _listing(target.get(word)):
            named |= types(raw, part, depth + 1)
    if not named and "properties" in target:
        return {"object"}
    return named or ({"array"} if "items" in target else set())


def items(raw: Schema, schema: Any, depth: int = 0) -> Schema | None:
    """Give the schema of an array's items, {} where it says nothing of them; None where it is no array."""
    target = follow(raw, schema)
    if "items" in target:
        return follow(raw, target["items"])
    for word in _COMPOSED if depth < _DEPTH else ():
        for part in _listing(target.get(word)):
            if (found := items(raw, part, depth + 1)) is not None:
                return found
    return {} if "array" in types(raw, target) else None


def plain(raw: Schema, schema: Any, seen: frozenset[str] = frozenset()) -> Schema:
    """Give a schema as one: references followed, and all parts of `allOf` put together. Choices stay choices.

    Where two parts speak of one member, both count. `seen`: references that are being followed already.
    """
    reference = str(schema["$ref"]) if is_reference(schema) else ""
    if reference in seen:
        return {}
    try:
        whole = dict(follow(raw, schema))
    except SpecError:
        return {}  # a reference that leads back to itself says nothing
    for part in _listing(whole.get("allOf")):
        whole = _both(whole, plain(raw, part, seen | {reference} if reference else seen))
    return whole


def _both(one: Schema, other: Schema) -> Schema:
    """Two schemas that hold together, the first one's words first."""
    whole = {**{key: value for key, value in other.items() if key not in _OWN}, **one}
    own, more = _mapping(one.get("properties")), _mapping(other.get("properties"))
    if own or more:
        shared = {name: {"allOf": [own[name], more[name]]} for name in own if own[name] != more.get(name, own[name])}
        whole["properties"] = {**own, **shared, **_without(more, own)}
    if needed := dict.fromkeys([*_listing(one.get("required")), *_listing(other.get("required"))]):
        whole["required"] = list(needed)
    return whole


def _without(one: Schema, names: Iterable[str]) -> Schema:
    return {key: value for key, value in one.items() if key not in names}


def alternatives(raw: Schema, schema: Any, seen: frozenset[str] = frozenset()) -> list[Schema]:
    """Give the schemas of which a value has to fit one: each way of `oneOf` and `anyOf` with what is beside it.

    Null is left out. A schema without a choice is its only one, put together. `seen`: references that are being
    followed already.
    """
    whole = plain(raw, schema)
    beside = _without(whole, _COMPOSED)
    found: list[Schema] = []
    for part in (part for word in _CHOICES for part in _listing(whole.get(word))):
        reference = {str(part["$ref"])} if is_reference(part) else set()
        if types(raw, part) != {"null"} and not reference & seen:
            chosen = {"allOf": [beside, part, _discriminated(whole, part)]}
            found += alternatives(raw, chosen, seen | reference)
    return found or _by_type(beside)


def _by_type(whole: Schema) -> list[Schema]:
    """A schema once for each of its types but null, so that each names its type as one text."""
    kinds = whole.get("type")
    if not isinstance(kinds, list):
        return [whole]
    return [{**whole, "type": kind} for kind in kinds if kind != "null"] or [{**whole, "type": "null"}]


def _discriminated(holder: Schema, branch: Any) -> Schema:
    """Say by which value a discriminator distinguishes a way from the others."""
    stated = _mapping(holder.get("discriminator"))
    name, reference = stated.get("propertyName"), branch.get("$ref") if isinstance(branch, dict) else None
    if not name or not reference:
        return {}
    named = _mapping(stated.get("mapping")).items()
    value = next((key for key, where in named if where == reference), reference.rpartition("/")[2])
    return {"properties": {name: {"type": "string", "enum": [value]}}, "required": [name]}


def rule_of(raw: Schema, schema: Any) -> Schema:
    """Give what a schema says of every value but null: its only alternative, or what all of them have in common."""
    ways = alternatives(raw, schema)
    if len(ways) == 1:
        return ways[0]
    whole = plain(raw, schema)
    return whole if isinstance(whole.get("type", ""), str) else _without(whole, ("type",))


def all_members(raw: Schema, schema: Any) -> Iterator[tuple[str, Any]]:
    """Give the members of all objects that a schema speaks of, however deep, as they are written; each place once."""
    seen: set[int] = set()
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict) or id(node) in seen:
            continue
        seen.add(id(node))
        yield from _mapping(node.get("properties")).items()
        waiting += [resolve(raw, node)] if is_reference(node) else []
        waiting += [node.get(word) for word in ("items", "contains", "additionalProperties", "if", "then", "else")]
        for word in ("properties", "patternProperties", "dependentSchemas"):
            waiting += _mapping(node.get(word)).values()
        for word in (*_COMPOSED, "prefixItems"):
            waiting += _listing(node.get(word))


def _listing(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
