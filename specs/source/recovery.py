"""Recovers what is before the cut of a JSON document, and merges what is there twice.

Ordinary parsers refuse such a text, and lenient ones lose half of a duplicated key without a word. Here the text is
fed to an event parser in small pieces, so that every key and value is known together with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import ijson
from attrs import Factory, define, frozen

from specs.source.pointers import join, split

# One piece holds at most one key, value or bracket that opens, so an event's place is where its piece begins.
_PIECE = re.compile(rb"[^,:{\[\n]*[,:{\[\n]?")
_SPACE = b" \t\r\n,:"
_DEEPEST = 500  # no API description comes near it; a hostile one could cost hours
# Objects whose members are independent of each other: only these are merged when they stand twice.
_HOLDERS = ("paths", "components", "webhooks")


@frozen
class Place:
    """Where something is in a text. Lines and columns count from 1; offset is in bytes, from 0."""

    line: int
    column: int
    offset: int | None = None


@frozen
class Flaw:
    """Something wrong with the text itself: `truncated`, `malformed` or `duplicate-key`."""

    code: str
    pointer: str
    place: Place
    message: str


@frozen
class Reading:
    """What could be read of a text."""

    raw: Any
    marks: dict[str, Place] = Factory(dict)
    flaws: tuple[Flaw, ...] = ()

    @property
    def complete(self) -> bool:
        """Say whether the text was read to its end."""
        return all(flaw.code == "duplicate-key" for flaw in self.flaws)

    def place(self, pointer: str) -> Place | None:
        """Say where a pointer, or the nearest thing around it that was read, stands."""
        while pointer not in self.marks:
            if not pointer or "/" not in pointer:
                return None
            pointer = pointer.rpartition("/")[0]
        return self.marks[pointer]


@define
class _Level:
    """One open object or array."""

    value: Any
    pointer: str
    key: str | None = None


def _merges(pointer: str) -> bool:
    """Say whether two objects that both stand at this pointer are put together (else the later one is kept)."""
    steps = pointer.split("/")[1:]
    return len(steps) == 1 or (len(steps) == 2 and steps[0] in _HOLDERS)


@define
class _Builder:
    """Puts a document together from parse events."""

    root: Any = None
    levels: list[_Level] = Factory(list)
    marks: dict[str, Place] = Factory(dict)
    flaws: list[Flaw] = Factory(list)

    def feed_all(self, events: list[tuple[str, Any]], place: Place) -> None:
        for event, value in events:
            self.feed(event, value, place)
        del events[:]

    def feed(self, event: str, value: Any, place: Place) -> None:
        if event == "map_key":
            self._key(value, place)
        elif event in ("start_map", "start_array"):
            self._open({} if event == "start_map" else [], place)
        elif event in ("end_map", "end_array"):
            self.levels.pop()
        else:
            self._put(_plain(value), place)

    def here(self) -> str:
        """Give the pointer of what is being read."""
        if not self.levels:
            return "#"
        level = self.levels[-1]
        if isinstance(level.value, list):
            return join(level.pointer, len(level.value))
        return level.pointer if level.key is None else join(level.pointer, level.key)

    def _key(self, key: str, place: Place) -> None:
        level = self.levels[-1]
        level.key = key
        pointer = join(level.pointer, key)
        if key in level.value:
            self.flaws.append(_twice(pointer, place, self.marks[pointer]))
        self.marks.setdefault(pointer, place)

    def _open(self, value: Any, place: Place) -> None:
        if len(self.levels) >= _DEEPEST:
            raise RecursionError("nested too deeply")
        pointer = self.here()
        self.levels.append(_Level(self._put(value, place), pointer))

    def _put(self, value: Any, place: Place) -> Any:
        self.marks.setdefault(self.here(), place)
        if not self.levels:
            self.root = value
            return value
        level = self.levels[-1]
        if isinstance(level.value, list):
            level.value.append(value)
            return value
        key, level.key = level.key or "", None
        earlier = level.value.get(key)
        if isinstance(earlier, dict) and isinstance(value, dict) and _merges(join(level.pointer, key)):
            return earlier
        level.value[key] = value
        return value


def _plain(value: Any) -> Any:
    """Turn the parser's decimals into the numbers that `json` would give."""
    return float(value) if isinstance(value, Decimal) else value


def _twice(pointer: str, place: Place, first: Place) -> Flaw:
    outcome = "the two are merged" if _merges(pointer) else "the later value is kept"
    key = split(pointer)[-1]
    return Flaw("duplicate-key", pointer, place, f"{key} stands twice, first at line {first.line}; {outcome}")


def recover(data: bytes) -> Reading:
    """Read JSON as far as it goes. Never raises: what is wrong stands among the flaws, with its place.

    A key that is there twice is merged where that loses nothing (path items, groups of components); elsewhere the later
    value is kept.
    """
    builder = _Builder()
    events: Any = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events)
    place = Place(1, 1, 0)
    try:
        for piece, place, following in _pieces(data):
            parser.send(piece)
            builder.feed_all(events, place)
            place = following
    except (ijson.JSONError, RecursionError, UnicodeError) as error:
        return _broken_off(builder, "malformed", place, _short(error))
    try:
        parser.close()
    except (ijson.JSONError, UnicodeError):
        return _broken_off(builder, "truncated", place, "")
    builder.feed_all(events, Place(1, 1, 0))  # a bare number ends only where the text does
    return Reading(builder.root, builder.marks, tuple(builder.flaws))


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0].strip() if str(error).strip() else type(error).__name__


def _broken_off(builder: _Builder, code: str, place: Place, why: str) -> Reading:
    pointer = builder.here()
    where = "before anything was said" if pointer == "#" and builder.root is None else f"inside {pointer}"
    message = f"the text ends {where}" if code == "truncated" else f"no JSON from column {place.column} on: {why}"
    message += f" (byte {place.offset})"
    flaws = (Flaw(code, pointer, place, message), *builder.flaws)
    return Reading(builder.root, builder.marks, flaws)


def _pieces(data: bytes) -> Iterator[tuple[bytes, Place, Place]]:
    """Cut a text into pieces: (the piece, where its first token begins, where the next piece begins).

    A piece that ends inside a string continues in the next, which then counts as beginning where the first one did.
    """
    line, line_start, token = 1, 0, None
    quoted = False
    for match in _PIECE.finditer(data):
        piece = match.group()
        if not piece:
            break
        if token is None:
            skipped = len(piece) - len(piece.lstrip(_SPACE))
            token = Place(line, match.start() + skipped - line_start + 1, match.start() + skipped)
        quoted ^= _quotes(piece) % 2 == 1
        start = token
        if piece.endswith(b"\n"):
            line, line_start = line + 1, match.end()
        if not quoted:
            token = None
        yield piece, start, Place(line, match.end() - line_start + 1, match.end())


def _quotes(piece: bytes) -> int:
    """Count the quotation marks that open or close a string."""
    if b'"' not in piece:
        return 0
    return len(re.findall(rb'(?<!\\)(?:\\\\)*"', piece)) if b"\\" in piece else piece.count(b'"')
