"""Taking off a body's content encoding, within bounds: a few bytes may become gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterator

import brotli

from contracts.config.http import KIB, MIB, Bounds
from contracts.core.failures import CUT_OFF, NOT_HTTP, TOO_LARGE, Failure

ACCEPTED = b"gzip, deflate, br"
"""Accept-Encoding of every request."""
MOST = 5
"""Encodings of one body: each may take as long as its bounds allow."""
MOST_MEMBERS = 100
"""Parts of one gzip: each costs a little, however short it is."""
_GZIP = b"\x1f\x8b"
_STEP = 64 * KIB


def decoded(body: bytes, encodings: str, bounds: Bounds) -> bytes:
    """A body without the encodings that a Content-Encoding names. Raises Failure."""
    named = [each for each in (part.strip().lower() for part in encodings.split(",")) if each not in {"", "identity"}]
    if len(named) > MOST:
        raise Failure(TOO_LARGE, f"a body of {len(named)} encodings, one in the other, of which {MOST} are taken off")
    for each in reversed(named):
        if not body:
            break
        if each not in _DECODERS:
            raise Failure(NOT_HTTP, f"the body is encoded as {each[:40]}, which was not accepted")
        body = _bounded(_DECODERS[each](body), len(body), bounds)
    return body


def _bounded(pieces: Iterator[bytes], size: int, bounds: Bounds) -> bytes:
    kept: list[bytes] = []
    length = 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > bounds.decompressed:
            raise Failure(TOO_LARGE, f"a body of {size} bytes that stands for more than {bounds.decompressed}")
        if length > max(MIB, size * bounds.ratio):
            raise Failure(TOO_LARGE, f"a body of {size} bytes that stands for more than {bounds.ratio} times as many")
    return b"".join(kept)


def _gzip(body: bytes) -> Iterator[bytes]:
    """All members of it; what follows the last and is none is left out, as other clients do."""
    left = yield from _inflated(body, 16 + zlib.MAX_WBITS, "gzip")
    members = 1
    while left.startswith(_GZIP):
        members += 1
        if members > MOST_MEMBERS:
            raise Failure(TOO_LARGE, f"a gzip of more than {MOST_MEMBERS} members")
        left = yield from _inflated(left, 16 + zlib.MAX_WBITS, "gzip")


def _deflate(body: bytes) -> Iterator[bytes]:
    """With the envelope that the standard requires, or without, as many servers send it."""
    wrapped = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    yield from _inflated(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, "deflate")


def _inflated(body: bytes, bits: int, name: str) -> Generator[bytes, None, bytes]:
    """The content in pieces; returns what follows its end."""
    inflate = zlib.decompressobj(bits)
    left = body
    try:
        while left and not inflate.eof:
            yield inflate.decompress(left, _STEP)
            left = inflate.unconsumed_tail
        while not inflate.eof and (more := inflate.decompress(b"", _STEP)):
            yield more
    except zlib.error:
        raise Failure(NOT_HTTP, f"the body is called {name} and is not") from None
    if not inflate.eof:
        raise Failure(CUT_OFF, f"the {name} of the body ends before its end")
    return inflate.unused_data


def _brotli(body: bytes) -> Iterator[bytes]:
    decompressor = brotli.Decompressor()
    try:
        yield decompressor.process(body, output_buffer_limit=_STEP)
        while not decompressor.is_finished() and (more := decompressor.process(b"", output_buffer_limit=_STEP)):
            yield more
    except brotli.error:
        raise Failure(NOT_HTTP, "the body is called br and is not") from None
    if not decompressor.is_finished():
        raise Failure(CUT_OFF, "the br of the body ends before its end")


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
}
