"""Forged and worthless tokens: what a JWT turns into by an attack, what is no token at all, and programs of a session.

A token's secret part is a placeholder (see `contracts.vault`); its header and payload are readable, as they are to
everybody, so forging needs no secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from contracts.core.jwt_parts import parts
from contracts.strategies.telling_first import one_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Claims = Mapping[str, Any]
Forger = Callable[[dict[str, Any], dict[str, Any], str, Mapping[str, str]], str | None]


def _written(part: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _joined(header: Claims, payload: Claims, signature: str) -> str:
    return f"{_written(header)}.{_written(payload)}.{signature}"


def _signed(header: Claims, payload: Claims, key: bytes) -> str:
    changed = {**header, "alg": "HS256"}
    signature = hmac.new(key, f"{_written(changed)}.{_written(payload)}".encode(), hashlib.sha256).digest()
    return _joined(changed, payload, base64.urlsafe_b64encode(signature).rstrip(b"=").decode())


def _without_algorithm(header: dict[str, Any], payload: dict[str, Any], _: str, __: Mapping[str, str]) -> str:
    return _joined({**header, "alg": "none"}, payload, "")


def _with_oddly_spelled_none(header: dict[str, Any], payload: dict[str, Any], _: str, __: Mapping[str, str]) -> str:
    return _joined({**header, "alg": "nOnE"}, payload, "")


def _of_another_owner(
    header: dict[str, Any], payload: dict[str, Any], signature: str, names: Mapping[str, str]
) -> str | None:
    name = names.get("owner") or next((each for each in ("sub", "user_id", "userId", "uid") if each in payload), "")
    if name not in payload:
        return None
    value = payload[name]
    other = value + 1 if isinstance(value, int) and not isinstance(value, bool) else f"{value}x"
    return _joined(header, {**payload, name: other}, signature)


def _with_later_expiry(
    header: dict[str, Any], payload: dict[str, Any], signature: str, names: Mapping[str, str]
) -> str | None:
    name = names.get("expires") or "exp"
    value = payload.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return _joined(header, {**payload, name: value + 315360000}, signature)


def _with_one_more_claim(header: dict[str, Any], payload: dict[str, Any], signature: str, _: Mapping[str, str]) -> str:
    return _joined(header, {**payload, "admin": True}, signature)


def _with_another_algorithm(
    header: dict[str, Any], payload: dict[str, Any], signature: str, _: Mapping[str, str]
) -> str | None:
    return _joined({**header, "alg": "HS512" if header.get("alg") != "HS512" else "HS256"}, payload, signature)


def _forged_throughout(
    header: dict[str, Any], payload: dict[str, Any], signature: str, names: Mapping[str, str]
) -> str:
    """Nothing of it is true but that the signature belongs to another token: whoever skips one look lets it in."""
    name = names.get("expires") or "exp"
    value = payload.get(name)
    later = {name: value + 315360000} if isinstance(value, int | float) and not isinstance(value, bool) else {}
    return _joined({**header, "alg": "none"}, {**payload, "admin": True, **later}, signature)


FORGERIES: dict[str, Forger] = {
    "alg none, another payload and the signature of before": _forged_throughout,
    "alg none and no signature": _without_algorithm,
    "a payload that names another owner": _of_another_owner,
    "a signature by another key": lambda header, payload, _, __: _signed(header, payload, b"another-key"),
    "no signature": lambda header, payload, _, __: _joined(header, payload, ""),
    "an expiry in the far future": _with_later_expiry,
    "a signature by an empty key": lambda header, payload, _, __: _signed(header, payload, b""),
    "one more claim": _with_one_more_claim,
    "another algorithm in its header": _with_another_algorithm,
    "alg nOnE and no signature": _with_oddly_spelled_none,
    "its signature's last character missing": lambda header, payload, signature, _: (
        _joined(header, payload, f"${{{signature[1:]}%?}}") if signature.startswith("$") else None
    ),
}
"""Each forgery by what it makes of a JWT's parts; None where the token has nothing to forge in that way."""


def forged(token: str, forgery: str, names: Mapping[str, str]) -> str | None:
    """A token forged from a good one; `names` are the claims' by role. None where this token cannot be forged so."""
    found = parts(token)
    made = FORGERIES[forgery](found.header, found.payload, found.signature, names) if found else None
    return made if made != token else None


WORTHLESS: dict[str, str] = {
    "a word": "nobody",
    "nothing": "",
    "the token with its end changed": "%",
    "three words with points": "a.b.c",
    "a very long word": "a" * 4000,
    "a JWT of another key": _signed({"alg": "HS256", "typ": "JWT"}, {"sub": "nobody", "exp": 4102444800}, b"another"),
    "letters of another alphabet": "жетон",
    "a blank": " ",
}
"""Texts that are no refresh token; `%` is a good one, whose end is changed."""


def worthless(kind: str, token: str) -> str:
    """A text that is no token, made from a good one where that is more telling."""
    return f"{token}~" if WORTHLESS[kind] == "%" else WORTHLESS[kind]


STEPS = (
    "refresh",
    "reuse",
    "use",
    "force",
    "use refresh",
    "refresh access",
    "reuse oldest",
    "foreign",
    "use old",
    "delete",
)
"""What can be done in a session, by what a model of it foresees."""


def programs(most: int, *, steps: tuple[str, ...] = STEPS) -> SearchStrategy[list[str]]:
    """Programs of a session of up to so many steps; the shortest are the simplest."""
    from hypothesis import strategies as st

    return st.lists(st.sampled_from(steps), min_size=1, max_size=most)


def forged_tokens(token: str, names: Mapping[str, str]) -> SearchStrategy[str]:
    """Forgeries of a JWT, ready to be sent."""
    able = [made for forgery in FORGERIES if (made := forged(token, forgery, names)) is not None]
    return one_of(able or ["nobody"])
