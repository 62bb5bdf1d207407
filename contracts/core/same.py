"""Objects as keys: themselves, not what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

Held = TypeVar("Held")


class Same(Generic[Held]):
    """Equal to another one of the very same object. Whoever keeps it keeps the object, so that no other gets its id."""

    __slots__ = ("it",)

    def __init__(self, it: Held) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it


class SameItems:
    """Equal to other items that are the very same objects in the same order, as those of one answer are."""

    __slots__ = ("ids", "items")

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = tuple(items)
        self.ids = tuple(map(id, self.items))

    def __hash__(self) -> int:
        return hash(self.ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameItems) and self.ids == other.ids
