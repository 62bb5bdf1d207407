"""The lines that say that a conversation was told of an exchange again: more than half of a record are such."""

from __future__ import annotations

import re

_WRITTEN = re.compile(rb'\{"type": "reused", "conversation": (0|[1-9]\d{0,17}), "seq": (0|[1-9]\d{0,17})\}\n')


def reused(raw: bytes) -> tuple[int, int] | None:
    """The numbers of the conversation and of the exchange, from a line as the suite writes it; None for any other.

    Another that says the same has to be read as JSON, which takes several times as long.
    """
    found = _WRITTEN.fullmatch(raw)
    return (int(found[1]), int(found[2])) if found else None
