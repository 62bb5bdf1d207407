"""Bodies of a run that would not fit into memory together: a load that goes on for long hears gigabytes.

Equal ones are kept once. Of all others so many bytes stay where they are; the rest is put aside in a file without a
name, and read again by who looks at it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import lru_cache
from typing import IO

import attrs

from contracts.config.http import MIB
from contracts.core.exchange import Exchange, Response

MOST = 64 * MIB
"""Characters of bodies that are kept in memory."""
SHORT = 1024
"""Characters of a body that is not worth it."""
_TEXT = "utf-8", "surrogatepass"


class Shelf:
    """Where bodies are put aside."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held = 0
        self._known: dict[str, str] = {}
        self._file: IO[bytes] | None = None
        self._body = lru_cache(maxsize=4)(self._read)

    def keep(self, exchange: Exchange) -> Exchange:
        """The same exchange, as it can be kept."""
        response = exchange.response
        if response is None or len(response.body) <= SHORT:
            return exchange
        known = self._known.get(response.body)
        if known is response.body:
            return exchange
        if known is not None:
            return attrs.evolve(exchange, response=attrs.evolve(response, body=known))
        if self._held + len(response.body) > self._most:
            return attrs.evolve(exchange, response=self._put_aside(response))
        self._held += len(response.body)
        self._known[response.body] = response.body
        return exchange

    def _put_aside(self, response: Response) -> Response:
        raw = response.body.encode(*_TEXT)
        try:
            self._file = self._file or tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the run
            place = self._file.seek(0, 2)
            self._file.write(raw)
        except OSError:  # where nothing can be written it stays in memory
            return response
        return PutAside(response, self, place, len(raw))

    def body(self, place: int, size: int) -> str:
        """A body that was put aside. Looked at by one check after the other: the last ones are remembered."""
        return self._body(place, size)

    def _read(self, place: int, size: int) -> str:
        assert self._file is not None
        self._file.seek(place)
        return self._file.read(size).decode(*_TEXT)


class PutAside(Response):
    """A response whose body is elsewhere."""

    def __init__(self, response: Response, shelf: Shelf, place: int, size: int) -> None:
        for name in ("status", "headers", "length", "remarks"):
            object.__setattr__(self, name, getattr(response, name))
        vars(self)["read"] = lambda: shelf.body(place, size)

    @property
    def body(self) -> str:
        read: Callable[[], str] = vars(self)["read"]
        return read()
