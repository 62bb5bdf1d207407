"""HTTP/1.1 without any I/O: the bytes of a request, and an answer read from bytes by h11, within bounds.

Whoever carries the bytes, an event loop or the load's users, reads the same answers and says the same of what is none.
"""

from __future__ import annotations

import ssl
from typing import Any

import attrs
import h11

from contracts.config.http import Bounds
from contracts.core.failures import (
    BODY_ANNOUNCED,
    CUT_OFF,
    FRAMED_TWICE,
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
from contracts.transport.plain_answers import PlainHead, plain_head
from contracts.transport.unreadable import Came, explain, tls_reason

KEPT = 4096
"""Bytes of an answer that are kept as they came, to be shown where it cannot be read."""
IDLE = 4.0
"""Seconds after which a connection is not used again: many servers close it after five."""
IDLE_FOR_WRITES = 1.0
"""The same for requests that must not be sent twice, which a connection closed meanwhile would swallow."""
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


class AnswerReader:
    """The answers on one connection, one after the other, from the bytes as they come. Methods may raise Failure."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=bounds.header_bytes)
        self._received = bytearray()
        """The answer while it is a usual one, or else its first bytes."""
        self._plain: PlainHead | None = None
        """What a usual answer announces, as far as it is one."""
        self._care = False
        """Whether h11 reads this answer."""
        self._pieces: list[bytes] = []
        self._head: h11.Response | None = None
        self._verb = ""
        self._interim = 0
        self._answers = 0
        self.count = 0
        """Bytes that came of this answer."""
        self.length = 0
        """Those of its body so far."""

    def begin(self, verb: str) -> None:
        """A request has been sent, and its answer is what comes next."""
        self._received.clear()
        self._pieces.clear()
        self._plain, self._care, self._head, self._verb = None, False, None, verb
        self._answers += 1
        self.count = self.length = self._interim = 0

    def feed(self, data: bytes) -> None:
        """What came next; b"" where the other side has closed the connection."""
        usual = not self.count or self._plain is not None
        self.count += len(data)
        if usual and self._is_usual(data):
            return
        if usual:
            data = self._give_up_plain(data)
        elif len(self._received) < KEPT:
            self._received += data[: KEPT - len(self._received)]
        if self.count - self.length > self._bounds.body + len(data):  # extensions of chunks may be without end
            around = f"more than {self._bounds.body} bytes around a body of {self.length}"
            raise self.failure(TOO_LARGE, around)
        self._http.receive_data(data)

    def _is_usual(self, data: bytes) -> bool:
        """Whether the answer is a usual one as far as it came."""
        self._received += data
        head = self._plain or plain_head(self._received, self._verb, self._bounds)
        if head is None or not data or self.count > head.size:
            return False
        self._plain, self.length = head, self.count - head.start
        return True

    def _give_up_plain(self, data: bytes) -> bytes:
        """Have h11 read the answer from its beginning; gives what it has not been told yet."""
        # only for h11 to know which request the response is to: what goes on the wire may be wrong on purpose
        self._http.send(h11.Request(method=self._verb, target="/", headers=[("Host", "h")]))
        self._http.send(h11.EndOfMessage())
        came = bytes(self._received)
        self._plain, self._care, self.length = None, True, 0
        del self._received[KEPT:]
        if data or not came:
            return came
        self._http.receive_data(came)
        return data

    def answer(self) -> Incoming | None:
        """The answer, once it is whole; None while more has to come."""
        if not self._care:
            return self._whole_plain(self._plain) if self._plain and self.count == self._plain.size else None
        while (event := self._next()) is not None:
            if isinstance(event, h11.EndOfMessage):
                return self._whole()
            self._take(event)
        return None

    def finish(self) -> bool:
        """After an answer was read: whether another request may be sent on its connection."""
        if not self._care:
            return self._plain is not None
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if not done or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        return True

    def late(self, *, whole: bool) -> Failure:
        """Nothing came in time: for the `whole` exchange, or since the last piece."""
        limit = self._bounds.total if whole else self._bounds.read
        what = "no answer" if not self.count else f"no end of the answer after {self.count} bytes"
        return self.failure(TIMED_OUT, f"{what} within {limit:g} s" if whole else f"{what}, nothing for {limit:g} s")

    def broken(self, error: OSError) -> Failure:
        """The connection broke while the answer was awaited."""
        if isinstance(error, ConnectionError):
            return self.failure(RESET, f"after {self.count} bytes of the answer" if self.count else "")
        if isinstance(error, ssl.SSLError):  # no word of TLS alone: by now the request may have been carried out
            return self.failure(CUT_OFF, f"TLS ended ({tls_reason(error)})")
        return self.failure(CUT_OFF, (error.strerror or "the connection broke").lower())

    def failure(self, word: str, detail: str = "") -> Failure:
        """Why the answer cannot be read, with its beginning."""
        return Failure(word, detail, bytes(self._received[:KEPT]))

    def _next(self) -> Any:
        """The next event; None where more has to come. Raises Failure."""
        try:
            event = self._http.next_event()
        except h11.RemoteProtocolError as error:
            came = Came(
                bytes(self._received), self.count, self._interim, self._head is not None, again=self._answers > 1
            )
            raise self.failure(*explain(error, came, self._bounds)) from None
        if event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
            raise self.failure(CUT_OFF, "the connection was closed without an answer")
        return None if event is h11.NEED_DATA else event

    def _take(self, event: Any) -> None:
        match event:
            case h11.InformationalResponse():
                # each is small and in time, so neither the size nor the time between two pieces bounds them
                self._interim += 1
                if self._interim > self._bounds.interim:
                    many = f"more than {self._bounds.interim} interim answers (1xx) and no other"
                    raise self.failure(NOT_HTTP, many)
            case h11.Response():
                self._head = event
                if len(event.headers) > self._bounds.headers:
                    many = f"{len(event.headers)} fields, more than {self._bounds.headers}"
                    raise self.failure(LARGE_HEADERS, many)
            case h11.Data():
                self._pieces.append(bytes(event.data))
                self.length += len(event.data)
                if self.length > self._bounds.body:
                    raise self.failure(TOO_LARGE, f"a body of more than {self._bounds.body} bytes")

    def _whole_plain(self, head: PlainHead) -> Incoming:
        body, beginning = bytes(self._received[head.start :]), bytes(self._received[:KEPT])
        return Incoming(head.status, head.headers(), body, beginning)

    def _whole(self) -> Incoming:
        assert self._head is not None
        headers = [(bytes(name), bytes(value)) for name, value in self._head.headers.raw_items()]
        body, status = b"".join(self._pieces), self._head.status_code
        self._pieces.clear()
        return Incoming(status, headers, body, bytes(self._received), self._remarks(status))

    def _remarks(self, status: int) -> tuple[str, ...]:
        """What is odd about an answer that can be read all the same."""
        head = bytes(self._received).partition(b"\r\n\r\n")[0].lower().splitlines()
        lengths = [line for line in head if line.startswith(b"content-length:")]
        remarks = [LENGTH_TWICE] if len(lengths) > 1 else []
        if lengths and any(line.startswith(b"transfer-encoding:") for line in head):
            remarks.append(FRAMED_TWICE)
        if self._http.trailing_data[0]:
            remarks.append(TRAILING)
        elif (
            self._verb != "HEAD"
            and status == 204
            and any(line.partition(b":")[2].strip().strip(b"0") for line in lengths)
        ):
            remarks.append(BODY_ANNOUNCED)
        return tuple(remarks)
