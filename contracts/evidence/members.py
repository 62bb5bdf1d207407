"""Members of a line of evidence, each of the kind it has to be: damage is found here, not by whoever uses it."""

from __future__ import annotations

from typing import Any, TypeVar

from contracts.core.exchange import Pairs, field

Line = dict[str, Any]
Made = TypeVar("Made")
LARGEST = 2**63


def text(line: Line, name: str) -> str:
    """A text. Raises KeyError where it is missing, TypeError where it is something else; so do all of these."""
    return _of(line[name], str, name)


def text_or_none(line: Line, name: str) -> str | None:
    """A text or null; null too where it is missing."""
    return None if line.get(name) is None else text(line, name)


def whole(line: Line, name: str) -> int:
    """A whole number, and none that nobody counts to."""
    value = line[name]
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) >= LARGEST):
        raise TypeError(f"{name}: a number is needed")
    return _of(value, int, name)


def whole_or_none(line: Line, name: str) -> int | None:
    """A whole number or null."""
    return None if line.get(name) is None else whole(line, name)


def seconds(line: Line, name: str) -> float:
    """A time."""
    value = line[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise TypeError(f"{name}: a time is needed")
    return float(value)


def pairs(line: Line, name: str) -> Pairs:
    """Header fields: a list of lists of two texts."""
    found = []
    for each in _of(line[name], list, name):
        key, value = _of(each, list, name)
        found.append(field(_of(key, str, name), _of(value, str, name)))
    return tuple(found)


def texts(line: Line, name: str) -> tuple[str, ...]:
    """A list of texts; an empty one where it is missing."""
    return tuple(_of(each, str, name) for each in _of(line.get(name, []), list, name))


def inner(line: Line, name: str) -> Line:
    """An object."""
    return _of(line[name], dict, name)


def _of(value: Any, kind: type[Made], name: str) -> Made:
    if not isinstance(value, kind):
        raise TypeError(f"{name}: {_NAMES[kind]} is needed")
    return value


_NAMES: dict[type, str] = {str: "a text", int: "a number", list: "a list", dict: "an object"}
