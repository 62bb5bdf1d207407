"""How a principal comes by its credential: the request of a grant or a login, and what its answer gives.

Where the document has the operation, the request is one like any other: it is recorded, and judged. A token endpoint
that no document describes is asked outside the record (see `Elsewhere`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.config.reading_principals import TOKEN
from contracts.core.conversation import Blocked
from contracts.core.exchange import Pairs, Request, at
from contracts.request.api import RequestFactory
from contracts.request.needs import serves
from specs.contract import Contract, Operation
from specs.contract.logins import NAMES, discovery_of, flows, logins, named, served_at
from specs.contract.logins import token_endpoint as declared_endpoint
from specs.contract.vocabulary import PASSWORDS, fold

GRANTS = {
    "password": ("username", "password"),
    "client_credentials": (),
    "refresh_token": ("refresh_token",),
}
"""By kind of principal, what a grant takes of it besides the client."""


@attrs.frozen
class Elsewhere:
    """A request that no operation of the document is for: to a token endpoint, or for what one says of itself."""

    base_url: str
    request: Request


def bound(contract: Contract, deployment: Deployment) -> Deployment:
    """The deployment whose principals hold what is obtained for them under the names of the schemes it is for."""
    return attrs.evolve(deployment, principals=tuple(_bound(contract, each) for each in deployment.principals))


def _bound(contract: Contract, principal: Principal) -> Principal:
    if not principal.obtains or TOKEN not in principal.values:
        return principal
    held = {each.name: principal.values[TOKEN] for each in serves(contract, principal)}
    return attrs.evolve(principal, values={**principal.values, **held})


def granting(contract: Contract, deployment: Deployment) -> set[str]:
    """The keys of operations whose answers give a principal its credential."""
    found = set()
    for principal in deployment.principals:
        if principal.obtains and (operation := operation_of(contract, deployment, principal)) is not None:
            found.add(operation.key)
    return found


def operation_of(contract: Contract, deployment: Deployment, principal: Principal) -> Operation | None:
    """The operation of the document by which a principal gets its credential; None for an endpoint elsewhere."""
    if principal.kind == "login":
        return _login_operation(contract, principal)
    url = token_url(contract, principal)
    if url is None:
        return None if "discovery" in principal.values else declared_endpoint(contract)
    return served_at(contract, url) if _is_here(deployment, url) else None


def _login_operation(contract: Contract, principal: Principal) -> Operation | None:
    if (wanted := principal.values.get("login")) is not None:
        try:
            return contract.operation(wanted)
        except KeyError:
            return None
    found = logins(contract)
    return found[0].operation if found else None


def token_url(contract: Contract, principal: Principal) -> str | None:
    """Where a principal gets tokens: as the file says, else as the document does of the flow."""
    if "token_url" in principal.values or "discovery" in principal.values:
        return principal.values.get("token_url")
    names = {"client_credentials": ("clientCredentials", "application")}.get(principal.kind, ("password",))
    for scheme in serves(contract, principal):
        offered = flows(contract, scheme)
        for flow in (*(offered[name] for name in names if name in offered), *offered.values()):
            key = "refreshUrl" if principal.kind == "refresh_token" and flow.get("refreshUrl") else "tokenUrl"
            if isinstance(flow.get(key), str) and flow[key]:
                return str(flow[key])
    return None


def discovery(contract: Contract, principal: Principal) -> str | None:
    """Where OpenID Connect describes itself, for a principal that is told no other place."""
    if "token_url" in principal.values:
        return None
    stated = (discovery_of(contract, scheme) for scheme in serves(contract, principal))
    return principal.values.get("discovery") or next(filter(None, stated), None)


def _is_here(deployment: Deployment, url: str) -> bool:
    """Whether an address is one of the deployment's own: its origin, or no origin at all."""
    own, other = urlsplit(deployment.base_url), urlsplit(url)
    return not other.netloc or (own.scheme, own.netloc) == (other.scheme, other.netloc)


def unlawful(contract: Contract, deployment: Deployment, principal: Principal) -> str | None:
    """Another origin that the document alone names for a principal's secrets, so that nothing is sent there."""
    if not principal.obtains or principal.kind == "login" or {"token_url", "discovery"} & principal.values.keys():
        return None
    url = token_url(contract, principal) or discovery(contract, principal)
    if url is None or _is_here(deployment, url) or operation_of(contract, deployment, principal):
        return None
    served = served_at(contract, url)
    return None if served is not None else url


# -- requests ---------------------------------------------------------------------------------------------------------


def grant_request(
    contract: Contract, deployment: Deployment, principal: Principal, refresh: str | None, found: str | None = None
) -> Request | Elsewhere:
    """The request that gives a principal its credential, or a new one for a refresh token.

    `found`: the token endpoint that discovery found. Raises Blocked where nothing says how.
    """
    made = _request(contract, deployment, principal, refresh, found)
    return made if isinstance(made, Elsewhere) else attrs.evolve(made, logs_in=True)


def _request(
    contract: Contract, deployment: Deployment, principal: Principal, refresh: str | None, found: str | None
) -> Request | Elsewhere:
    operation = operation_of(contract, deployment, principal) if found is None else None
    if principal.kind == "login":
        return _login_request(contract, deployment, principal, operation, refresh)
    fields = grant_fields(principal, refresh, scopes(contract, principal))
    headers = client_headers(principal)
    if operation is None and found is None:
        operation = _served_by_document(contract, principal)
    if operation is not None:
        api = RequestFactory(contract, deployment, operation, None, "")
        return api.ask(operation, path={}, body=fields, credentials=headers, bypass_cache=True)
    url = found or token_url(contract, principal)
    if url is None:
        raise Blocked(f"neither the document nor the deployment file says where {principal.name} gets its token")
    return _elsewhere(deployment, url, fields, headers)


