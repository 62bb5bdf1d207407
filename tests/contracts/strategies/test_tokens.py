"""Forged tokens differ from the good one, and fit nobody's signature."""

from __future__ import annotations

import jwt
import pytest
from hypothesis import given

from contracts.config.vault import Vault
from contracts.strategies.tokens import FORGERIES, STEPS, WORTHLESS, forged, forged_tokens, programs, worthless

KEY = "a-key-that-is-long-enough-for-every-algorithm-that-a-token-may-name"
NAMES = {"owner": "ownerId", "expires": "expiresAt"}
CLAIMS = {"ownerId": 7, "clientId": "cl", "expiresAt": 2_000_000_000}
TOKEN = jwt.encode(CLAIMS, KEY, algorithm="HS256")


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_differs_and_does_not_verify(forgery: str) -> None:
    vault = Vault()
    shown = vault.hide(TOKEN)
    assert TOKEN.rpartition(".")[2] not in shown
    text = forged(shown, forgery, NAMES)
    assert text is not None
    real = vault.reveal(text)
    assert real != TOKEN
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(real, KEY, algorithms=["HS256", "HS384", "HS512"])


def test_what_is_no_jwt_cannot_be_forged() -> None:
    assert [forged("opaque", each, NAMES) for each in FORGERIES] == [None] * len(FORGERIES)
    assert forged(jwt.encode({"clientId": "cl"}, KEY), "a payload that names another owner", {}) is None


@given(forged_tokens(TOKEN, NAMES))
def test_forgeries_can_be_drawn(token: str) -> None:
    assert token != TOKEN


@pytest.mark.parametrize("kind", WORTHLESS)
def test_worthless_texts_are_not_the_token(kind: str) -> None:
    assert worthless(kind, "good") != "good"


@given(programs(5))
def test_programs_are_lists_of_steps(program: list[str]) -> None:
    assert 1 <= len(program) <= 5
    assert set(program) <= set(STEPS)
