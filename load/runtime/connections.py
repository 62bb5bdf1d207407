"""The connections of one user of the load: what is sent goes out once, and no answer costs more than its bounds.

Locust's client would ask again in silence on a connection that was closed, keep cookies, trust any certificate and read
without end; a limiter would have counted requests of which the record knows nothing.
"""

from __future__ import annotations

import ssl
import time

from gevent import socket
from gevent.lock import Semaphore
from python_socks.sync import Proxy

from contracts.config.http import KIB, Bounds
from contracts.core.exchange import IDEMPOTENT
from contracts.core.failures import NOT_CONNECTED, TLS, Failure
from contracts.transport.connecting import Origin, connect_failure, first_stop, proxied, proxy_failures
from contracts.transport.messages import IDLE, IDLE_FOR_WRITES, AnswerReader, Incoming
from contracts.transport.unreadable import tls_reason

AT_ONCE = 16
"""Connections of one user that are in use at once."""
PIECE = 64 * KIB


class Connection:
    """A connected socket, and one exchange after the other on it."""

    def __init__(self, wire: socket.socket, bounds: Bounds) -> None:
        self._wire = wire
        self._bounds = bounds
        self._reader = AnswerReader(bounds)
        self._until = 0.0
        self.released = 0.0
        self.reusable = False

    @property
    def quiet(self) -> bool:
        """Whether nothing was said since the last answer, not even a goodbye."""
        try:
            self._wire.settimeout(0.0)
            self._wire.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        self._wire.close()

    def send(self, verb: str, message: bytes, until: float) -> None:
        """Send a message, whose answer has to be over at a time (`until`, monotonic). Raises Failure."""
        self._until, self.reusable = until, False
        self._reader.begin(verb)
        self._wire.settimeout(max(0.001, min(until - time.monotonic(), self._bounds.read)))
        try:
            self._wire.sendall(message)
        except TimeoutError:
            raise self._reader.late(whole=True) from None
        except (ConnectionError, ssl.SSLEOFError):
            pass  # what it has answered before it closed is still to be read
        except OSError as error:
            raise self._reader.broken(error) from None

    def answer(self) -> Incoming:
        """The answer, whole. Raises Failure."""
        reader = self._reader
        while (answer := reader.answer()) is None:
            reader.feed(self._read())
        self.reusable = reader.finish()
        return answer

    def _read(self) -> bytes:
        left = self._until - time.monotonic()
        self._wire.settimeout(max(0.001, min(left, self._bounds.read)))
        try:
            data: bytes = self._wire.recv(PIECE)
            return data
        except TimeoutError:
            raise self._reader.late(whole=left <= self._bounds.read) from None
        except OSError as error:
            raise self._reader.broken(error) from None


class Connections:
    """Connections to one origin, kept while they are of use. For the greenlets of one process."""

    def __init__(self, origin: Origin, bounds: Bounds) -> None:
        self._origin = origin
        self._bounds = bounds
        self._idle: list[Connection] = []
        self._places = Semaphore(AT_ONCE)

    def exchange(self, verb: str, message: bytes) -> Incoming:
        """The answer to a request as it is written, read to its end. Raises Failure."""
        with self._places:
            until = time.monotonic() + self._bounds.total
            connection = self._connection(verb)
            try:
                connection.send(verb, message, until)
                return connection.answer()
            finally:
                if connection.reusable:
                    connection.released = time.monotonic()
                    self._idle.append(connection)
                else:
                    connection.close()

    def _connection(self, verb: str) -> Connection:
        oldest = time.monotonic() - (IDLE if verb in IDEMPOTENT else IDLE_FOR_WRITES)
        while self._idle:
            connection = self._idle.pop()
            if connection.released >= oldest and connection.quiet:
                return connection
            connection.close()
        return Connection(self._connected(), self._bounds)

    def _connected(self) -> socket.socket:
        began, seconds, origin = time.monotonic(), self._bounds.connect, self._origin
        try:
            wire = self._tunnel(seconds) if origin.tunnelled else socket.create_connection(first_stop(origin), seconds)
        except TimeoutError:
            raise Failure(NOT_CONNECTED, f"not within {seconds:g} s") from None
        except (OSError, UnicodeError) as error:
            raise connect_failure(error) from None
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if origin.context is None:
            return wire
        wire.settimeout(max(0.001, began + seconds - time.monotonic()))
        return self._encrypted(wire)

    def _tunnel(self, seconds: float) -> socket.socket:
        """A connection through a proxy. Raises Failure."""
        with proxy_failures():
            return proxied(Proxy, self._origin).connect(self._origin.host, self._origin.port, timeout=seconds)

    def _encrypted(self, wire: socket.socket) -> socket.socket:
        try:
            assert self._origin.context is not None
            return self._origin.context.wrap_socket(wire, server_hostname=self._origin.host)
        except ssl.SSLError as error:
            reason = tls_reason(error)
        except TimeoutError:
            reason = f"no end of the handshake within {self._bounds.connect:g} s"
        except OSError:
            reason = "the connection was closed in the handshake"
        wire.close()
        raise Failure(TLS, reason)
