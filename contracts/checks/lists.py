"""Checks on the lists that answers give."""

from __future__ import annotations

import json

from contracts.checks import check
from contracts.core.conversation import Broken
from contracts.core.exchange import MISSING, Exchange, at
from specs.contract import Contract, Operation


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
