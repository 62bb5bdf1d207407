"""What the answer to a grant or a login gives a principal: tokens or a cookie, and how long they live."""

from __future__ import annotations

import re
from typing import Any

import attrs

from contracts.config.deployment import Principal
from contracts.core.exchange import MISSING, Response, at
from contracts.core.jwt_parts import claims
from contracts.request.needs import serves
from specs.contract import Contract, Scheme
from specs.contract.logins import ACCESS
from specs.contract.vocabulary import REFRESH, fold

_DEEP = 3
"""Objects inside of each other in which a token is looked for."""
_EXPIRES = re.compile(r"^(?:access_?token_?)?expires?(?:_?in|_?at)?$|^exp$|^ttl$", re.IGNORECASE)
_EPOCH = 500_000_000


@attrs.frozen
class Given:
    """What an answer gave: placeholders. `seconds`: how long the credential lives, None where nobody says so."""

    access: str
    refresh: str | None = None
    seconds: float | None = None


def given(contract: Contract, principal: Principal, answer: Response | None, received: float) -> Given | str:
    """What an answer gave a principal, or why it gave nothing."""
    if answer is None or not 200 <= answer.status < 400:
        return "no answer" if answer is None else f"{answer.status}{_said(answer)}"
    scheme = next((each for each in serves(contract, principal) if each.location == "cookie"), None)
    if principal.kind == "login" and (scheme is not None or "login_cookie" in principal.values):
        return _cookie(answer, principal.values.get("login_cookie"), scheme)
    body = answer.json
    access = at(body, principal.values["login_token"]) if "login_token" in principal.values else _found(body, ACCESS)
    if not isinstance(access, str) or not access:
        return f"{answer.status}, and no token in it"
    refresh = _found(body, REFRESH)
    return Given(access, refresh if isinstance(refresh, str) else None, _seconds(body, access, received))


def _said(answer: Response) -> str:
    body = answer.json
    told = body.get("error_description") or body.get("error") or body.get("message") if isinstance(body, dict) else None
    return f" ({str(told)[:80]})" if isinstance(told, str) else ""


def _cookie(answer: Response, name: str | None, scheme: Scheme | None) -> Given | str:
    wanted = name or (scheme.parameter if scheme else None)
    for header, value in answer.headers:
        key, _, rest = value.partition("=")
        if header.lower() == "set-cookie" and key.strip() == wanted:
            return Given(rest.partition(";")[0].strip(), None, _age(value))
    return f"{answer.status}, and no cookie {wanted} in it"


def _age(cookie: str) -> float | None:
    match = re.search(r";\s*max-age\s*=\s*(\d{1,10})", cookie, re.IGNORECASE)
    return float(match[1]) if match else None


def _found(body: Any, names: tuple[str, ...]) -> Any:
    """The text under the likeliest of some names, wherever it stands in an answer."""
    waiting = [(body, 0)]
    texts: dict[str, str] = {}
    while waiting:
        value, depth = waiting.pop(0)
        for name, inner in value.items() if isinstance(value, dict) else ():
            if isinstance(inner, str) and inner:
                texts.setdefault(fold(str(name)), inner)
            elif depth < _DEEP:
                waiting.append((inner, depth + 1))
    return next((texts[each] for each in names if each in texts), MISSING)


def _seconds(body: Any, access: str, received: float) -> float | None:
    """How long a token lives: as the answer says, else as its own claim does."""
    waiting = [body]
    while waiting:
        value = waiting.pop(0)
        for name, inner in value.items() if isinstance(value, dict) else ():
            if isinstance(inner, dict):
                waiting.append(inner)
            elif _EXPIRES.search(str(name)) and isinstance(inner, int | float) and not isinstance(inner, bool):
                seconds = inner / 1000 if inner > 1000 * _EPOCH else float(inner)
                return seconds - received if seconds > _EPOCH else seconds
    expiry = claims(access).get("exp")
    return expiry - received if isinstance(expiry, int | float) and not isinstance(expiry, bool) else None
