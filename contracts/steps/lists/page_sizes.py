"""The largest page of a list: the one the document declares, or the largest that is served where that one is not.

That a declared size is refused or cut is for one law to say; all others go on with a size that works.
"""

from __future__ import annotations

import attrs

from contracts.core.conversation import Steps
from contracts.core.exchange import Exchange
from contracts.core.rejection import INVALID
from contracts.request.api import RequestFactory
from contracts.request.parameters import Query

ROUND = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000)
"""Sizes at which servers set their limits: few enough that four requests find the largest that is served."""


def declared_largest(api: RequestFactory) -> int | None:
    """The largest page that may be asked for; None where the document sets no limit, or has no size to ask for."""
    paging = api.operation.paging
    return paging.maximum if paging and paging.size else None


def largest(api: RequestFactory) -> int | None:
    """The same, or the largest that is known to be served where this conversation has seen more refused or cut."""
    return api.learnt.sizes.get(api.operation.key, declared_largest(api))


def largest_page(api: RequestFactory, *, query: Query = (), bypass_cache: bool = False) -> Steps:
    """The response to a request for the largest page; where the declared size is refused, for the largest served."""
    page: Exchange = yield attrs.evolve(api.page(None, largest(api), query=query), bypass_cache=bypass_cache)
    if page.status not in INVALID or not (yield from reduce_largest(api)):
        return page
    return (yield attrs.evolve(api.page(None, largest(api), query=query), bypass_cache=bypass_cache))


def reduce_largest(api: RequestFactory) -> Steps:
    """After a largest page was refused: whether a smaller one is served instead, which is the largest from now on."""
    top, known = declared_largest(api), api.learnt.sizes
    if top is None or api.operation.key in known:
        return False
    known[api.operation.key] = (yield from _bisected(api, top)) or top
    return known[api.operation.key] < top


def _bisected(api: RequestFactory, top: int) -> Steps:
    """The largest round size that is served where this one is not, by halves, asked once per run; None without one."""
    stage = api.sharing(f"sizes of pages of {api.operation.key}")
    plain: Exchange = yield stage.page(None, top)
    if plain.status not in INVALID:
        return None
    sizes, found = [each for each in ROUND if each < top], None
    while sizes:
        middle = len(sizes) // 2
        page: Exchange = yield stage.page(None, sizes[middle])
        if page.ok:
            found, sizes = sizes[middle], sizes[middle + 1 :]
        elif page.status in INVALID:
            sizes = sizes[:middle]
        else:
            return found
    return found


def note_cut(api: RequestFactory, first: Exchange) -> None:
    """More items came behind a first page that was not full: larger pages than this one are not served."""
    if 0 < len(first.items) < (largest(api) or 0):
        api.learnt.sizes[api.operation.key] = len(first.items)
