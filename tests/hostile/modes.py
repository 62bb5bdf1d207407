"""The modes of the hostile server: answers that are too long, too slow, cut off, or no HTTP at all."""

from __future__ import annotations

import gzip
import time
import zlib
from functools import lru_cache, partial

import brotli

from tests.hostile.server import GIGABYTE, Hostile, Line, mode

__all__ = ["Hostile"]

OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"ok": true}'
LENGTH = f"Content-Length: {len(BODY)}\r\n"
KIB64 = b" " * 65536
MIB = b" " * (1 << 20)

# -- without end -------------------------------------------------------------------------------------------------------


@mode
def silent(line: Line) -> None:
    """The request is read, and nothing comes."""
    line.server.closing.wait(60)


@mode
def slow_head(line: Line) -> None:
    """A byte of the headers now and then."""
    line.send(OK)
    line.repeat(b"x", every=0.2)


@mode
def slow_body(line: Line) -> None:
    """A byte of the body now and then."""
    line.send(OK, "Content-Length: 100000\r\n\r\n")
    line.repeat(b" ", every=0.2)


@mode
def endless_103(line: Line) -> None:
    """Early hints, one after the other."""
    line.repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", every=0.001)


@mode
def continue_flood(line: Line) -> None:
    """100 Continue, as fast as it goes."""
    line.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


@mode
def endless_headers(line: Line) -> None:
    """Header fields without end."""
    line.send(OK)
    line.repeat(b"X-More: and more of it\r\n" * 100)


@mode
def endless_status_line(line: Line) -> None:
    """A status line that does not end."""
    line.send("HTTP/1.1 200 ")
    line.repeat(b"O" * 65536)


@mode
def body_of_a_gigabyte(line: Line) -> None:
    """A body of 1 GB, as announced."""
    line.send(OK, f"Content-Length: {GIGABYTE}\r\n\r\n")
    line.repeat(KIB64)


@mode
def endless_body(line: Line) -> None:
    """Chunks without end."""
    line.send(OK, "Transfer-Encoding: chunked\r\n\r\n")
    line.repeat(b"10000\r\n" + KIB64 + b"\r\n", most=4 * GIGABYTE)


@mode
def body_until_close(line: Line) -> None:
    """A body without a length on a connection that does not close."""
    line.send(OK, "\r\n", BODY)
    line.repeat(KIB64, most=4 * GIGABYTE)


# -- bombs -------------------------------------------------------------------------------------------------------------


@lru_cache
def _deflated(bits: int) -> bytes:
    """A quarter of a gigabyte of spaces in 260 kB."""
    packer = zlib.compressobj(1, zlib.DEFLATED, bits)
    return b"".join([*(packer.compress(MIB) for _ in range(256)), packer.flush()])


@lru_cache
def _brotli() -> bytes:
    """Two gigabytes of spaces in a few kilobytes."""
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(MIB) for _ in range(2048)), packer.finish()])


