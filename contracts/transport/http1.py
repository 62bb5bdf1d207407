"""HTTP/1.1 within bounds: asyncio carries what is sent and what comes, and connections are kept while of use.

General HTTP clients hide what a judge of answers has to see: they ask again on a connection that was closed, follow
what they are told, decode without end, and keep nothing of an answer they cannot read.
"""

from __future__ import annotations

import asyncio
import select
import time
from collections import deque

from contracts.config.http import MIB, Bounds
from contracts.core.exchange import IDEMPOTENT
from contracts.transport.connecting import Connecting, Origin, connected
from contracts.transport.messages import IDLE, IDLE_FOR_WRITES, AnswerReader, Incoming, Outgoing

CONNECTIONS = 64
LARGE, LARGE_AT_ONCE = MIB, 4
"""Bodies above this size are read so many at once: the others wait unread, which costs no memory."""
_HIGH = 256 * 1024
"""Bytes that wait to be read, from which on the sender is held up."""


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
        self._reader = AnswerReader(bounds)
        self.released = time.monotonic()

    @property
    def usable(self) -> bool:
        return self._stream.quiet

    def close(self) -> None:
        self._stream.transport.abort()

    async def exchange(self, verb: str, message: bytes, until: float) -> Incoming:
        """Send a message and read its answer. Raises Failure. `until`: when the exchange has to be over."""
        reader, slow = self._reader, False
        reader.begin(verb)
        self._stream.transport.write(message)
        try:
            while (answer := reader.answer()) is None:
                # Many large bodies at once would fill the memory though each is within its bound.
                if reader.length > LARGE and not slow:
                    await self._large.acquire()
                    slow = True
                reader.feed(await self._read(until))
            return answer
        finally:
            if slow:
                self._large.release()

    def finish(self) -> bool:
        """After an answer was read: whether another request may be sent here."""
        self.released = time.monotonic()
        return self._reader.finish()

    async def _read(self, until: float) -> bytes:
        left = until - time.monotonic()
        try:
            async with asyncio.timeout(min(left, self._bounds.read)):
                return await self._stream.read()
        except TimeoutError:
            raise self._reader.late(whole=left <= self._bounds.read) from None
        except OSError as error:
            raise self._reader.broken(error) from None


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
