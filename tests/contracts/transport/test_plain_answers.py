"""What is read in one look is read as h11 reads it."""

from __future__ import annotations

import h11
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.config.http import Bounds
from contracts.transport.messages import AnswerReader, Incoming
from contracts.transport.plain_answers import plain_head

BOUNDS = Bounds(headers=6)
NAMES = st.sampled_from(
    [
        "Date",
        "content-LENGTH",
        "Content-Length ",
        "Connection",
        "Transfer-Encoding",
        "ETag",
        "X-\u00e4",
        "",
        "a b",
        "Upgrade",
    ]
)
VALUES = st.one_of(
    st.sampled_from(["5", "05", "+5", "5, 5", "close", "chunked", "", "  5", "5 ", "\t5", "\u00e9", "a\x00", "6", "4"]),
    st.text("ab \t:", max_size=5),
)
STATUS_LINES = st.sampled_from(
    [
        "HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200 OK", "HTTP/1.1 204 No", "HTTP/1.1 304 No",
        "HTTP/1.1 999 Odd", "HTTP/1.1 100 On", "HTTP/1.1  200 OK", "http/1.1 200 OK", "HTTP/1.1 404 \u00e4",
        "HTTP/2 200",
    ]
)  # fmt: skip


def by_h11(came: bytes, verb: str) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
    """What h11 reads, where that is one whole answer and nothing else."""
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method=verb, target="/", headers=[("Host", "h")]))
    http.send(h11.EndOfMessage())
    http.receive_data(came)
    head, body = http.next_event(), b""
    assert isinstance(head, h11.Response)
    while isinstance(event := http.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    assert not http.trailing_data[0]
    assert http.their_state is h11.DONE
    return head.status_code, list(head.headers.raw_items()), body


@given(
    line=STATUS_LINES, fields=st.lists(st.tuples(NAMES, VALUES), max_size=7), body=st.binary(max_size=7),
    verb=st.sampled_from(["GET", "HEAD", "POST"]),
)  # fmt: skip
@example("HTTP/1.1 200 OK", [("Content-Length", "5")], b"12345", "GET")
def test_a_plain_answer_is_what_h11_reads(line: str, fields: list[tuple[str, str]], body: bytes, verb: str) -> None:
    lines = [line, *(f"{name}: {value}" for name, value in fields), "", ""]
    came = "\r\n".join(lines).encode("latin-1") + body
    head = plain_head(bytearray(came), verb, BOUNDS)
    if head is not None and head.size == len(came):
        assert (head.status, head.headers(), body) == by_h11(came, verb)


def read(verb: str, *pieces: bytes) -> Incoming | None:
    reader = AnswerReader(Bounds())
    reader.begin(verb)
    for piece in pieces:
        reader.feed(piece)
    return reader.answer()


USUAL = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag:\r\nContent-Length: 5\r\n\r\n12345"


def test_an_answer_may_come_in_any_pieces() -> None:
    whole = read("GET", USUAL)
    assert whole is not None
    assert whole.headers == [(b"Content-Type", b"application/json"), (b"ETag", b""), (b"Content-Length", b"5")]
    for place in range(1, len(USUAL)):
        assert read("GET", USUAL[:place]) is None
        assert read("GET", USUAL[:place], USUAL[place:]) == whole


def test_one_connection_carries_both_kinds() -> None:
    reader = AnswerReader(Bounds())
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"
    for came in (USUAL, chunked, USUAL, USUAL + b"more"):
        reader.begin("GET")
        reader.feed(came)
        answer = reader.answer()
        assert answer is not None
        assert answer.body == b"12345"
        assert reader.finish() is not came.endswith(b"more")
    assert answer.remarks