def _encoded(line: Line, encoding: str, body: bytes) -> None:
    line.send(OK, f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n", body)
    line.open = True


@mode
def gzip_bomb(line: Line) -> None:
    """A quarter of a gigabyte in 260 kB of gzip."""
    _encoded(line, "gzip", _deflated(31))


@mode
def gzip_bomb_in_gzip(line: Line) -> None:
    """The same, packed twice."""
    _encoded(line, "gzip, gzip", gzip.compress(_deflated(31)))


@mode
def deflate_bomb(line: Line) -> None:
    """A quarter of a gigabyte as raw deflate."""
    _encoded(line, "deflate", _deflated(-15))


@mode
def br_bomb(line: Line) -> None:
    """Two gigabytes in a few kilobytes of brotli."""
    _encoded(line, "br", _brotli())


@mode
def zstd_bomb(line: Line) -> None:
    """A frame of Zstandard that announces two gigabytes; nobody has asked for that encoding."""
    _encoded(line, "zstd", bytes.fromhex("28b52ffda000000080") + b"\x02\x00\x10" * 4096)


@mode
def not_gzip(line: Line) -> None:
    """A plain body that is called gzip."""
    _encoded(line, "gzip", BODY)


@mode
def half_gzip(line: Line) -> None:
    """The first half of a gzip."""
    packed = gzip.compress(bytes(range(256)) * 8)
    _encoded(line, "gzip", packed[: len(packed) // 2])


# -- no HTTP -----------------------------------------------------------------------------------------------------------


def _answered(line: Line, *parts: str | bytes, keep: bool = False) -> None:
    line.send(*parts)
    line.open = keep


@mode
def many_headers(line: Line) -> None:
    """A thousand header fields."""
    _answered(line, OK, LENGTH, "".join(f"X-{number}: y\r\n" for number in range(1000)), "\r\n", BODY, keep=True)


@mode
def long_header(line: Line) -> None:
    """A header field of 200 kB."""
    _answered(line, OK, LENGTH, "X-Long: ", b"y" * 200_000, "\r\n\r\n", BODY, keep=True)


@mode
def two_lengths(line: Line) -> None:
    """Two values of Content-Length."""
    _answered(line, OK, LENGTH, "Content-Length: 5\r\n\r\n", BODY, keep=True)


@mode
def same_length_twice(line: Line) -> None:
    """Content-Length twice, with one value: odd, but a recipient may take it."""
    _answered(line, OK, LENGTH, LENGTH, "\r\n", BODY, keep=True)


@mode
def length_is_no_number(line: Line) -> None:
    """A Content-Length in words."""
    _answered(line, OK, "Content-Length: twelve\r\n\r\n", BODY, keep=True)


@mode
def negative_length(line: Line) -> None:
    """A Content-Length below zero."""
    _answered(line, OK, "Content-Length: -1\r\n\r\n", BODY, keep=True)


@mode
def length_too_large(line: Line) -> None:
    """More bytes are announced than come before the connection is closed."""
    _answered(line, OK, "Content-Length: 500\r\n\r\n", BODY)


@mode
def length_too_small(line: Line) -> None:
    """More bytes come than are announced."""
    _answered(line, OK, f"Content-Length: {len(BODY)}\r\n\r\n", BODY + b"and more", keep=True)


@mode
def bad_status_line(line: Line) -> None:
    """A status line without a number."""
    _answered(line, "HTTP/1.1 fine\r\n", LENGTH, "\r\n", BODY)


@mode
def status_20000(line: Line) -> None:
    """A status of five digits."""
    _answered(line, "HTTP/1.1 20000 OK\r\n", LENGTH, "\r\n", BODY)


@mode
def status_099(line: Line) -> None:
    """A status below 100."""
    _answered(line, "HTTP/1.1 099 Low\r\n", LENGTH, "\r\n", BODY)


@mode
def status_999(line: Line) -> None:
    """A status that no class of statuses has."""
    _answered(line, "HTTP/1.1 999 High\r\nContent-Type: application/json\r\n", LENGTH, "\r\n", BODY, keep=True)


@mode
def switching_protocols(line: Line) -> None:
    """A 101 that nobody asked for."""
    _answered(line, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")


@mode
def garbage(line: Line) -> None:
    """Bytes of no kind."""
    _answered(line, bytes(range(128, 256)) * 16)


@mode
def http_09(line: Line) -> None:
    """A body alone, as in the first days of the web."""
    _answered(line, BODY)


@mode
def a_shell_banner(line: Line) -> None:
    """The greeting of another protocol."""
    _answered(line, "SSH-2.0-OpenSSH_9.0\r\n")


@mode
def bad_header_line(line: Line) -> None:
    """A header field without a colon."""
    _answered(line, OK, LENGTH, "no colon here\r\n\r\n", BODY)


@mode
def bad_chunk_size(line: Line) -> None:
    """A chunk whose size is no number."""
    _answered(line, OK, "Transfer-Encoding: chunked\r\n\r\nzz\r\n", BODY, "\r\n0\r\n\r\n")


@mode
def bad_chunk_end(line: Line) -> None:
    """A chunk that is longer than it says."""
    _answered(line, OK, "Transfer-Encoding: chunked\r\n\r\n5\r\n", BODY, "\r\n0\r\n\r\n")


@mode
def no_last_chunk(line: Line) -> None:
    """The connection is closed before the last chunk."""
    _answered(line, OK, f"Transfer-Encoding: chunked\r\n\r\n{len(BODY):x}\r\n", BODY, "\r\n")


@mode
def odd_transfer_encoding(line: Line) -> None:
    """A Transfer-Encoding that nobody has offered to read."""
    _answered(line, OK, "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")


@mode
def body_on_204(line: Line) -> None:
    """A 204 with a body."""
    _answered(line, "HTTP/1.1 204 No Content\r\n", LENGTH, "\r\n", BODY, keep=True)


@mode
def bytes_after_the_answer(line: Line) -> None:
    """A second answer to one request."""
    whole = (OK + LENGTH + "\r\n").encode() + BODY
    _answered(line, whole + whole, keep=True)


# -- odd, but HTTP -----------------------------------------------------------------------------------------------------


def _limited(line: Line, wait: str) -> None:
    body = b'{"error": "slow down"}'
    line.send("HTTP/1.1 429 Too Many\r\nContent-Type: application/json\r\nRetry-After: ", wait.encode("utf-8"))
    line.send(f"\r\nContent-Length: {len(body)}\r\n\r\n", body)
    line.open = True


@mode
def retry_after_squared(line: Line) -> None:
    """A 429 whose Retry-After is a digit of another kind."""
    _limited(line, "²")


@mode
def retry_after_huge(line: Line) -> None:
    """A 429 that asks to wait for longer than the earth will stand."""
    _limited(line, "9" * 400)


@mode
def retry_after_wrong_date(line: Line) -> None:
    """A 429 that asks to wait until a day that no calendar has."""
    _limited(line, "Wed, 32 Foo 99999 25:61:61 GMT")


@mode
def bare_line_feeds(line: Line) -> None:
    """Lines that end without a carriage return."""
    _answered(line, (OK + LENGTH + "\r\n").replace("\r\n", "\n"), BODY)


@mode
def http_10(line: Line) -> None:
    """An answer of HTTP/1.0, ended by the connection's end."""
    _answered(line, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n", BODY)


@mode
def away(line: Line) -> None:
    """A redirect to somebody else."""
    line.reply(302, {"Location": "http://203.0.113.1/elsewhere"}, {"error": "look elsewhere"})


@mode
def deep_json(line: Line) -> None:
    """Arrays in arrays, a hundred thousand of them."""
    body = b"[" * 100_000 + b"]" * 100_000
    _answered(line, OK, f"Content-Length: {len(body)}\r\n\r\n", body, keep=True)


@mode
def huge_number(line: Line) -> None:
    """A number of ten thousand digits."""
    body = b'{"ok": ' + b"9" * 10_000 + b"}"
    _answered(line, OK, f"Content-Length: {len(body)}\r\n\r\n", body, keep=True)


@mode
def not_a_number(line: Line) -> None:
    """A body of NaN, which is no JSON."""
    _answered(line, OK, "Content-Length: 3\r\n\r\nNaN", keep=True)


# -- broken connections ------------------------------------------------------------------------------------------------


@mode
def reset(line: Line) -> None:
    """A reset in place of an answer."""
    line.reset()


@mode
def reset_in_the_body(line: Line) -> None:
    """A reset in the middle of the body."""
    line.send(OK, "Content-Length: 500\r\n\r\n", BODY)
    time.sleep(0.05)
    line.reset()


@mode
def drop(line: Line) -> None:
    """The connection is closed without an answer, and nothing was carried out."""
    line.wire.close()


@mode
def drop_after(line: Line) -> None:
    """The request is carried out, and the connection is closed without an answer."""
    line.server.notes.answer(line.asked)
    line.wire.close()


@mode
def close_in_the_headers(line: Line) -> None:
    """The connection is closed in the middle of the headers."""
    _answered(line, OK)


@mode
def well(line: Line) -> None:
    """Answered as the document says."""
    line.well()


gzip_bomb.ready = gzip_bomb_in_gzip.ready = partial(_deflated, 31)  # type: ignore[attr-defined]
deflate_bomb.ready = partial(_deflated, -15)  # type: ignore[attr-defined]
br_bomb.ready = _brotli  # type: ignore[attr-defined]


@mode
def flaky(line: Line) -> None:
    """Every fourth request is lost, before or after it was carried out, or failed by something in front."""
    number = len(line.server.asked)
    if number % 4:
        line.well()
    elif number % 3 == 1:
        line.reply(502, {}, {"error": "the server behind is not there"})
    elif number % 3 == 2:
        line.server.notes.answer(line.asked)
