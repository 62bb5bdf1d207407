"""The items of a list that another tenant owns."""

from __future__ import annotations

from typing import Any

import attrs

from contracts.core.conversation import Steps
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import candidates, resolve_path
from contracts.steps.lists.page_sizes import largest_page
from contracts.steps.lists.paging import read_all, require_ok
from contracts.steps.lists.parents import path_with_enough_items


def rivals_items(api: RequestFactory) -> Steps:
    """The same list as another tenant's principal sees it in their own place, and the request factory that does so.

    At depth quick, the first page of one such list: of the one that is called alike, if there is such a one.
    """
    other = attrs.evolve(api, principal=api.rival, values={})
    if api.depth == "quick":
        known = yield from _called_alike(api, other)
        other = attrs.evolve(other, values=(yield from resolve_path(other, other.operation, fresh=False, known=known)))
        return other, require_ok((yield from largest_page(other))).items
    other = attrs.evolve(other, values=(yield from path_with_enough_items(other)))
    items: list[Any] = yield from read_all(other)
    return other, items


def _called_alike(api: RequestFactory, other: RequestFactory) -> Steps:
    """What of one tenant's place the other has a resource for by the same name: there their lists could be mixed up."""
    chosen = [name for name in api.operation.path_parameters if api.deployment.value(api.tenant, name) is None]
    if not chosen or chosen[-1] not in api.values:
        return {}
    theirs: list[str] = yield from candidates(other, other.operation, chosen[-1])
    return {chosen[-1]: api.values[chosen[-1]]} if api.values[chosen[-1]] in theirs else {}
