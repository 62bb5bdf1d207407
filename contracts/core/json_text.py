"""JSON as it comes in bodies, each text read once: lists and errors repeat, and many look at each of them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

REMEMBERED = ((4 * 1024, 2048), (64 * 1024, 256), (512 * 1024, 16))
"""So many texts up to so many characters: read, a text may take twenty times the memory. Of a longer one, the last."""


def read(text: str) -> Any:
    """The value of a JSON text, or the ValueError that says why it has none. Shared: not to be changed."""
    length = len(text)
    return next((recall for most, recall in _RECALLS if length <= most), _last)(text)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return error.with_traceback(None) if isinstance(error, ValueError) else ValueError("it is nested too deeply")


_RECALLS = tuple((most, lru_cache(maxsize=count)(_read)) for most, count in REMEMBERED)
_last = lru_cache(maxsize=1)(_read)
