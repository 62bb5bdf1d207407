"""Words by which a text gives away that there may be secrets in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick

_ODD = ("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "\N{LATIN SMALL LETTER DOTLESS I}")
"""What `re` takes for an i in any letter case, and folding does not."""


class Telltale:
    """Whether any of some words is in a text, in any letter case.

    Asked of every answer; a regular expression that ignores letter case takes seventy times as long.
    """

    def __init__(self, words: Iterable[str]) -> None:
        known = sorted(words)
        self._automaton = AhoCorasick([each.casefold() for each in known])
        self._slow = re.compile("|".join(map(re.escape, known)), re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        """Whether a text has one of the words."""
        try:
            if self._automaton.find_matches_as_indexes(text.casefold()):
                return True
        except UnicodeEncodeError:  # bytes that are no text are halves of characters here: nothing it can read
            return self._slow.search(text) is not None
        return not text.isascii() and any(each in text for each in _ODD) and self._slow.search(text) is not None
