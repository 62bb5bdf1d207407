"""Members of a body that name other things: what the document writes there is somebody's, never ours to use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from specs.contract import Contract, Operation, Resource
from specs.contract.action_words import words
from specs.contract.member_names import Hint
from specs.contract.schema_queries import items, members, types

_NAMES = ("id", "ids", "pk", "uuid", "uuids", "ref")


@lru_cache(maxsize=4096)  # the guard asks for it with every request that has a body
def references(contract: Contract, operation: Operation) -> frozenset[str]:
    """The members of an operation's body that name other things, where the document does not say where from."""
    body = operation.body
    if body is None:
        return frozenset()
    shown = {name for example in (*body.examples, body.fullest) if isinstance(example, dict) for name in example}
    names = {*members(contract.document.raw, body.schema), *shown}
    stated = {pointer.strip("/").partition("/")[0] for pointer in body.sources}
    return frozenset(each for each in names - stated if _refers(contract, operation, each))


def _refers(contract: Contract, operation: Operation, name: str) -> bool:
    if contract.names.suggest(name, Hint.REFERENCE):
        return True
    own = contract.resource_of(operation)
    found = named_by_member(contract, name)
    scalar = all(isinstance(each, str | int | None) for each in written(operation, name))
    return found is not None and found is not own and scalar


def somebodys(contract: Contract, operation: Operation, name: str, value: Any) -> list[Any]:
    """What a member names by the document's own example, or by a number that anybody could have.

    Where the document wants a text a number names nothing.
    """
    if name not in references(contract, operation):
        return []
    shown = {str(each) for each in written(operation, name)}
    raw, rule = contract.document.raw, contract.body_rules(operation).get(name, {})
    texts = types(raw, items(raw, rule) or rule) - {"null"} == {"string"}
    return [
        each
        for each in (value if isinstance(value, list) else [value])
        if (isinstance(each, int) and not isinstance(each, bool) and each >= 0 and not texts)
        or (isinstance(each, str) and each in shown)
    ]


def required(contract: Contract, operation: Operation) -> frozenset[str]:
    """The members that a body must have."""
    told = members(contract.document.raw, operation.body.schema) if operation.body else {}
    return frozenset(name for name, member in told.items() if member.required)


def named_by_member(contract: Contract, name: str) -> Resource | None:
    """The resource whose things a member names, by the last word of its collection: `project` those of /projects."""
    told = [each for each in words(name) if each not in _NAMES]
    if not told:
        return None
    wanted = {told[-1], f"{told[-1]}s", f"{told[-1]}es", re.sub("y$", "ies", told[-1])}
    for resource in contract.resources:
        last = next((each for each in reversed(resource.collection.split("/")) if each and "{" not in each), "")
        if words(last)[-1:] and words(last)[-1] in wanted - ({told[-1]} if not told[-1].endswith("s") else set()):
            return resource
    return None


def written(operation: Operation, name: str) -> Iterator[Any]:
    """The values that the document itself writes for a member: in examples, and in bodies made of its schema."""
    body = operation.body
    for example in (*body.examples, body.fullest) if body else ():
        value = example.get(name) if isinstance(example, dict) else None
        yield from value if isinstance(value, list) else [value]
