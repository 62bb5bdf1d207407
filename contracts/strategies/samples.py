"""Values that fit a schema and mean nothing: for requests that have to be refused, whatever they are."""

from __future__ import annotations

import re
from typing import Any

_NUMBERS = range(2147480000, 2147483648)
_UUID = "00000000-0000-4000-8000-00000000000"
_TEXT = "nobody-000"
BEYOND = "99999999999"
"""A number that is allowed, and too large for 32 bits."""
ZERO = "a\u0000b"
"""A text with a byte in it that many databases do not store."""
ODD = "o'clock-é-😀 %"
"""A text that no id is, with what means something in a path or a statement."""


def stranger(schema: dict[str, Any]) -> str:
    """A value that fits a path parameter but names nothing."""
    if schema.get("type") in {"number", "integer"}:
        return "2147480000"
    if schema.get("format") == "uuid":
        return f"{_UUID}0"
    return f"{_TEXT}0"


def is_stranger(value: str) -> bool:
    """Whether a value is one of ours that name nothing; its last digits may differ."""
    if value in {BEYOND, ODD}:
        return True
    if re.fullmatch(r"[0-9]{10}", value):
        return int(value) in _NUMBERS
    return re.fullmatch(rf"(?:{_UUID}|{_TEXT})[0-9]", value) is not None
