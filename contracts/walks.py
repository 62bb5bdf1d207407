"""Walking a list page by page, and telling its items apart."""

from __future__ import annotations

import json
from typing import Any

from contracts.api import Api, Query
from contracts.exchange import MISSING, Exchange, at
from contracts.law import Blocked, NotObservable, Steps

MOST = 60
"""Pages a walk follows at most: a list longer than that is judged by its first pages."""


def identity(api: Api, item: Any) -> str:
    """What tells an item from the others: its id, or all of it where it has none."""
    resource = api.contract.resource_of(api.operation)
    own = at(item, resource.member if resource else "/id")
    return json.dumps(item if own is MISSING else own, sort_keys=True)


def names(api: Api, items: list[Any]) -> list[str]:
    """The identities of items, in order."""
    return [identity(api, item) for item in items]


def listed(exchange: Exchange) -> Exchange:
    """The answer to a list request, which must be one. Raises Blocked where it is not a 2xx."""
    if not exchange.ok:
        raise Blocked(f"the list was not given: {exchange.says()}")
    return exchange


def everything(api: Api, query: Query = ()) -> Steps:
    """All items of the list in as few requests as the document allows: pages of its maximum size."""
    paging = api.operation.paging
    largest = paging.maximum if paging and paging.size else None
    return (yield from walk(api, largest, query=query))


def walk(api: Api, size: int | None, *, query: Query = ()) -> Steps:
    """All items by pages of one size, until a page is not full. Raises Blocked if the list does not end."""
    found: list[Any] = []
    for _ in range(MOST):
        start = len(found) if size is None or api.operation.paging is None else found_start(found, size)
        page: Exchange = listed((yield api.page(start or None, size, query=query)))
        found += page.items
        if size is None or len(page.items) < size:
            return found
    raise Blocked(f"the list did not end after {MOST} pages of {size}")


def found_start(found: list[Any], size: int) -> int:
    """Where the next full page begins."""
    return -(-len(found) // size) * size


def at_least(items: list[Any], count: int) -> None:
    """Raises NotObservable where a list is too short to show anything."""
    if len(items) < count:
        raise NotObservable(f"the list has {len(items)} item{'s' if len(items) != 1 else ''}, {count} are needed")
