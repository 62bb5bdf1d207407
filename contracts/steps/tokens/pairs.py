"""Pairs of tokens: where a document says they are in a response, and how they are traded and used."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.config.kinds import BEARERS, BY_NAME
from contracts.config.secrets import label
from contracts.core.conversation import Blocked, Broken, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange, Pairs, Request, at
from contracts.request.api import RequestFactory
from contracts.request.credentials import PREFIX, callers, secret_of
from contracts.request.permission import why_not
from contracts.steps.fixtures import Made, create_resource, resolve_path
from contracts.steps.tokens.grants import client_headers, grant_fields, login_body, scopes
from specs.contract import Contract, Operation, Rule, TokenMember, TokenRules, selectors


@attrs.frozen
class Pair:
    """An access token with its refresh token, as one answer gave them. Their secret parts are placeholders."""

    access: str
    refresh: str
    answer: Exchange
    access_expires: Any = MISSING
    refresh_expires: Any = MISSING


def rules(api: RequestFactory) -> TokenRules:
    """What the document says of tokens. Raises NotObservable where it says nothing."""
    if api.contract.tokens is None:
        raise NotObservable("the document does not say how tokens are issued")
    return api.contract.tokens


def with_users(contract: Contract, deployment: Deployment) -> Deployment:
    """The deployment with one user per tenant who will hold tokens, where the file names nobody who does.

    A run creates them (see `contracts.engine.provisioned_tokens`); their tokens are placeholders until then.
    """
    declared = contract.tokens
    scheme = declared.access.scheme if declared else None
    if declared is None or scheme is None or not (scheme.principal and scheme.member and deployment.writes):
        return deployment
    held = {each.tenant for each in deployment.principals if secret_of(each, scheme) is not None}
    makers = {tenant for tenant in deployment.tenants if _may_issue(contract, deployment, declared, tenant)}
    users: list[Principal] = []
    for tenant in deployment.tenants:
        if tenant in makers - held and all(each.name != f"{tenant}-user" for each in deployment.principals):
            token = deployment.vault.expect(_token_name(tenant, (*deployment.principals, *users)))
            users.append(
                Principal(f"{tenant}-user", tenant, scheme.principal, {scheme.member: token}, provisioned=True)
            )
    return attrs.evolve(deployment, principals=(*deployment.principals, *users)) if users else deployment


def _may_issue(contract: Contract, deployment: Deployment, declared: TokenRules, tenant: str) -> bool:
    creation = next((each for each in declared.issue if _creates(contract, each)), None)
    if creation:
        return why_not(contract, deployment, creation, tenant) is None and any(
            each.tenant == tenant and not each.reads_only for each in callers(deployment, creation)
        )
    try:
        return bool(token_grant(contract, deployment, tenant))
    except NotObservable:
        return False


def _creates(contract: Contract, operation: Operation) -> bool:
    resource = contract.resource_of(operation)
    return resource is not None and resource.create is operation


def _token_name(tenant: str, principals: Collection[Principal]) -> str:
    """What the token of a tenant's user is called: as nothing else that a principal holds."""
    taken = {value for each in principals for value in each.values.values()}
    name = f"{label(tenant)}_USER_TOKEN"
    names = (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if f"${each}" not in taken)


def pair_of(api: RequestFactory, answer: Exchange) -> Pair:
    """The pair in an answer. Raises Blocked if there is none."""
    declared = rules(api)
    data = at(answer.json, declared.data)

    def read(member: TokenMember | None) -> tuple[Any, Any]:
        return (at(data, member.token), at(data, member.expires)) if member else (MISSING, MISSING)

    (access, access_expires), (refresh, refresh_expires) = read(declared.access), read(declared.refresh_token)
    if answer.ok and isinstance(access, str) and refresh is MISSING and answer.operation is declared.refresh:
        raise NotObservable(f"{answer.operation.key} gives no new refresh token")
    if not (answer.ok and isinstance(access, str) and isinstance(refresh, str)):
        raise Blocked(f"{answer.operation.key} gave no pair of tokens: {answer.summary()}")
    return Pair(access, refresh, answer, access_expires, refresh_expires)


