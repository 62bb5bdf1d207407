"""Ways in which one operation is late, takes what is others', or mistakes what comes together."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from typing import Any

from tests.foreign import rules
from tests.foreign.kinds.state import things
from tests.foreign.planting import Entering, Path, remembered
from tests.foreign.service import Ask, Does, Operation, RefusedError, Service
from tests.foreign.wire import Call

Works = Callable[[Does, Service, Ask], Awaitable[Any]]


async def as_before_once(works: Does, service: Service, ask: Ask) -> Any:
    """What was changed since it was read last is once read as it was."""
    data, memory = await works(service, ask), remembered(service)
    last, memory[ask.call.path] = memory.get(ask.call.path), copy.deepcopy(data)
    return data if last is None else last


def listed(change: Callable[[list[Any], list[Any]], list[Any]]) -> Works:
    """A list is shown by what it has now and what the same request was shown last."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        now, memory = await works(service, ask), remembered(service)
        place = f"{ask.call.path} {ask.call.query}"
        last, memory[place] = memory.get(place, now), [*now]
        return change(last, now)

    return does


def with_the_gone(last: list[Any], now: list[Any]) -> list[Any]:
    there = {each["id"] for each in now}
    return [*now, *(each for each in last if each["id"] not in there)]


def without_the_new(last: list[Any], now: list[Any]) -> list[Any]:
    known = {each["id"] for each in last}
    return [each for each in now if each["id"] in known]


async def any_tenants(works: Does, service: Service, ask: Ask) -> Any:
    """What is not there is looked for among the things of others."""
    try:
        return await works(service, ask)
    except RefusedError as refusal:
        if refusal.status != 404:
            raise
    ask.tenant = next(each for each in service.store.tenants if each is not ask.tenant)
    return await works(service, ask)


async def any_attributes(works: Does, service: Service, ask: Ask) -> Any:
    """An option is found at the address of any attribute."""
    row = ask.tenant.options.get(ask.path["optionId"])
    if row is not None and ask.path["attributeId"] in ask.tenant.attributes:
        ask.path["attributeId"] = row["attributeId"]
    return await works(service, ask)


async def another_organizations_rows(works: Does, service: Service, ask: Ask) -> Any:
    """The list ends with something of another organization."""
    data = await works(service, ask)
    ask.tenant = next(each for each in service.store.tenants if each is not ask.tenant)
    return [*data, *list(things(ask).values())[:1]]


def sorted_in_pages(sort: str, name: str) -> Works:
    """A page is sorted, not the list."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        way = ask.query.pop(sort, None)
        data = await works(service, ask)
        return data if way is None else sorted(data, key=lambda row: str(row[name]), reverse=way == "desc")

    return does


def lost_on_later_pages(name: str) -> Works:
    """A filter does not count beyond the first page."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        if ask.query.get("skip", ask.query.get("offset", 0)):
            ask.query.pop(name, None)
        return await works(service, ask)

    return does


def own_value_taken(name: str) -> Works:
    """An update that says what is there already is refused as a conflict with itself."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        last = list(ask.path.values())[-1]
        mine = things(ask).get(last) or things(ask).get(rules.whole(last)) or {}
        if name in ask.body and mine.get(name) == ask.body[name]:
            raise RefusedError(409, "This is taken already.")
        return await works(service, ask)

    return does


async def nothing_is_missing(works: Does, service: Service, ask: Ask) -> Any:
    """A list of nothing is answered 404."""
    if not (data := await works(service, ask)):
        raise RefusedError(404, "There is nothing.")
    return data


def foreign_key_500(enters: Entering, service: Service, call: Call, found: Operation, path: Path) -> Ask:
    """A key of another organization brings the server down."""
    text = (call.header("authorization") or "").partition(" ")[2]
    named = rules.whole(path["orgId"])
    if any(text == each.admin_key and each.org != named for each in service.store.tenants):
        raise RefusedError(500, "Not foreseen.")
    return enters(call, found, path)
