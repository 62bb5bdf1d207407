"""JSON as it comes in bodies, each text read once: lists and errors repeat, and many look at each of them."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any

MOST = 2 * 1024 * 1024
"""Characters of texts whose values are remembered: read, a text may take twenty times the memory."""
LONGEST = 512 * 1024
"""Characters up to which a text is remembered; of longer ones, the last."""


class _Values:
    """The values of texts, those that were not asked for longest forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Any] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def read(self, text: str) -> Any:
        """The value of a text, or the ValueError that says why it has none."""
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
        value = _read(text)
        with self._lock:
            self._size += 0 if text in self._known else len(text)
            self._known[text] = value
            while self._size > MOST:
                self._size -= len(self._known.popitem(last=False)[0])
        return value


def read(text: str) -> Any:
    """The value of a JSON text, or the ValueError that says why it has none. Shared: not to be changed."""
    return _VALUES.read(text) if len(text) <= LONGEST else _last(text)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return error.with_traceback(None) if isinstance(error, ValueError) else ValueError("it is nested too deeply")


_VALUES = _Values()
_last = lru_cache(maxsize=1)(_read)
