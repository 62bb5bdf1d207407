"""Asks schemas simple questions (which members, which type), looking through references and compositions."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

from specs.contract.model import Schema
from specs.source.pointers import join, resolve, split

_DEPTH = 12  # compositions deeper than this answer no simple question


@frozen(eq=False)
class Member:
    """A member of an object: its schema (references followed), where that stands, and whether it has to be there."""

    schema: Schema
    pointer: str
    required: bool


def follow(raw: Schema, schema: Any) -> Schema:
    """Give what a schema is once references are followed; anything but an object schema becomes {}."""
    found = resolve(raw, schema)
    return found if isinstance(found, dict) else {}


def members(raw: Schema, schema: Any, pointer: str = "#", depth: int = 0) -> dict[str, Member]:
    """Give the members of an object schema, those of its compositions included."""
    target = follow(raw, schema)
    wanted = {name for name in _listing(target.get("required")) if isinstance(name, str)}
    found: dict[str, Member] = {}
    for name, value in _mapping(target.get("properties")).items():
        found[name] = Member(follow(raw, value), join(pointer, "properties", name), name in wanted)
    if depth < _DEPTH:
        _compose(raw, target, pointer, depth, found)
    return {name: evolve(item, required=item.required or name in wanted) for name, item in found.items()}


def _compose(raw: Schema, target: Schema, pointer: str, depth: int, found: dict[str, Member]) -> None:
    for word in ("allOf", "anyOf", "oneOf"):
        for index, part in enumerate(_listing(target.get(word))):
            for name, item in members(raw, part, join(pointer, word, index), depth + 1).items():
                certain = evolve(item, required=item.required and word == "allOf")
                found.setdefault(name, certain)


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
    for word in ("allOf", "anyOf", "oneOf"):
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
    for word in ("allOf", "anyOf", "oneOf") if depth < _DEPTH else ():
        for part in _listing(target.get(word)):
            if (found := items(raw, part, depth + 1)) is not None:
                return found
    return {} if "array" in types(raw, target) else None


def _listing(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
