"""Token pairs of managed users: issue, rotation, refusal."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Callable
from typing import Any

from attrs import define, field

from sandbox import token_faults as faulty
from sandbox.document import TokenHalf, Tokens
from sandbox.faults import fault
from sandbox.switches import Switch
from sandbox.variations import variation

ISSUING = "operations that issue tokens"
REFRESH = ("OAuthFlowController_refreshTokens",)
FORCE = ("OAuthClientUsersController_forceRefresh",)

MILLISECONDS = fault(
    "token-expiry-in-milliseconds",
    family="tokens",
    scope=ISSUING,
    text="The expiry times of issued tokens are milliseconds since the epoch, not seconds.",
)
REUSABLE = fault(
    "refresh-token-reusable",
    family="tokens",
    scope=REFRESH,
    text="A spent refresh token keeps buying new pairs.",
)
FORCE_LEAVES_OLD = fault(
    "force-refresh-keeps-old-token",
    family="tokens",
    scope=FORCE,
    text="A refresh token from before a force-refresh still works.",
)
NO_EXPIRY = fault(
    "expired-access-token-accepted",
    family="tokens",
    needs="time-scale",
    scope="operations of an organization",
    text="An access token keeps working after the expiry it announced.",
)
CLAIMS_DISAGREE = fault(
    "token-claims-disagree",
    family="tokens",
    scope=ISSUING,
    text="The access token's own expiry claim is an hour later than the answer says.",
)
ROUNDED = variation(
    "expiry-rounded",
    family="tokens",
    scope=ISSUING,
    text="Expiry times are rounded down to the minute (access) and the day (refresh).",
)
OLD_DIES = variation(
    "old-access-token-dies",
    family="tokens",
    scope=(*REFRESH, *FORCE),
    text="A refresh ends the user's previous access tokens at once.",
)

_SWEEP = 2000  # tokens issued between two searches for expired ones


@define(eq=False)
class Token:
    """One issued token. `expires` is seconds since the epoch."""

    text: str
    access: bool
    client_id: str
    user_id: int
    expires: int
    spent: bool = False
    busy: bool = False
    since: float = 0.0  # when it was spent
    starts: float = 0.0  # before which it is not known everywhere


@define(eq=False)
class TokenBook:
    """Every token that was issued and has not expired; `scale` divides the lifetimes."""

    rules: Tokens
    key: bytes
    scale: float
    faults: frozenset[Switch]
    variations: frozenset[Switch]
    new_id: Callable[[], str]
    issued: dict[str, Token] = field(factory=dict)
    forcing: set[int] = field(factory=set)  # users in the middle of a forced refresh, with a fault
    _since_sweep: int = 0

    def issue(self, client_id: str, user_id: int, now: float) -> dict[str, Any]:
        """A new pair for a managed user, as the members of an answer."""
        self._sweep(now)
        members: dict[str, Any] = {}
        for half, access, unit in ((self.rules.access, True, 60.0), (self.rules.refresh, False, 86400.0)):
            token = self._token(half, access, unit, client_id, user_id, now)
            token = self.issued.setdefault(token.text, token)
            members[half.token] = token.text
            members[half.expires] = token.expires * 1000 if MILLISECONDS in self.faults else token.expires
        return members

    def outlived(self, client_id: str, user_id: int, now: float) -> tuple[str, str]:
        """An access token and a refresh token that expired an hour ago."""
        pair = []
        for half, access, unit in ((self.rules.access, True, 60.0), (self.rules.refresh, False, 86400.0)):
            then = now - half.lifetime / self.scale - 3600
            token = self._token(half, access, unit, client_id, user_id, then)
            self.issued[token.text] = token
            pair.append(token.text)
        return pair[0], pair[1]

    def access(self, text: str, now: float) -> Token | None:
        """The access token of that text, if it is one and still good."""
        token = self.issued.get(text) or self._mistaken(text, now)
        if (
            token is None
            or token.spent
            or token.starts > now
            or not (token.access or faulty.REFRESH_AS_ACCESS in self.faults)
        ):
            return None
        late = NO_EXPIRY in self.faults or (
            faulty.LEEWAY in self.faults and token.expires + faulty.LEEWAY_SECONDS > now
        )
        return token if token.expires > now or late else None

    def _mistaken(self, text: str, now: float) -> Token | None:
        """The good token a forged one is taken for, with a fault."""
        payload = faulty.believed(self.faults, text)
        if payload is None:
            return None
        client = faulty.client_of(payload, self.rules.claims["client"])
        alive = (each for each in self.issued.values() if each.access and each.expires > now)
        return next((each for each in alive if each.client_id == client), None)

    def presented(self, text: str) -> Token | None:
        """Whatever token has that text, good or not."""
        if faulty.GARBAGE_200 in self.faults and text not in self.issued:
            signed = text.rpartition(".")[0]
            return next((each for known, each in self.issued.items() if known.rpartition(".")[0] == signed), None)
        return self.issued.get(text)

    def usable(self, token: Token, now: float) -> bool:
        """Whether a refresh token may still be spent."""
        again = REUSABLE in self.faults or (faulty.GRACE in self.faults and now < token.since + faulty.GRACE_SECONDS)
        again |= faulty.REVIVED in self.faults and now > token.since + 60 / self.scale
        return (token.expires > now or faulty.EXPIRED_REFRESH in self.faults) and (not token.spent or again)

    def spend(self, token: Token, now: float = 0.0) -> None:
        """Use a refresh token up."""
        if faulty.OLDER_FORGOTTEN in self.faults:
            for each in self.issued.values():
                if each.user_id == token.user_id and not each.access:
                    each.spent = False
        token.spent, token.since = True, now
        if OLD_DIES in self.variations:
            self._end(token.user_id, access=True)

    def force(self, user_id: int) -> None:
        """End every refresh token a user has."""
        if FORCE_LEAVES_OLD not in self.faults:
            self._end(user_id, access=False)
        if faulty.FORCE_ENDS_ALL in self.faults:
            for other in {each.user_id for each in self.issued.values()}:
                self._end(other, access=False)
        if OLD_DIES in self.variations:
            self._end(user_id, access=True)

    def forget(self, user_id: int) -> None:
        """Drop every token of a deleted user."""
        kept = faulty.REFRESH_SURVIVES in self.faults
        for text, token in list(self.issued.items()):
            if token.user_id == user_id and not (kept and not token.access):
                del self.issued[text]

    def revoke(self, user_id: int) -> None:
        """End everything a user has."""
        self._end(user_id, access=True)
        self._end(user_id, access=False)

    def _end(self, user_id: int, *, access: bool) -> None:
        for token in self.issued.values():
            if token.user_id == user_id and token.access is access:
                token.spent = True

    def _token(self, half: TokenHalf, access: bool, unit: float, client_id: str, user_id: int, now: float) -> Token:
        month = not access and faulty.MONTH in self.faults
        expires = self._expiry(half.lifetime / 12 if month else half.lifetime, unit, now)
        claimed = expires + 3600 if access and CLAIMS_DISAGREE in self.faults else expires
        claims = self.rules.claims
        payload = {
            claims["client"]: client_id,
            claims["owner"]: user_id,
            claims["issued"]: int(now) * 1000 if faulty.IAT_MS in self.faults else int(now),
            claims["expires"]: claimed,
            "jti": self.new_id(),
        }
        if access and faulty.SAME_SECOND in self.faults:
            del payload["jti"]
        return Token(self._sign(payload), access, client_id, user_id, expires)

    def _expiry(self, lifetime: float, unit: float, now: float) -> int:
        # A scaled lifetime may be a few seconds, of which rounding down would take a large part.
        lifetime /= self.scale
        expires = math.ceil(now + lifetime) if self.scale != 1 else int(now) + int(lifetime)
        step = int(unit / self.scale)
        return expires // step * step if ROUNDED in self.variations and step > 1 else expires

    def amend(self, pair: dict[str, Any], change: dict[str, Any]) -> None:
        """Issue a pair's access token anew with other claims; None takes a claim away."""
        name = self.rules.access.token
        token = self.issued.pop(pair[name])
        payload = json.loads(base64.urlsafe_b64decode(token.text.split(".")[1] + "=="))
        token.text = self._sign({key: value for key, value in {**payload, **change}.items() if value is not None})
        self.issued[token.text] = token
        pair[name] = token.text

    def _sign(self, payload: dict[str, Any]) -> str:
        parts = [
            _base64(json.dumps(part, separators=(",", ":")).encode())
            for part in ({"alg": "HS256", "typ": "JWT"}, payload)
        ]
        signed = ".".join(parts)
        return f"{signed}.{_base64(hmac.new(self.key, signed.encode(), hashlib.sha256).digest())}"

    def _sweep(self, now: float) -> None:
        self._since_sweep += 1
        if self._since_sweep < _SWEEP or NO_EXPIRY in self.faults:
            return
        self._since_sweep = 0
        for text in [text for text, token in self.issued.items() if token.expires < now - 60]:
            del self.issued[text]


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
