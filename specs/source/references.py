"""Where the references of a document lead, and what is wrong with those that lead nowhere."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import unquote

from attrs import define, frozen

from specs.source.grammar import Kind, every, word
from specs.source.pointers import MISSING, look_up

DANGLING, EXTERNAL, MALFORMED = "dangling-reference", "external-reference", "malformed-part"
_TOO_FAR = 50  # references that only lead to references


@frozen
class Misled:
    """Why a reference cannot be followed: what kind of fault it is, and in words."""

    code: str
    message: str


@define(slots=False)
class References:
    """The references of one document. `unread`: why which references to other files could not be followed.

    `kinds`: of which kind the parts are that were met so far, by identity.
    """

    raw: dict[str, Any]
    unread: dict[str, str]
    modern: bool
    kinds: dict[int, Kind]

    def target(self, reference: Any, kind: Kind) -> str | Misled:
        """Give a reference, made local, if something of its kind stands where it leads."""
        if not isinstance(reference, str):
            return Misled(MALFORMED, f"$ref has to be text, not {told(reference)}")
        if "\0" in reference:
            return Misled(MALFORMED, "$ref holds a zero byte")
        local = reference if reference == "#" or reference.startswith("#/") else self.anchors.get(reference)
        if local is None and not reference.startswith("#"):
            why = self.unread.get(reference)
            return Misled(
                EXTERNAL, f"{reference} {f'cannot be followed: {why}' if why else 'stands outside the document'}"
            )
        found = MISSING if local is None else self._end_of(local)
        if local is None or found is MISSING:
            return Misled(DANGLING, f"{reference} is not defined")
        if not isinstance(found, dict) and not (kind == "schema" and isinstance(found, bool)):
            return Misled(MALFORMED, f"{reference} is {told(found)}, where {word(kind)} is needed")
        if (other := self.kinds.get(id(found), kind)) != kind:
            return Misled(MALFORMED, f"{reference} is {word(other)}, where {word(kind)} is needed")
        return local

    def _end_of(self, reference: str) -> Any:
        """Give what a reference leads to; MISSING also where references only lead to each other."""
        first = found = look_up(self.raw, unquote(reference))
        for _ in range(_TOO_FAR):
            if not (isinstance(found, dict) and isinstance(found.get("$ref"), str) and found["$ref"].startswith("#/")):
                return first
            found = look_up(self.raw, unquote(found["$ref"]))
        return MISSING

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Where the schemas stand that are named by `$anchor` or `$id`."""
        found: dict[str, str] = {}
        for node, pointer, kind in every(self.raw) if self.modern else ():
            if kind == "schema" and isinstance(node.get("$anchor"), str):
                found.setdefault(f"#{node['$anchor']}", pointer)
            if kind == "schema" and isinstance(node.get("$id"), str):
                found.setdefault(node["$id"], pointer)
        return found


def told(value: Any) -> str:
    """A value that stands where it should not, by the name of its kind."""
    words = {"NoneType": "null", "str": "text", "list": "a list", "dict": "an object", "bool": "a truth"}
    return words.get(type(value).__name__, "a number")
