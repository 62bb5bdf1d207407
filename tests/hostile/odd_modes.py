"""Further modes of the hostile server: odd framing, odd headers, odd connections, and other protocols."""

from __future__ import annotations

import gzip
import socket
import time

from tests.hostile.modes import BODY, LENGTH, OK
from tests.hostile.server import Line, mode

CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"
CHUNK = f"{len(BODY):x}\r\n{BODY.decode()}\r\n"
WHOLE = (OK + LENGTH + "\r\n").encode() + BODY
EARLY = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"


def kept(line: Line, *parts: str | bytes) -> None:
    """Send something on a connection that stays open."""
    line.send(*parts)
    line.open = True


def closed(line: Line, *parts: str | bytes) -> None:
    """Send something on a connection that is closed then."""
    line.send(*parts)


# -- chunks ------------------------------------------------------------------------------------------------------------


@mode
def chunk_extensions(line: Line) -> None:
    """Chunks with extensions, which nobody has to understand."""
    kept(line, OK, CHUNKED, f'{len(BODY):x};name=value;other="quoted"\r\n', BODY, "\r\n0;last\r\n\r\n")


@mode
def trailers(line: Line) -> None:
    """Fields after the last chunk."""
    kept(line, OK, "Trailer: X-Sum\r\n", CHUNKED, CHUNK, "0\r\nX-Sum: 12\r\n\r\n")


@mode
def bad_trailer(line: Line) -> None:
    """A trailer without a colon."""
    closed(line, OK, CHUNKED, CHUNK, "0\r\nno colon here\r\n\r\n")


@mode
def huge_chunk(line: Line) -> None:
    """A chunk of 16 exabytes, of which a few come."""
    closed(line, OK, CHUNKED, "FFFFFFFFFFFFFFFF\r\n", BODY)


@mode
def endless_chunk_size(line: Line) -> None:
    """A chunk size of more digits than any number of bytes has."""
    closed(line, OK, CHUNKED, "F" * 5000, "\r\n", BODY)


@mode
def chunk_below_zero(line: Line) -> None:
    """A chunk of minus one byte."""
    closed(line, OK, CHUNKED, "-1\r\n", BODY, "\r\n0\r\n\r\n")


@mode
def chunk_in_two_numbers(line: Line) -> None:
    """A chunk size as programs write it."""
    closed(line, OK, CHUNKED, "0x0c\r\n", BODY, "\r\n0\r\n\r\n")


@mode
def many_tiny_chunks(line: Line) -> None:
    """A chunk for every byte."""
    kept(line, OK, CHUNKED, "".join(f"1\r\n{chr(each)}\r\n" for each in BODY), "0\r\n\r\n")


@mode
def chunked_twice(line: Line) -> None:
    """Transfer-Encoding in two fields."""
    kept(line, OK, "Transfer-Encoding: chunked\r\n", CHUNKED, CHUNK, "0\r\n\r\n")


@mode
def chunked_and_length(line: Line) -> None:
    """Both a length and chunks, as smuggled answers have it."""
    kept(line, OK, LENGTH, CHUNKED, CHUNK, "0\r\n\r\n")


@mode
def not_chunked(line: Line) -> None:
    """A plain body that is called chunked."""
    closed(line, OK, CHUNKED, BODY)


# -- lengths -----------------------------------------------------------------------------------------------------------


@mode
def length_with_plus(line: Line) -> None:
    """A Content-Length with a sign."""
    kept(line, OK, f"Content-Length: +{len(BODY)}\r\n\r\n", BODY)


@mode
def length_as_list(line: Line) -> None:
    """One value of Content-Length, twice in a field."""
    kept(line, OK, f"Content-Length: {len(BODY)}, {len(BODY)}\r\n\r\n", BODY)


@mode
def lengths_as_list(line: Line) -> None:
    """Two values of Content-Length in a field."""
    kept(line, OK, f"Content-Length: {len(BODY)}, 5\r\n\r\n", BODY)


@mode
def length_of_many_digits(line: Line) -> None:
    """A Content-Length that fits into no number of a machine."""
    closed(line, OK, f"Content-Length: {'9' * 5000}\r\n\r\n", BODY)


@mode
def empty_length(line: Line) -> None:
    """A Content-Length without a value."""
    closed(line, OK, "Content-Length: \r\n\r\n", BODY)


@mode
def length_in_hex(line: Line) -> None:
    """A Content-Length as programs write it."""
    kept(line, OK, f"Content-Length: {len(BODY):#x}\r\n\r\n", BODY)


