"""How much of a document is read at most. Both bounds can be set by environment variables."""

from __future__ import annotations

import os

from specs.source.pointers import SpecError

MOST_BYTES, MOST_DEPTH = "SPECS_MOST_BYTES", "SPECS_MOST_DEPTH"
_DEFAULTS = {MOST_BYTES: 64 * 1024 * 1024, MOST_DEPTH: 250}


def most_bytes() -> int:
    """Give the most bytes of a document, all of its files together."""
    return _whole(MOST_BYTES)


def most_depth() -> int:
    """Give the most levels that objects and arrays may be inside each other."""
    return _whole(MOST_DEPTH)


def _whole(name: str) -> int:
    stated = os.environ.get(name, "")
    if not stated:
        return _DEFAULTS[name]
    if not (stated.isascii() and stated.isdigit()) or int(stated) < 1:
        raise SpecError(f"{name}: a whole number above 0, not {stated!r}")
    return int(stated)
