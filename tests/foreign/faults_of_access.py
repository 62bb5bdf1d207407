"""Faults of credentials, tenants and tokens, as they come of checks made by hand in each operation."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import attrs

from tests.foreign import operations, rules
from tests.foreign.planting import CLIENT, ORG, around, entering
from tests.foreign.service import Ask, Caller, Does, Operation, RefusedError, Service
from tests.foreign.wire import Call

Entering = Callable[..., Ask]
Path = dict[str, str]
REFRESH = "POST /v2/oauth/{clientId}/refresh"


def _other(service: Service, ask: Ask) -> Any:
    return next(tenant for tenant in service.store.tenants if tenant is not ask.tenant)


# -- who is let in --------------------------------------------------------------------------------------------------


@entering(f"POST {ORG}/delegation-credentials")
def clients_forgotten(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """The credential of a client is unknown to this one operation."""
    if call.header("x-cal-secret-key") and not call.header("authorization"):
        raise RefusedError(401, "Who are you?")
    return enters(call, found, path)


@entering(f"GET {ORG}/attributes/{{attributeId}}/options/assigned")
def tokens_forgotten(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A managed user's token is unknown to this one operation."""
    if (call.header("authorization") or "").count(".") == 2:
        raise RefusedError(401, "Who are you?")
    return enters(call, found, path)


