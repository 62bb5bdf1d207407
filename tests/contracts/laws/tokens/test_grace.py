"""A grace that the document grants to spent refresh tokens is left alone while it lasts, and no longer."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import UPHELD
from tests.contracts.laws.credentials.judging import Asked, answers, document, judged, verdicts

LAW = "tokens/a-spent-refresh-token-stays-spent"
ANN = (
    '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "bearer"\ntoken = "canary-token-of-ann"\n'
    'username = "ann"\npassword = "canary-word-of-ann"\n'
)
TEXT = {"type": "string"}
PAIR = {"type": "object", "properties": {"access_token": TEXT, "refresh_token": TEXT}}


def signing() -> dict[str, Any]:
    """A document that grants a second."""

    def taking(*names: str) -> dict[str, Any]:
        body = {"type": "object", "required": [*names], "properties": dict.fromkeys(names, TEXT)}
        return {"required": True, "content": {"application/json": {"schema": body}}}

    enter = {"operationId": "enter", "requestBody": taking("username", "password"), "responses": answers(PAIR)}
    renew = {"operationId": "renew", "requestBody": taking("refresh_token"), "responses": answers(PAIR)}
    renew["description"] = "A refresh token works once, with a grace period of 1 second."
    paths = {"/login": {"post": {**enter, "security": []}}, "/refresh": {"post": {**renew, "security": []}}}
    return document(paths, {"token": {"type": "http", "scheme": "bearer"}}, security=[{"token": []}])


@pytest.mark.parametrize("grace", [1, 1000])
def test_a_grace_that_never_ends_is_found(tmp_path: Path, grace: float) -> None:
    numbers, spent = itertools.count(1), dict[str, float]()

    def server(asked: Asked) -> tuple[int, Any]:
        token = asked.body.get("refresh_token") if isinstance(asked.body, dict) else None
        if asked.path == "/refresh" and (
            token is None or time.monotonic() > spent.setdefault(token, time.monotonic()) + grace
        ):
            return 401, {"error": "spent"}
        number = next(numbers)
        return 200, {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}"}

    told = verdicts(judged(tmp_path, server, signing(), ANN, LAW), LAW)
    assert told == {"POST /refresh": UPHELD if grace == 1 else "broken"}