def _served_by_document(contract: Contract, principal: Principal) -> Operation | None:
    """The operation behind a tokenUrl that names the document's own server, which is another one in a test place."""
    if "token_url" in principal.values or "discovery" in principal.values:
        return None
    url = token_url(contract, principal)
    return served_at(contract, url) if url else declared_endpoint(contract)


def grant_fields(principal: Principal, refresh: str | None, scope: str) -> dict[str, str]:
    """The fields of a grant's form."""
    known = principal.values
    kind = "refresh_token" if refresh is not None else principal.kind
    fields = {"grant_type": kind}
    fields |= {name: known[name] for name in GRANTS[kind] if name in known}
    if refresh is not None:
        fields["refresh_token"] = refresh
    if "client_basic" not in known:
        fields |= {name: known[name] for name in ("client_id", "client_secret") if name in known}
    asked = known.get("scope", scope)
    fields |= {"scope": asked} if asked and refresh is None else {}
    return fields | ({"audience": known["audience"]} if "audience" in known else {})


def client_headers(principal: Principal) -> Pairs:
    """How a client shows itself by HTTP Basic, where it does."""
    basic = principal.values.get("client_basic")
    return (("Authorization", f"Basic {basic}"),) if basic else ()


def scopes(contract: Contract, principal: Principal) -> str:
    """The scopes that the operations ask for, of those that the flow offers."""
    names = {scheme.name for scheme in serves(contract, principal)}
    offered = {
        scope
        for scheme in serves(contract, principal)
        for flow in flows(contract, scheme).values()
        for scope in _mapping(flow.get("scopes"))
    }
    wanted = {scope for operation in contract.operations for scope in _required_scopes(contract, operation, names)}
    return " ".join(sorted(map(str, wanted & offered)))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _required_scopes(contract: Contract, operation: Operation, names: set[str]) -> Iterator[str]:
    raw = contract.document.raw
    node = at(raw, operation.pointer.removeprefix("#"))
    required = node.get("security", raw.get("security")) if isinstance(node, dict) else None
    for each in required if isinstance(required, list) else []:
        if isinstance(each, dict):
            for name in names & each.keys():
                yield from each[name] if isinstance(each[name], list) else []


def _elsewhere(deployment: Deployment, url: str, fields: Mapping[str, str], headers: Pairs) -> Elsewhere:
    base, target = _parted(deployment, url)
    body = "&".join(f"{quote(name)}={quote(value, safe='$')}" for name, value in fields.items())
    media = ("Content-Type", "application/x-www-form-urlencoded")
    return Elsewhere(base, Request(_unknown("POST", base + target), target, (*headers, media), body))


def discovery_request(deployment: Deployment, url: str) -> Elsewhere:
    """Ask what OpenID Connect says of itself."""
    base, target = _parted(deployment, url)
    return Elsewhere(base, Request(_unknown("GET", base + target), target))


def _parted(deployment: Deployment, url: str) -> tuple[str, str]:
    """The origin of an address, and the rest of it; a relative one is meant from the deployment's."""
    parts = urlsplit(url)
    if not parts.netloc:
        own = urlsplit(deployment.base_url)
        below = "" if url.startswith("/") else f"{own.path}/"
        return f"{own.scheme}://{own.netloc}", f"{below}{url}"
    return f"{parts.scheme}://{parts.netloc}", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _unknown(method: str, url: str) -> Operation:
    """What stands for an operation that no document has."""
    return Operation(
        key=f"{method} {url}", method=method, path=url, operation_id=url, tags=(), summary="", description="",
        parameters=(), body=None, answers=(), security=(), limits=(), paging=None, caching=None, data="", pointer="",
    )  # fmt: skip


def _login_request(
    contract: Contract, deployment: Deployment, principal: Principal, operation: Operation | None, refresh: str | None
) -> Request:
    rules = contract.tokens
    if refresh is not None and rules and rules.refresh and not rules.refresh.path_parameters and rules.present:
        api = RequestFactory(contract, deployment, rules.refresh, None, "")
        body: Any = refresh
        for step in reversed(rules.present.strip("/").split("/")):
            body = {step: body}
        return api.ask(rules.refresh, path={}, body=body, credentials=(), bypass_cache=True)
    if operation is None:
        raise Blocked(f"the document has no operation by which {principal.name} could log in")
    api = RequestFactory(contract, deployment, operation, None, "")
    return api.ask(
        operation, path={}, body=login_body(contract, operation, principal), credentials=(), bypass_cache=True
    )


def login_body(contract: Contract, operation: Operation, principal: Principal) -> dict[str, Any]:
    """What a login is told: the body of the file, else the name and the password under the names it declares."""
    if "login_body" in principal.values:
        found: dict[str, Any] = json.loads(principal.values["login_body"])
        return found
    declared = contract.body_rules(operation)
    known = principal.values
    body = {name: known[fold(name)] for name in declared if fold(name) in known and fold(name) in NAMES}
    if not body and (name := named(declared, NAMES)):
        body[name] = next((known[each] for each in ("username", "email", "login", "user") if each in known), "")
    if password := named(declared, PASSWORDS):
        body[password] = known.get("password", "")
    return body