# -- headers -----------------------------------------------------------------------------------------------------------


@mode
def folded_header(line: Line) -> None:
    """A header field on two lines, as it was allowed until 2014."""
    kept(line, OK, LENGTH, "X-Long: one\r\n two\r\n\r\n", BODY)


@mode
def folded_at_once(line: Line) -> None:
    """A continuation line where there is nothing to go on with."""
    kept(line, "HTTP/1.1 200 OK\r\n folded: no\r\n", LENGTH, "\r\n", BODY)


@mode
def zero_in_header(line: Line) -> None:
    """A zero byte in a header field."""
    kept(line, OK, LENGTH, "X-Zero: a\0b\r\n\r\n", BODY)


@mode
def return_in_header(line: Line) -> None:
    """A carriage return alone within a header field."""
    kept(line, OK, LENGTH, "X-Return: a\rb\r\n\r\n", BODY)


@mode
def space_before_colon(line: Line) -> None:
    """A space between the name of a field and its colon."""
    kept(line, OK, LENGTH, "X-Space : a\r\n\r\n", BODY)


@mode
def nameless_header(line: Line) -> None:
    """A field without a name."""
    kept(line, OK, LENGTH, ": value\r\n\r\n", BODY)


@mode
def bytes_in_header(line: Line) -> None:
    """A field of UTF-8, and one of bytes of no kind."""
    kept(line, OK, LENGTH, b"X-Name: " + "Zoë ✓".encode() + b"\r\nX-Bytes: \xff\xfe\r\n\r\n", BODY)


@mode
def same_header_many_times(line: Line) -> None:
    """A field two hundred times."""
    kept(line, OK, LENGTH, "Set-Cookie: a=b\r\n" * 200, "\r\n", BODY)


@mode
def two_content_types(line: Line) -> None:
    """Content-Type twice, with different values."""
    kept(line, OK, LENGTH, "Content-Type: text/html\r\n\r\n", BODY)


@mode
def retry_after_below_zero(line: Line) -> None:
    """A 429 that asks to wait for less than nothing."""
    body = b'{"error": "slow down"}'
    kept(line, "HTTP/1.1 429 Slow\r\nRetry-After: -5\r\nContent-Type: application/json\r\n")
    line.send(f"Content-Length: {len(body)}\r\n\r\n", body)


# -- status lines ------------------------------------------------------------------------------------------------------


@mode
def no_reason(line: Line) -> None:
    """A status line that ends after the number."""
    kept(line, "HTTP/1.1 200\r\nContent-Type: application/json\r\n", LENGTH, "\r\n", BODY)


@mode
def small_letters(line: Line) -> None:
    """A status line in small letters."""
    closed(line, "http/1.1 200 ok\r\n", LENGTH, "\r\n", BODY)


@mode
def http_2_in_text(line: Line) -> None:
    """A status line as of HTTP/2, which has none."""
    closed(line, "HTTP/2 200\r\n", LENGTH, "\r\n", BODY)


