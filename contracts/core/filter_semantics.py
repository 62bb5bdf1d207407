"""What a filter keeps and what an order means, judged by the members that items show.

Pure: no request is sent here. Where the document or the ruling leaves something open (upper and lower case, an instant
itself, null) the answer is "cannot tell", and nobody may be blamed for either behaviour.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from specs.contract import Filter
from specs.source.pointers import split

Wanted = str | list[str]
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)?)?$", re.IGNORECASE)


def shown(item: Any, pointer: str) -> list[Any] | None:
    """The values an item shows at a pointer, `*` for any element; None where it does not show the member."""
    values = [item]
    for name in split(pointer):
        if name == "*":
            if not all(isinstance(each, list) for each in values):
                return None
            values = [element for each in values for element in each]
            continue
        if not all(isinstance(each, dict) and name in each for each in values):
            return None
        values = [each[name] for each in values]
    return values


def text(value: Any) -> str:
    """A value as a query carries it; a whole number without its fraction."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value)


def number(value: Any) -> float | None:
    """A time as seconds since the epoch, or a number as it is; None for what has no order we know."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str) or not _TIME.match(value):
        return None
    try:
        moment = datetime.fromisoformat(value.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def keeps(rule: Filter, wanted: Wanted, item: Any) -> bool | None:
    """Whether a filter keeps an item; None where it cannot be known."""
    values = shown(item, rule.member)
    if values is None:
        return None
    asked = wanted if isinstance(wanted, list) else [wanted]
    found = [_agrees(rule.by, each, value) for value in values for each in asked]
    return True if True in found else None if None in found else False


def _agrees(by: str, wanted: str, value: Any) -> bool | None:
    if by in {"after", "before"}:
        one, other = number(value), number(_unquoted(wanted))
        if one is None or other is None or one == other:
            return None
        return one > other if by == "after" else one < other
    if value is None:
        return False
    own = text(value)
    same = wanted in own if by == "contains" else wanted == own
    alike = wanted.casefold() in own.casefold() if by == "contains" else wanted.casefold() == own.casefold()
    return True if same else None if alike else False


def _unquoted(wanted: str) -> Any:
    return float(wanted) if re.fullmatch(r"-?\d+(\.\d+)?", wanted) else wanted


def kept(rules: Iterable[tuple[Filter, Wanted]], items: Sequence[Any]) -> list[bool | None]:
    """For each item, whether all of these filters together keep it; None where it cannot be known."""
    rules = list(rules)
    judged = ([keeps(rule, wanted, item) for rule, wanted in rules] for item in items)
    return [False if False in each else None if None in each else True for each in judged]


def out_of_order(items: Sequence[Any], pointer: str, *, descending: bool) -> int | None:
    """The first position where items are not in order by a member; None if they are, as far as values have an order.

    Items that do not show the member, or show null, may be anywhere.
    """
    last: float | None = None
    for position, item in enumerate(items):
        values = shown(item, pointer) or []
        value = number(values[0]) if len(values) == 1 else None
        if value is None:
            continue
        if last is not None and (value > last if descending else value < last):
            return position
        last = value
    return None


def sort_values(items: Sequence[Any], pointer: str) -> list[str]:
    """What each item is sorted by, as text: items with the same text may change places."""
    return [json.dumps(shown(item, pointer)) for item in items]
