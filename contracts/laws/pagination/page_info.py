"""Laws of what a response says about its page: totals, counts, numbers and flags agree with the list itself."""

from __future__ import annotations

from contracts.core.conversation import Conversation, Draw, NotObservable
from contracts.core.exchange import MISSING, Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lists.page_claims import compare, counted, judge
from contracts.steps.lists.page_sizes import largest
from contracts.steps.lists.paging import (
    at_least,
    non_dividing_size,
    pages_of,
    paging_of,
    read_all,
    require_ok,
    size_far_behind,
    walk_length,
)
from contracts.strategies.pages import FAR, page_sizes
from specs.contract import selectors


@law(
    family="pagination",
    on=selectors.numbered_lists,
    kinds=("page/told",),
    examples=(1, 2, 6),
    needs_items=True,
    every_tenant=True,
)
def the_pagination_object_adds_up(api: RequestFactory) -> Conversation:
    """Each member of the pagination object is true of its page.

    For a page of size t beginning at s, of n items in all: total is n, remaining is what is left behind the page, pages
    is n divided by t and rounded up, the current page is s divided by t, rounded down, plus one, and the two flags say
    whether a next and a previous page exist. Asked on the last page, which may be short, on the first, on one that
    begins at no multiple of t, on one that holds exactly the whole list, and far past the end. Headers that tell the
    same are held to the same.
    """
    _tells(api)
    items = yield from read_all(api)
    at_least(items, 2)
    size = yield Draw(page_sizes(len(items), maximum=largest(api), pages=walk_length(api)))
    _told((yield api.page(None, size)))
    last = (len(items) - 1) // size * size
    aligned = paging_of(api).dialect == "page"
    known = non_dividing_size(api, len(items))
    asked = [(last or None, size), (None, size), *([] if aligned else [(1, known)])]
    if len(items) <= (largest(api) or len(items)):
        asked.append((None, len(items)))
    if largest(api) is not None and not aligned:
        asked.append((len(items) + FAR, size_far_behind(api, largest(api) or size)))
    for start, of in dict.fromkeys(asked):
        page: Exchange = yield api.page(start, of)
        if (start or 0) < len(items):
            require_ok(page)
        if page.ok:
            judge(api, page, total=len(items), start=start or 0, size=of)


@law(
    family="pagination",
    on=selectors.cursor_lists,
    kinds=("page/told",),
    examples=(1, 2, 6),
    needs_items=True,
    every_tenant=True,
)
def what_a_walk_is_told_is_true(api: RequestFactory) -> Conversation:
    """What the pages of a list say of it is consistent: the total, the page size, and whether more follow.

    The list is walked by its cursors or links in pages of a drawn size. Broken if a total is not the number of items,
    or a flag says that more follows where nothing does, or the reverse.
    """
    _tells(api)
    items = yield from read_all(api)
    at_least(items, 2)
    size = None
    if paging_of(api).size:
        size = yield Draw(page_sizes(len(items), maximum=largest(api), pages=walk_length(api)))
    pages = yield from pages_of(api, size)
    read = 0
    for page in pages:
        start, read = read, read + len(page.items)
        truth = counted(len(items), start, size or len(page.items), len(page.items))
        compare(api, page, {role: truth[role] for role in ("total", "remaining", "next")}, f"the page from {start}")


def _tells(api: RequestFactory) -> None:
    paging = paging_of(api)
    if not {*paging.members, *paging.headers} - {"link", "cursor", "previous_link"}:
        raise NotObservable("the document declares no page information")


def _told(page: Exchange) -> None:
    """Raises NotObservable where an answer makes no use of what the document lets it say."""
    paging = page.operation.paging
    if page.ok and paging and all(page.page(role) is MISSING for role in {*paging.members, *paging.headers}):
        raise NotObservable("the responses carry no page information")
