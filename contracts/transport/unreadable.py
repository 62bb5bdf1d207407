"""Why an answer cannot be read as HTTP, in words of the standard instead of the library that noticed."""

from __future__ import annotations

import re

import h11

from contracts.config.http import Bounds
from contracts.core.failures import CUT_OFF, LARGE_HEADERS, NOT_HTTP

SHOWN = 60
"""Characters of what came that are quoted."""
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-9][0-9][0-9](?: [^\r\n]*)?\r?\n")
_SWITCH = b"HTTP/1.1 101 "
_SHORT_BODY = re.compile(r"received (\d+) bytes, expected (\d+)")
_REASONS = (
    ("conflicting Content-Length", "Content-Length is given twice, with different values"),
    ("bad Content-Length", "Content-Length is no number"),
    ("Transfer-Encoding", "a Transfer-Encoding other than chunked"),
    ("chunk", "a chunk of the body does not begin or end as it should"),
    ("continuation line", "a header that begins with a continuation line"),
)


def explain(error: h11.RemoteProtocolError, received: bytes, count: int, bounds: Bounds) -> tuple[str, str]:
    """The word and the details. `received`: the beginning of the `count` bytes that came."""
    text = str(error)
    if error.error_status_hint == 431:
        return LARGE_HEADERS, f"more than {bounds.header_bytes} bytes with the status line"
    if "closed" in text.lower() or "Can't receive" in text:
        return _cut_off(text, received, count)
    for part, reason in _REASONS:
        if part in text:
            return NOT_HTTP, reason
    if "header line" in text:
        return NOT_HTTP, "a header line without a name and a colon"
    if received.startswith(_SWITCH):
        return NOT_HTTP, "a switch of protocols (101) that was not requested"
    if not _STATUS_LINE.match(received):
        return NOT_HTTP, f"it begins with {quoted(received)}, which is no status line"
    return NOT_HTTP, "its beginning cannot be read"


def _cut_off(text: str, received: bytes, count: int) -> tuple[str, str]:
    if not count:
        return CUT_OFF, "the connection was closed without an answer"
    if short := _SHORT_BODY.search(text):
        return CUT_OFF, f"the connection was closed after {short[1]} of {short[2]} bytes of the body"
    if "chunked" in text:
        return CUT_OFF, "the connection was closed before the last chunk of the body"
    if not b"HTTP/1.".startswith(received[:7]) and not received.startswith(b"HTTP/1."):
        return NOT_HTTP, f"it begins with {quoted(received)}, which is no status line"
    return CUT_OFF, f"the connection was closed after {count} bytes, within the headers"


def quoted(received: bytes) -> str:
    """The beginning of what came, printable."""
    line = received.lstrip()[:SHOWN].splitlines()
    text = line[0].decode("ascii", "backslashreplace") if line else ""
    return "'" + "".join(each if each.isprintable() else "?" for each in text) + "'"
