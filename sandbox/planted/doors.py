"""Who is let in at one operation who should not be, who is kept out, and what brings the door down."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from sandbox.auth import owner_of
from sandbox.planted.planting import Arriving, Change
from sandbox.refusals import RefusalError, failure
from sandbox.state import Tenant, World

SECRET, CLIENT, BEARER = "x-cal-secret-key", "x-cal-client-id", "authorization"
Same = Callable[[str, str], bool]


# -- what is sent, and what it is taken for ---------------------------------------------------------------------------


def secret_like(same: Same) -> Change:
    """The secret that was sent is taken for the first that is like it."""

    def change(request: Arriving) -> None:
        sent = request.headers.get(SECRET)
        if sent is not None:
            found = (known for known in request.world.by_secret if same(sent, known))
            request.headers[SECRET] = next(found, sent)

    return change


def key_like(same: Same) -> Change:
    """The key that was sent is taken for the first that is like it."""

    def change(request: Arriving) -> None:
        scheme, _, sent = request.headers.get(BEARER, "").partition(" ")
        found = (known for known in request.world.by_key if same(sent, known))
        if sent and scheme.lower() == "bearer":
            request.headers[BEARER] = f"Bearer {next(found, sent)}"

    return change


def behind(*schemes: str) -> Change:
    """A token is taken behind other words than Bearer; behind none where the word is empty."""

    def change(request: Arriving) -> None:
        scheme, _, token = request.headers.get(BEARER, "").partition(" ")
        if token and scheme.lower() in schemes:
            request.headers[BEARER] = f"Bearer {token}"
        if scheme and not token and "" in schemes:
            request.headers[BEARER] = f"Bearer {scheme}"

    return change


def key_in_query(*names: str) -> Change:
    """A key is taken from the query."""

    def change(request: Arriving) -> None:
        for name, value in _query(request).items():
            if name in names:
                request.headers[BEARER] = f"Bearer {value}"

    return change


def secret_in_query(*names: str) -> Change:
    """A client's secret is taken from the query."""

    def change(request: Arriving) -> None:
        for name, value in _query(request).items():
            if name in names:
                request.headers[SECRET] = value

    return change


def _query(request: Arriving) -> dict[str, str]:
    return dict(parse_qsl(request.query_string.decode("latin-1")))


# -- forged, spent and swapped tokens ---------------------------------------------------------------------------------


def _parts(request: Arriving) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Header, payload and signature of the bearer's token; empty where it is none."""
    token = request.headers.get(BEARER, "").partition(" ")[2]
    pieces = token.split(".")
    if len(pieces) != 3:
        return {}, {}, ""
    try:
        head, payload = (json.loads(base64.urlsafe_b64decode(piece + "==")) for piece in pieces[:2])
    except ValueError:
        return {}, {}, ""
    good = isinstance(head, dict) and isinstance(payload, dict)
    return (head, payload, pieces[2]) if good else ({}, {}, "")


def _living(world: World, client_id: object) -> str:
    """A good access token of some user of a client, issued if need be."""
    tenant = world.by_client.get(str(client_id))
    if tenant is None:
        return "none"
    pair = world.tokens.issue(tenant.client_id, next(iter(tenant.managed)), world.clock())
    return str(pair[world.tokens.rules.access.token])


def believing(test: Callable[[Arriving, Mapping[str, Any], str], bool]) -> Change:
    """What a token says is believed where the test of its header and signature passes."""

    def change(request: Arriving) -> None:
        head, payload, signature = _parts(request)
        if head and test(request, head, signature):
            client = payload.get(request.world.tokens.rules.claims["client"])
            request.headers[BEARER] = f"Bearer {_living(request.world, client)}"

    return change


def no_algorithm(_: Arriving, head: Mapping[str, Any], __: str) -> bool:
    return str(head.get("alg")).lower() == "none"


def any_signature(_: Arriving, __: Mapping[str, Any], signature: str) -> bool:
    return bool(signature)


def known_signature(request: Arriving, _: Mapping[str, Any], signature: str) -> bool:
    return any(text.endswith(f".{signature}") for text in request.world.tokens.issued)


def old_tokens(request: Arriving) -> None:
    """An access token that has expired is taken for a good one."""
    token = request.world.tokens.issued.get(request.headers.get(BEARER, "").partition(" ")[2])
    if token and token.access and token.expires <= request.world.clock():
        request.headers[BEARER] = f"Bearer {_living(request.world, token.client_id)}"


def refresh_tokens(request: Arriving) -> None:
    """A refresh token is taken for an access token."""
    token = request.world.tokens.issued.get(request.headers.get(BEARER, "").partition(" ")[2])
    if token and not token.access:
        request.headers[BEARER] = f"Bearer {_living(request.world, token.client_id)}"


# -- whose credential it is -------------------------------------------------------------------------------------------


def _owner(request: Arriving) -> Tenant | None:
    return owner_of(request.world, request.raw)


