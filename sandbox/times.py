"""RFC 3339 times as seconds since the epoch."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86400.0


def is_date(text: str) -> bool:
    """Whether it is a calendar date without a time."""
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def seconds(text: str, *, end_of_day: bool = False) -> float:
    """Seconds since the epoch of a valid RFC 3339 time, or of a day's start or end.

    Valid times Python has no name for (a leap second, the year 0) become the nearest it has.
    """
    if is_date(text):
        return seconds(f"{text}T00:00:00Z") + (_DAY - 0.001 if end_of_day else 0.0)
    text = text.upper().replace(" ", "T").replace(":60", ":59")
    try:
        return (datetime.fromisoformat(text) - _EPOCH).total_seconds()
    except (ValueError, OverflowError):
        return float("-inf") if text.startswith("0000") else float("inf")
