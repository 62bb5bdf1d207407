"""The form of a request on the wire and of its response in the record: secrets go in on the way out, and out on the way
in.

Used by every client, that of the gate and that of the load, so that a server sees the same bytes from both.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.config.vault import Vault
from contracts.core.exchange import Request, Response

AGENT = "calcom-contracts/0.1"
ACCEPT = "application/json, */*;q=0.5"
DEFAULTS = (("User-Agent", AGENT), ("Accept", ACCEPT))
"""Headers of every request besides its own."""


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
    named = tuple((name, value) for (name, _), value in zip(pairs, values, strict=True))
    return Response(status, named, body, len(content))
