"""What is worked out from values of JSON, once for the same values: the same answer is read once and shared.

Values are compared by which objects they are, since to compare them member by member would be the work that is saved.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class MadeOnce(Generic[Made]):
    """Results by what they are for (`about`) and the values they were made of, of the newest `most` such values."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._held = 0
        self._known: dict[Hashable, tuple[Made, object, list[Any]]] = {}
        self._lock = threading.Lock()

    def get(self, about: object, key: Hashable, values: Sequence[Sequence[Any]], make: Callable[[], Made]) -> Made:
        """The result, made if it was not yet. Shared: not to be changed."""
        all_ = list(chain.from_iterable(values))
        marked = (id(about), key, tuple(map(len, values)), tuple(map(id, all_)))
        if (found := self._known.get(marked)) is not None:
            return found[0]
        made = make()
        with self._lock:
            if marked not in self._known:
                self._held += len(all_) + 1
            self._known[marked] = made, about, all_  # kept, so that no other object has their ids
            while self._held > self._most:
                _, _, oldest = self._known.pop(next(iter(self._known)))
                self._held -= len(oldest) + 1
        return made
