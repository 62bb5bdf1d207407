"""Why a request has no answer that can be read: one word for what happened, and what is known of it.

The words begin the `error` of an exchange, so that a replay distinguishes them as a run does.
"""

from __future__ import annotations

NAME = "its name is not known"
REFUSED = "the connection is refused"
UNREACHABLE = "it cannot be reached"
TLS = "TLS failed"
NOT_CONNECTED = "no connection in time"
RESET = "the connection was reset"
CUT_OFF = "cut off"
TIMED_OUT = "timed out"
TOO_LARGE = "too large"
LARGE_HEADERS = "too large headers"
NOT_HTTP = "not HTTP"
UNSENDABLE = "it cannot be sent"

TRAILING = "bytes follow the end of the answer"
BODY_ANNOUNCED = "a 204 announces a body"
FRAMED_TWICE = "Content-Length and Transfer-Encoding are both given"
LENGTH_TWICE = "Content-Length is given twice, with one value"
"""Remarks on answers that can be read all the same; the last is allowed."""

GATEWAY = frozenset({502, 503, 504})
"""Statuses by which something in front says that the server was not there just now."""
NEVER_SENT = (NAME, REFUSED, UNREACHABLE, TLS, NOT_CONNECTED, UNSENDABLE)
"""Nothing can have been carried out."""
SILENT = (RESET, CUT_OFF)
"""The request was heard, and the connection ended in place of an answer."""
HEARD = (TOO_LARGE, NOT_HTTP)
"""Somebody answered, only not so that it can be read."""


class Failure(Exception):  # noqa: N818 - it is what became of a request, no error of ours
    """A request without an answer that can be read. `received`: the beginning of what came all the same."""

    def __init__(self, word: str, detail: str = "", received: bytes = b"") -> None:
        super().__init__(f"{word}: {detail}" if detail else word)
        self.word = word
        self.received = received


def plain(error: Exception) -> str:
    """An error that was not foreseen, in words that need no knowledge of the language it comes from."""
    text = str(error).partition("\n")[0]
    if isinstance(error, RecursionError):
        return "it is nested too deeply to be read"
    if "int_max_str_digits" in text:
        return "it has a number of more digits than can be read"
    return f"{type(error).__name__}: {text}"[:200]


def is_one_of(error: str | None, words: tuple[str, ...]) -> bool:
    """Whether the error of an exchange is one of these."""
    return error is not None and error.startswith(words)
