"""Further modes of the hostile server: odd values of headers, odd statuses, odd content, and streams."""

from __future__ import annotations

import gzip
import time
from functools import lru_cache, partial

from tests.hostile.modes import BODY, KIB64, LENGTH, OK
from tests.hostile.odd_modes import CHUNK, CHUNKED, WHOLE, closed, encoded, kept
from tests.hostile.server import Line, mode


def content(line: Line, body: bytes, kind: str = "application/json") -> None:
    """A 200 with a body of some kind."""
    kept(line, f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n", body)


def headed(line: Line, *headers: str) -> None:
    """A good answer with further header fields."""
    kept(line, OK, LENGTH, *(f"{each}\r\n" for each in headers), "\r\n", BODY)


def status(line: Line, code: int, *headers: str, body: bytes = b'{"error": "no"}') -> None:
    """An answer of another status."""
    head = (f"HTTP/1.1 {code} Odd\r\n", "Content-Type: application/json\r\n", f"Content-Length: {len(body)}\r\n")
    kept(line, *head, *(f"{each}\r\n" for each in headers), "\r\n", body)


# -- framing -----------------------------------------------------------------------------------------------------------


@mode
def chunk_extension_of_megabytes(line: Line) -> None:
    """A chunk whose extension is larger than any body."""
    closed(line, OK, CHUNKED, f"{len(BODY):x};x=", b"y" * (5 << 20), "\r\n", BODY, "\r\n0\r\n\r\n")


@mode
def chunk_extensions_for_ever(line: Line) -> None:
    """Chunks of a byte, each with an extension of kilobytes."""
    line.send(OK, CHUNKED)
    line.repeat((b"1;x=" + b"y" * 16_000 + b"\r\n \r\n") * 4, most=2 << 30)


@mode
def endless_trailers(line: Line) -> None:
    """Fields after the last chunk, without end."""
    line.send(OK, CHUNKED, CHUNK, "0\r\n")
    line.repeat(b"X-More: and more of it\r\n" * 100)


@mode
def transfer_encoding_identity(line: Line) -> None:
    """The Transfer-Encoding that meant none, until it was abolished."""
    closed(line, OK, "Transfer-Encoding: identity\r\n", LENGTH, "\r\n", BODY)


@mode
def chunked_in_http_10(line: Line) -> None:
    """Chunks in a version of HTTP that has none."""
    closed(line, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n", CHUNKED, CHUNK, "0\r\n\r\n")


@mode
def length_of_two_words(line: Line) -> None:
    """A Content-Length with a space in it."""
    kept(line, OK, "Content-Length: 1 2\r\n\r\n", BODY)


@mode
def length_with_zeros(line: Line) -> None:
    """A Content-Length with leading zeros, which are digits too."""
    kept(line, OK, f"Content-Length: 00000{len(BODY)}\r\n\r\n", BODY)


@mode
def two_spaces_in_the_status_line(line: Line) -> None:
    """A status line with a space too many."""
    closed(line, "HTTP/1.1  200 OK\r\nContent-Type: application/json\r\n", LENGTH, "\r\n", BODY)


@mode
def http_12(line: Line) -> None:
    """A version of HTTP that never was."""
    closed(line, "HTTP/1.2 200 OK\r\nContent-Type: application/json\r\n", LENGTH, "\r\n", BODY)


@mode
def shoutcast(line: Line) -> None:
    """The status line of another family of servers."""
    closed(line, "ICY 200 OK\r\n", LENGTH, "\r\n", BODY)


@mode
def reason_of_colours(line: Line) -> None:
    """A reason phrase that would colour a terminal, and has bytes of no alphabet."""
    closed(line, b"HTTP/1.1 200 \x1b[31mred\xff\r\n", "Content-Type: application/json\r\n", LENGTH, "\r\n", BODY)


@mode
def returns_alone(line: Line) -> None:
    """Lines that end with a carriage return alone."""
    closed(line, (OK + LENGTH + "\r\n").replace("\r\n", "\r"), BODY)


@mode
def echo(line: Line) -> None:
    """The request, credentials included, in place of an answer."""
    lines = [f"{name}: {value}" for name, value in line.asked.headers.items()]
    closed(line, "\r\n".join([f"{line.asked.method} {line.asked.target} HTTP/1.1", *lines]), "\r\n\r\n")


@mode
def reset_in_the_headers(line: Line) -> None:
    """A reset within the headers."""
    line.send(OK)
    time.sleep(0.05)
    line.reset()


@mode
def another_answer_unasked(line: Line) -> None:
    """A time-out told on an idle connection, as some servers do, a moment after a good answer."""
    line.send(WHOLE)
    time.sleep(0.02)
    line.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


# -- header fields -----------------------------------------------------------------------------------------------------

ODD_FIELDS = {
    "date": ("Fri, 31 Dec 9999 23:59:59 GMT", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "-1", "Wed, 32 Foo 0 0"),
    "age": ("-1", "9" * 400, "²"),
    "expires": ("0", "Fri, 31 Dec 9999 23:59:59 GMT"),
    "last-modified": ("Sun, 01 Jan 0001 00:00:00 +2359", "now"),
    "cache-control": (f"max-age={'9' * 400}", "max-age=-1", 'private="', "=,;", "max-age=²"),
    "etag": ("naked", '"', 'W/"' + "x" * 20_000 + '"', '""'),
    "vary": ("*, *", ", ,"),
    "allow": ("GET, , \x01", "*"),
    "www-authenticate": ('Bearer realm="', "=, =", "Basic " * 2000),
    "link": ('</status>; rel="next"', "<" * 20_000, '<>; rel="' * 2_000, '<http://203.0.113.1/>; rel=next'),
    "location": ("/status", "//203.0.113.1/", "javascript:alert(1)", "http://[::1"),
    "retry-after": ("-1", "1e999", "Fri, 31 Dec 9999 23:59:59 GMT"),
    "x-ratelimit-limit": ("-5", "9" * 400, "many", "1, 2;w=²"),
    "x-ratelimit-remaining": ("-5", "NaN", "1.5"),
    "x-ratelimit-reset": ("9" * 400, "1e308", "-9e99"),
    "ratelimit": ('"default";r=', "limit=, remaining=, reset=", "(" * 5_000),
    "ratelimit-policy": ('"a";q=0;w=0', '"a";q=-1;w=1e9', ";" * 5_000),
    "content-language": ("\xff",),
    "content-location": ("http://[",),
    "content-disposition": ('attachment; filename="../../../etc/passwd',),
    "deprecation": ("@-99999999999999", "true"),
    "sunset": ("never",),
    "strict-transport-security": ("max-age=x",),
    "access-control-allow-origin": ("*, null",),
    "idempotency-key": ("\x7f",),
    "connection": ("upgrade, x-mine",),
    "upgrade": ("h2c, websocket",),
}  # fmt: skip
"""Values of header fields that a reader of them may trip over."""


@mode
def odd_fields(line: Line) -> None:
    """A good answer whose fields have an odd value each, others with every request."""
    number = len(line.server.asked)
    headed(line, *(f"{name}: {values[number % len(values)]}" for name, values in ODD_FIELDS.items()))


@mode
def cookies_by_the_hundred(line: Line) -> None:
    """Two hundred cookies."""
    headed(line, *(f"Set-Cookie: c{number}={'v' * 100}; Path=/; Max-Age={'9' * 30}" for number in range(200)))


@mode
def media_type_in_ruins(line: Line) -> None:
    """A media type that cannot be read."""
    content(line, BODY, 'application/json;;charset="utf-8; =x;' + "a=b;" * 4000)


@mode
def no_media_type(line: Line) -> None:
    """A body of no stated type."""
    kept(line, "HTTP/1.1 200 OK\r\n", LENGTH, "\r\n", BODY)


@mode
def redirect_to_itself(line: Line) -> None:
    """A redirect to the place it is at."""
    status(line, 302, f"Location: {line.asked.target}")


# -- statuses ----------------------------------------------------------------------------------------------------------


@mode
def unasked_206(line: Line) -> None:
    """A part of the content, though the whole was asked for."""
    status(line, 206, "Content-Range: bytes 5-3/2", body=BODY[:7])


@mode
def unasked_416(line: Line) -> None:
    """No such part, though none was asked for."""
    status(line, 416, "Content-Range: bytes */0")


@mode
def wants_an_upgrade(line: Line) -> None:
    """Nothing is answered in this version of the protocol."""
    status(line, 426, "Upgrade: h2c", "Connection: Upgrade")


@mode
def proxy_wants_to_know(line: Line) -> None:
    """A proxy that asks for a password, though nobody knows of one."""
    status(line, 407, 'Proxy-Authenticate: Basic realm="somewhere"')


@mode
def login_to_the_network(line: Line) -> None:
    """A page of the hotel's network in place of an answer."""
    body = b"<html><meta http-equiv=refresh content='0; url=http://203.0.113.1/login'></html>"
    kept(line, f"HTTP/1.1 511 Login\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n", body)


# -- encodings and charsets --------------------------------------------------------------------------------------------


@mode
def gzip_twice_said_once(line: Line) -> None:
    """A gzip in a gzip, of which one is told."""
    encoded(line, "gzip", gzip.compress(gzip.compress(BODY)))


@mode
def gzip_once_said_twice(line: Line) -> None:
    """A gzip that is called a gzip in a gzip."""
    encoded(line, "gzip, gzip", gzip.compress(BODY))


@mode
def utf_16(line: Line) -> None:
    """JSON in UTF-16."""
    content(line, BODY.decode().encode("utf-16"))


@mode
def charset_of_another(line: Line) -> None:
    """UTF-8 that is called UTF-16."""
    content(line, BODY, "application/json; charset=utf-16")


@mode
def charset_of_nobody(line: Line) -> None:
    """A charset that no one has heard of."""
    content(line, BODY, "application/json; charset=\xffutf-9\x1b")


@mode
def charset_that_is_a_codec(line: Line) -> None:
    """A charset by a name that programs have for something else."""
    content(line, BODY, "application/json; charset=zlib_codec")


# -- content -----------------------------------------------------------------------------------------------------------


@lru_cache
def _objects() -> bytes:
    return b'{"ok": true, "more": [' + b"{}," * 3_000_000 + b"{}]}"


@lru_cache
def _members(count: int, value: bytes) -> bytes:
    """An object with so many members of one value."""
    return b'{"ok": true' + b"".join(b',"%d":%b' % (number, value) for number in range(count)) + b"}"


@mode
def millions_of_objects(line: Line) -> None:
    """Three million empty objects in nine megabytes."""
    content(line, _objects())


@mode
def a_million_members(line: Line) -> None:
    """An object of nearly a million members."""
    content(line, _members(900_000, b"0"))


@mode
def as_many_members_as_are_read(line: Line) -> None:
    """An object with as many members as are read by default."""
    content(line, _members(290_000, b"{}"))


@mode
def numbers_beyond_measure(line: Line) -> None:
    """Numbers that no machine has."""
    content(line, b'{"ok": 1e999, "a": -1e999, "b": 1e-999, "c": -0, "d": Infinity, "e": 1' + b"0" * 5000 + b"}")


@mode
def two_documents(line: Line) -> None:
    """Two JSON texts, one after the other."""
    content(line, BODY + b"\n" + BODY)


@mode
def unclosed_json(line: Line) -> None:
    """A long JSON text that has no end."""
    content(line, b'{"ok": "' + b"\\u0000" * 300_000)


@mode
def event_stream(line: Line) -> None:
    """Events, now and then, for ever."""
    line.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n", CHUNKED)
    line.repeat(b"c\r\ndata: 1234\r\n\r\n", every=0.2)


@mode
def stream_of_lines(line: Line) -> None:
    """Lines of JSON, as fast as they go, for ever."""
    line.send("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n", CHUNKED)
    line.repeat(b"10000\r\n" + (b'{"ok": true}\n' * 6000)[: len(KIB64)] + b"\r\n", most=4 << 30)


millions_of_objects.ready = _objects  # type: ignore[attr-defined]
as_many_members_as_are_read.ready = partial(_members, 290_000, b"{}")  # type: ignore[attr-defined]
a_million_members.ready = partial(_members, 900_000, b"0")  # type: ignore[attr-defined]
