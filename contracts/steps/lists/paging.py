"""Walking a list page by page in whatever way the document pages it, and distinguishing its items.

Every law of lists reads pages through this module, so that the same law speaks of offsets, page numbers, cursors and
links, and so that laws that read the same pages share one exchange.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from contracts.core.conversation import Blocked, NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.core.rejection import INVALID
from contracts.request.api import RequestFactory
from contracts.request.parameters import Query, pairs
from contracts.steps.lists.continuation import leads_on
from contracts.steps.lists.identity import identities
from contracts.steps.lists.links import address, is_address, leads_to, next_link, same_server
from contracts.steps.lists.page_sizes import declared_largest, largest, largest_page, note_cut, reduce_largest
from contracts.strategies.pages import telling_sizes
from specs.contract import Paging

MOST = 60
"""Pages a walk follows at most: a list longer than that is judged by its first pages."""
ITEMS = 15_000
"""Items after which a list is read no further, whatever its pages are declared to hold."""
WHOLE = 12
"""Pages that reading a whole list may take."""


class PaginationLoop(Blocked):
    """The list leads back to a page that was read already."""


class ListRefused(Blocked):
    """The list was refused; `status` says how."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(f"the list was not given: {exchange.summary()}")
        self.status = exchange.status


def require_ok(exchange: Exchange) -> Exchange:
    """The answer to a list request, which must be one. Raises NotGiven where it is not a 2xx."""
    if not exchange.ok:
        raise ListRefused(exchange)
    return exchange


def require_given(api: RequestFactory) -> Steps:
    """Ask for the list plainly, before a size or a position is blamed for a refusal. Raises ListRefused where it is
    refused as well."""
    require_ok((yield api.ask()))


def size_far_behind(api: RequestFactory, usual: int) -> int:
    """The size of the page that is asked for far behind the end, by all who ask for one.

    At depth quick it is one, where pages may begin at any item: so a page of one has been asked for too.
    """
    return 1 if api.depth == "quick" and paging_of(api).dialect != "page" else usual


def paging_of(api: RequestFactory) -> Paging:
    """How this list is requested in pages."""
    if api.operation.paging is None:
        raise NotObservable("the document declares no pages here")
    return api.operation.paging


def non_dividing_size(api: RequestFactory, total: int) -> int:
    """The page size that shows most of a list of so many items: one that does not divide it, in two pages or three."""
    return telling_sizes(total, maximum=largest(api), pages=walk_length(api))[0]


def walk_length(api: RequestFactory) -> int:
    """How many pages a walk may have at most."""
    return 2 if api.depth == "quick" else 5


def numbered(paging: Paging) -> bool:
    """Whether a page can be requested by its number or its first item's."""
    return paging.dialect != "cursor" and paging.position is not None


def read_all(api: RequestFactory, query: Query = (), *, enough: int | None = None) -> Steps:
    """All items of the list in as few requests as the document allows: pages of its maximum size.

    `enough`: so many are all there are, as is known from elsewhere.

    A short page is believed to be the last one where it says so itself; else the page behind it must be empty, or bring
    nothing new. So a deployment that cuts its pages shorter than it declares is still read to its end. Where that last
    question is refused the list ends there too: a law of its own speaks of it.
    """
    if api.operation.paging is None:
        return require_ok((yield api.ask(query=pairs(api.operation, query)))).items
    found: list[Any] = []
    known: set[str] = set()
    pages: list[Exchange] = []
    page: Exchange = yield from largest_page(api, query=query)
    while True:
        if pages and not page.ok:
            return found  # some servers refuse a page past the end: that is for a law of its own, not for every reader
        pages.append(require_ok(page))
        named = zip(pages[-1].items, identities(api, pages[-1].items), strict=True)
        new = [item for item, name in named if name not in known]
        if pages[1:] and not new:
            return found
        if len(pages) > WHOLE:
            raise NotObservable(f"the list is longer than {WHOLE} of its largest pages")
        if len(found) > ITEMS:
            raise NotObservable(f"the list has more than {ITEMS} items")
        # More items behind a page that was not full: the server cuts pages shorter than it declares.
        if pages[1:] and numbered(paging_of(api)):
            note_cut(api, pages[0])
        found += new if pages[1:] else pages[-1].items
        known.update(identities(api, new))
        if is_last_page(api, pages[-1], len(found)) or len(found) == enough:
            return found
        request = following(api, pages, largest(api), query=query, short=False)
        request = request or leads_on(api, pages, largest(api), query)
        if request is None:
            return found
        page = yield request


def is_last_page(api: RequestFactory, page: Exchange, read: int) -> bool:
    """Whether a page that is not full says that it is the last one, after so many items, in everything it says."""
    paging, size = paging_of(api), largest(api)
    if size is None or len(page.items) >= size or not numbered(paging):
        return False
    ends = {"total": read, "remaining": 0, "next": False}
    said = {role: page.page(role) for role in telling(paging)}
    said = {role: value for role, value in said.items() if value is not MISSING and value is not None}
    return bool(said) and all(value == ends[role] for role, value in said.items())