def issue(api: RequestFactory) -> Steps:
    """A pair of tokens for an owner made for this conversation, and what was made; else one granted to a principal."""
    for operation in rules(api).issue:
        resource = api.contract.resource_of(operation)
        if resource and resource.create is operation:
            made: Made = yield from create_resource(api, resource)
            return pair_of(api, made.answer), made
    operation, content, owner = token_grant(api.contract, api.deployment, api.tenant)
    shown = client_headers(owner) if owner.obtains else None
    return pair_of(api, (yield api.ask(operation, path={}, body=content, credentials=shown))), None


def token_grant(contract: Contract, deployment: Deployment, tenant: str) -> tuple[Operation, dict[str, Any], Principal]:
    """The operation that gives tokens for what a principal knows, what it has to be given, and that principal.

    Raises NotObservable where there is none, or nobody of the tenant owns tokens.
    """
    owners = [each for each in deployment.principals if each.tenant == tenant and _owns_tokens(each)]
    known = contract.tokens.issue if contract.tokens else ()
    issuing = [each for each in known if each.body and not each.path_parameters]
    for operation in issuing:
        declared = contract.body_rules(operation)
        for principal in sorted(owners, key=lambda each: not each.owner):
            content = _granted(contract, operation, declared, principal)
            if content is not None:
                return operation, content, principal
    if not issuing:
        raise NotObservable("the document has no operation that creates an owner of tokens, or gives any")
    raise NotObservable(f"nobody of {tenant} is known who gets tokens at {issuing[0].key}")


def _owns_tokens(principal: Principal) -> bool:
    """Whether tokens may be asked for with what a principal knows: as the file says, or since that is what it is for.

    A name and a password alone say nothing: with those of HTTP Basic a client may show itself. Beside a token they are
    what a login takes.
    """
    if principal.kind in BEARERS and {"username", "password"} <= principal.values.keys():
        return True
    return principal.owner or principal.obtains or (not principal.provisioned and principal.kind not in BY_NAME)


def _granted(
    contract: Contract, operation: Operation, declared: Mapping[str, Any], principal: Principal
) -> dict[str, Any] | None:
    if principal.kind == "login":
        stated = principal.values.get("login", operation.key)
        content = login_body(contract, operation, principal)
        return content if content and stated in {operation.key, operation.operation_id} else None
    if principal.obtains and "grant_type" in declared:
        return None if principal.kind == "refresh_token" else grant_fields(principal, None, scopes(contract, principal))
    if principal.owner and "grant_type" not in declared:
        content = login_body(contract, operation, principal)
        return content if content and all(content.values()) else None
    known = {**principal.values, "client_secret": principal.values.get("client_secret", principal.values.get("secret"))}
    for grant, needed in (
        ("password", ("username", "password")),
        ("client_credentials", ("client_id", "client_secret")),
    ):
        if all(name in declared and known.get(name) for name in needed):
            fields: dict[str, Any] = {name: known[name] for name in needed}
            return {"grant_type": grant, **fields} if "grant_type" in declared else fields
    return None


def refresh_request(api: RequestFactory, token: str, credentials: Pairs | None = None) -> Request:
    """The request that presents a refresh token, with whatever else a token endpoint wants.

    `credentials`: with these headers in place of the client's own.
    """
    declared = rules(api)
    if declared.refresh is None:
        raise NotObservable("the document has no operation that trades a refresh token")
    operation = declared.refresh
    path = {name: api.deployment.value(api.tenant, name) or "" for name in operation.path_parameters}
    shown = credentials if credentials is not None else client_headers(_client_of(api, operation)) or None
    return api.ask(operation, path=path, body=refresh_body(api, token), credentials=shown)


def refresh_body(api: RequestFactory, token: str) -> dict[str, Any]:
    """The body that presents a refresh token."""
    declared = rules(api)
    assert declared.refresh is not None
    client = _client_of(api, declared.refresh)
    return {**_besides(api, declared.refresh, client), **_placed(declared.present, token)}


