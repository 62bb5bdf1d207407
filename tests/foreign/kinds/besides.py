"""Ways in which an operation does something besides, leaves something undone, or is told of wrongly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from tests.foreign.kinds.state import kept, things
from tests.foreign.planting import remembered
from tests.foreign.service import Ask, Does, RefusedError, Service
from tests.foreign.wire import Answer

Works = Callable[[Does, Service, Ask], Awaitable[Any]]
Spoils = Callable[[Service, Ask, Answer], None]


def reading_changes(name: str, changes: Callable[[Any], Any]) -> Works:
    """Who reads a thing changes it."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = dict(await works(service, ask))
        row = kept(ask, data)
        row[name] = changes(row[name])
        return data

    return does


def listing_changes(name: str, changes: Callable[[Any], Any]) -> Works:
    """Who lists things changes the last of the page."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = [dict(row) for row in await works(service, ask)]
        for shown in data[-1:]:
            row = things(ask)[shown["id"]]
            row[name] = changes(row[name])
        return data

    return does


async def active_stay(works: Does, service: Service, ask: Ask) -> Any:
    """Of all things those that are active stay."""
    before = {key: row for key, row in things(ask).items() if row["active"]}
    data = await works(service, ask)
    things(ask).update(before)
    return data


async def membership_stays(works: Does, service: Service, ask: Ask) -> Any:
    """A deleted user stays a member."""
    before, users = dict(ask.tenant.memberships), dict(ask.tenant.users)
    data = await works(service, ask)
    ask.tenant.memberships.update(before)
    ask.tenant.users.update(users)
    return data


async def foreign_options(works: Does, service: Service, ask: Ask) -> Any:
    """What is assigned may be another organization's."""
    others = [each for each in service.store.tenants if each is not ask.tenant]
    for tenant in others:
        if ask.body.get("attributeId") in tenant.attributes:
            for place in ("attributes", "options"):
                getattr(ask.tenant, place).update(getattr(tenant, place))
    return await works(service, ask)


async def foreign_users(works: Does, service: Service, ask: Ask) -> Any:
    """Somebody of another organization becomes a member."""
    for tenant in service.store.tenants:
        if tenant is not ask.tenant and ask.body["userId"] in tenant.users:
            ask.tenant.users[ask.body["userId"]] = tenant.users[ask.body["userId"]]
    return await works(service, ask)


async def another_at_the_end(works: Does, service: Service, ask: Ask) -> Any:
    """A page that is not full ends with a booking of another organization."""
    data = await works(service, ask)
    other = next(each for each in service.store.tenants if each is not ask.tenant)
    row = next(iter(other.bookings.values()))
    take = ask.query.get("take", 100)
    shown = {name: value for name, value in row.items() if name != "_team"}
    return data if len(data) >= take else [*data, shown]


def pages_slip(size: int, by: int) -> Works:
    """Large pages behind the first begin elsewhere."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        names = ("limit", "offset") if "limit" in ask.operation.query else ("take", "skip")
        take, skip = ask.query.get(names[0], 100), ask.query.get(names[1], 0)
        if skip and take >= size:
            ask.query[names[1]] = skip + by
        return await works(service, ask)

    return does


def info(name: str, changes: Callable[[dict[str, Any], list[Any]], Any]) -> Works:
    """A member of the pagination object is worked out wrongly."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        told = ask.answered.get("pagination")
        if told:
            told[name] = changes(told, data)
        return data

    return does


def none_of(name: str) -> Works:
    """A filter that finds nothing is taken for none."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        if not data and ask.query.pop(name, None):
            ask.answered.clear()
            return await works(service, ask)
        return data

    return does


def later(name: str, changes: Callable[[Any], Any]) -> Works:
    """Every update of a thing but the first changes a member that was not sent."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data, memory = await works(service, ask), remembered(service)
        memory[data["id"]] = memory.get(data["id"], 0) + 1
        if memory[data["id"]] > 1 and name not in ask.body:
            row = kept(ask, data)
            row[name] = changes(row[name])
            data = {**data, name: row[name]}
        return data

    return does


def odd_texts(letters: str) -> Callable[[Any], bool]:
    """A body with one of these letters in a text."""

    def test(sent: Any) -> bool:
        texts = sent.values() if isinstance(sent, dict) else ()
        return any(letter in text for text in texts if isinstance(text, str) for letter in letters)

    return test


def repeating(name: str) -> Spoils:
    """A refusal repeats the credential."""

    def spoils(_: Service, ask: Ask, answer: Answer) -> None:
        if answer.status >= 400 and (sent := ask.call.header(name)):
            answer.body["message"] = f"Not with {sent}."

    return spoils


def moved(hours: int) -> Callable[[Any], Any]:
    """A time of the right form, for another hour."""

    def change(value: Any) -> Any:
        there = datetime.fromisoformat(str(value)) + timedelta(hours=hours)
        return there.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return change


async def same_again(works: Does, service: Service, ask: Ask) -> Any:
    """Who reads the same address again within the run reads what was told first."""
    memory, place = remembered(service), f"{ask.call.path}?{ask.call.query}"
    if place not in memory:
        memory[place] = [dict(row) for row in await works(service, ask)]
    return memory[place]


async def twice_is_500(works: Does, service: Service, ask: Ask) -> Any:
    """What was deleted already is answered 500."""
    memory, place = remembered(service), ask.call.path
    if place in memory:
        raise RefusedError(500, "Not foreseen.")
    data = await works(service, ask)
    memory[place] = True
    return data
