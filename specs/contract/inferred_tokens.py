"""Token promises of a document that does not state them: read off its refresh operation, where it has one.

Only what the names leave no doubt about is taken: a request that carries a refresh token and a success that carries an
access token. How long tokens live, and what their claims are called, nobody can infer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from specs.contract.model import Operation, Schema, Scheme, TokenMember, TokenRules
from specs.contract.schema_queries import Member, members
from specs.contract.token_prose import reuse
from specs.contract.vocabulary import WRAPPERS, fold
from specs.source.pointers import join

_ACCESS, _REFRESH = "accesstoken", "refreshtoken"
_ENDS = (
    "expiresat",
    "expires",
    "expiresin",
    "expiresinseconds",
    "expiresinms",
    "expiry",
    "expiration",
    "expiresinmillis",
)
_BEARERS = ("bearer", "oauth2", "openIdConnect")


def inferred(raw: Schema, operations: tuple[Operation, ...], schemes: dict[str, Scheme]) -> TokenRules | None:
    """Give the rules of the document's tokens; None where no operation refreshes any."""
    carriers = {operation: found for operation in operations if (found := _pair(raw, operation)) is not None}
    refresh = next((operation for operation in carriers if _presented(raw, operation)), None)
    if refresh is None:
        return None
    base, held = carriers[refresh]
    bearers = [scheme for scheme in schemes.values() if scheme.kind in _BEARERS]
    scheme = bearers[0] if len(bearers) == 1 else None
    access, token = _named(held, _ACCESS), _named(held, _REFRESH)
    single_use, grace = reuse(_prose(raw, refresh))
    return TokenRules(
        issue=tuple(
            operation for operation, found in carriers.items() if found[0] == base and _REFRESH in _folded(found[1])
        ),
        refresh=refresh,
        force=None,
        present=join("", _presented(raw, refresh) or ""),
        owner=None,
        access=_member(held, access or "", ("accesstoken", "access", ""), scheme),
        refresh_token=_member(held, token, ("refreshtoken", "refresh"), None) if token else None,
        claims={},
        data=base,
        single_use=single_use,
        grace=grace,
    )


def _prose(raw: Schema, refresh: Operation) -> Iterator[str]:
    """What the document says of refreshing: at the operation, at the token that it takes, and in its introduction."""
    yield f"{refresh.summary}. {refresh.description}"
    asked = members(raw, refresh.body.schema) if refresh.body else {}
    answered = [members(raw, answer.schema) for answer in refresh.success if answer.schema is not None]
    for held in (asked, *answered):
        token = _named(held, _REFRESH)
        yield str(held[token].schema.get("description", "")) if token else ""
    info = raw.get("info")
    introduction = str(info.get("description", "")) if isinstance(info, dict) else ""
    yield from (each for each in introduction.split("\n\n") if re.search(r"refresh", each, re.IGNORECASE))


def _pair(raw: Schema, operation: Operation) -> tuple[str, dict[str, Member]] | None:
    """Where a success carries an access token, and the members beside it."""
    for answer in operation.success if operation.method == "POST" else ():
        if answer.schema is None:
            continue
        outer = members(raw, answer.schema)
        if _named(outer, _ACCESS):
            return "", outer
        for name, member in outer.items():
            if fold(name) in WRAPPERS and _named(inner := members(raw, member.schema), _ACCESS):
                return join("", name), inner
    return None


def _presented(raw: Schema, operation: Operation) -> str | None:
    """The member of a request that carries a refresh token."""
    return _named(members(raw, operation.body.schema), _REFRESH) if operation.body else None


def _folded(held: dict[str, Member]) -> set[str]:
    return {fold(name) for name in held}


def _named(held: dict[str, Member], wanted: str) -> str | None:
    return next((name for name in held if fold(name) == wanted), None)


def _member(held: dict[str, Member], token: str, prefixes: tuple[str, ...], scheme: Scheme | None) -> TokenMember:
    ends = (_named(held, prefix + end) for prefix in prefixes for end in _ENDS)
    expires = next((name for name in ends if name), None)
    return TokenMember(
        token=join("", token),
        expires=join("", expires) if expires else None,
        lifetime=None,
        unit=_unit(expires, held[expires].schema) if expires else "seconds",
        scheme=scheme,
    )


def _unit(name: str, schema: Schema) -> str:
    if schema.get("type") in ("string", ["string", "null"]):
        return "iso8601"
    return "milliseconds" if re.search(r"(?:_ms|Ms|millis)$", name) else "seconds"