def telling(paging: Paging) -> list[str]:
    """The roles by which a page may say whether the list ends with it."""
    told = {*paging.members, *paging.headers} - ({"total"} if ambiguous(paging) else set())
    return [role for role in ("total", "remaining", "next") if role in told]


def tells_its_end(paging: Paging) -> bool:
    """Whether pages of a list with numbers say where it ends, so that nobody has to read past it."""
    return numbered(paging) and bool(telling(paging))


def ambiguous(paging: Paging) -> bool:
    """Whether the total is called `count`, which may mean the items on the page as well as all of them."""
    total = paging.members.get("total", "") or paging.headers.get("total", "")
    return total.rpartition("/")[2].lower() == "count"


def walk(api: RequestFactory, size: int | None, *, query: Query = (), enough: int | None = None) -> Steps:
    """All items by pages of one size, until the list says it is at its end. Raises Blocked if it does not end."""
    pages = yield from pages_of(api, size, query=query, enough=enough)
    return [item for page in pages for item in page.items]


def pages_of(
    api: RequestFactory, size: int | None, *, query: Query = (), most: int = MOST, enough: int | None = None
) -> Steps:
    """The answers of a walk, page by page. Raises Endless where it runs in a circle, Blocked if it does not end.

    `enough`: so many items are all there are; a full page that says so too is believed to be the last, and with more
    than that the walk has shown enough.
    """
    if api.operation.paging is None:
        return [require_ok((yield api.ask(query=pairs(api.operation, query))))]
    pages: list[Exchange] = []
    asked: set[tuple[str, str | None]] = set()
    request: Request | None = api.page(None, size, query=query)
    while request is not None:
        if (request.target, request.body) in asked:
            raise PaginationLoop(f"after {len(pages)} pages the list leads back to a page that was read already")
        if len(pages) == most:
            raise Blocked(f"the list did not end after {most} pages of {size}")
        asked.add((request.target, request.body))
        page: Exchange = yield request
        if not pages and page.status in INVALID and size == declared_largest(api) and (yield from reduce_largest(api)):
            size = largest(api)
            page = yield api.page(None, size, query=query)
        # A 404 is an end only for page numbers: a position past the end of a list is still a position in it.
        if pages and page.status == 404 and paging_of(api).dialect == "page":
            return pages  # no page of this number is another way to say that the list ended before it
        pages.append(require_ok(page))
        read = sum(len(page.items) for page in pages)
        over = enough is not None and (read > enough or (read == enough and pages[-1].page("remaining") == 0))
        request = None if over else following(api, pages, size, query=query) or leads_on(api, pages, size, query)
    return pages


def following(
    api: RequestFactory, pages: Sequence[Exchange], size: int | None, *, query: Query = (), short: bool = True
) -> Request | None:
    """The request of the page behind these; None at the end. `short`: a page that is not full is the last one."""
    paging, last = paging_of(api), pages[-1]
    if not numbered(paging):
        return _led(api, paging, last, size, query)
    if not last.items or (short and size is not None and len(last.items) < size):
        return None
    if paging.dialect == "page":
        return api.numbered(len(pages), size, query=query)
    # The next page begins behind what was read. Where all pages were full that is a multiple of the size; else a server
    # that cuts pages short would be asked past items it never gave.
    read = sum(len(page.items) for page in pages)
    full = size is not None and all(len(page.items) >= size for page in pages)
    return api.page(len(pages) * size if full and size is not None else read, size, query=query)


def _led(api: RequestFactory, paging: Paging, last: Exchange, size: int | None, query: Query) -> Request | None:
    """Where a page says the next one is: by a cursor to send, or by an address."""
    if last.page("next") is False:
        return None
    cursor = last.page("cursor")
    if isinstance(cursor, str) and is_address(cursor) and same_server(api, address(api, last, cursor)):
        return leads_to(api, last, cursor)  # whatever the document calls it
    if paging.position is not None and cursor not in (MISSING, None, ""):
        return api.ask(query=[*after(api, cursor, size), *pairs(api.operation, query)])
    link = next_link(last)
    return None if link is None else leads_to(api, last, link)


def after(api: RequestFactory, cursor: Any, size: int | None) -> list[tuple[str, str]]:
    """The query of the page behind a cursor."""
    paging = paging_of(api)
    assert paging.position is not None
    text = cursor if isinstance(cursor, str) else json.dumps(cursor)
    sized = [(paging.size.name, str(size))] if size is not None and paging.size is not None else []
    return [(paging.position.name, text), *sized]


def at_least(items: Sequence[Any], count: int) -> None:
    """Raises NotObservable where a list is too short to show anything."""
    if len(items) < count:
        raise NotObservable(f"the list has {len(items)} item{'s' if len(items) != 1 else ''}, {count} are needed")
