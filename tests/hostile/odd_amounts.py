"""Further modes of the hostile server: amounts that cost a client more than they cost the server, and no two alike."""

from __future__ import annotations

import gzip
import itertools
import secrets
from functools import lru_cache, partial

import brotli

from tests.hostile.modes import BODY, LENGTH, OK
from tests.hostile.odd_content import content, headed
from tests.hostile.odd_modes import CHUNK, CHUNKED, WHOLE, closed, encoded, kept
from tests.hostile.server import Line, mode

_NUMBER = itertools.count(1)


@lru_cache
def _long(piece: bytes, count: int) -> bytes:
    return b'{"ok": true, "more": "' + piece * count + b'"}'


def _numbered(line: Line, more: bytes) -> None:
    """A good body with something more, and a number that no other has."""
    content(line, b'{"ok": true, "number": %d, "more": %b}' % (next(_NUMBER), more))


# -- amounts -----------------------------------------------------------------------------------------------------------


@mode
def large_and_never_the_same(line: Line) -> None:
    """Three megabytes, and others every time."""
    _numbered(line, b'"' + b"x" * 3_000_000 + b'"')


@mode
def objects_and_never_the_same(line: Line) -> None:
    """Twenty thousand objects in as little as they fit into, and others every time."""
    _numbered(line, b"[" + b"{}," * 20_000 + b"{}]")


@mode
def escapes_by_the_megabyte(line: Line) -> None:
    """A text of nothing but escaped escapes, as after five rounds of JSON in JSON."""
    content(line, _long(rb"\\\\\u005c", 300_000))


@mode
def percents_by_the_megabyte(line: Line) -> None:
    """A text of percent signs that are encoded again and again."""
    content(line, _long(b"%252525", 400_000))


@mode
def entities_by_the_megabyte(line: Line) -> None:
    """A text of character references, each of which stands for the beginning of another."""
    content(line, _long(b"&amp;amp;", 250_000))


@mode
def tokens_by_the_thousand(line: Line) -> None:
    """Twenty thousand objects with a token each, which nobody has seen before."""
    items = b",".join(b'{"token": "%b"}' % secrets.token_hex(10).encode() for _ in range(20_000))
    content(line, b'{"ok": true, "items": [%b]}' % items)


@mode
def a_token_every_time(line: Line) -> None:
    """A few tokens in every answer, others every time."""
    items = b",".join(b'{"access_token": "%b"}' % secrets.token_hex(20).encode() for _ in range(20))
    content(line, b'{"ok": true, "items": [%b]}' % items)


@mode
def other_cookies_every_time(line: Line) -> None:
    """Two hundred cookies, others every time."""
    headed(line, *(f"Set-Cookie: c{number}={secrets.token_hex(16)}; Path=/" for number in range(200)))


@mode
def one_name_for_everything(line: Line) -> None:
    """An object with one name two hundred thousand times."""
    content(line, b'{"ok": true' + b',"a":1' * 200_000 + b"}")


@mode
def words_that_begin_a_trace(line: Line) -> None:
    """The word that begins a line of a stack trace, and nothing else."""
    content(line, _long(b"at ", 400_000))


@mode
def quotes_without_a_match(line: Line) -> None:
    """Names of secrets that are begun and never ended, which patterns may look for again and again."""
    content(line, _long(rb"\"token\":\"", 70_000))


@mode
def a_reason_of_kilobytes(line: Line) -> None:
    """A reason phrase that nearly fills what a head may have."""
    kept(line, "HTTP/1.1 200 " + "O" * 60_000 + "\r\nContent-Type: application/json\r\n", LENGTH, "\r\n", BODY)


# -- encodings ---------------------------------------------------------------------------------------------------------


@mode
def gzip_in_gzip(line: Line) -> None:
    """A gzip in a gzip, and said so."""
    encoded(line, "gzip, gzip", gzip.compress(gzip.compress(BODY)))


@mode
def half_br(line: Line) -> None:
    """The first half of a Brotli stream."""
    packed = brotli.compress(bytes(range(256)) * 40)
    encoded(line, "br", packed[: len(packed) // 2])


@mode
def length_before_gzip(line: Line) -> None:
    """The length of the content before it was encoded, as a proxy forgets to change it."""
    content_ = b'{"ok": true, "more": "' + b"x" * 5000 + b'"}'
    closed(line, OK, f"Content-Encoding: gzip\r\nContent-Length: {len(content_)}\r\n\r\n", gzip.compress(content_))


@mode
def gzip_as_transfer_encoding(line: Line) -> None:
    """A gzip on the way, not of the content."""
    packed = gzip.compress(BODY)
    kept(line, OK, "Transfer-Encoding: gzip, chunked\r\n\r\n", f"{len(packed):x}\r\n", packed, "\r\n0\r\n\r\n")


# -- framing and connections -------------------------------------------------------------------------------------------


@mode
def body_on_304(line: Line) -> None:
    """A 304 with a body, which begins where the next answer should."""
    kept(line, "HTTP/1.1 304 Not Modified\r\n", LENGTH, "\r\n", BODY)


@mode
def one_answer_a_connection(line: Line) -> None:
    """A connection that is said to be kept, and whose second request is read and not answered."""
    served = line.server.__dict__.setdefault("_served", set())
    if line.wire.fileno() in served and id(line.wire) in served:
        served -= {line.wire.fileno(), id(line.wire)}
        return
    served |= {line.wire.fileno(), id(line.wire)}
    kept(line, WHOLE)


@mode
def line_feed_in_header(line: Line) -> None:
    """A line feed alone in a value, behind which somebody has put a header of their own."""
    kept(line, OK, LENGTH, "X-Name: a\nSet-Cookie: injected=1\r\n\r\n", BODY)


@mode
def name_of_no_alphabet(line: Line) -> None:
    """A header whose name is not ASCII."""
    kept(line, OK, LENGTH, b"X-N\xc3\xa4me: a\r\n\r\n", BODY)


@mode
def trailers_that_contradict(line: Line) -> None:
    """Fields after the body that say otherwise of its length and kind."""
    kept(line, OK, CHUNKED, CHUNK, "0\r\nContent-Length: 1\r\nContent-Type: text/html\r\nTransfer-Encoding: x\r\n\r\n")


@mode
def part_of_nothing(line: Line) -> None:
    """A whole answer that says it is a part, of something smaller."""
    headed(line, "Content-Range: bytes 9-3/1", "Content-Range: lines */*", "Accept-Ranges: none, bytes")


@mode
def two_dates(line: Line) -> None:
    """Two times at which it was made."""
    headed(line, "Date: Mon, 30 Nov 2026 21:50:55 GMT", "Date: Tue, 01 Dec 2026 21:50:55 GMT")


@mode
def zeros_behind_the_json(line: Line) -> None:
    """JSON in a buffer that was larger."""
    content(line, BODY + bytes(100))


@mode
def closed_at_leisure(line: Line) -> None:
    """No length, and the connection closes a while after the end."""
    line.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n", BODY)
    line.server.closing.wait(0.15)


for _ready, _made in (
    (escapes_by_the_megabyte, partial(_long, rb"\\\\\u005c", 300_000)),
    (percents_by_the_megabyte, partial(_long, b"%252525", 400_000)),
    (entities_by_the_megabyte, partial(_long, b"&amp;amp;", 250_000)),
):
    _ready.ready = _made  # type: ignore[attr-defined]
