"""What a principal has to know for a security scheme: the kind that suits it, and the keys of a deployment file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from contracts.config.kinds import BEARERS
from contracts.config.principal import Principal
from specs.contract import Contract, Scheme
from specs.contract.logins import Login, discovery_of, flows, logins, token_endpoint
from specs.contract.schema_queries import required


@attrs.frozen
class Need:
    """A kind of principal that satisfies a scheme, and the keys it needs for that, in the order of the file."""

    kind: str
    keys: tuple[str, ...]
    login: Login | None = None
    discovery: str | None = None


def kinds_of(contract: Contract) -> dict[str, set[str]]:
    """The kinds that the document itself names for its schemes, with their keys."""
    found: dict[str, set[str]] = {}
    for scheme in contract.schemes.values():
        if scheme.principal:
            found.setdefault(scheme.principal, set()).add(scheme.member or "key")
    return found


_SESSION = re.compile(r"(?i)(?<!api)[-_]?(?:token|session)$")
"""Headers that carry what a login gives out."""
_USUAL = {"apiKey": "api_key", "basic": "basic", **dict.fromkeys(BEARERS, "bearer")}


def stated(scheme: Scheme) -> bool:
    """Whether the document says of a scheme which kind of principal holds it, in words of its own."""
    return scheme.principal is not None and scheme.principal != _USUAL.get(scheme.kind)


def need_of(contract: Contract, scheme: Scheme) -> Need | None:
    """What suits a scheme best; None for one that nothing here can satisfy."""
    if scheme.principal is None and scheme.kind == "other":
        return None
    if stated(scheme):
        kind = scheme.principal or ""
        return Need(kind, tuple(sorted(kinds_of(contract)[kind])))
    if scheme.kind in BEARERS:
        return next(_of_bearer(contract, scheme))
    if scheme.kind == "basic":
        return Need("basic", ("username", "password"))
    return _of_key(contract, scheme)


def _of_key(contract: Contract, scheme: Scheme) -> Need:
    """A key, or what a login gives out: the session of a cookie, or a token that goes into a header of its own."""
    known = logins(contract)
    if scheme.location == "cookie" and known:
        return Need("login", (), login=next((each for each in known if each.token is None), known[0]))
    with_token = [each for each in known if each.token is not None]
    if scheme.location == "header" and _SESSION.search(scheme.parameter) and with_token:
        return Need("login", (), login=with_token[0])
    return Need("api_key", (scheme.member or "key",))


def _of_bearer(contract: Contract, scheme: Scheme) -> Iterator[Need]:
    offered = flows(contract, scheme)
    if "password" in offered:
        yield Need("password", ("username", "password", *_client(contract)))
    if "clientCredentials" in offered or "application" in offered:
        yield Need("client_credentials", ("client_id", "client_secret"))
    if scheme.kind == "openIdConnect":
        yield Need("client_credentials", ("client_id", "client_secret"), discovery=discovery_of(contract, scheme))
    if scheme.kind == "bearer":
        yield from _in_document(contract)
    yield Need("bearer", (scheme.member or "token",))


def _in_document(contract: Contract) -> Iterator[Need]:
    """Tokens that an operation of the document gives out."""
    if (endpoint := token_endpoint(contract)) is not None:
        declared = contract.body_rules(endpoint)
        words = str(declared["grant_type"])
        if "password" in declared and ("password" in words or "enum" not in words):
            yield Need("password", ("username", "password", *_client(contract)))
        if "client_secret" in declared:
            yield Need("client_credentials", ("client_id", "client_secret"))
    for login in logins(contract):
        if login.token is not None:
            yield Need("login", (), login=login)


def _client(contract: Contract) -> tuple[str, ...]:
    """The keys of a client, where the token endpoint of the document requires them."""
    endpoint = token_endpoint(contract)
    if endpoint is None or endpoint.body is None:
        return ()
    needed = required(contract.document.raw, endpoint.body.schema)
    return tuple(each for each in ("client_id", "client_secret") if each in needed)


def serves(contract: Contract, principal: Principal) -> tuple[Scheme, ...]:
    """The schemes for which a principal shows what a run obtains for it."""
    if not principal.obtains:
        return ()
    every = [each for each in contract.schemes.values() if not stated(each)]
    bearers = [each for each in every if each.kind in BEARERS]
    if principal.kind == "login":
        cookies = [each for each in every if each.kind == "apiKey" and each.location == "cookie"]
        plain = [each for each in bearers if each.kind == "bearer"]
        headers = [each for each in every if each.kind == "apiKey" and each.location == "header"]
        by_cookie = "login_cookie" in principal.values or all(each.token is None for each in logins(contract))
        ways = (cookies, plain, bearers, headers) if by_cookie else (plain, bearers, headers, cookies)
        return tuple(next((each for each in ways if each), []))
    authorized = [each for each in bearers if each.kind != "bearer"]
    return tuple(authorized or bearers)
