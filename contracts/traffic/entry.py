"""One request and its response as a foreign file has them, before anything is hidden or looked up."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any

import attrs

from contracts.core.exchange import Pairs

CLOCK_END = 1e11
"""Epoch seconds that no recording has: larger numbers are milliseconds."""


@attrs.frozen
class Entry:
    """What was sent and what came. `place`: where it stands in its file.

    `status`: 0 where no answer was recorded. `content`: None where the body was not recorded, or only a part of it.
    `sent`: epoch seconds, None where no time is said; `seconds`: how long it took. `cached`: it came out of the
    client's own cache, so that no server has answered.
    """

    place: str
    method: str
    url: str
    headers: Pairs
    body: bytes | None
    status: int
    answered: Pairs = ()
    content: bytes | None = None
    sent: float | None = None
    seconds: float = 0.0
    cached: bool = False


def text(value: Any, what: str) -> str:
    """A text. Raises ValueError that says what is none."""
    if not isinstance(value, str):
        raise ValueError(f"{what}: a text is needed")
    return value


def whole(value: Any, what: str) -> int:
    """A whole number, also as a text; 0 for null. Raises ValueError."""
    if value is None:
        return 0
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(f"{what}: a whole number is needed")
    return int(value)


def inner(value: Any, what: str) -> dict[str, Any]:
    """An object. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"{what}: an object is needed")
    return value


def pairs(value: Any, what: str) -> Pairs:
    """Header fields: objects with name and value, lists of two, or an object of texts or lists of texts.

    What HTTP/2 has in place of a request line (`:path`) is no header field and left out. Raises ValueError.
    """
    if value is None:
        return ()
    if isinstance(value, dict):
        each = [(name, one) for name, some in value.items() for one in (some if isinstance(some, list) else [some])]
    elif isinstance(value, list):
        each = [_pair(one, what) for one in value]
    else:
        raise ValueError(f"{what}: a list or an object is needed")
    return tuple((text(name, what), text(one, what)) for name, one in each if not str(name).startswith(":"))


def _pair(one: Any, what: str) -> tuple[Any, Any]:
    if isinstance(one, dict):
        return one.get("name"), one.get("value")
    if isinstance(one, list) and len(one) == 2:
        return one[0], one[1]
    raise ValueError(f"{what}: names and values are needed")


def content(value: Any, encoding: Any, what: str) -> bytes | None:
    """A body, in Base64 where it says so. Raises ValueError for what is none."""
    if value is None:
        return None
    if encoding != "base64":
        return text(value, what).encode("utf-8", "surrogateescape" if max(value, default="") >= "\udc80" else "replace")
    try:
        return base64.b64decode(text(value, what), validate=False)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what}: it is no Base64") from None


def moment(value: Any, what: str) -> float | None:
    """A time in epoch seconds: a number (of milliseconds where it is that large) or an ISO 8601 text."""
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) / (1000 if value > CLOCK_END else 1)
    try:
        # more digits than Python reads, as Go and Rust write them
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text(value, what)))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(f"{what}: no time") from None


def seconds(value: Any) -> float:
    """How long something took, also as a text; 0 where that cannot be read, since nothing hangs on it."""
    try:
        return max(0.0, float(value)) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return 0.0
