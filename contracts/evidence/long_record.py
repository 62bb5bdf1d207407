"""A record that is judged while it is read, so that its length takes no memory.

Held are the newest exchanges, and the conversations that are not over; an older exchange is read once more where
somebody asks for it. No line says that a conversation is over: so all are gone through before, to know which is the
last that names it.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Iterator, MutableMapping
from itertools import repeat
from pathlib import Path
from typing import Any

import attrs

from contracts.core.exchange import Exchange
from contracts.evidence import members
from contracts.evidence.reader import Conversation, Evidence, EvidenceError, add, header_of, parsed, read_exchange
from specs.contract import Contract

HELD = 4096
"""Exchanges in memory at most."""
_NAMED = re.compile(rb'"(?:conversation|id)"\s*:\s*(\d{1,18})')
"""The numbers by which a line names conversations; one that it names by chance only keeps that longer."""
_REPEATS = b'"repeats"'
_NONE = -1


class Numbers:
    """A number for each of many numbers: in eight bytes each, where those are counted as those of a record are."""

    def __init__(self) -> None:
        self._counted = array("q")
        self._others: dict[int, int] = {}

    def get(self, number: int) -> int:
        """What was put there; -1 where nothing was."""
        if 0 <= number < len(self._counted):
            return self._counted[number]
        return self._others.get(number, _NONE)

    def put(self, number: int, value: int) -> None:
        """Put a value there."""
        gap = number - len(self._counted)
        if 0 <= gap < HELD:
            self._counted.extend(repeat(_NONE, gap + 1))
        if 0 <= number < len(self._counted):
            self._counted[number] = value
        else:
            self._others[number] = value


class StoredExchanges(MutableMapping[int, Exchange]):
    """Exchanges by their numbers, in the order in which they were recorded.

    `place` is where the line begins whose exchange is put in next.
    """

    def __init__(self, path: Path, read: Callable[[dict[str, Any]], Exchange]) -> None:
        self._path, self._file, self._opened_by = path, path.open("rb"), os.getpid()
        self._read = read
        self._places, self._order = Numbers(), array("q")
        self._newest: dict[int, Exchange] = {}
        self.place = 0

    def __getitem__(self, seq: int) -> Exchange:
        if (known := self._newest.get(seq)) is not None:
            return known
        if (place := self._places.get(seq)) == _NONE:
            raise KeyError(seq)
        line = parsed(self._line(place))
        assert isinstance(line, dict)
        return self._held(self._read(line))

    def __setitem__(self, seq: int, exchange: Exchange) -> None:
        self._places.put(seq, self.place)
        self._order.append(seq)
        self._held(exchange)

    def __delitem__(self, seq: int) -> None:
        raise TypeError("nothing is taken out of a record")

    def __contains__(self, seq: object) -> bool:
        return isinstance(seq, int) and self._places.get(seq) != _NONE

    def __iter__(self) -> Iterator[int]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def _line(self, place: int) -> bytes:
        """The line that begins at a place. A process that was forked opens the file anew: it shares where that is."""
        if self._opened_by != os.getpid():
            self._file, self._opened_by = self._path.open("rb"), os.getpid()
        self._file.seek(place)
        return self._file.readline()

    def _held(self, exchange: Exchange) -> Exchange:
        self._newest[exchange.seq] = exchange
        if len(self._newest) > HELD:
            del self._newest[next(iter(self._newest))]
        return exchange


@attrs.define
class LongRecord(Evidence):
    """A recorded run of which `events` tells one after the other; everything else is known when they are over."""

    _stored: StoredExchanges = attrs.field(kw_only=True)
    _path: Path = attrs.field(kw_only=True)
    _contract: Contract = attrs.field(kw_only=True)
    _again: set[int] = attrs.field(factory=set)
    _last: Numbers = attrs.field(factory=Numbers)
    """By the number of a conversation, the last line that names it."""
    lines: int = 0

    @property
    def again(self) -> set[int]:
        """The numbers of the exchanges that were sent once more."""
        return self._again

    def events(self) -> Iterator[Exchange | Conversation]:
        """Every exchange when it is read, and every conversation when it is over. To be gone through once."""
        base = self.header["deployment"]["base_url"]
        for number, raw in self._lines():
            line = parsed(raw)
            if isinstance(line, str) and not raw.endswith(b"\n"):
                continue  # cut short by a crash
            found = add(self, number, line, self._contract, base)
            if isinstance(found, Conversation):
                found.opened = number
            elif found is not None:
                yield found
            over = (int(each) for each in _NAMED.findall(raw))
            yield from (self.conversations.pop(each) for each in over if self._is_over(each, number))
        yield from self.conversations.values()

    def look_ahead(self) -> None:
        """Go through all lines for what has to be known before the first is judged."""
        for number, raw in self._lines():
            self.lines = number
            for each in _NAMED.findall(raw):
                self._last.put(int(each), number)
            if _REPEATS in raw and isinstance(line := parsed(raw), dict) and isinstance(line.get("repeats"), int):
                self._again.add(line["repeats"])

    def _is_over(self, conversation: int, number: int) -> bool:
        return self._last.get(conversation) == number and conversation in self.conversations

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        place = 0
        with self._path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                self._stored.place, place = place, place + len(raw)
                if raw.strip():
                    yield number, raw


def open_record(path: Path, contract: Contract) -> LongRecord:
    """A recorded run, its operations looked up in the document it was made with. Raises EvidenceError."""
    header = header_of(path)
    base = header["deployment"]["base_url"]

    def again(line: dict[str, Any]) -> Exchange:
        return read_exchange(line, contract.operation(members.text(line, "operation")), base)

    try:
        stored = StoredExchanges(path, again)
        record = LongRecord(header, stored, {}, stored=stored, path=path, contract=contract)
        record.look_ahead()
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror})") from None
    return record
