"""Faults of who is let in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import attrs

from tests.foreign import rules
from tests.foreign.operations import attributes
from tests.foreign.planting import CLIENT, ORG, Entering, Path, around, elsewhere, entering
from tests.foreign.service import Ask, Caller, Does, Operation, RefusedError, Service
from tests.foreign.wire import Call

elsewhere(
    "member-may-unassign",
    f"DELETE {ORG}/attributes/options/{{userId}}/{{attributeOptionId}}",
    "The key of a member who may only look takes options from users.",
)
elsewhere("undefined-is-a-key", "operations of an organization", "The key `undefined` is an administrator's.")
elsewhere("own-rows-under-any-organization", f"GET {ORG}/bookings", "The organization in the path is not looked at.")


@around(f"GET {ORG}/attributes")
async def good_key_refused_at_times(does: Does, service: Service, ask: Ask) -> Any:
    """Every fortieth request gets 401."""
    if service.asked % 40 == 0:
        raise RefusedError(401, "Who are you?")
    return await does(service, ask)


@around(f"POST {ORG}/attributes/options/{{userId}}")
async def anybodys_option_assigned(does: Does, service: Service, ask: Ask) -> Any:
    """The attribute in the body may be another tenant's."""
    for tenant in service.store.tenants:
        if ask.body["attributeId"] in tenant.attributes and tenant is not ask.tenant:
            return {"id": service.store.text(), "memberId": attributes.member(ask)["id"]} | {
                "attributeOptionId": ask.body.get("attributeOptionId", "one")
            }
    return await does(service, ask)


@around(f"PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}")
async def option_under_any_attribute(does: Does, service: Service, ask: Ask) -> Any:
    """An option is found under each attribute of the organization."""
    if (row := ask.tenant.options.get(ask.path["optionId"])) and ask.path["attributeId"] in ask.tenant.attributes:
        ask.path["attributeId"] = row["attributeId"]
    return await does(service, ask)


@around(f"DELETE {ORG}/attributes/options/{{userId}}/{{attributeOptionId}}")
async def taken_from_whoever_has_it(does: Does, service: Service, ask: Ask) -> Any:
    """The user in the path is not looked at: the option is taken from the first who has it."""
    for mine in list(ask.tenant.assignments.values()):
        if mine["attributeOptionId"] == ask.path["attributeOptionId"]:
            return ask.tenant.assignments.pop(mine["id"])
    return await does(service, ask)


@around(f"GET {ORG}/attributes/{{attributeId}}/options")
async def parent_not_looked_at(does: Does, service: Service, ask: Ask) -> Any:
    """The list has the options of all attributes of the organization."""
    attributes.attribute(ask)
    return list(ask.tenant.options.values())


@around(f"GET {ORG}/attributes/options/{{userId}}")
async def options_of_everybody(does: Does, service: Service, ask: Ask) -> Any:
    """A user's options are those of all users."""
    attributes.member(ask)
    return [
        ask.tenant.options[mine["attributeOptionId"]] | {"id": mine["id"]} for mine in ask.tenant.assignments.values()
    ]


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
