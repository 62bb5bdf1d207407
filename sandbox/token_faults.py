"""Faults of tokens: forged ones believed, dead ones alive, and what a pair says of itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from sandbox.faults import fault
from sandbox.switches import Switch
from sandbox.variations import variation

ISSUING = "operations that issue tokens"
ORGANIZATION = "operations of an organization"
REFRESH = ("OAuthFlowController_refreshTokens",)
FORCE = ("OAuthClientUsersController_forceRefresh",)
CREATE = ("OAuthClientUsersController_createUser",)
DELETE = ("OAuthClientUsersController_deleteUser",)


def _fault(name: str, scope: str | tuple[str, ...], text: str, needs: str = "") -> Switch:
    return fault(name, family="tokens", scope=scope, text=text, needs=needs)


ALG_NONE = _fault("unsigned-token-accepted", ORGANIZATION, "A token whose header says alg none needs no signature.")
STRIPPED = _fault("stripped-signature-accepted", ORGANIZATION, "A token without any signature is not checked.")
UNCHECKED = _fault("signature-not-checked", ORGANIZATION, "A token's payload is believed whatever its signature is.")
EMPTY_KEY = _fault(
    "empty-key-accepted", ORGANIZATION, "A token signed with an empty key is accepted as well.", needs="depth"
)
REFRESH_AS_ACCESS = _fault("refresh-token-accepted-as-access", ORGANIZATION, "A refresh token opens operations.")
LEEWAY = _fault(
    "expired-token-accepted-for-minutes",
    ORGANIZATION,
    "An access token is accepted for three more minutes after its expiry.",
    needs="time-scale",
)
EXPIRED_REFRESH = _fault("expired-refresh-token-accepted", REFRESH, "An expired refresh token buys a new pair.")
GRACE = _fault("refresh-reuse-within-five-seconds", REFRESH, "A spent refresh token buys pairs for five more seconds.")
OLDER_FORGOTTEN = _fault(
    "spent-token-forgotten", REFRESH, "Only the token spent last is known as spent: those before it work again."
)
LOSER_500 = _fault("refresh-loser-500", REFRESH, "A refresh that meets another one under way is answered 500.")
SAME_SECOND = _fault(
    "same-access-token-within-a-second", ISSUING, "Two pairs issued within one second have the same access token."
)
FORCE_ENDS_ALL = _fault("force-refresh-ends-everyones-tokens", FORCE, "All users' refresh tokens end with one's.")
FORCED_DEAD = _fault("forced-access-token-dead", FORCE, "The access token a forced refresh answers with does not work.")
FORCED_REFRESH_DEAD = _fault("forced-refresh-token-dead", FORCE, "The refresh token of a forced refresh is spent.")
FOREIGN_SPENDS = _fault(
    "foreign-attempt-spends-token", REFRESH, "Another client's refused attempt spends the refresh token."
)
MONTH = _fault("refresh-token-lives-a-month", ISSUING, "A refresh token says that it expires in a month.")
DAY = _fault("refreshed-access-token-lives-a-day", REFRESH, "A refreshed access token says that it expires in a day.")
IAT_MS = _fault("issued-claim-in-milliseconds", ISSUING, "The access token's claim of its issue is in milliseconds.")
OWNER_WRONG = _fault("token-names-another-owner", FORCE, "The access token's claim names another user as its owner.")
CLAIM_MISSING = _fault("refreshed-token-lacks-client-claim", REFRESH, "A refreshed access token does not say whose.")
EXPIRY_TEXT = _fault("forced-expiry-as-text", FORCE, "The access token's expiry is a text.")
REVIVED = _fault(
    "spent-token-revives-after-a-minute",
    REFRESH,
    "Which tokens were spent is remembered for a minute.",
    needs="time-scale",
)
USE_500 = _fault(
    "use-during-forced-refresh-500",
    FORCE,
    "While a forced refresh is under way its user's access tokens are answered 500.",
    needs="depth",
)
REFRESH_SURVIVES = _fault("refresh-token-survives-deletion", DELETE, "A deleted user's refresh token buys a new pair.")
GARBAGE_500 = _fault("garbage-refresh-token-500", REFRESH, "A refresh token that is no JWT is answered 500.")
GARBAGE_200 = _fault("changed-refresh-token-accepted", REFRESH, "A refresh token's signature is not compared.")
INVALID_403 = _fault("unknown-refresh-token-403", REFRESH, "An unknown refresh token is answered 403.")
FAMILY_REVOKED = variation(
    "reuse-revokes-the-family",
    family="tokens",
    scope=REFRESH,
    text="The reuse of a spent refresh token ends every token of its user.",
)
LOSER_409 = variation(
    "loser-409",
    family="tokens",
    scope=REFRESH,
    text="A refresh that meets another one under way with the same token gets 409; a spent token still gets 401.",
)
UNKNOWN_401 = variation(
    "unknown-refresh-token-401",
    family="tokens",
    scope=REFRESH,
    text="An unknown refresh token, or one of another kind or client, gets 401 instead of 400.",
)
GRACE_SECONDS, LEEWAY_SECONDS = 5.0, 180.0


def believed(faults: frozenset[Switch], text: str) -> str | None:
    """What a careless reader compares of a forged token: its payload, as written; None where it is not taken in."""
    pieces = text.split(".")
    header = _read(pieces[0]) if len(pieces) == 3 else None
    if header is None:
        return None
    payload, signature = pieces[1], pieces[2]
    if UNCHECKED in faults:
        return payload
    if ALG_NONE in faults and header.get("alg") == "none":
        return payload
    if STRIPPED in faults and not signature and header.get("alg") != "none":
        return payload
    signed = hmac.new(b"", f"{pieces[0]}.{payload}".encode(), hashlib.sha256).digest()
    if EMPTY_KEY in faults and base64.urlsafe_b64encode(signed).rstrip(b"=").decode() == signature:
        return payload
    return None


def client_of(payload: str, claim: str) -> str:
    """The client a payload names."""
    return str((_read(payload) or {}).get(claim, ""))


def _read(piece: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except (ValueError, binascii.Error):
        return None
    return found if isinstance(found, dict) else None
