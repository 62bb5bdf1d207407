"""The tag of a conversation: every name that it makes up begins with it, so that what a run has made is known by it."""

from __future__ import annotations

ASKED, UNDER_LOAD = "ct", "ld"
RUN = rf"\b(?:{ASKED}|{UNDER_LOAD})[0-9a-f]{{6}}"
"""What all tags of a run begin with, as a pattern."""
NAME = RUN + r"-\w+(?:-\d+)?-\d+"
"""A whole name of a conversation's, as a pattern."""


def tag(kind: str, started: float, number: str) -> str:
    """The tag of a conversation, by its number, of a run that began at a time (epoch seconds)."""
    return f"{kind}{int(started * 1000) % 0xFFFFFF:06x}-{number}"
