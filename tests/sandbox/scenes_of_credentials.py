"""The scenes of the faults of credentials and tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from tests.sandbox.wire import Headers, Keys, Wire, bearer, created

Scene = Callable[[Wire], Any]


def _get(path: str, headers: Callable[[Wire], Headers]) -> Scene:
    """The status of a GET of one of acme's paths."""
    return lambda wire: wire.status("GET", getattr(wire.acme, path), headers(wire))


def _key(change: Callable[[str], str], scheme: str = "Bearer ") -> Callable[[Wire], Headers]:
    return lambda wire: {"authorization": scheme + change(wire.acme.tenant.admin_key)}


def _attribute(wire: Wire, keys: Keys) -> str:
    return f"{wire.acme.attributes}/{keys.attribute('TEXT')}"


def _access(wire: Wire, keys: Keys | None = None) -> Headers:
    return bearer(created(wire, keys or wire.acme)["accessToken"])


def _option(keys: Keys, owner: Keys) -> str:
    attribute = owner.attribute("SINGLE_SELECT")
    return f"{keys.attributes}/{attribute}/options/{next(owner.tenant.options_of(attribute))['id']}"


def _secret(wire: Wire, secret: str) -> Headers:
    return wire.acme.client | {"x-cal-secret-key": secret}


def _seen_after(wire: Wire, method: str, path: str, keys: Headers, look: str, owner: Headers, **more: Any) -> Any:
    return wire.status(method, path, keys, **more), wire.ask("GET", look, owner).text


def _foreign_deletion(wire: Wire) -> Any:
    path = wire.acme.webhook
    return _seen_after(wire, "DELETE", path, wire.rival.client, path, wire.acme.client)


def _foreign_creation(wire: Wire) -> Any:
    body = {"userId": created(wire, wire.acme)["user"]["id"], "role": "MEMBER"}
    path = wire.acme.memberships
    return _seen_after(wire, "POST", path, wire.rival.admin, path, wire.acme.admin, json=body)


def _member_change(wire: Wire) -> Any:
    path, body = wire.acme.membership, {"disableImpersonation": True}
    row = next(iter(wire.acme.tenant.memberships.values()))
    row["disableImpersonation"] = False
    return _seen_after(wire, "PATCH", path, wire.acme.member, path, wire.acme.admin, json=body)


def _force(wire: Wire, user: int, keys: Keys | None = None) -> Any:
    keys = keys or wire.acme
    return wire.ask("POST", f"{keys.users}/{user}/force-refresh", keys.client).json().get("data", {})


def _refresh(wire: Wire, token: str, keys: Keys | None = None) -> Any:
    keys = keys or wire.acme
    return wire.ask("POST", keys.refresh, keys.client, json={"refreshToken": token})


def _tried(wire: Wire, token: str) -> int:
    return wire.status("GET", wire.acme.attributes, bearer(token))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _forged(header: dict[str, str] | None, signature: Callable[[str], str]) -> Scene:
    """Whether a token with another header or signature opens anything."""

    def scene(wire: Wire) -> int:
        head, payload, _ = created(wire, wire.acme)["accessToken"].split(".")
        head = _b64(json.dumps(header).encode()) if header else head
        return _tried(wire, f"{head}.{payload}.{signature(f'{head}.{payload}')}")

    return scene


def _signed_empty(text: str) -> str:
    return _b64(hmac.new(b"", text.encode(), hashlib.sha256).digest())


