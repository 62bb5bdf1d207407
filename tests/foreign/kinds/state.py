"""Ways in which things, creations, changes, deletions and tokens go wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.foreign import rules
from tests.foreign.operations import attributes
from tests.foreign.planting import remembered
from tests.foreign.service import Ask, Does, RefusedError, Service
from tests.foreign.store import Row

Works = Callable[[Does, Service, Ask], Awaitable[Any]]


def things(ask: Ask) -> dict[Any, Row]:
    """The tenant's rows of the kind an operation is about."""
    kinds = ("delegation-credentials", "memberships", "webhooks", "options", "attributes", "users")
    kind = next(part for part in reversed(ask.operation.path) if part in kinds)
    found: dict[Any, Row] = getattr(ask.tenant, "credentials" if kind.startswith("delegation") else kind)
    return found


def kept(ask: Ask, data: Row) -> Row:
    """What is kept of a thing that was just answered."""
    return things(ask)[data["user"]["id"] if "accessToken" in data else data["id"]]


def shown_only(name: str, value: Any) -> Works:
    """A member is answered as it was sent and kept as something else."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        if name in ask.body:
            data = {**data}
            kept(ask, data)[name] = value
        return data

    return does


def ignored(*names: str) -> Works:
    """Members are accepted and have no effect."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        ask.body = {name: value for name, value in ask.body.items() if name not in names}
        return await works(service, ask)

    return does


def kept_as(name: str, changes: Callable[[Any], Any]) -> Works:
    """A member is kept as something else than was sent."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        if name in ask.body:
            ask.body = ask.body | {name: changes(ask.body[name])}
        return await works(service, ask)

    return does


def side_effect(name: str, changes: Callable[[Any], Any], on: str = "") -> Works:
    """A member that was not sent changes with an update, or with one of a certain member."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        if name not in ask.body and (not on or on in ask.body):
            row = kept(ask, data)
            row[name] = changes(row[name])
            data = {**data, name: row[name]}
        return data

    return does


def others_too(name: str) -> Works:
    """A member changes in another thing as well."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        if name in ask.body:
            others = [row for row in things(ask).values() if row["id"] != data["id"]]
            for row in others[-1:]:
                row[name] = ask.body[name]
        return data

    return does


async def told_as_it_was(works: Does, service: Service, ask: Ask) -> Any:
    """An update answers with what was before."""
    before = {key: dict(row) for key, row in things(ask).items()}
    data = await works(service, ask)
    return {**data, **before.get(data["id"], {})}


async def stays(works: Does, service: Service, ask: Ask) -> Any:
    """A deletion is answered as done, and nothing is deleted."""
    before = dict(things(ask))
    data = await works(service, ask)
    things(ask).update(before)
    return data


async def done_with_500(works: Does, service: Service, ask: Ask) -> Any:
    """It is done and answered 500."""
    await works(service, ask)
    raise RefusedError(500, "Something failed behind.")


def failing(*numbers: int, every: int = 0) -> Works:
    """Some requests are answered 500 and not carried out."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        memory = remembered(service)
        memory["asked"] = count = memory.get("asked", 0) + 1
        if count in numbers or (every and count % every == 0):
            raise RefusedError(500, "Deadlock detected.")
        return await works(service, ask)

    return does


def answered(old: int, new: int) -> Works:
    """A refusal of one status is another."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        try:
            return await works(service, ask)
        except RefusedError as refusal:
            raise RefusedError(new if refusal.status == old else refusal.status, *refusal.complaints) from None

    return does


async def missing_is_fine(works: Does, service: Service, ask: Ask) -> Any:
    """What is not there is deleted with success."""
    try:
        return await works(service, ask)
    except RefusedError:
        some = next(iter(things(ask).values()), None)
        if some is None:
            raise
        return dict(some)


async def one_more_goes(works: Does, service: Service, ask: Ask) -> Any:
    """A deletion takes the newest of the rest with it."""
    data = await works(service, ask)
    if things(ask):
        things(ask).popitem()
    return data


async def twin_is_made(works: Does, service: Service, ask: Ask) -> Any:
    """A creation makes a second thing."""
    data = await works(service, ask)
    identity = service.store.text() if isinstance(data["id"], str) else service.store.number()
    things(ask)[identity] = kept(ask, data) | {"id": identity}
    return data


async def all_are_taken(works: Does, service: Service, ask: Ask) -> Any:
    """Taking one option from a user takes all."""
    data = await works(service, ask)
    for mine, _ in attributes.held(ask.tenant, attributes.member(ask)):
        del ask.tenant.assignments[mine["id"]]
    return data


async def assigned_to_all(works: Does, service: Service, ask: Ask) -> Any:
    """An option is given to another member as well."""
    data = await works(service, ask)
    other = next(row for row in ask.tenant.memberships.values() if row["id"] != data["memberId"])
    identity = service.store.text()
    ask.tenant.assignments[identity] = data | {"id": identity, "memberId": other["id"]}
    return data


async def options_stay(works: Does, service: Service, ask: Ask) -> Any:
    """What users have of a deleted attribute stays with them."""
    options, mine = dict(ask.tenant.options), dict(ask.tenant.assignments)
    data = await works(service, ask)
    ask.tenant.options |= options
    ask.tenant.assignments |= mine
    return data


# -- tokens -----------------------------------------------------------------------------------------------------------


def dead(half: str) -> Works:
    """One token of a new pair is not known."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        book = service.store.access if half == "accessToken" else service.store.refresh
        book.pop(data[half])
        return data

    return does


def told_late(name: str, seconds: int) -> Works:
    """An expiry is told wrongly."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        return data | {name: data[name] + seconds}

    return does


async def same_refresh_token(works: Does, service: Service, ask: Ask) -> Any:
    """A refresh gives back the token that was presented, which stays good."""
    data, text = await works(service, ask), ask.body["refreshToken"]
    service.store.refresh[text]["spent"] = False
    return data | {"refreshToken": text}


async def foreign_token_is_taken(works: Does, service: Service, ask: Ask) -> Any:
    """Another client's refresh token is taken."""
    row = service.store.refresh.get(ask.body["refreshToken"])
    if row:
        ask.tenant = row["tenant"]
    return await works(service, ask)


async def access_is_taken(works: Does, service: Service, ask: Ask) -> Any:
    """An access token is taken for a refresh token."""
    row = service.store.access.get(ask.body["refreshToken"])
    if row and row["tenant"] is ask.tenant:
        return service.store.pair(ask.tenant, row["user"])
    return await works(service, ask)


async def user_of_another(works: Does, service: Service, ask: Ask) -> Any:
    """The tokens are those of another user."""
    data = await works(service, ask)
    mine = rules.whole(ask.path["userId"])
    other = next(each for each in ask.tenant.managed if each != mine)
    return data | service.store.pair(ask.tenant, other)


async def spent_is_500(works: Does, service: Service, ask: Ask) -> Any:
    """A spent refresh token is answered 500."""
    row = service.store.refresh.get(ask.body["refreshToken"])
    if row and row["spent"]:
        raise RefusedError(500, "Not foreseen.")
    return await works(service, ask)
