"""Mistakes in the user's files, and the word that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ConfigError(Exception):
    """Something in the user's files is wrong; the message is one line naming the file, the line and the key."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like another: by its letters, or since one has the other in it."""
    words = sorted(set(known))
    if found := difflib.get_close_matches(word, words, 1):
        return found[0]
    folded = _folded(word)
    holding = [
        each for each in words if len(_folded(each)) > 2 and (_folded(each) in folded or folded in _folded(each))
    ]
    return max(holding, key=len, default=None) if len(folded) > 2 else None


def hint(word: str, known: Iterable[str]) -> str:
    """The end of a message that names it, "" where none is near."""
    found = nearest(word, known)
    return f", did you mean {found!r}?" if found else ""


def _folded(word: str) -> str:
    return "".join(each for each in word.lower() if each.isalnum())
