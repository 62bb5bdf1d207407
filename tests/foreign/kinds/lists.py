"""Ways in which lists go wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.foreign.planting import remembered
from tests.foreign.service import Ask, Does, Service
from tests.foreign.store import Row
from tests.foreign.wire import Answer

Works = Callable[[Does, Service, Ask], Awaitable[Any]]
Spoils = Callable[[Service, Ask, Answer], None]


def _page_of(ask: Ask) -> tuple[int, int]:
    query = ask.query
    return query.get("skip", query.get("offset", 0)), query.get("take", query.get("limit", 100))


async def whole(works: Does, service: Service, ask: Ask) -> list[Row]:
    """The whole list; what is told of the page that was asked for stays."""
    query, told = dict(ask.query), dict(ask.answered)
    paging = ("limit", "offset") if "limit" in ask.operation.query else ("take", "skip")
    ask.query = {**query, paging[0]: 1000, paging[1]: 0}
    rows: list[Row] = await works(service, ask)
    ask.query, ask.answered = query, told
    return rows


def ends_at(most: int) -> Works:
    """Nothing comes beyond so many items."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        return data[: max(0, most - _page_of(ask)[0])]

    return does


def small_pages_backwards(size: int) -> Works:
    """Small pages are of the list in the opposite order."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        skip, take = _page_of(ask)
        return data if take > size else (await whole(works, service, ask))[::-1][skip : skip + take]

    return does


def ties_turn(member: str, sort: str) -> Works:
    """What ties in a sort changes places with every other request."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data, memory = await works(service, ask), remembered(service)
        memory["lists"] = memory.get("lists", 0) + 1
        if sort not in ask.query or memory["lists"] % 2:
            return data
        rows, (skip, take) = await whole(works, service, ask), _page_of(ask)
        for place in range(len(rows) - 1):
            if rows[place][member] == rows[place + 1][member]:
                rows[place], rows[place + 1] = rows[place + 1], rows[place]
        return rows[skip : skip + take]

    return does


def items_with(name: str, changes: Callable[[Any], Any]) -> Works:
    """A member of the items is another than elsewhere."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        return [{**row, name: changes(row[name])} for row in await works(service, ask)]

    return does


def lacking(place: int) -> Works:
    """One item of the list is on no page."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data, (skip, _) = await works(service, ask), _page_of(ask)
        return [row for index, row in enumerate(data, skip) if index != place]

    return does


async def round_again(works: Does, service: Service, ask: Ask) -> Any:
    """A page past the end begins anew."""
    data = await works(service, ask)
    if data:
        return data
    return (await whole(works, service, ask))[: _page_of(ask)[1]]


async def repeated_first(works: Does, service: Service, ask: Ask) -> Any:
    """A page at an offset begins with the item before."""
    skip, _ = _page_of(ask)
    if skip:
        ask.query["skip"] = skip - 1
    return await works(service, ask)


def told_of_pages(name: str, changes: Callable[[Any], Any]) -> Works:
    """A member of the pagination object is wrong."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        data = await works(service, ask)
        info = ask.answered.get("pagination")
        if info:
            info[name] = changes(info[name])
        return data

    return does


def filtered(name: str, keeps: Callable[[Row, Any], bool], where: str = "bookings") -> Works:
    """A filter looks at something else."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        if name not in ask.query:
            return await works(service, ask)
        wanted, rows = ask.query.pop(name), getattr(ask.tenant, where)
        setattr(ask.tenant, where, {key: row for key, row in rows.items() if keeps(row, wanted)})
        try:
            return await works(service, ask)
        finally:
            setattr(ask.tenant, where, rows)

    return does