def _claims(token: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def _after(seconds: float) -> Scene:
    def scene(wire: Wire) -> int:
        pair = created(wire, wire.acme)
        wire.clock.now = pair["accessTokenExpiresAt"] + seconds
        return _tried(wire, pair["accessToken"])

    return scene


def _expired_refresh(wire: Wire) -> int:
    pair = created(wire, wire.acme)
    wire.clock.now = pair["refreshTokenExpiresAt"] + 1.0
    return int(_refresh(wire, pair["refreshToken"]).status_code)


def _reuse(wire: Wire) -> list[int]:
    token = created(wire, wire.acme)["refreshToken"]
    return [_refresh(wire, token).status_code for _ in range(3)]


def _older(wire: Wire) -> int:
    first = created(wire, wire.acme)["refreshToken"]
    second = _refresh(wire, first).json()["data"]["refreshToken"]
    _refresh(wire, second)
    return int(_refresh(wire, first).status_code)


def _losers(wire: Wire) -> list[int]:
    token = created(wire, wire.acme)["refreshToken"]
    request = ("POST", wire.acme.refresh, wire.acme.client, {"json": {"refreshToken": token}})
    return sorted(answer.status_code for answer in wire.together([request] * 3))


def _bystander(wire: Wire) -> int:
    token = created(wire, wire.acme)["refreshToken"]
    _force(wire, created(wire, wire.acme, "other@people.example")["user"]["id"])
    return int(_refresh(wire, token).status_code)


def _forced(look: Callable[[Wire, dict[str, Any]], Any]) -> Scene:
    return lambda wire: look(wire, _force(wire, created(wire, wire.acme)["user"]["id"]))


def _spent_by_rival(wire: Wire) -> int:
    token = created(wire, wire.acme)["refreshToken"]
    _refresh(wire, token, wire.rival)
    return int(_refresh(wire, token).status_code)


def _refreshed(wire: Wire) -> Any:
    return _refresh(wire, created(wire, wire.acme)["refreshToken"]).json()["data"]


def _survivor(wire: Wire) -> int:
    pair = created(wire, wire.acme)
    wire.data("DELETE", f"{wire.acme.users}/{pair['user']['id']}", wire.acme.client)
    return int(_refresh(wire, pair["refreshToken"]).status_code)


def _twins(wire: Wire) -> bool:
    user = created(wire, wire.acme)["user"]["id"]
    return bool(_force(wire, user)["accessToken"] == _force(wire, user)["accessToken"])


SCENES_OF_CREDENTIALS: dict[str, Scene] = {
    "secret-case-ignored": lambda wire: wire.status(
        "GET", wire.acme.users, _secret(wire, wire.acme.tenant.secret.upper())
    ),
    "key-with-a-tail-accepted": _get("bookings", _key(lambda key: f"{key}x")),
    "key-checked-by-its-end": _get("bookings", _key(lambda key: f"~{key[1:]}")),
    "key-accepted-in-query": lambda wire: wire.status(
        "GET", f"{wire.acme.forms}?access_token={wire.acme.tenant.admin_key}"
    ),
    "secret-accepted-in-query": lambda wire: wire.status(
        "GET", f"{wire.acme.webhooks}?x-cal-secret-key={wire.acme.tenant.secret}"
    ),
    "any-scheme-accepted": _get("forms", _key(str, "Basic ")),
    "key-without-scheme-accepted": _get("forms", _key(str, "")),
    "malformed-authorization-500": _get("forms", _key(str, "")),
    "refresh-needs-no-secret": lambda wire: wire.status("POST", wire.acme.refresh, json={"refreshToken": "x"}),
    "deletion-needs-no-credential": lambda wire: wire.status("DELETE", _option(wire.acme, wire.acme)),
    "missing-credential-403": _get("bookings", lambda _: {}),
    "unknown-key-403": _get("forms", lambda _: bearer("unknown")),
    "lookup-before-authentication": lambda wire: wire.status("GET", f"{wire.acme.users}/999999"),
    "managed-token-refused": _get("forms", _access),
    "client-refused": _get("bookings", lambda wire: wire.acme.client),
    "client-header-needed": _get("users", lambda wire: wire.acme.secret),
    "wrong-client-header-ignored": _get("webhook", lambda wire: wire.acme.client | {"x-cal-client-id": "another"}),
    "id-of-another-accepted": _get(
        "memberships", lambda wire: wire.acme.secret | {"x-cal-client-id": wire.rival.tenant.client_id}
    ),
    "api-key-accepted-for-client": _get("users", lambda wire: wire.acme.admin),
    "managed-token-accepted-undeclared": _get("memberships", _access),
    "foreign-token-may-read": _get("attributes", lambda wire: _access(wire, wire.rival)),
    "foreign-tenant-401": _get("forms", lambda wire: wire.rival.admin),
    "foreign-tenant-500": _get("forms", lambda wire: wire.rival.admin),
    "foreign-tenant-empty-list": _get("memberships", lambda wire: wire.rival.admin),
    "client-of-path-ignored": lambda wire: wire.status(
        "GET", f"{wire.rival.users}/{next(iter(wire.acme.tenant.managed))}", wire.acme.secret
    ),
    "member-may-delete": lambda wire: wire.status("DELETE", _attribute(wire, wire.acme), wire.acme.member),
    "member-write-applied": _member_change,
    "foreign-deletion-applied": _foreign_deletion,
    "foreign-creation-applied": _foreign_creation,
    "attribute-of-any-organization": lambda wire: wire.status("GET", _attribute(wire, wire.rival), wire.acme.admin),
    "option-of-any-organization": lambda wire: wire.status(
        "PATCH", _option(wire.acme, wire.rival), wire.acme.admin, json={"value": "Taken"}
    ),
    "membership-of-any-organization": lambda wire: wire.status(
        "DELETE", f"{wire.acme.memberships}/{next(iter(wire.rival.tenant.memberships))}", wire.acme.admin
    ),
    "webhook-of-any-client": lambda wire: wire.status(
        "GET", f"{wire.acme.webhooks}/{next(iter(wire.rival.tenant.webhooks))}", wire.acme.client
    ),
    "force-refresh-of-any-clients-user": lambda wire: bool(_force(wire, next(iter(wire.rival.tenant.managed)))),
    "unsigned-token-accepted": _forged({"alg": "none"}, lambda _: ""),
    "stripped-signature-accepted": _forged(None, lambda _: ""),
    "signature-not-checked": _forged(None, lambda _: "anything"),
    "empty-key-accepted": _forged({"alg": "HS256"}, _signed_empty),
    "refresh-token-accepted-as-access": lambda wire: _tried(wire, created(wire, wire.acme)["refreshToken"]),
    "expired-token-accepted-for-minutes": _after(30.0),
    "expired-refresh-token-accepted": _expired_refresh,
    "refresh-reuse-within-five-seconds": _reuse,
    "spent-token-forgotten": _older,
    "refresh-loser-500": _losers,
    "same-access-token-within-a-second": _twins,
    "force-refresh-ends-everyones-tokens": _bystander,
    "forced-access-token-dead": _forced(lambda wire, pair: _tried(wire, pair["accessToken"])),
    "forced-refresh-token-dead": _forced(lambda wire, pair: _refresh(wire, pair["refreshToken"]).status_code),
    "foreign-attempt-spends-token": _spent_by_rival,
    "refresh-token-lives-a-month": lambda wire: created(wire, wire.acme)["refreshTokenExpiresAt"],
    "refreshed-access-token-lives-a-day": lambda wire: _refreshed(wire)["accessTokenExpiresAt"],
    "issued-claim-in-milliseconds": lambda wire: _claims(created(wire, wire.acme)["accessToken"])["iat"],
    "token-names-another-owner": _forced(lambda _, pair: _claims(pair["accessToken"])),
    "refreshed-token-lacks-client-claim": lambda wire: sorted(_claims(_refreshed(wire)["accessToken"])),
    "forced-expiry-as-text": _forced(lambda _, pair: type(pair["accessTokenExpiresAt"]).__name__),
    "refresh-token-survives-deletion": _survivor,
    "garbage-refresh-token-500": lambda wire: _refresh(wire, "garbage").status_code,
    "changed-refresh-token-accepted": lambda wire: (
        _refresh(wire, created(wire, wire.acme)["refreshToken"] + "x").status_code
    ),
    "unknown-refresh-token-403": lambda wire: _refresh(wire, "a.b.c").status_code,
}
