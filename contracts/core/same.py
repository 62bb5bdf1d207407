"""An object as a key: itself, not what it holds."""

from __future__ import annotations

from typing import Generic, TypeVar

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
