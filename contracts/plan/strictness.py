"""What a deployment file says of its principals, held against the document: a useless credential is a mistake.

And who is missing: operations that nobody of the file can call, with the lines that would name somebody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from contracts.config.deployment import ConfigError, Deployment, Principal
from contracts.config.errors import hint, nearest
from contracts.config.kinds import BY_NAME
from contracts.request.credentials import alternative_for, callers, secret_of
from contracts.request.needs import Need, kinds_of, need_of
from contracts.steps.tokens.grants import operation_of, unlawful
from specs.contract import Contract, Operation, Scheme
from specs.contract.logins import logins
from specs.contract.selectors import requires_credential
from specs.contract.vocabulary import fold

_MADE = {"basic", "client_basic", "login", "login_body", "login_token", "login_cookie"}
"""Values that are made of a principal's keys."""


def require_useful(contract: Contract, deployment: Deployment) -> None:
    """Raises ConfigError for a principal with a kind or key that nothing here knows, or without what its kind needs."""
    for number, principal in enumerate(deployment.principals):
        if principal.provisioned:
            continue
        for check in (_kind, _keys, _needed, _obtained, _used):
            if complaint := check(contract, deployment, principal):
                key, message = complaint
                place = deployment.source.at("principals", number, *([key] if key else []))
                raise ConfigError(f"{place}: principals.{principal.name}{message}")


Complaint = tuple[str, str] | None


def _kind(contract: Contract, _: Deployment, principal: Principal) -> Complaint:
    own = kinds_of(contract)
    if principal.kind in {*BY_NAME, *own}:
        return None
    meant = nearest(principal.kind, {*BY_NAME, *own})
    told = f", did you mean {meant!r}?" if meant else ""
    return "kind", f".kind: unknown kind {principal.kind!r}{told or ''}{' ' if told else '; '}{_taken(contract)}"


def _taken(contract: Contract) -> str:
    """What the document's schemes want, each way once."""
    ways = dict.fromkeys(_told(need) for each in contract.schemes.values() if (need := need_of(contract, each)))
    return f"the document's schemes take {', '.join(ways)}" if ways else "the document has no security schemes"


def _told(need: Need) -> str:
    return f"{need.kind} ({', '.join(need.keys)})" if need.keys else need.kind


def _keys(contract: Contract, _: Deployment, principal: Principal) -> Complaint:
    known = _known_keys(contract, principal)
    folded = {fold(each) for each in _parameters(contract)}
    made = {*_MADE, *(("token",) if principal.obtains else ())}
    for key in principal.values:
        if key not in known | made | {*principal.plain} and fold(key) not in folded:
            return key, f".{key}: unknown key{hint(key, {*known, *_parameters(contract)})}"
    return None


def _known_keys(contract: Contract, principal: Principal) -> set[str]:
    own = kinds_of(contract).get(principal.kind, set())
    usual = BY_NAME.get(principal.kind)
    return (
        {*own, *(each.name for each in usual.keys if usual), *contract.schemes} if usual else {*own, *contract.schemes}
    )


def _parameters(contract: Contract) -> set[str]:
    return {each.name for operation in contract.operations for each in operation.parameters}


def _needed(contract: Contract, _: Deployment, principal: Principal) -> Complaint:
    """A key that the kind needs and that is not there, unless another stands in for it under a scheme's name."""
    usual = BY_NAME.get(principal.kind)
    if usual is None or any(name in principal.values for name in contract.schemes if not principal.obtains):
        return None
    told_apart = {each.member for each in contract.schemes.values() if each.principal == principal.kind} - {None}
    for key in usual.needed:
        if key not in principal.values:
            if key in {"token", "key"} and told_apart and key not in told_apart:
                wanted = " or ".join(sorted(str(each) for each in told_apart))
                return "", f": kind {principal.kind!r} needs {wanted}, as the document has several such schemes"
            return "", f": kind {principal.kind!r} needs the key {key!r}"
    return None


