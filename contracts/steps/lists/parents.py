"""Choosing a place where a list shows something: among several parents, one whose list is long enough.

A nested list (the options of an attribute, say) exists once per parent, and the first parent's may be all but empty.
"""

from __future__ import annotations

import attrs

from contracts.core.conversation import Steps
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import candidates, resolve_path
from contracts.steps.lists.page_sizes import largest_page

ENOUGH = 5
"""Items that make a list worth looking at: enough for a page size that does not divide it."""
TRIES = 8
"""Parents read, at most: each costs a request, the same for all laws of the list."""


def path_with_enough_items(api: RequestFactory) -> Steps:
    """Values for the path of a list whose parent is chosen: the first with enough items, else the one with most."""
    operation = api.operation
    chosen = [name for name in operation.path_parameters if api.deployment.value(api.tenant, name) is None]
    if operation.paging is None or not chosen:
        return (yield from resolve_path(api, operation, fresh=False))
    found: list[str] = yield from candidates(api, operation, chosen[-1])
    if len(found) < 2:
        return (yield from resolve_path(api, operation, fresh=False))
    best: tuple[int, dict[str, str]] = (-1, {})
    for value in found[:TRIES]:
        values: dict[str, str] = yield from resolve_path(api, operation, fresh=False, known={chosen[-1]: value})
        answer: Exchange = yield from largest_page(attrs.evolve(api, values=values))
        if len(answer.items) > best[0]:
            best = (len(answer.items), values)
        if best[0] >= ENOUGH:
            break
    return best[1]
