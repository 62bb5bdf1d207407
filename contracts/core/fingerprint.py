"""What is said of a text, said once for equal ones, without keeping any of them in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Said = TypeVar("Said")
More = ParamSpec("More")
MOST = 4096


def fingerprint(text: str) -> tuple[int, int]:
    """By which two texts are known to be equal, unless somebody guesses the key of this process."""
    return len(text), hash(text)


def once_a_text(function: Callable[Concatenate[str, More], Said]) -> Callable[Concatenate[str, More], Said]:
    """Remember what a function says of the last texts."""
    known: dict[tuple[object, ...], Said] = {}

    @wraps(function)
    def remembered(text: str, /, *more: More.args, **named: More.kwargs) -> Said:
        key = (*fingerprint(text), *more, *named.items())
        with suppress(KeyError):
            return known[key]
        said = function(text, *more, **named)
        if len(known) >= MOST:
            known.clear()
        known[key] = said
        return said

    return remembered