def _obtained(contract: Contract, deployment: Deployment, principal: Principal) -> Complaint:
    """Where its credential comes from, if it is to be got."""
    if not principal.obtains:
        return None
    if principal.kind == "login":
        return _login(contract, deployment, principal)
    if url := unlawful(contract, deployment, principal):
        return "", (
            f": its token is got at {url}, another origin than base_url; token_url = {url!r} says that it may be asked"
        )
    return None


def _login(contract: Contract, deployment: Deployment, principal: Principal) -> Complaint:
    if operation_of(contract, deployment, principal) is None:
        stated = principal.values.get("login")
        if stated is None:
            return (
                "login",
                ': the document shows no login; login = {operation = "POST /…", body = {…}} says which it is',
            )
        names = [name for each in contract.operations for name in (each.key, each.operation_id)]
        return "login", f".login.operation: no operation of the document is {stated!r}{hint(stated, names)}"
    if "login_body" not in principal.values:
        if "password" not in principal.values:
            return "", ": kind 'login' needs the key 'password', or login = {operation = …, body = {…}}"
        if not {"username", "email"} & principal.values.keys():
            known = {each.operation.key: each.name for each in logins(contract)}
            wanted = "email" if "mail" in str(next(iter(known.values()), "")) else "username"
            return "", f": kind 'login' needs the key {wanted!r}"
    return None


def _used(contract: Contract, _: Deployment, principal: Principal) -> Complaint:
    """Whether any operation takes what it has."""
    if principal.kind == "anonymous" or principal.headers or principal.owner or not contract.schemes:
        return None
    guarded = [each for each in contract.operations if any(way.schemes for way in each.security)]
    ways = [alternative_for(each, principal) for each in guarded]
    if not guarded or any(way and way.schemes for way in ways):
        return None
    missing = _missing(principal, guarded)
    if missing:
        return "", f": {missing} is missing beside what it has"
    return "kind", f".kind: no scheme of the document takes a {principal.kind!r}; {_taken(contract)}"


def _missing(principal: Principal, guarded: list[Operation]) -> str:
    """The keys that complete what it has to a credential, for the operations that want the least."""
    found = [
        [_key(each) for each in way.schemes if secret_of(principal, each) is None]
        for operation in guarded
        for way in operation.security
        if any(secret_of(principal, each) is not None or each.principal == principal.kind for each in way.schemes)
    ]
    return " and ".join(repr(each) for each in min(found, key=len, default=[]))


def _key(scheme: Scheme) -> str:
    return scheme.member if scheme.principal and scheme.principal not in BY_NAME and scheme.member else scheme.name


def uncalled(contract: Contract, deployment: Deployment) -> Iterator[str]:
    """One warning where operations need a credential that nobody has, by scheme, with the lines to add."""
    lost = [each for each in contract.operations if requires_credential(each) and not _callable(deployment, each)]
    if not lost:
        return
    counts = Counter(" and ".join(each.name for each in operation.security[0].schemes) for operation in lost)
    lines = dict.fromkeys(
        line for operation in lost for each in operation.security[0].schemes if (line := lines_for(contract, each))
    )
    told = ", ".join(f"{count} for {name}" for name, count in counts.most_common())
    add = f"; add {' or '.join(lines)}" if lines else ""
    what = f"{len(lost)} of {len(contract.operations)} operations nobody here can call"
    yield f"{deployment.source.path}: {what}: {told}{add}"


def _callable(deployment: Deployment, operation: Operation) -> bool:
    return bool(callers(deployment, operation)) or operation.ends_credential


def lines_for(contract: Contract, scheme: Scheme) -> str:
    """What a deployment file has to say for somebody to satisfy a scheme, "" where nothing can."""
    need = need_of(contract, scheme)
    if need is None:
        return ""
    keys = need.keys or ("username", "password")
    given = ", ".join(f'{key} = "env:{key.upper()}"' for key in keys)
    return f'[[principals]] kind = "{need.kind}", {given}'
