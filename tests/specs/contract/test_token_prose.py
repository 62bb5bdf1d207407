"""What prose promises of the reuse of refresh tokens, and what it does not."""

from __future__ import annotations

import pytest

from specs.contract.token_prose import reuse

FOREVER = float("inf")


@pytest.mark.parametrize(
    ("said", "once", "grace"),
    [
        ("Trades a refresh token for a new pair.", False, 0),
        ("Gives new tokens. The refresh token stays valid.", False, FOREVER),
        ("A refresh token works once.", True, 0),
        ("Refresh tokens are single-use.", True, 0),
        ("Rotates the refresh token: a refresh token can be used only once.", True, 0),
        ("The old refresh token is invalidated.", True, 0),
        ("Every refresh revokes the previous token.", True, 0),
        ("Refresh tokens rotate. The used token is accepted for another 30 seconds.", True, 30),
        ("A refresh token works once, with a grace period of 2 minutes.", True, 120),
        ("Refresh tokens rotate with a grace period.", True, FOREVER),
        ("A refresh token may be used several times.", False, FOREVER),
        ("This operation can be called once a minute.", False, 0),
    ],
)
def test_single_use_and_grace_are_read_from_prose(said, once, grace):
    assert reuse([said]) == (once, grace)
