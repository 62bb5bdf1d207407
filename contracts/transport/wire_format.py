"""The form of a request on the wire and of its response in the record: secrets go in on the way out, and out on the way
in.

Used by every client, that of the gate and that of the load, so that a server sees the same bytes from both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import attrs

from contracts.config.http import Bounds
from contracts.config.vault import Vault
from contracts.core.exchange import Request, Response, field
from contracts.core.failures import TOO_LARGE, UNSENDABLE, Failure
from contracts.transport.connecting import Origin
from contracts.transport.decoding import ACCEPTED, decoded
from contracts.transport.messages import Incoming, Outgoing

AGENT = "calcom-contracts/0.1"
ACCEPT = "application/json, */*;q=0.5"
DEFAULTS = (("User-Agent", AGENT), ("Accept", ACCEPT))
"""Headers of every request besides its own."""


SHOWN = 1024
"""Bytes recorded of an answer that cannot be read."""
_ESCAPES = (b"\\", b"%", b"&")
_LAST_WORD = re.compile(r"[^\s\",;]*\Z")


class ClientResult(NamedTuple):
    """What became of a request: its response, or why there is none, with the times (epoch seconds).

    `beginning`: how an answer began that cannot be read.
    """

    response: Response | None
    error: str | None
    sent: float
    received: float
    beginning: str | None = None


def encode_target(request: Request, vault: Vault) -> str:
    """Path and query, the secrets in them percent-encoded."""
    return vault.reveal_url(request.target)


def encode_headers(request: Request, vault: Vault) -> list[tuple[str, str]]:
    """All headers but those that a client's own framing adds (Host, Content-Length)."""
    own = {name.lower() for name, _ in request.headers}
    usual = [each for each in DEFAULTS if each[0].lower() not in own]
    return [*usual, *((name, vault.reveal(value)) for name, value in request.headers)]


def encode_body(request: Request, vault: Vault) -> bytes | None:
    """The body, the secrets in it spelled as JSON or as a form needs them."""
    if request.body is None:
        return None
    vault.ours(request.body)
    form = any("x-www-form-urlencoded" in value for _, value in request.headers)
    reveal = vault.reveal_url if form else vault.reveal_json
    return reveal(request.body).encode("utf-8", "surrogateescape")


def decode_response(
    status: int, headers: Iterable[tuple[str, str]], content: bytes, vault: Vault, operation: str = ""
) -> Response:
    """What came, as a law sees it: every secret in it hidden, bytes that are no text kept as lone surrogates.

    `operation`: the key of what answered; what gives out tokens is known by it.
    """
    pairs = list(headers)
    values, body = vault.hide_answer(pairs, content.decode("utf-8", "surrogateescape"), operation)
    named = tuple(field(name, value) for (name, _), value in zip(pairs, values, strict=True))
    return Response(status, named, body, len(content))


def outgoing(request: Request, vault: Vault, origin: Origin, prefix: bytes, encodings: bytes = ACCEPTED) -> Outgoing:
    """A request as it goes to an origin, below a path (`prefix`). Raises Failure where it cannot be sent."""
    try:
        own = encode_headers(request, vault)
        headers = [(name.encode("latin-1"), value.encode("utf-8")) for name, value in own]
        target = origin.before_target + prefix + encode_target(request, vault).encode("ascii")
    except UnicodeError:
        raise Failure(UNSENDABLE, "a character that no header or target can hold") from None
    framing = ((b"Host", origin.name), (b"Accept-Encoding", encodings))
    body = encode_body(request, vault) or b""
    return Outgoing(request.verb, target, (*framing, *origin.for_proxy, *headers), body)


def decode_answer(answer: Incoming, request: Request, vault: Vault, bounds: Bounds) -> Response:
    """An answer as a law sees it. Raises Failure where its content cannot be read within bounds."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
    encodings = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    content = decoded(answer.body, encodings, bounds) if encodings else answer.body
    if content.count(b",") > bounds.values and content.lstrip()[:1] in (b"{", b"["):
        raise Failure(TOO_LARGE, f"JSON of more than {bounds.values} values", answer.beginning)
    if sum(map(content.count, _ESCAPES)) > bounds.values:  # each may stand for the beginning of another
        raise Failure(TOO_LARGE, f"a text with more than {bounds.values} escapes", answer.beginning)
    response = decode_response(answer.status, headers, content, vault, request.operation.key)
    return attrs.evolve(response, remarks=answer.remarks) if answer.remarks else response


def shown(beginning: bytes, vault: Vault) -> str | None:
    """The beginning of an answer without secrets; a word that is cut in two might be one, and is left out."""
    text = beginning[:SHOWN].decode("utf-8", "surrogateescape")
    return vault.hide(_LAST_WORD.sub("", text) if len(beginning) >= SHOWN else text) or None