def _placed(pointer: str, value: str) -> dict[str, Any]:
    body: Any = value
    for step in reversed(pointer.strip("/").split("/")):
        body = {step: body}
    return dict(body)


def _besides(api: RequestFactory, operation: Operation, client: Principal) -> dict[str, Any]:
    """What OAuth requires in the body of a refresh, where the document declares it there."""
    assert operation.body is not None
    declared = api.contract.body_rules(operation)
    caller = client.values if not client_headers(client) else {}
    known = {
        "grant_type": "refresh_token",
        "client_id": caller.get("client_id"),
        "client_secret": caller.get("client_secret", caller.get("secret")),
    }
    return {name: value for name, value in known.items() if name in declared and value is not None}


def _client_of(api: RequestFactory, operation: Operation) -> Principal:
    """Whose client trades a refresh token: the one that pairs are granted to, where the operation is open to all."""
    if not any(way.schemes for way in operation.security):
        with contextlib.suppress(NotObservable):
            return token_grant(api.contract, api.deployment, api.tenant)[2]
    return api.caller(operation)


def call_with(api: RequestFactory, token: str) -> Steps:
    """The response to a plain request with an access token."""
    operation = next(_open_to_tokens(api), None)
    if operation is None:
        raise NotObservable("no operation that only looks accepts an access token")
    path = yield from resolve_path(api, operation, fresh=False)
    scheme = rules(api).access.scheme
    assert scheme is not None
    header = (scheme.parameter, f"{PREFIX.get(scheme.kind, '')}{token}")
    return (yield api.ask(operation, path=path, credentials=(header,), bypass_cache=True))


def _open_to_tokens(api: RequestFactory) -> Iterator[Operation]:
    """Safe operations that accept an access token, those first whose path the tenant's own values fill."""
    able = selectors.safe_opened_by_token(api.contract)
    return iter(
        sorted(able, key=lambda each: sum(not api.deployment.value(api.tenant, n) for n in each.path_parameters))
    )


def refusals(api: RequestFactory) -> set[int]:
    """The statuses that refuse a token: 400 and 401 where the document holds itself to that, else any that says no."""
    return {400, 401} if Rule.INVALID_IS_400 in api.contract.rules else {400, 401, 403, 404, 409, 410, 422}


def require_spent(
    api: RequestFactory, uses: Sequence[Exchange], answer: Exchange, expected: str, *, since: float = 0.0
) -> None:
    """A used refresh token is refused, `since` so many seconds after its use.

    `uses`: the refreshes before it, without which its answer shows nothing.

    Raises Broken where the document says that it works once and grants no longer grace, else Observed.
    """
    declared = rules(api)
    if answer.status in refusals(api):
        return
    if not answer.ok or (declared.single_use and declared.grace <= since):
        raise Broken(expected, answer.summary(), [*uses, answer])
    said = f"works on for {declared.grace:g} s" if declared.grace else "works once" if declared.single_use else ""
    why = f"the document says that it {said}" if said else "the document does not say that it works once"
    raise Observed(f"a used refresh token is accepted again ({answer.status}); {why}")


def require_client(api: RequestFactory) -> None:
    """Raises NotObservable where a refresh takes no credential of a client, so that no token is a client's."""
    declared = rules(api)
    operation = declared.refresh
    ways = operation.security if operation else ()
    if not ways or any(not way.schemes or way.schemes == (declared.access.scheme,) for way in ways):
        raise NotObservable("the refresh operation takes no credential of a client of its own")


def another(api: RequestFactory, before: Pair, after: Pair) -> None:
    """A later pair has nothing of an earlier one, where the document says that tokens rotate."""
    for which, old, new in (("refresh", before.refresh, after.refresh), ("access", before.access, after.access)):
        if old == new and rules(api).single_use:
            raise Broken(f"another {which} token than before", "the same one")
        if old == new:
            raise Observed(f"the same {which} token is given again; the document says of no rotation")
