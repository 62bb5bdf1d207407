"""Faults of tokens."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.foreign import rules
from tests.foreign.operations import users
from tests.foreign.planting import CLIENT, REFRESH, after, around, remembered
from tests.foreign.service import Ask, Does, Service
from tests.foreign.wire import Answer


@around("POST /v2/oauth/{clientId}/refresh")
async def rotation_works_once(does: Does, service: Service, ask: Ask) -> Any:
    """The refresh token that a refresh gives is not known to the next."""
    data = await does(service, ask)
    service.store.refresh.pop(data["refreshToken"])
    return data


@around("POST /v2/oauth/{clientId}/refresh")
async def refresh_ends_others_sessions(does: Does, service: Service, ask: Ask) -> Any:
    """A refresh ends the access tokens of all other users of the client."""
    data = await does(service, ask)
    mine = service.store.access[data["accessToken"]]["user"]
    for text in [text for text, row in service.store.access.items() if row["user"] != mine]:
        del service.store.access[text]
    return data


@around("POST /v2/oauth/{clientId}/refresh")
async def losers_succeed_with_an_error(does: Does, service: Service, ask: Ask) -> Any:
    """A refresh that meets another under way is answered 200 with an error inside."""
    if ask.body["refreshToken"] in service.locked:
        ask.answered |= {"status": "error", "message": "Busy."}
        return None
    return await does(service, ask)


@around(f"POST {CLIENT}/users")
async def tokens_of_the_user_before(does: Does, service: Service, ask: Ask) -> Any:
    """A new user gets tokens of the one that was created before."""
    data, memory = await does(service, ask), remembered(service)
    before = memory.get("user before", data["user"]["id"])
    memory["user before"] = data["user"]["id"]
    return {"user": data["user"], **service.store.pair(ask.tenant, before)}


@after("POST /v2/oauth/{clientId}/refresh")
def expiry_in_local_time(service: Service, ask: Ask, answer: Answer) -> None:
    """The expiry of the refreshed access token is told two hours too late, as a clock in summer time has it."""
    answer.body["data"]["accessTokenExpiresAt"] += 7200


@around(f"POST {CLIENT}/users/{{userId}}/force-refresh")
async def forced_tokens_of_another_client(does: Does, service: Service, ask: Ask) -> Any:
    """The token's clientId is a fixed one, that of the first client."""
    users.managed(ask)
    first, data = service.store.tenants[0], await does(service, ask)
    payload = {"jti": service.store.text(), "clientId": first.client[::-1], "ownerId": rules.whole(ask.path["userId"])}
    payload |= {"iat": int(service.store.now().timestamp()), "expiresAt": data["accessTokenExpiresAt"]}
    text = service.store.signed(payload)
    service.store.access[text] = service.store.access[data["accessToken"]]
    return data | {"accessToken": text}


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
