"""After the last law: everything the suite created is removed, also when the run was interrupted.

What answers have told to be created is removed by its address, outermost first, since what lies below goes with it.
Then the lists are searched for what no answer told of: created by a request whose answer never came, or in spite of a
refusal. Every name the suite makes up begins with a mark of the run, and only what shows it is touched.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from contracts.api import Api, callers
from contracts.drive import Live, converse
from contracts.exchange import MISSING, Exchange, Request, at
from contracts.law import Conversation, Outcome, Talk
from contracts.walks import everything
from specs.contract import Resource


async def sweep(live: Live, conversation: int, mark: str = "") -> list[str]:
    """Remove what still stands; returns what stays behind, in words for the user. `mark`: what the run's names show."""
    left: dict[str, str] = {}
    for outermost in (True, False):  # what is refused because something hangs on it, once that is gone
        removals = live.ledger.removals(live.deployment)
        for depth in sorted({_depth(each) for each in removals}, reverse=not outermost):
            batch = [each for each in removals if _depth(each) == depth and each.target in live.ledger.standing]
            left |= await _all_removed(live, batch, conversation)
    if mark:
        strays = [each for found in await _strays(live, conversation, mark) for each in found]
        left |= await _all_removed(live, strays, conversation)
    kept = Counter(each.partition(": ")[0] for each in live.ledger.kept)
    told = [f"DELETE {target}: {why}" for target, why in left.items() if why]
    return told + [f"{count} made by {key}, which the document offers no way to remove" for key, count in kept.items()]


def _depth(request: Request) -> int:
    return request.target.count("/")


async def _all_removed(live: Live, requests: list[Request], conversation: int) -> dict[str, str]:
    """Why each of these could not be removed; "" where it was."""
    told = await asyncio.gather(*(_removed(live, each, conversation) for each in requests))
    return {each.target: why for each, why in zip(requests, told, strict=True)}


async def _removed(live: Live, request: Request, conversation: int) -> str:
    try:
        exchange: Exchange = await live.answer(request, conversation)
    except Outcome as outcome:
        return outcome.reason
    if exchange.ok or exchange.status in {404, 410}:
        live.ledger.standing.pop(request.target, None)
        live.ledger.removed += exchange.ok
        return ""
    return exchange.says()


async def _strays(live: Live, conversation: int, mark: str) -> list[list[Request]]:
    """Deletions of what the lists still show under the run's mark, as each tenant sees them."""
    found: list[list[Request]] = []
    talks = []
    for view, resource in _views(live):
        found.append([])
        talks.append(converse(Talk(_searched(view, resource, mark, found[-1])), live, conversation, reuse=False))
    await asyncio.gather(*talks)
    return found


def _views(live: Live) -> Iterator[tuple[Api, Resource]]:
    """Every list whose items can be deleted and whose place is known, as somebody of each tenant."""
    for resource in live.ledger.contract.resources:
        if resource.list is None or resource.delete is None or resource.create is None:
            continue
        for tenant in live.deployment.tenants:
            able = [each for each in callers(live.deployment, resource.list) if each.tenant == tenant]
            values = {name: live.deployment.value(tenant, name) for name in resource.list.path_parameters}
            if able and all(values.values()):
                known = {name: value for name, value in values.items() if value}
                yield Api(live.ledger.contract, live.deployment, resource.list, able[0], "", values=known), resource


def _searched(view: Api, resource: Resource, mark: str, found: list[Request]) -> Conversation:
    assert resource.delete is not None
    items: list[Any] = yield from everything(view)
    for item in items:
        identifier = at(item, resource.member)
        if identifier is not MISSING and resource.identifier and _shows(item, mark):
            path = {**view.values, resource.identifier: str(identifier)}
            found.append(view.ask(resource.delete, path=path))


def _shows(item: Any, mark: str) -> bool:
    """Whether one of an item's own texts bears the mark; what it merely mentions inside is somebody else's."""
    own = item.values() if isinstance(item, dict) else ()
    return any(isinstance(value, str) and re.search(rf"\b{re.escape(mark)}-\d", value) for value in own)