@entering(f"GET {ORG}/memberships/{{membershipId}}")
def tokens_too_many(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A managed user's token is taken for a key by this one operation."""
    return enters(call, attrs.evolve(found, kinds=(*found.kinds, "token")), path)


@entering(f"POST {CLIENT}/webhooks")
def body_before_credentials(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """The body is looked at before the credential."""
    try:
        body = rules.parsed(call.body)
    except ValueError:
        raise RefusedError(400, "no JSON") from None
    if not isinstance(body, dict) or rules.faults(body, rules.WEBHOOK, found.needed):
        raise RefusedError(400, "invalid")
    return enters(call, found, path)


@entering(f"GET {CLIENT}/webhooks/{{webhookId}}")
def missing_before_credentials(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """Without a credential what does not exist is not found."""
    there = {str(key) for tenant in service.store.tenants for key in tenant.webhooks}
    if path["webhookId"] not in there:
        raise RefusedError(404, "No such webhook.")
    return enters(call, found, path)


@entering(f"GET {CLIENT}/users/{{userId}}")
def beginning_of_a_secret(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """Of a secret only the first 24 letters are compared."""
    return enters(_with_secret(service, call, lambda text, real: text[:24] == real[:24]), found, path)


@entering(f"DELETE {CLIENT}/users/{{userId}}")
def secret_in_any_case(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """Large and small letters of a secret are the same."""
    return enters(_with_secret(service, call, lambda text, real: text.lower() == real.lower()), found, path)


def _with_secret(service: Service, call: Call, same: Callable[[str, str], bool]) -> Call:
    sent = call.header("x-cal-secret-key") or ""
    for tenant in service.store.tenants:
        if same(sent, tenant.secret):
            others = [each for each in call.headers if each[0].lower() != "x-cal-secret-key"]
            call.headers = [*others, ("x-cal-secret-key", tenant.secret)]
    return call


@entering(f"GET {ORG}/routing-forms")
def key_in_the_query(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A key may stand in the query as apiKey."""
    for name, text in call.query:
        if name.lower() in ("apikey", "api_key"):
            call.headers.append(("Authorization", f"Bearer {text}"))
    return enters(call, found, path)


@entering(f"GET {CLIENT}/webhooks")
def client_header_not_compared(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """x-cal-client-id is not looked at."""
    call.headers = [each for each in call.headers if each[0].lower() != "x-cal-client-id"]
    return enters(call, found, path)


@entering(f"GET {ORG}/attributes/options/{{userId}}")
def unsigned_tokens(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A token whose header says alg none needs no signature."""
    head, _, rest = (call.header("authorization") or "").removeprefix("Bearer ").partition(".")
    try:
        if str(json.loads(base64.urlsafe_b64decode(head + "==")).get("alg")).lower() == "none":
            payload = json.loads(base64.urlsafe_b64decode(rest.partition(".")[0] + "=="))
            tenant = next(each for each in service.store.tenants if each.client == payload["clientId"])
            return Ask(call, found, path, Caller("token", tenant, rest, "MEMBER", payload["ownerId"]), tenant)
    except (ValueError, AttributeError, KeyError, StopIteration):
        pass
    return enters(call, found, path)


@entering(f"GET {ORG}/attributes/{{attributeId}}")
def refresh_tokens_open_doors(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A refresh token is taken for an access token."""
    text = (call.header("authorization") or "").removeprefix("Bearer ")
    if row := service.store.alive(service.store.refresh, text):
        return Ask(call, found, path, Caller("token", row["tenant"], text, "MEMBER", row["user"]), row["tenant"])
    return enters(call, found, path)


@entering(f"PATCH {ORG}/attributes/{{attributeId}}")
def members_may_rename(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """The key of a member who may only look changes attributes."""
    return enters(call, attrs.evolve(found, method="GET"), path)


@entering(f"GET {CLIENT}/users/{{userId}}")
def wrong_secret_403(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A wrong secret is answered 403."""
    try:
        return enters(call, found, path)
    except RefusedError as refusal:
        raise RefusedError(403 if refusal.status == 401 else refusal.status, "No.") from None


@entering(f"GET {ORG}/bookings")
def no_credential_403(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A request without any credential gets 403."""
    if not call.header("authorization") and not call.header("x-cal-secret-key"):
        raise RefusedError(403, "No.")
    return enters(call, found, path)


# -- whose it is ----------------------------------------------------------------------------------------------------


@around(f"POST {CLIENT}/users/{{userId}}/force-refresh")
async def tokens_of_anybodys_user(does: Does, service: Service, ask: Ask) -> Any:
    """The user may belong to another client."""
    identity, other = rules.whole(ask.path["userId"]), _other(service, ask)
    if identity in other.managed:
        return service.store.pair(other, identity)
    return await does(service, ask)


@around(f"PATCH {ORG}/memberships/{{membershipId}}")
async def anybodys_membership(does: Does, service: Service, ask: Ask) -> Any:
    """The membership may belong to another organization."""
    if rules.whole(ask.path["membershipId"]) in _other(service, ask).memberships:
        ask.tenant = _other(service, ask)
    return await does(service, ask)


@around(f"DELETE {CLIENT}/webhooks")
async def everybodys_webhooks_go(does: Does, service: Service, ask: Ask) -> Any:
    """All webhooks of all clients are deleted."""
    _other(service, ask).webhooks.clear()
    return await does(service, ask)


@around(f"POST {ORG}/memberships")
async def anybody_may_be_taken_in(does: Does, service: Service, ask: Ask) -> Any:
    """A user of another tenant is shown by the attempt to make them a member."""
    other = _other(service, ask)
    if ask.body["userId"] in other.users:
        row = next(each for each in other.memberships.values() if each["userId"] == ask.body["userId"])
        return operations.membership_view(service, other, row)
    return await does(service, ask)


@around(f"GET {CLIENT}/users")
async def emails_of_all_clients(does: Does, service: Service, ask: Ask) -> Any:
    """A filter by email finds users of all clients."""
    data = await does(service, ask)
    more = [row for row in _other(service, ask).users.values() if row["email"] in ask.query.get("emails", [])]
    return data + [operations.profile(service, row) for row in more]


@around(f"GET {ORG}/attributes/{{attributeId}}/options")
async def options_of_anybodys_attribute(does: Does, service: Service, ask: Ask) -> Any:
    """The attribute may belong to another organization."""
    if ask.path["attributeId"] in _other(service, ask).attributes:
        ask.tenant = _other(service, ask)
    return await does(service, ask)


# -- tokens ---------------------------------------------------------------------------------------------------------


@around(f"DELETE {CLIENT}/users/{{userId}}")
async def refresh_survives_its_user(does: Does, service: Service, ask: Ask) -> Any:
    """The refresh tokens of a deleted user still give new pairs."""
    kept = dict(service.store.refresh)
    data = await does(service, ask)
    service.store.refresh |= kept
    return data


@around(REFRESH)
async def all_of_them_win(does: Does, service: Service, ask: Ask) -> Any:
    """Of refreshes at the same moment each gets a pair."""
    service.locked.clear()
    row = service.store.refresh.get(ask.body["refreshToken"])
    spent = row and row["spent"]
    data = await does(service, ask)
    if row and not spent:
        asyncio.get_running_loop().call_later(0.02, lambda: row.update(spent=True))
        row["spent"] = False
    return data


@around(REFRESH)
async def expiry_not_renewed(does: Does, service: Service, ask: Ask) -> Any:
    """accessTokenExpiresAt is that of the pair before, less a quarter of an hour."""
    data = await does(service, ask)
    return data | {"accessTokenExpiresAt": data["accessTokenExpiresAt"] - 900}


@around(f"POST {CLIENT}/users/{{userId}}/force-refresh")
async def old_refresh_token_lives(does: Does, service: Service, ask: Ask) -> Any:
    """A forced refresh leaves the refresh token of before alive."""
    kept = dict(service.store.refresh)
    data = await does(service, ask)
    service.store.refresh |= kept
    return data


@around(REFRESH)
async def only_the_last_is_remembered(does: Does, service: Service, ask: Ask) -> Any:
    """Of the spent refresh tokens of a user all but the last can be used again."""
    data = await does(service, ask)
    mine = service.store.refresh[ask.body["refreshToken"]]
    for row in service.store.refresh.values():
        if row["user"] == mine["user"] and row is not mine:
            row["spent"] = False
    return data


@around(REFRESH)
async def another_client_may_spend_it(does: Does, service: Service, ask: Ask) -> Any:
    """A refresh token that another client presents is refused, and spent."""
    row = service.store.refresh.get(ask.body["refreshToken"])
    if row and row["tenant"] is not ask.tenant:
        row["spent"] = True
    return await does(service, ask)