@mode
def http_2_frames(line: Line) -> None:
    """The first frame of HTTP/2."""
    closed(line, b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00")


@mode
def blank_lines_first(line: Line) -> None:
    """Empty lines before the status line."""
    kept(line, "\r\n\r\n", WHOLE)


@mode
def status_199(line: Line) -> None:
    """An interim answer that is the last."""
    closed(line, "HTTP/1.1 199 Odd\r\n", LENGTH, "\r\n", BODY)


@mode
def body_on_103(line: Line) -> None:
    """An interim answer with a body, which it cannot have."""
    kept(line, "HTTP/1.1 103 Early Hints\r\n", LENGTH, "\r\n", BODY, WHOLE)


@mode
def a_few_103s(line: Line) -> None:
    """Some early hints, and then the answer."""
    kept(line, EARLY * 20, WHOLE)


@mode
def continue_and_close(line: Line) -> None:
    """A 100 Continue, and nothing more."""
    closed(line, "HTTP/1.1 100 Continue\r\n\r\n")


@mode
def unasked_304(line: Line) -> None:
    """A 304 though nothing was said about what is known."""
    kept(line, 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n')


@mode
def body_on_205(line: Line) -> None:
    """A 205 with a body."""
    kept(line, "HTTP/1.1 205 Reset Content\r\nContent-Type: application/json\r\n", LENGTH, "\r\n", BODY)


# -- encodings ---------------------------------------------------------------------------------------------------------


def encoded(line: Line, encoding: str, body: bytes) -> None:
    """An answer with a content encoding."""
    kept(line, OK, f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n", body)


@mode
def gzip_and_garbage(line: Line) -> None:
    """Bytes after the end of a gzip, which most clients overlook."""
    encoded(line, "gzip", gzip.compress(BODY) + b"garbage")


@mode
def gzip_in_two_members(line: Line) -> None:
    """A gzip of two members, which stand for one content."""
    encoded(line, "gzip", gzip.compress(BODY[:5]) + gzip.compress(BODY[5:]))


@mode
def gzip_with_bad_sum(line: Line) -> None:
    """A gzip whose checksum is wrong."""
    packed = gzip.compress(BODY)
    encoded(line, "gzip", packed[:-8] + bytes(4) + packed[-4:])


@mode
def gzip_of_nothing(line: Line) -> None:
    """An empty body that is called gzip."""
    encoded(line, "gzip", b"")


@mode
def unknown_encoding(line: Line) -> None:
    """An encoding of somebody's own."""
    encoded(line, "x-mine", BODY)


@mode
def encoded_a_hundred_times(line: Line) -> None:
    """A hundred encodings, one in the other, or so it says."""
    encoded(line, ", ".join(["gzip"] * 100), gzip.compress(BODY))


# -- content -----------------------------------------------------------------------------------------------------------


@mode
def wrong_utf_8(line: Line) -> None:
    """A body of bytes that are no text."""
    body = b'{"ok": "\xff\xfe\xed\xa0\x80"}'
    kept(line, OK, f"Content-Length: {len(body)}\r\n\r\n", body)


@mode
def lone_surrogates(line: Line) -> None:
    """Halves of characters, spelled out, and a zero byte."""
    body = rb'{"ok": "\ud800", "\udfff": "\u0000"}'
    kept(line, OK, f"Content-Length: {len(body)}\r\n\r\n", body)


@mode
def byte_order_mark(line: Line) -> None:
    """JSON behind a byte order mark."""
    body = b"\xef\xbb\xbf" + BODY
    kept(line, OK, f"Content-Length: {len(body)}\r\n\r\n", body)


@mode
def same_member_twice(line: Line) -> None:
    """An object with one name twice."""
    body = b'{"ok": true, "ok": "no"}'
    kept(line, OK, f"Content-Length: {len(body)}\r\n\r\n", body)


@mode
def nothing_at_all(line: Line) -> None:
    """A 200 with an empty body."""
    kept(line, OK, "Content-Length: 0\r\n\r\n")


# -- connections -------------------------------------------------------------------------------------------------------


@mode
def half_closed(line: Line) -> None:
    """An answer that leaves the connection open, and no more can be said on it."""
    line.send(WHOLE)
    line.wire.shutdown(socket.SHUT_WR)
    line.server.closing.wait(1.0)


@mode
def closed_after_keep_alive(line: Line) -> None:
    """The connection is said to be kept, and is closed at once."""
    closed(line, OK, "Connection: keep-alive\r\n", LENGTH, "\r\n", BODY)


@mode
def open_after_close(line: Line) -> None:
    """The connection is said to be closed, and stays open."""
    line.send(OK, "Connection: close\r\n", LENGTH, "\r\n", BODY)
    line.server.closing.wait(1.0)


@mode
def late_bytes(line: Line) -> None:
    """Bytes that come a moment after the answer's end, where the next answer should begin."""
    line.send(WHOLE)
    time.sleep(0.02)
    kept(line, "late bytes\r\n")


@mode
def byte_by_byte(line: Line) -> None:
    """A good answer in very small pieces."""
    for each in WHOLE:
        line.send(bytes([each]))
    line.open = True


@mode
def reset_after_the_headers(line: Line) -> None:
    """A reset where the body should begin."""
    line.send(OK, LENGTH, "\r\n")
    time.sleep(0.05)
    line.reset()


@mode
def pause_in_the_body(line: Line) -> None:
    """Half of the body, and then nothing, on a connection that stays."""
    line.send(OK, LENGTH, "\r\n", BODY[:5])
    line.server.closing.wait(60)


@mode
def speaks_tls(line: Line) -> None:
    """A TLS alert: nothing but TLS is understood at this port."""
    closed(line, b"\x15\x03\x01\x00\x02\x02\x46")


@mode
def plain_http_at_a_tls_port(line: Line) -> None:
    """What common servers say to plain HTTP on a port of TLS."""
    body = b"<html>The plain HTTP request was sent to HTTPS port</html>"
    closed(line, f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n")
    closed(line, "Connection: close\r\n\r\n", body)
