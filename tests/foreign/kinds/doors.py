"""Ways in which a door goes wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import attrs

from tests.foreign import rules
from tests.foreign.planting import Entering, Path
from tests.foreign.service import Ask, Caller, Operation, RefusedError, Service
from tests.foreign.store import Tenant
from tests.foreign.wire import Call

SECRET, NAMED, BEARER = "x-cal-secret-key", "x-cal-client-id", "authorization"
Reads = Callable[[Service, Call, Path], None]


def _put(call: Call, name: str, value: str | None) -> None:
    call.headers = [each for each in call.headers if each[0].lower() != name]
    if value is not None:
        call.headers.append((name, value))


def _sent_key(call: Call) -> str:
    return (call.header(BEARER) or "").partition(" ")[2]


def _owner_of(service: Service, path: Path) -> Tenant | None:
    named = path.get("clientId"), rules.whole(path.get("orgId", ""))
    return next((each for each in service.store.tenants if named[0] == each.client or named[1] == each.org), None)


def reading(reads: Reads) -> Callable[..., Ask]:
    """A request is read as another one."""

    def does(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
        reads(service, call, path)
        return enters(call, found, path)

    return does


def secret(same: Callable[[str, str], bool]) -> Callable[..., Ask]:
    """A secret is taken for the first that is like it."""

    def reads(service: Service, call: Call, _: Path) -> None:
        sent = call.header(SECRET)
        for tenant in service.store.tenants if sent is not None else []:
            if same(str(sent), tenant.secret):
                _put(call, SECRET, tenant.secret)

    return reading(reads)


def key(same: Callable[[str, str], bool]) -> Callable[..., Ask]:
    """A key is taken for the first that is like it."""

    def reads(service: Service, call: Call, _: Path) -> None:
        for tenant in service.store.tenants:
            if _sent_key(call) and same(_sent_key(call), tenant.admin_key):
                _put(call, BEARER, f"Bearer {tenant.admin_key}")

    return reading(reads)


def scheme(*words: str) -> Callable[..., Ask]:
    """A key is taken behind another word, or behind none."""

    def reads(_: Service, call: Call, __: Path) -> None:
        word, _, text = (call.header(BEARER) or "").partition(" ")
        if text and word.lower() in words:
            _put(call, BEARER, f"Bearer {text}")
        elif word and not text and "" in words:
            _put(call, BEARER, f"Bearer {word}")

    return reading(reads)


def in_query(name: str, *names: str) -> Callable[..., Ask]:
    """A credential is taken from the query."""

    def reads(_: Service, call: Call, __: Path) -> None:
        for each, text in call.query:
            if each.lower() in names:
                _put(call, name, text if name == SECRET else f"Bearer {text}")

    return reading(reads)


def _token_parts(text: str) -> list[dict[str, Any]]:
    try:
        parts = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in text.split(".")[:2]]
    except ValueError:
        return []
    return parts if len(parts) == 2 and all(isinstance(part, dict) for part in parts) else []


def believing(test: Callable[[Service, dict[str, Any], str], bool]) -> Callable[..., Ask]:
    """A forged token is believed if the test of its head and signature passes."""

    def does(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
        text = _sent_key(call)
        parts = _token_parts(text)
        if len(parts) == 2 and text.count(".") == 2 and test(service, parts[0], text.rpartition(".")[2]):
            for tenant in service.store.tenants:
                if tenant.client == parts[1].get("clientId"):
                    return Ask(call, found, path, Caller("token", tenant, text, "MEMBER", None), tenant)
        return enters(call, found, path)

    return does


def known_signature(service: Service, _: dict[str, Any], signature: str) -> bool:
    return any(text.endswith(f".{signature}") for text in service.store.access)


def refresh_token(service: Service, call: Call, _: Path) -> None:
    row = service.store.refresh.get(_sent_key(call))
    if row:
        _put(call, BEARER, f"Bearer {service.store.pair(row['tenant'], row['user'])['accessToken']}")


def foreign_key(service: Service, call: Call, path: Path) -> None:
    owner = _owner_of(service, path)
    if owner and any(_sent_key(call) == each.admin_key for each in service.store.tenants):
        _put(call, BEARER, f"Bearer {owner.admin_key}")


def foreign_secret(service: Service, call: Call, path: Path) -> None:
    owner = _owner_of(service, path)
    if owner and any(call.header(SECRET) == each.secret for each in service.store.tenants):
        _put(call, SECRET, owner.secret)
        _put(call, NAMED, owner.client)


def foreign_token(service: Service, call: Call, path: Path) -> None:
    owner = _owner_of(service, path)
    if owner and _sent_key(call) in service.store.access:
        _put(call, BEARER, f"Bearer {service.store.pair(owner, next(iter(owner.managed)))['accessToken']}")


def member(service: Service, call: Call, _: Path) -> None:
    for tenant in service.store.tenants:
        if _sent_key(call) == tenant.member_key:
            _put(call, BEARER, f"Bearer {tenant.admin_key}")


def managed(service: Service, call: Call, _: Path) -> None:
    row = service.store.alive(service.store.access, _sent_key(call))
    if row:
        _put(call, BEARER, f"Bearer {row['tenant'].admin_key}")


def id_is_enough(service: Service, call: Call, _: Path) -> None:
    for tenant in service.store.tenants:
        if call.header(NAMED) == tenant.client and call.header(SECRET) is not None:
            _put(call, SECRET, tenant.secret)


def secret_is_enough(service: Service, call: Call, _: Path) -> None:
    for tenant in service.store.tenants:
        if call.header(SECRET) == tenant.secret and call.header(NAMED) is None:
            _put(call, NAMED, tenant.client)


def id_is_ignored(_: Service, call: Call, __: Path) -> None:
    _put(call, NAMED, None)


def keys_too(service: Service, call: Call, _: Path) -> None:
    for tenant in service.store.tenants:
        if _sent_key(call) == tenant.admin_key and call.header(SECRET) is None:
            _put(call, SECRET, tenant.secret)
            _put(call, BEARER, None)


def clients_too(service: Service, call: Call, _: Path) -> None:
    for tenant in service.store.tenants:
        if call.header(SECRET) == tenant.secret and call.header(NAMED) == tenant.client:
            _put(call, BEARER, f"Bearer {tenant.admin_key}")


def answering(status: int, test: Callable[[Service, Call, Path], bool]) -> Callable[..., Ask]:
    """A request that passes the test is answered at the door."""

    def does(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
        if test(service, call, path):
            raise RefusedError(status, "Not so.")
        return enters(call, found, path)

    return does


def bare_bearer(_: Service, call: Call, __: Path) -> bool:
    return (call.header(BEARER) or "").strip().lower() == "bearer"


def garbage(_: Service, call: Call, __: Path) -> bool:
    return _sent_key(call).count(".") == 2 and not _token_parts(_sent_key(call))


def nothing(_: Service, call: Call, __: Path) -> bool:
    return call.header(BEARER) is None and call.header(SECRET) is None


def odd_secret(service: Service, call: Call, _: Path) -> bool:
    known = {each for tenant in service.store.tenants for each in (tenant.secret, tenant.second_secret)}
    return call.header(SECRET) not in {None, "", *known}


def odd_key(service: Service, call: Call, _: Path) -> bool:
    known = {each for tenant in service.store.tenants for each in (tenant.admin_key, tenant.member_key)}
    return _sent_key(call).startswith("cal_") and _sent_key(call) not in known


def no_json(_: Service, call: Call, __: Path) -> bool:
    try:
        rules.parsed(call.body)
    except ValueError:
        return bool(call.body)
    return False


def no_object(_: Service, call: Call, __: Path) -> bool:
    return call.body[:1] in (b"[", b'"') or call.body.isdigit()


def other_kind(_: Service, call: Call, __: Path) -> bool:
    return bool(call.body) and "json" not in (call.header("content-type") or "")


def two_at_once(_: Service, call: Call, __: Path) -> bool:
    return call.header(BEARER) is not None and call.header(SECRET) is not None


def role(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    return enters(call, attrs.evolve(found, method="GET"), path)
