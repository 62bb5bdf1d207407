"""What a client has to say of an answer in every mode of the hostile server."""

from __future__ import annotations

from contracts.core.failures import FRAMED_TWICE, LARGE_HEADERS, LENGTH_TWICE, NOT_HTTP, TRAILING

UNREADABLE = {
    "silent": "timed out: no answer, nothing for 0.4 s",
    "slow-head": "timed out: no end of the answer after",
    "slow-body": "timed out: no end of the answer after",
    "endless-103": "not HTTP: more than 100 interim answers",
    "continue-flood": "not HTTP: more than 100 interim answers",
    "endless-headers": "too large headers: more than 65536 bytes",
    "endless-status-line": "too large headers: more than 65536 bytes",
    "body-of-a-gigabyte": "too large: a body of more than 10485760 bytes",
    "endless-body": "too large: a body of more than 10485760 bytes",
    "body-until-close": "too large: a body of more than 10485760 bytes",
    "gzip-bomb": "too large: a body of",
    "gzip-bomb-in-gzip": "too large: a body of",
    "deflate-bomb": "too large: a body of",
    "br-bomb": "too large: a body of",
    "zstd-bomb": "not HTTP: the body is encoded as zstd, which was not accepted",
    "not-gzip": "not HTTP: the body is called gzip and is not",
    "half-gzip": "cut off: the gzip of the body ends before its end",
    "many-headers": "too large headers: 1002 fields, more than 256",
    "long-header": "too large headers: more than 65536 bytes",
    "two-lengths": "not HTTP: Content-Length is given twice, with different values",
    "length-is-no-number": "not HTTP: Content-Length is no number",
    "negative-length": "not HTTP: Content-Length is no number",
    "length-too-large": "cut off: the connection was closed after 12 of 500 bytes of the body",
    "bad-status-line": "not HTTP: it begins with 'HTTP/1.1 fine', which is no status line",
    "status-20000": "not HTTP: it begins with 'HTTP/1.1 20000 OK', which is no status line",
    "status-099": "not HTTP: it begins with 'HTTP/1.1 099 Low', which is no status line",
    "switching-protocols": "not HTTP: a switch of protocols (101) that was not requested",
    "garbage": "not HTTP: it begins with '\\x80\\x81",
    "http-09": "not HTTP: it begins with '{\"ok\": true}', which is no status line",
    "a-shell-banner": "not HTTP: it begins with 'SSH-2.0",
    "bad-header-line": "not HTTP: a header line without a name and a colon",
    "bad-chunk-size": "not HTTP: a chunk of the body does not begin or end as it should",
    "bad-chunk-end": "not HTTP: a chunk of the body does not begin or end as it should",
    "no-last-chunk": "cut off: the connection was closed before the last chunk of the body",
    "odd-transfer-encoding": "not HTTP: a Transfer-Encoding other than chunked",
    "reset": "the connection was reset",
    "reset-in-the-body": "the connection was reset: after",
    "drop": "cut off: the connection was closed without an answer",
    "drop-after": "cut off: the connection was closed without an answer",
    "close-in-the-headers": "cut off: the connection was closed after",
    "bad-trailer": "not HTTP: a header line without a name and a colon",
    "huge-chunk": "cut off: the connection was closed before the last chunk of the body",
    "endless-chunk-size": "not HTTP: a chunk of the body does not begin or end as it should",
    "chunk-below-zero": "not HTTP: a chunk of the body does not begin or end as it should",
    "chunk-in-two-numbers": "not HTTP: a chunk of the body does not begin or end as it should",
    "chunked-twice": "not HTTP: a Transfer-Encoding other than chunked",
    "not-chunked": "cut off: the connection was closed within the body",
    "length-with-plus": "not HTTP: Content-Length is no number",
    "lengths-as-list": "not HTTP: Content-Length is given twice, with different values",
    "length-of-many-digits": "not HTTP: Content-Length is no number",
    "empty-length": "not HTTP: Content-Length is no number",
    "length-in-hex": "not HTTP: Content-Length is no number",
    "folded-at-once": "not HTTP: a header that begins with a continuation line",
    "zero-in-header": "not HTTP: a header line without a name and a colon, or with a character that none may have",
    "return-in-header": "not HTTP: a header line without a name and a colon, or with a character",
    "space-before-colon": "not HTTP: a header line without a name and a colon, or with a character",
    "nameless-header": "not HTTP: a header line without a name and a colon, or with a character",
    "small-letters": "not HTTP: it begins with 'http/1.1 200 ok', which is no status line",
    "http-2-in-text": "not HTTP: it begins with 'HTTP/2 200', which is no status line",
    "http-2-frames": "not HTTP: it begins with '",
    "blank-lines-first": "not HTTP: an empty line stands before the status line",
    "status-199": "cut off: the connection was closed after 1 interim answers (1xx) and no other",
    "body-on-103": "not HTTP: what follows an interim answer (1xx) is no status line",
    "continue-and-close": "cut off: the connection was closed after 1 interim answers (1xx) and no other",
    "gzip-with-bad-sum": "not HTTP: the body is called gzip and is not",
    "unknown-encoding": "not HTTP: the body is encoded as x-mine, which was not accepted",
    "encoded-a-hundred-times": "too large: a body of 100 encodings",
    "reset-after-the-headers": "the connection was reset: after",
    "pause-in-the-body": "timed out: no end of the answer after",
    "speaks-tls": "not HTTP: it speaks TLS",
    "chunk-extension-of-megabytes": "too large headers: more than 65536 bytes",
    "chunk-extensions-for-ever": "too large: more than 10485760 bytes around a body of",
    "endless-trailers": "too large headers: more than 65536 bytes",
    "transfer-encoding-identity": "not HTTP: a Transfer-Encoding other than chunked",
    "length-of-two-words": "not HTTP: Content-Length is no number",
    "two-spaces-in-the-status-line": "not HTTP: it begins with 'HTTP/1.1  200 OK', which is no status line",
    "shoutcast": "not HTTP: it begins with 'ICY 200 OK', which is no status line",
    "returns-alone": "cut off: the connection was closed after",
    "echo": "not HTTP: it begins with 'GET /status HTTP/1.1', which is no status line",
    "reset-in-the-headers": "the connection was reset: after",
    "gzip-once-said-twice": "not HTTP: the body is called gzip and is not",
    "millions-of-objects": "too large: JSON of more than 300000 values",
    "a-million-members": "too large: JSON of more than 300000 values",
    "event-stream": "timed out: no end of the answer after",
    "stream-of-lines": "too large: a body of more than 10485760 bytes",
}
"""How the error of the exchange begins."""
READ = {
    "same-length-twice": (200, (LENGTH_TWICE,)),
    "length-too-small": (200, (TRAILING,)),
    "bytes-after-the-answer": (200, (TRAILING,)),
    "status-999": (999, ()),
    "retry-after-squared": (429, ()),
    "retry-after-huge": (429, ()),
    "retry-after-wrong-date": (429, ()),
    "bare-line-feeds": (200, ()),
    "http-10": (200, ()),
    "away": (302, ()),
    "deep-json": (200, ()),
    "huge-number": (200, ()),
    "not-a-number": (200, ()),
    "well": (200, ()),
    "chunked-and-length": (200, (FRAMED_TWICE,)),
    "unasked-304": (304, ()),
    "body-on-205": (205, ()),
    "retry-after-below-zero": (429, ()),
    "plain-http-at-a-tls-port": (400, ()),
    "redirect-to-itself": (302, ()),
    "unasked-206": (206, ()),
    "unasked-416": (416, ()),
    "wants-an-upgrade": (426, ()),
    "proxy-wants-to-know": (407, ()),
    "login-to-the-network": (511, ()),
    **dict.fromkeys(
        (
            "chunk-extensions", "trailers", "many-tiny-chunks", "length-as-list", "folded-header", "bytes-in-header",
            "same-header-many-times", "two-content-types", "no-reason", "a-few-103s", "gzip-and-garbage",
            "gzip-in-two-members", "gzip-of-nothing", "wrong-utf-8", "lone-surrogates", "byte-order-mark",
            "same-member-twice", "nothing-at-all", "half-closed", "closed-after-keep-alive", "open-after-close",
            "late-bytes", "byte-by-byte", "chunked-in-http-10", "length-with-zeros", "http-12", "reason-of-colours",
            "another-answer-unasked", "odd-fields", "cookies-by-the-hundred", "media-type-in-ruins", "no-media-type",
            "gzip-twice-said-once", "utf-16", "charset-of-another", "charset-of-nobody", "charset-that-is-a-codec",
            "numbers-beyond-measure", "two-documents", "unclosed-json",
            "as-many-members-as-are-read",
        ),
        (200, ()),
    ),
}  # fmt: skip
"""Status and remarks of what can be read all the same."""
MESSAGE = "protocol/an-answer-is-an-http-message"
_NO_JSON = ("schema/body-fits-its-schema", "schema/body-is-json")
_HEADER = ("protocol/headers-are-well-formed",)
_TYPE = ("schema/content-type-is-declared",)
_STATUS = ("status/status-is-declared",)
_NOT_FOR_THIS = ("status/status-fits-the-question", *_STATUS)
_REFUSED = ("input/what-the-document-allows-is-accepted",)
BROKEN_BY = {
    **dict.fromkeys(
        (
            "byte-order-mark", "deep-json", "gzip-of-nothing", "gzip-twice-said-once", "huge-number", "lone-surrogates",
            "not-a-number", "nothing-at-all", "numbers-beyond-measure", "same-member-twice", "two-documents",
            "unclosed-json", "utf-16", "wrong-utf-8",
        ),
        _NO_JSON,
    ),
    **dict.fromkeys(("away", "body-on-205", "redirect-to-itself", "unasked-416", "wants-an-upgrade"), _STATUS),
    **dict.fromkeys(("charset-of-another", "charset-that-is-a-codec", "no-media-type"), _TYPE),
    **dict.fromkeys(
        (
            "media-type-in-ruins", "odd-fields", "retry-after-below-zero", "retry-after-squared",
            "retry-after-wrong-date",
        ),
        _HEADER,
    ),
    **dict.fromkeys(("bytes-after-the-answer", "length-too-small"), (MESSAGE,)),
    **dict.fromkeys(("proxy-wants-to-know", "unasked-304"), _NOT_FOR_THIS),
    **dict.fromkeys(("login-to-the-network", "status-999"), (*_REFUSED, "status/no-server-error")),
    "body-on-204": ("protocol/a-body-is-as-long-as-told", MESSAGE, *_STATUS),
    "charset-of-nobody": (*_HEADER, *_TYPE),
    "chunked-and-length": ("protocol/a-body-is-as-long-as-told", MESSAGE),
    "plain-http-at-a-tls-port": (*_REFUSED, *_STATUS),
    "two-content-types": ("protocol/no-header-contradicts-another", *_TYPE),
    "unasked-206": ("schema/body-is-json", *_NOT_FOR_THIS),
}  # fmt: skip
"""Laws and checks that answers break which can be read, in a run at depth quick."""


def broken_by(mode: str) -> set[str]:
    """The laws and checks that a mode deserves to be found to break on the operation that it is at."""
    error = UNREADABLE.get(mode, "")
    if error:
        return {MESSAGE} if error.startswith((NOT_HTTP, LARGE_HEADERS)) else set()
    return {*BROKEN_BY.get(mode, ())}
