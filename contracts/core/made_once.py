"""What is worked out from values of JSON, once for the same values: the same answer is read once and shared.

Values are compared by which objects they are, since to compare them member by member would be the work that is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class MadeOnce(Generic[Made]):
    """Results by what they are for (`about`) and the values they were made of; the newest `most` of them."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._known: dict[Hashable, tuple[Made, object, list[Any]]] = {}

    def get(self, about: object, key: Hashable, values: Sequence[Sequence[Any]], make: Callable[[], Made]) -> Made:
        """The result, made if it was not yet. Shared: not to be changed."""
        all_ = list(chain.from_iterable(values))
        marked = (id(about), key, tuple(map(len, values)), tuple(map(id, all_)))
        if (found := self._known.get(marked)) is None:
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            self._known[marked] = found = (make(), about, all_)  # kept, so that no other object has their ids
        return found[0]
