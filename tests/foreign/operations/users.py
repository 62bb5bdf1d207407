"""Managed users and their tokens."""

from __future__ import annotations

from typing import Any

from tests.foreign import rules
from tests.foreign.operations.memberships import leave
from tests.foreign.operations.reading import CLIENT, OFFSET, paged, several, stored, those
from tests.foreign.service import Ask, RefusedError, Service, moment, operation
from tests.foreign.store import Row, stamp


def profile(service: Service, user: Row) -> Row:
    """A user as answered."""
    bare = {name for name in ("avatarUrl", "locale", "metadata") if "optional-members-missing" in service.choices}
    return {name: value for name, value in user.items() if name not in bare and not name.startswith("_")}


def managed(ask: Ask) -> Row:
    """The managed user the path names."""
    identity = rules.whole(ask.path["userId"])
    if identity not in ask.tenant.managed:
        raise RefusedError(404, "No such user.")
    return ask.tenant.users[identity]


def free_email(service: Service, email: str, but: Any = None) -> None:
    """Refuse an address that somebody has."""
    for tenant in service.store.tenants:
        for user in tenant.users.values():
            if user["email"].lower() == email.lower() and user["id"] != but:
                raise RefusedError(400 if "duplicates-400" in service.choices else 409, "The email is taken.")


@operation("GET", f"{CLIENT}/users", "client", 60, query=OFFSET | {"emails": several(those(rules.email))})
async def list_users(service: Service, ask: Ask) -> Any:
    rows = [user for identity, user in ask.tenant.users.items() if identity in ask.tenant.managed]
    if "emails" in ask.query:
        wanted = (
            {email.lower() for email in ask.query["emails"]} if "normalised" in service.choices else ask.query["emails"]
        )
        rows = [user for user in rows if user["email"] in wanted]
    return [profile(service, user) for user in paged(service, ask, rows)]


@operation(
    "POST", f"{CLIENT}/users", "client", 30, body=rules.USER, needed=("email", "name"), status=201, knows_404=False
)
async def create_user(service: Service, ask: Ask) -> Any:
    free_email(service, ask.body["email"])
    late = "late-side-effects" in service.choices
    identity = service.store.number()
    user = {
        "id": identity,
        "username": None if late else f"user-{identity}",
        "bio": None,
        "timeZone": "Europe/London",
        "weekStart": "Sunday",
        "createdDate": stamp(service.store.now()),
        "timeFormat": 12,
        "defaultScheduleId": None if late or "timeZone" not in ask.body else service.store.number(),
        "locale": "en",
        "avatarUrl": None,
        "metadata": {},
    } | stored(service, {name: value for name, value in ask.body.items() if name in rules.USER})
    ask.tenant.users[identity] = user
    ask.tenant.managed.add(identity)
    if late:
        service.later(lambda: user.update(username=f"user-{identity}", defaultScheduleId=service.store.number()))
    await moment()
    return {"user": profile(service, user), **service.store.pair(ask.tenant, identity)}


@operation("GET", f"{CLIENT}/users/{{userId}}", "client", 60)
async def show_user(service: Service, ask: Ask) -> Any:
    return profile(service, managed(ask))


@operation("PATCH", f"{CLIENT}/users/{{userId}}", "client", 30, body=rules.USER_CHANGE)
async def change_user(service: Service, ask: Ask) -> Any:
    user = managed(ask)
    if "email" in ask.body:
        free_email(service, ask.body["email"], user["id"])
    user |= stored(service, {name: value for name, value in ask.body.items() if name in rules.USER_CHANGE})
    return profile(service, user)


@operation("DELETE", f"{CLIENT}/users/{{userId}}", "client", 30)
async def delete_user(service: Service, ask: Ask) -> Any:
    user = managed(ask)
    del ask.tenant.users[user["id"]]
    ask.tenant.managed.discard(user["id"])
    for membership in [each for each in ask.tenant.memberships.values() if each["userId"] == user["id"]]:
        leave(ask.tenant, membership)
    service.store.forget(user["id"])
    return profile(service, user)


@operation("POST", f"{CLIENT}/users/{{userId}}/force-refresh", "client", 5)
async def force_refresh(service: Service, ask: Ask) -> Any:
    user = managed(ask)
    service.store.forget(user["id"])
    return service.store.pair(ask.tenant, user["id"])


@operation(
    "POST", "/v2/oauth/{clientId}/refresh", "client", 10, body={"refreshToken": rules.text}, needed=("refreshToken",)
)
async def refresh(service: Service, ask: Ask) -> Any:
    text = ask.body["refreshToken"]
    row = service.store.alive(service.store.refresh, text)
    if row is None or row["tenant"] is not ask.tenant:
        raise RefusedError(401 if "bad-token-401" in service.choices else 400, "The refresh token is not valid.")
    if row["spent"]:
        if "reuse-revokes" in service.choices:
            service.store.forget(row["user"])
        raise RefusedError(401 if "bad-token-401" in service.choices else 400, "The refresh token was used.")
    if text in service.locked:
        raise RefusedError(
            next((code for code in (404, 409, 401) if f"losers-{code}" in service.choices), 400), "Busy."
        )
    service.locked.add(text)
    await moment()
    service.locked.discard(text)
    row["spent"] = True
    if "old-access-dies" in service.choices:
        service.store.access.pop(row["access"], None)
    return service.store.pair(ask.tenant, row["user"])
