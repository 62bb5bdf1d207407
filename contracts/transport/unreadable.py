"""Why an answer cannot be read as HTTP, in words of the standard instead of the library that noticed."""

from __future__ import annotations

import re
import ssl

import attrs
import h11

from contracts.config.http import Bounds
from contracts.core.failures import CUT_OFF, LARGE_HEADERS, NOT_HTTP

SHOWN = 60
"""Characters of what came that are quoted."""
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-9][0-9][0-9](?: [^\r\n]*)?\r?\n")
_SWITCH = b"HTTP/1.1 101 "
_TLS = (b"\x15\x03", b"\x16\x03")
_SHORT_BODY = re.compile(r"received (\d+) bytes, expected (\d+)")
_REASONS = (
    ("conflicting Content-Length", "Content-Length is given twice, with different values"),
    ("bad Content-Length", "Content-Length is no number"),
    ("Transfer-Encoding", "a Transfer-Encoding other than chunked"),
    ("chunk", "a chunk of the body does not begin or end as it should"),
    ("continuation line", "a header that begins with a continuation line"),
)


@attrs.frozen
class Came:
    """What came of an answer before it could be read no further. `beginning`: the first of its `count` bytes."""

    beginning: bytes
    count: int
    interim: int = 0
    """Interim answers (1xx) before it."""
    headed: bool = False
    """Whether its headers could be read to their end."""
    again: bool = False
    """Whether the connection has carried another answer before."""


def explain(error: h11.RemoteProtocolError, came: Came, bounds: Bounds) -> tuple[str, str]:
    """The word and the details."""
    text = str(error)
    if error.error_status_hint == 431:
        return LARGE_HEADERS, f"more than {bounds.header_bytes} bytes with the status line"
    if "closed" in text.lower() or "Can't receive" in text:
        return _cut_off(text, came)
    if came.again and not came.headed and not came.interim and not came.beginning.startswith(b"HTTP/"):
        # perhaps the rest of an answer to another request, which must not be held against this one
        return CUT_OFF, f"{quoted(came.beginning)} came on a connection that was used before, and no answer"
    for part, reason in _REASONS:
        if part in text:
            return NOT_HTTP, reason
    return NOT_HTTP, _no_head(text, came)


def _no_head(text: str, came: Came) -> str:
    """What is wrong with the status line or the header fields."""
    if "header line" in text:
        return "a header line without a name and a colon, or with a character that none may have"
    if came.beginning.startswith(_TLS):
        return "it speaks TLS (which base_url says by https)"
    if came.beginning.startswith(_SWITCH):
        return "a switch of protocols (101) that was not requested"
    if came.interim:
        return "what follows an interim answer (1xx) is no status line"
    if came.beginning[:1] in b"\r\n":
        return "an empty line stands before the status line"
    if not _STATUS_LINE.match(came.beginning):
        return f"it begins with {quoted(came.beginning)}, which is no status line"
    return "its beginning cannot be read"


def _cut_off(text: str, came: Came) -> tuple[str, str]:
    received = came.beginning
    if not came.count:
        return CUT_OFF, "the connection was closed without an answer"
    if short := _SHORT_BODY.search(text):
        return CUT_OFF, f"the connection was closed after {short[1]} of {short[2]} bytes of the body"
    if "chunked" in text:
        return CUT_OFF, "the connection was closed before the last chunk of the body"
    if came.headed:
        return CUT_OFF, "the connection was closed within the body"
    if came.interim:
        return CUT_OFF, f"the connection was closed after {came.interim} interim answers (1xx) and no other"
    if not b"HTTP/1.".startswith(received[:7]) and not received.startswith(b"HTTP/1."):
        return NOT_HTTP, _no_head("", came)
    return CUT_OFF, f"the connection was closed after {came.count} bytes, within the headers"


def quoted(received: bytes) -> str:
    """The beginning of what came, printable."""
    line = received.lstrip()[:SHOWN].splitlines()
    text = line[0].decode("ascii", "backslashreplace") if line else ""
    return "'" + "".join(each if each.isprintable() else "?" for each in text) + "'"


def tls_reason(error: ssl.SSLError) -> str:
    """Why TLS failed, in the words of the library that noticed, without its own names."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted ({error.verify_message})"
    return (error.reason or "the handshake failed").replace("_", " ").lower()
