"""Token promises of a document that does not state them: read off its refresh operation, where it has one.

Only what the names leave no doubt about is taken: a request that carries a refresh token and a success that carries an
access token. How long tokens live, and what their claims are called, nobody can infer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from specs.contract.model import Operation, Schema, Scheme, TokenMember, TokenRules
from specs.contract.schema_queries import Member, follow, members, types
from specs.contract.token_prose import reuse
from specs.contract.vocabulary import REFRESH, WRAPPERS, fold
from specs.source.pointers import join

_ACCESS = ("accesstoken", "access", "accessjwt", "token", "jwt")
"""What an access token is called: the first by itself, the others beside a refresh token or in exchange for one."""
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
    refresh = next((operation for operation in carriers if presented(raw, operation)), None)
    if refresh is None:
        return None
    base, held = carriers[refresh]
    bearers = [scheme for scheme in schemes.values() if scheme.kind in _BEARERS]
    scheme = bearers[0] if len(bearers) == 1 else None
    access = _access(raw, held, refreshes=True)
    pairs = {
        operation: found[1] for operation, found in carriers.items() if found[0] == base and _refresh(raw, found[1])
    }
    token = _refresh(raw, held) or next((_refresh(raw, each) for each in pairs.values()), None)
    single_use, grace = reuse(_prose(raw, refresh))
    return TokenRules(
        issue=tuple(pairs),
        refresh=refresh,
        force=None,
        present=join("", presented(raw, refresh) or ""),
        owner=None,
        access=_member(held, access or "", (fold(access or ""), "accesstoken", "access", ""), scheme),
        refresh_token=_member(held, token, ("refreshtoken", "refresh"), None) if token else None,
        claims={},
        data=base,
        single_use=single_use,
        grace=grace,
    )


def _prose(raw: Schema, refresh: Operation) -> Iterator[str]:
    """What the document says of refreshing: at the operation, at the token that it takes, and in its introduction."""
    yield f"{refresh.summary}. {refresh.description}"
    answered = [_shown(raw, answer.schema) for answer in refresh.success if answer.schema is not None]
    for held in (_sent(raw, refresh), *answered):
        token = _refresh(raw, held)
        yield str(held[token].schema.get("description", "")) if token else ""
    info = raw.get("info")
    introduction = str(info.get("description", "")) if isinstance(info, dict) else ""
    yield from (each for each in introduction.split("\n\n") if re.search(r"refresh", each, re.IGNORECASE))


def refreshes(raw: Schema, operation: Operation) -> bool:
    """Say whether an operation gives an access token for a refresh token."""
    return presented(raw, operation) is not None and _pair(raw, operation) is not None


def presented(raw: Schema, operation: Operation) -> str | None:
    """Name the member of a request that carries a refresh token."""
    return _refresh(raw, _sent(raw, operation))


def _pair(raw: Schema, operation: Operation) -> tuple[str, dict[str, Member]] | None:
    """Where a success carries an access token, and the members beside it."""
    if operation.method != "POST":
        return None
    renews = presented(raw, operation) is not None
    for answer in operation.success:
        if answer.schema is None:
            continue
        outer = _shown(raw, answer.schema)
        if _access(raw, outer, refreshes=renews):
            return "", outer
        for name, member in outer.items():
            inner = _shown(raw, member.schema) if fold(name) in WRAPPERS else {}
            if _access(raw, inner, refreshes=renews):
                return join("", name), inner
    return None


def _sent(raw: Schema, operation: Operation) -> dict[str, Member]:
    """The members of a request, but those that only answers have."""
    return _but(raw, members(raw, operation.body.schema), "readOnly") if operation.body else {}


def _shown(raw: Schema, schema: Schema) -> dict[str, Member]:
    """The members of an answer, but those that only requests have."""
    return _but(raw, members(raw, schema), "writeOnly")


def _but(raw: Schema, held: dict[str, Member], flag: str) -> dict[str, Member]:
    return {name: each for name, each in held.items() if follow(raw, each.schema).get(flag) is not True}


def _access(raw: Schema, held: dict[str, Member], *, refreshes: bool) -> str | None:
    """The member that carries an access token; `refreshes`: it is given for a refresh token."""
    known = _ACCESS if refreshes or _refresh(raw, held) else _ACCESS[:1]
    return next((name for each in known if (name := _named(raw, held, each))), None)


def _refresh(raw: Schema, held: dict[str, Member]) -> str | None:
    """The member that carries a refresh token."""
    return next((name for each in REFRESH if (name := _named(raw, held, each))), None)


def _named(raw: Schema, held: dict[str, Member], wanted: str) -> str | None:
    """A member of a name that may be a text."""
    found = (name for name, each in held.items() if fold(name) == wanted and _is_text(raw, each))
    return next(found, None)


def _is_text(raw: Schema, member: Member) -> bool:
    kinds = types(raw, member.schema)
    return not kinds or "string" in kinds


def _member(held: dict[str, Member], token: str, prefixes: tuple[str, ...], scheme: Scheme | None) -> TokenMember:
    wanted = [prefix + end for prefix in prefixes for end in _ENDS]
    folded = {fold(name): name for name in reversed(held)}
    expires = next((folded[each] for each in wanted if each in folded), None)
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
