"""JSON pointers into a document, and the local references that are written with them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import jsonpointer

MISSING: Any = object()


class SpecError(Exception):
    """A document, an overlay or the `x-contract` extension cannot be used. The message is one line."""


def escape(part: str | int) -> str:
    """Write one step of a pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """Read one step of a pointer."""
    return str(jsonpointer.unescape(part))


def join(pointer: str, *parts: str | int) -> str:
    """Extend a pointer by one or more steps."""
    return pointer + "".join("/" + escape(part) for part in parts)


def split(pointer: str) -> list[str]:
    """Give the steps of a pointer; a leading `#` is allowed."""
    return list(steps(pointer))


@lru_cache(maxsize=65536)
def steps(pointer: str) -> tuple[str, ...]:
    """Give the same, not to be changed."""
    return tuple(unescape(step) for step in pointer.removeprefix("#").split("/")[1:])


def step_into(node: Any, step: str) -> Any:
    """Take one step down, or give MISSING."""
    if isinstance(node, dict):
        return node.get(step, MISSING)
    if isinstance(node, list) and step.isascii() and step.isdigit() and int(step) < len(node):
        return node[int(step)]
    return MISSING


def look_up(node: Any, pointer: str) -> Any:
    """Find what a pointer points at, or give MISSING."""
    for step in steps(pointer):
        node = node.get(step, MISSING) if isinstance(node, dict) else step_into(node, step)
        if node is MISSING:
            return MISSING
    return node


def is_reference(node: Any) -> bool:
    """Say whether a node is a reference object."""
    return isinstance(node, dict) and isinstance(node.get("$ref"), str)


def resolve(raw: dict[str, Any], node: Any) -> Any:
    """Follow a local reference, and the reference it leads to, until something else stands there.

    Raises SpecError for a reference that leads nowhere, out of the document, or back to itself.
    """
    seen: set[str] = set()
    while is_reference(node):
        target = node["$ref"]
        if target in seen:
            raise SpecError(f"the reference {target} leads back to itself")
        seen.add(target)
        node = target_of(raw, target)
    return node


def target_of(raw: dict[str, Any], reference: str) -> Any:
    """Give what one local reference names (not followed further)."""
    if not reference.startswith("#"):
        raise SpecError(f"the reference {reference} leads out of the document; bundle the files first")
    found = look_up(raw, unquote(reference))
    if found is MISSING:
        raise SpecError(f"the reference {reference} leads nowhere")
    return found
