"""Which credentials an operation accepts, who holds them, and how a request carries them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from contracts.config.deployment import Deployment, Principal
from contracts.core.exchange import Pairs
from contracts.core.same import Same
from specs.contract import Alternative, Contract, Operation, Scheme


def secret_of(principal: Principal, scheme: Scheme) -> str | None:
    """What a principal puts into a security scheme, as a placeholder; None if it has nothing for it."""
    return _secret(principal.kind, principal.values, scheme)


def _secret(kind: str, values: Mapping[str, str], scheme: Scheme) -> str | None:
    if scheme.name in values:
        return values[scheme.name]
    if scheme.kind == "basic" and "basic" in values:
        return values["basic"] if scheme.principal in {None, kind} else None
    if scheme.principal is not None:
        return values.get(scheme.member or "key") if kind == scheme.principal else None
    kinds = {"bearer": ("token", "access_token", "key"), "oauth2": ("token", "access_token"), "apiKey": ("key",)}
    return next((values[key] for key in kinds.get(scheme.kind, ()) if key in values), None)


def alternative_for(operation: Operation, principal: Principal) -> Alternative | None:
    """The first of the operation's security alternatives this principal can fulfil with something it has.

    Where the document lets everybody in as well (an alternative without schemes), that comes last: frameworks write it
    beside the schemes of operations that are guarded all the same.
    """
    return _alternative(operation, principal.kind, tuple(principal.values.items()))


@lru_cache(maxsize=16384)  # it is asked for with every request that is built
def _alternative(operation: Operation, kind: str, values: tuple[tuple[str, str], ...]) -> Alternative | None:
    known = dict(values)
    able = [way for way in operation.security if all(_secret(kind, known, each) is not None for each in way.schemes)]
    return next((way for way in able if way.schemes), able[0] if able else None)


def callers(deployment: Deployment, operation: Operation) -> list[Principal]:
    """Who may call an operation: administrators and clients first, then members, then those who may only look.

    Those the suite created come last; else they are in the order of the file. What could end a credential is asked with
    spare ones only, which nothing else is asked with.
    """
    return list(_callers(Same(deployment.principals), operation))


@lru_cache(maxsize=8192)
def _callers(principals: Same[tuple[Principal, ...]], operation: Operation) -> tuple[Principal, ...]:
    able = [each for each in principals.it if alternative_for(operation, each) is not None]
    able = [each for each in able if each.spare == operation.ends_credential]
    if not able and not operation.security:
        able = list(principals.it)
    ranked = sorted(able, key=lambda each: (each.provisioned, each.reads_only, (each.role or "").lower() == "member"))
    return tuple(ranked)


def held(contract: Contract, principal: Principal) -> Alternative | None:
    """The first security alternative of any operation that this principal can fulfil."""
    found = (alternative_for(operation, principal) for operation in contract.operations)
    return next((alternative for alternative in found if alternative and alternative.schemes), None)


def sign(operation: Operation, principal: Principal) -> tuple[Pairs, Pairs]:
    """A principal's credentials for an operation: the headers, and the query members, to send."""
    return _signed(operation, Same(principal))


@lru_cache(maxsize=8192)
def _signed(operation: Operation, principal: Same[Principal]) -> tuple[Pairs, Pairs]:
    alternative = alternative_for(operation, principal.it)
    return credentials(alternative, principal.it) if alternative else ((), ())


def besides(headers: Pairs, more: Collection[tuple[str, str]]) -> Pairs:
    """Headers with those that the deployment file adds, where they are not among them."""
    if not more:
        return headers
    own = {name.lower() for name, _ in headers}
    return (*headers, *(pair for pair in more if pair[0].lower() not in own))


def credentials(alternative: Alternative, principal: Principal) -> tuple[Pairs, Pairs]:
    """The headers and query members that fulfil one security alternative as a principal."""
    headers: list[tuple[str, str]] = []
    query: list[tuple[str, str]] = []
    for scheme in alternative.schemes:
        value = secret_of(principal, scheme) or ""
        if scheme.location == "query":
            query.append((scheme.parameter, value))
        elif scheme.location == "cookie":
            headers.append(("Cookie", f"{scheme.parameter}={value}"))
        else:
            headers.append((scheme.parameter, f"{PREFIX.get(scheme.kind, '')}{value}"))
    return tuple(headers), tuple(query)


PREFIX = {"bearer": "Bearer ", "oauth2": "Bearer ", "openIdConnect": "Bearer ", "basic": "Basic "}