def foreign_keys(request: Arriving) -> None:
    """A key of another organization is taken for one of the path's."""
    holder, owner = request.world.by_key.get(request.headers.get(BEARER, "").partition(" ")[2]), _owner(request)
    if holder and owner and holder.tenant is not owner:
        request.headers[BEARER] = f"Bearer {owner.admin_key}"


def foreign_secrets(request: Arriving) -> None:
    """The secret of another client is taken for that of the path's."""
    holder, owner = request.world.by_secret.get(request.headers.get(SECRET, "")), _owner(request)
    if holder and owner and holder.tenant is not owner:
        request.headers[SECRET] = owner.secret
        request.headers.pop(CLIENT, None)


def members_write(request: Arriving) -> None:
    """The key of a member who may only read is taken for an administrator's."""
    holder = request.world.by_key.get(request.headers.get(BEARER, "").partition(" ")[2])
    if holder and holder.role == "member":
        request.headers[BEARER] = f"Bearer {holder.tenant.admin_key}"


def managed_write(request: Arriving) -> None:
    """The access token of a managed user is taken for an administrator's key."""
    token = request.world.tokens.access(request.headers.get(BEARER, "").partition(" ")[2], request.world.clock())
    if token:
        request.headers[BEARER] = f"Bearer {request.world.by_client[token.client_id].admin_key}"


def id_suffices(request: Arriving) -> None:
    """The id of a client is enough, whatever the secret."""
    if (tenant := request.world.by_client.get(request.headers.get(CLIENT, ""))) and SECRET in request.headers:
        request.headers[SECRET] = tenant.secret


def secret_suffices(request: Arriving) -> None:
    """A secret is enough where the path does not name the client."""
    if (holder := request.world.by_secret.get(request.headers.get(SECRET, ""))) and CLIENT not in request.headers:
        request.headers[CLIENT] = holder.tenant.client_id


def id_not_compared(request: Arriving) -> None:
    """The id beside a secret is not looked at."""
    request.headers.pop(CLIENT, None)


def keys_for_clients(request: Arriving) -> None:
    """An administrator's key is taken in the place of the client's secret."""
    holder = request.world.by_key.get(request.headers.get(BEARER, "").partition(" ")[2])
    if holder and holder.role == "admin" and SECRET not in request.headers:
        request.headers[SECRET] = holder.tenant.secret


def secrets_for_keys(request: Arriving) -> None:
    """A client's secret and id are taken where only keys and tokens are declared."""
    holder = request.world.by_secret.get(request.headers.get(SECRET, ""))
    if holder and request.headers.get(CLIENT) == holder.tenant.client_id and BEARER not in request.headers:
        request.headers[BEARER] = f"Bearer {holder.tenant.admin_key}"


# -- doors that answer themselves -------------------------------------------------------------------------------------


def answering(test: Callable[[Arriving], bool], status: int) -> Change:
    """A request that passes the test is answered with a status."""

    def change(request: Arriving) -> None:
        if test(request):
            raise failure() if status == 500 else RefusalError(status, "This cannot be answered.")

    return change


def nothing_behind(request: Arriving) -> bool:
    """The word Bearer alone."""
    return request.headers.get(BEARER, "").strip().lower() == "bearer"


def three_parts_of_garbage(request: Arriving) -> bool:
    """Something with the dots of a token that is none."""
    return request.headers.get(BEARER, "").count(".") == 2 and not _parts(request)[0]


def nothing_at_all(request: Arriving) -> bool:
    """No credential."""
    return not {SECRET, BEARER} & request.headers.keys()


def unknown_secret(request: Arriving) -> bool:
    """A secret nobody has."""
    return request.headers.get(SECRET, "") not in {"", *request.world.by_secret}


def empty_secret(request: Arriving) -> bool:
    """A secret of no letters."""
    return request.headers.get(SECRET) == ""


def unknown_key(request: Arriving) -> bool:
    """A key of the right look that nobody has."""
    sent = request.headers.get(BEARER, "").partition(" ")[2]
    return sent.startswith("cal_") and sent not in request.world.by_key


def other_media(request: Arriving) -> bool:
    """A body that is not called JSON."""
    return bool(request.body) and "json" not in request.headers.get("content-type", "")


def no_json(request: Arriving) -> bool:
    """A body that is called JSON and is none."""
    if not request.body or "json" not in request.headers.get("content-type", ""):
        return False
    try:
        json.loads(request.body)
    except (ValueError, RecursionError):
        return True
    return False


def clients(request: Arriving) -> bool:
    """A client's secret, and nothing else."""
    return SECRET in request.headers and BEARER not in request.headers


def managed_tokens(request: Arriving) -> bool:
    """The token of a managed user."""
    return bool(_parts(request)[0])


def no_such_user(request: Arriving) -> bool:
    """A user whom nobody has."""
    everybody = {str(each) for tenant in request.world.tenants.values() for each in tenant.users}
    return request.raw["userId"] not in everybody
