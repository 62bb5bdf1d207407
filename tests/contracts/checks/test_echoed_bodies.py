"""An error that repeats a secret of the body is as bad as one that repeats the credential; other members it may."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from contracts.core.exchange import Exchange
from tests.contracts.checks.exchanges import exchange, judged

ECHO = "errors/credentials-are-not-echoed"
MAKE = "POST /v2/organizations/{orgId}/delegation-credentials"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"


def refused(sent: Any, message: str, status: int = 400) -> Exchange:
    given = exchange(MAKE, status, {"status": "error", "message": message}, sent=(("Authorization", "Bearer $KEY"),))
    return attrs.evolve(given, request=attrs.evolve(given.request, body=json.dumps(sent)))


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"serviceAccountKey": [{"private_key": KEY}]}, KEY),
        ({"serviceAccountKey": {"private_key": "$CREATED_1_PRIVATE_KEY"}}, "no such key: $CREATED_1_PRIVATE_KEY"),
        ({"refreshToken": "8f1e4c2a9b7d3e60"}, "the token 8f1e4c2a9b7d3e60 is unknown"),
        ({"password": "hunter22!x"}, "hunter22!x is too weak"),
        ({"serviceAccountKey": [{"private_key": KEY}]}, f"not accepted: {[{'private_key': KEY}]}"),
    ],
    ids=["a private key", "a hidden one", "a refresh token", "a password", "a printed body"],
)
def test_a_secret_of_the_body_in_an_error_is_a_leak(sent: Any, told: str) -> None:
    assert "no secret of the body in an error" in (judged(ECHO, refused(sent, told)) or "")
    assert judged(ECHO, refused(sent, "That was not accepted.")) is None


@pytest.mark.parametrize(
    ("sent", "told", "status"),
    [
        ({"domain": "people-of-acme.example"}, "people-of-acme.example is taken", 400),
        ({"tokenType": "something-of-16-letters"}, "something-of-16-letters is no type", 400),
        ({"password": "short"}, "a short password", 400),
        ({"secret": "8f1e4c2a9b7d3e60"}, "8f1e4c2a9b7d3e60", 200),
    ],
    ids=["a domain", "about a token", "a common word", "a success that shows what it made"],
)
def test_what_an_answer_may_repeat(sent: Any, told: str, status: int) -> None:
    assert judged(ECHO, refused(sent, told, status)) is None
