"""HTTP/1.1 within bounds: h11 reads what comes, asyncio carries it, and what cannot be read is kept to be shown.

General HTTP clients hide what a judge of answers has to see: they ask again on a connection that was closed, follow
what they are told, decode without end, and keep nothing of an answer they cannot read.
"""

from __future__ import annotations

import asyncio
import select
import time
from collections import deque
from typing import Any

import attrs
import h11

from contracts.config.http import MIB, Bounds
from contracts.core.exchange import IDEMPOTENT
from contracts.core.failures import (
    BODY_ANNOUNCED,
    CUT_OFF,
    LARGE_HEADERS,
    LENGTH_TWICE,
    NOT_HTTP,
    RESET,
    TIMED_OUT,
    TOO_LARGE,
    TRAILING,
    UNSENDABLE,
    Failure,
)
from contracts.transport.connecting import Connecting, Origin, connected
from contracts.transport.unreadable import explain

KEPT = 4096
"""Bytes of an answer that are kept as they came, to be shown where it cannot be read."""
CONNECTIONS = 64
IDLE = 4.0
"""Seconds after which a connection is not used again: many servers close it after five."""
IDLE_FOR_WRITES = 1.0
"""The same for requests that must not be sent twice, which a connection closed meanwhile would swallow."""
LARGE, LARGE_AT_ONCE = MIB, 4
"""Bodies above this size are read so many at once: the others wait unread, which costs no memory."""
_HIGH = 256 * 1024
"""Bytes that wait to be read, from which on the sender is held up."""
_LF = b"\r\n"


@attrs.frozen
class Outgoing:
    """A request as it is to be sent. `target` and `headers` are sent as they are: they may be wrong on purpose."""

    verb: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    def written(self) -> bytes:
        """The bytes on the wire. Raises Failure where they would be those of two requests."""
        lines = [self.verb.encode("ascii") + b" " + self.target + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers]
        if any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines):
            raise Failure(UNSENDABLE, "a line break or a zero byte in a header")
        named = any(name.lower() == b"content-length" for name, _ in self.headers)
        if not named and (self.body or self.verb in {"POST", "PUT", "PATCH"}):
            lines.append(b"Content-Length: %d" % len(self.body))
        return _LF.join(lines) + _LF + _LF + self.body


