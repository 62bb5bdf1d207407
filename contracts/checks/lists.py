"""Checks on the lists that answers give."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from contracts.checks import check
from contracts.core.conversation import Broken
from contracts.core.exchange import MISSING, Exchange, at, is_whole
from contracts.steps.lists.paging import ambiguous
from specs.contract import Contract, Operation

FAR = 2**31
"""Positions from here on may be taken for others that a number holds."""


def _is_list(operation: Operation, contract: Contract) -> bool:
    resource = contract.resource_of(operation)
    return resource is not None and resource.list is operation


@check(family="schema", kinds=("page/walk",), asserts=(), of="successes", concerns=_is_list)
def an_item_comes_once(exchange: Exchange, contract: Contract) -> bool:
    """No item is in an answer twice: with one id, and equal in every member.

    Judged are lists of resources whose items show an id. Items with one id that differ are not judged: a list may tell
    several things of one resource.
    """
    resource = contract.resource_of(exchange.operation)
    if resource is None or not exchange.ok:
        return False
    places = resource.member, "/id"
    named = [item for item in exchange.items if any(at(item, each) is not MISSING for each in places)]
    ids = {tuple(str(at(item, each)) for each in places) for item in named}
    if len(ids) == len(named):
        return len(named) > 1
    told = [json.dumps(item, sort_keys=True) for item in named]
    if len(told) > len(set(told)):
        twice = next(text for place, text in enumerate(told) if text in told[:place])
        raise Broken("every item once", f"{len(told) - len(set(told))} of {len(told)} twice, such as {twice[:60]}")
    return len(told) > 1


def _is_counted(operation: Operation, contract: Contract) -> bool:
    """Whether pages of a list begin at a number of items, and say at least two things that have to agree."""
    paging = operation.paging
    told = paging.members.keys() & {"total", "remaining", "next", "previous"} if paging else set()
    return paging is not None and paging.dialect == "offset" and paging.position is not None and len(told) > 1


@check(family="pagination", kinds=("page/told",), asserts=(), of="successes", concerns=_is_counted)
def the_counts_of_a_page_agree(exchange: Exchange, contract: Contract) -> bool:
    """What an answer says of its page agrees with itself, whatever was asked for.

    What remains is what is left of the total behind the page; there is a next page if something remains, and a previous
    one if the page does not begin with the first item. Of a page that begins behind the end, the last is not judged. A
    total that is called `count` may mean the page alone, and is left out.
    """
    paging, asked = exchange.operation.paging, dict(parse_qsl(exchange.request.target.partition("?")[2]))
    if paging is None or paging.position is None or exchange.status != 200:
        return False
    place = asked.get(paging.position.name, str(paging.first))
    if not is_whole(place) or int(place) > FAR:
        return False
    end = int(place) - paging.first + len(exchange.items)
    told = {role: exchange.page(role) for role in ("total", "remaining", "next", "previous")}
    if ambiguous(paging):
        told["total"] = MISSING
    truth: dict[str, tuple[Any, str]] = {}
    if _is_number(told["total"]):
        truth["remaining"] = max(0, told["total"] - end), f"{told['total']} in all, the page ends with number {end}"
    if _is_number(told["remaining"]):
        truth["next"] = told["remaining"] > 0, f"{told['remaining']} remaining"
    if exchange.items:
        truth["previous"] = end > len(exchange.items), f"the page begins with number {end - len(exchange.items)}"
    for role, (right, why) in truth.items():
        if type(told[role]) is type(right) and told[role] != right:
            name = paging.members.get(role, role).removeprefix("/")
            raise Broken(f"{name} {str(right).lower()} ({why})", str(told[role]).lower())
    return any(type(told[role]) is type(right) for role, (right, _) in truth.items())


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
