"""JSON as it comes in bodies, each text read once: lists and errors repeat, and many look at each of them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

SHORT = 64 * 1024
"""Characters of a body up to which many are remembered; of longer ones only the last few."""


def read(text: str) -> Any:
    """The value of a JSON text, or the ValueError that says why it has none. Shared: not to be changed."""
    return _short(text) if len(text) <= SHORT else _long(text)


@lru_cache(maxsize=2048)
def _short(text: str) -> Any:
    return _read(text)


@lru_cache(maxsize=8)
def _long(text: str) -> Any:
    return _read(text)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return error.with_traceback(None) if isinstance(error, ValueError) else ValueError("it is nested too deeply")
