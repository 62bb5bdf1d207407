"""What a filter keeps and what an order means, judged by the members that items show.

Pure: no request is sent here. Where the document or the ruling leaves something open (upper and lower case, an instant
itself, null) the answer is "cannot tell", and nobody may be blamed for either behaviour.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from contracts.core.made_once import MadeOnce
from specs.contract import Filter
from specs.source.pointers import steps

Wanted = str | list[str]
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)?)?$", re.IGNORECASE)


def shown(item: Any, pointer: str) -> list[Any] | None:
    """The values an item shows at a pointer, `*` for any element and `0` for the first; None where it does not."""
    values = [item]
    for name in steps(pointer):
        if name in ("*", "0") and all(isinstance(each, list) for each in values):
            values = [element for each in values for element in (each if name == "*" else each[:1])]
            continue
        if name == "*":
            return None
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
    return _moment(value) if isinstance(value, str) else None


@lru_cache(maxsize=8192)
def _moment(value: str) -> float | None:
    if not _TIME.match(value):
        return None
    try:
        moment = datetime.fromisoformat(value.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def keeps(rule: Filter, wanted: Wanted, item: Any) -> bool | None:
    """Whether a filter keeps an item; None where it cannot be known."""
    return keeper(rule, [item])(wanted)[0]


Keeper = Callable[[Wanted], list[bool | None]]


def keeper(rule: Filter, items: Sequence[Any]) -> Keeper:
    """What tells of each item whether a filter keeps it, for one value of the filter after the other.

    Lists repeat themselves, and so do questions: each value is held against what items show once.
    """
    timely = rule.by in _TIMELY
    rows = _ROWS.get(None, (timely, rule.member), (items,), lambda: _rows(timely, rule.member, items))
    told = _keeper(rule.by, rows)
    return lambda wanted: told(tuple(wanted) if isinstance(wanted, list) else (wanted,))


_TIMELY = {"after", "before"}
_Row = tuple[Any, ...]


_ROWS: MadeOnce[tuple[_Row | None, ...]] = MadeOnce()


def _rows(timely: bool, member: str, items: Sequence[Any]) -> tuple[_Row | None, ...]:
    """What each item shows at a member."""
    read = number if timely else _own
    shows = (shown(item, member) for item in items)
    return tuple(None if row is None else tuple(map(read, row)) for row in shows)


@lru_cache(maxsize=256)
def _keeper(by: str, rows: tuple[_Row | None, ...]) -> Callable[[tuple[str, ...]], list[bool | None]]:
    """What tells of each row that items show whether it is kept by any of several values. Shared: not to be changed."""
    different = {row for row in rows if row is not None}
    agreeing = _in_time if by in _TIMELY else _in_text

    @cache
    def kept_by(wanted: str) -> dict[_Row, bool | None]:
        agrees = agreeing(by, wanted)
        return {row: _any([agrees(own) for own in row]) for row in different}

    @cache
    def told(wanted: tuple[str, ...]) -> list[bool | None]:
        each_of = [kept_by(each) for each in wanted]
        together = {row: _any([each[row] for each in each_of]) for row in different}
        return [None if row is None else together[row] for row in rows]

    return told


def _any(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False


def _own(value: Any) -> str | None:
    return None if value is None else text(value)


def _in_time(by: str, wanted: str) -> Callable[[Any], bool | None]:
    """What tells of a time (or number) that an item shows whether it is kept."""
    other = number(_unquoted(wanted))

    def agrees(one: Any) -> bool | None:
        if one is None or other is None or one == other:
            return None
        return bool(one > other if by == "after" else one < other)

    return agrees


def _in_text(by: str, wanted: str) -> Callable[[Any], bool | None]:
    """What tells of a text that an item shows whether it is kept."""
    folded = wanted.casefold()

    def agrees(own: Any) -> bool | None:
        if own is None:
            return False
        if wanted in own if by == "contains" else wanted == own:
            return True
        alike = folded in own.casefold() if by == "contains" else folded == own.casefold()
        return None if alike else False

    return agrees


@lru_cache(maxsize=8192)
def _unquoted(wanted: str) -> Any:
    return float(wanted) if re.fullmatch(r"-?\d+(\.\d+)?", wanted) else wanted


def kept(rules: Iterable[tuple[Filter, Wanted]], items: Sequence[Any]) -> list[bool | None]:
    """For each item, whether all of these filters together keep it; None where it cannot be known."""
    judged = [keeper(rule, items)(wanted) for rule, wanted in rules]
    found = zip(*judged, strict=True) if judged else ((True,) for _ in items)
    return [False if False in each else None if None in each else True for each in found]


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
