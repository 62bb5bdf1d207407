"""Exchanges made by hand, for tests of checks."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, Request, Response
from specs.contract import Contract, build
from specs.source.document import load

NOW = 1_790_000_000.0
JSON = ("Content-Type", "application/json")
GET = "GET /v2/organizations/{orgId}/memberships"
POST = "POST /v2/organizations/{orgId}/memberships"
DELETE = "DELETE /v2/organizations/{orgId}/memberships/{membershipId}"
CREDENTIAL = "PATCH /v2/organizations/{orgId}/delegation-credentials/{credentialId}"


@cache
def contract() -> Contract:
    """The suite's own document."""
    return build(load("calcom-v2"))


def exchange(
    key: str,
    status: int,
    body: Any = None,
    *headers: tuple[str, str],
    sent: tuple[tuple[str, str], ...] = (),
    method: str = "",
    because: int | None = None,
    length: int | None = None,
) -> Exchange:
    """An exchange of an operation; a body that is no text is written as JSON, and JSON is its type unless told."""
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    typed = headers if any(name.lower() == "content-type" for name, _ in headers) else (JSON, *headers)
    size = len(text.encode("utf-8", "surrogateescape")) if length is None else length
    operation = contract().operation(key)
    request = Request(operation, operation.path, sent, None, "acme", method)
    return Exchange(1, request, Response(status, typed, text, size), None, NOW, NOW + 0.1, retry_status=because)


def judged(identity: str, given: Exchange) -> str | None:
    """What a check finds wrong; None where it finds nothing."""
    try:
        checks.load()[identity].judge(given, contract())
    except Broken as broken:
        return f"{broken.expected} | {broken.actual}"
    return None


def broken(given: Exchange) -> set[str]:
    """The ids of all checks that find something wrong."""
    return {identity for identity in checks.load() if judged(identity, given)}