@attrs.frozen
class Incoming:
    """An answer that can be read, its content encoding not taken off. `beginning`: how it began on the wire."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    beginning: bytes = b""
    remarks: tuple[str, ...] = ()
    """What is odd about it all the same."""


class Stream(Connecting):
    """The bytes of one connection, in the order they came; their sender is held up while too many wait."""

    def __init__(self) -> None:
        self.closed = False
        self.error: Exception | None = None
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._held = False
        self._wake: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        self._waiting += len(data)
        if self._waiting > _HIGH and not self._held:
            self._held = True
            self.transport.pause_reading()
        self._woken()

    def eof_received(self) -> bool:
        self.closed = True
        self._woken()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.closed, self.error = True, error
        self._woken()

    def _woken(self) -> None:
        if self._wake and not self._wake.done():
            self._wake.set_result(None)

    @property
    def quiet(self) -> bool:
        """Whether nothing was said since the last answer, not even a goodbye that the loop has not seen yet."""
        if self.closed or self._pieces or self.transport.is_closing():
            return False
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    async def read(self) -> bytes:
        """The next piece; b"" at the end. Raises OSError where the connection broke."""
        while not self._pieces:
            if self.error:
                raise self.error
            if self.closed:
                return b""
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        piece = self._pieces.popleft()
        self._waiting -= len(piece)
        if self._held and self._waiting <= _HIGH and not self.closed:
            self._held = False
            self.transport.resume_reading()
        return piece


class Connection:
    """One connection, and one exchange after the other on it."""

    def __init__(self, stream: Stream, bounds: Bounds, large: asyncio.Semaphore) -> None:
        self._stream = stream
        self._bounds = bounds
        self._large = large
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=bounds.header_bytes)
        self._received = bytearray()
        self._count = 0
        self._until = 0.0
        self.released = time.monotonic()

    @property
    def usable(self) -> bool:
        return self._stream.quiet

    def close(self) -> None:
        self._stream.transport.abort()

    async def exchange(self, verb: str, message: bytes, until: float) -> Incoming:
        """Send a message and read its answer. Raises Failure. `until`: when the exchange has to be over."""
        self._received.clear()
        self._count, self._until = 0, until
        # only for h11 to know which request the response is to: what goes on the wire may be wrong on purpose
        self._http.send(h11.Request(method=verb, target="/", headers=[("Host", "h")]))
        self._http.send(h11.EndOfMessage())
        self._stream.transport.write(message)
        head = await self._head()
        headers = [(bytes(name), bytes(value)) for name, value in head.headers.raw_items()]
        if len(headers) > self._bounds.headers:
            raise self._failure(LARGE_HEADERS, f"{len(headers)} fields, more than {self._bounds.headers}")
        body = await self._body()
        remarks = self._remarks(verb, head.status_code)
        return Incoming(head.status_code, headers, body, bytes(self._received), remarks)

    def finish(self) -> bool:
        """After an answer was read: whether another request may be sent here."""
        if (
            self._http.our_state is not h11.DONE
            or self._http.their_state is not h11.DONE
            or self._http.trailing_data[0]
        ):
            return False
        self._http.start_next_cycle()
        self.released = time.monotonic()
        return True

    async def _head(self) -> h11.Response:
        interim = 0  # each is small and in time, so neither the size nor the time between two pieces bounds them
        while not isinstance(event := await self._next(), h11.Response):
            interim += 1
            if interim > self._bounds.interim:
                raise self._failure(NOT_HTTP, f"more than {self._bounds.interim} interim answers (1xx) and no other")
        return event

    async def _body(self) -> bytes:
        pieces: list[bytes] = []
        length, slow = 0, False
        try:
            while not isinstance(event := await self._next(), h11.EndOfMessage):
                assert isinstance(event, h11.Data)
                pieces.append(bytes(event.data))
                length += len(event.data)
                if length > self._bounds.body:
                    raise self._failure(TOO_LARGE, f"a body of more than {self._bounds.body} bytes")
                # Many large bodies at once would fill the memory though each is within its bound.
                if length > LARGE and not slow:
                    await self._large.acquire()
                    slow = True
            return b"".join(pieces)
        finally:
            if slow:
                self._large.release()

    async def _next(self) -> Any:
        """The next event of the answer. Raises Failure."""
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise self._unreadable(error) from None
            if event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                raise self._failure(CUT_OFF, "the connection was closed without an answer")
            if event is not h11.NEED_DATA:
                return event
            data = await self._read()
            self._count += len(data)
            if len(self._received) < KEPT:
                self._received += data[: KEPT - len(self._received)]
            self._http.receive_data(data)

    async def _read(self) -> bytes:
        left = self._until - time.monotonic()
        try:
            async with asyncio.timeout(min(left, self._bounds.read)):
                return await self._stream.read()
        except TimeoutError:
            raise self._late(whole=left <= self._bounds.read) from None
        except ConnectionError:
            raise self._failure(RESET, self._so_far()) from None
        except OSError as error:
            raise self._failure(CUT_OFF, (error.strerror or "the connection broke").lower()) from None

    def _late(self, *, whole: bool) -> Failure:
        limit = self._bounds.total if whole else self._bounds.read
        what = "no answer" if not self._count else f"no end of the answer after {self._count} bytes"
        return self._failure(TIMED_OUT, f"{what} within {limit:g} s" if whole else f"{what}, nothing for {limit:g} s")

    def _so_far(self) -> str:
        return f"after {self._count} bytes of the answer" if self._count else ""

    def _unreadable(self, error: h11.RemoteProtocolError) -> Failure:
        word, detail = explain(error, bytes(self._received), self._count, self._bounds)
        return self._failure(word, detail)

    def _failure(self, word: str, detail: str = "") -> Failure:
        return Failure(word, detail, bytes(self._received))

    def _remarks(self, verb: str, status: int) -> tuple[str, ...]:
        """What is odd about an answer that can be read all the same."""
        head = bytes(self._received).partition(b"\r\n\r\n")[0].lower().splitlines()
        lengths = [line for line in head if line.startswith(b"content-length:")]
        remarks = [LENGTH_TWICE] if len(lengths) > 1 else []
        bodiless = verb == "HEAD" or status in {204, 304}
        if self._http.trailing_data[0]:
            remarks.append(TRAILING)
        elif bodiless and status == 204 and any(line.partition(b":")[2].strip().strip(b"0") for line in lengths):
            remarks.append(BODY_ANNOUNCED)
        return tuple(remarks)


class Transport:
    """Connections to one origin, kept while they are of use."""

    def __init__(self, origin: Origin, bounds: Bounds) -> None:
        self._origin = origin
        self._bounds = bounds
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def exchange(self, request: Outgoing) -> Incoming:
        """The answer, read to its end. Raises Failure."""
        message = request.written()
        async with self._places:
            until = time.monotonic() + self._bounds.total
            connection = await self._connection(request.verb)
            self._busy.add(connection)
            reusable = False
            try:
                answer = await connection.exchange(request.verb, message, until)
                reusable = connection.finish()
                return answer
            finally:
                self._busy.discard(connection)
                if reusable:
                    self._idle.append(connection)
                else:
                    connection.close()

    async def _connection(self, verb: str) -> Connection:
        # The server may close an idle connection while the request is on its way. A read is repeated then; a write must
        # not be, and nobody knows whether it was carried out: so it is given the fresher connections only.
        oldest = time.monotonic() - (IDLE if verb in IDEMPOTENT else IDLE_FOR_WRITES)
        while self._idle:
            connection = self._idle.pop()
            if connection.released >= oldest and connection.usable:
                return connection
            connection.close()
        return Connection(await connected(Stream, self._origin, self._bounds.connect), self._bounds, self._large)

    async def close(self) -> None:
        """End all connections."""
        for connection in [*self._idle, *self._busy]:
            connection.close()
        self._idle.clear()
        await asyncio.sleep(0)
