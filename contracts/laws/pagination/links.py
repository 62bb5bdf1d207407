"""Laws of links and cursors: the neighbours that a response names are there, and keeps filters and order."""

from __future__ import annotations

from contracts.core.conversation import Broken, Conversation, NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.parameters import Query, pairs
from contracts.steps.lists.identity import identities, same_items
from contracts.steps.lists.links import address, forgets_base, leads_to, next_link, previous_link, same_server
from contracts.steps.lists.paging import (
    after,
    at_least,
    non_dividing_size,
    numbered,
    pages_of,
    paging_of,
    read_all,
    require_ok,
)
from contracts.steps.lists.questions import some_question
from contracts.steps.lists.rival_view import rivals_items
from specs.contract import selectors


def _follow(api: RequestFactory, page: Exchange, link: str | None, whither: str) -> Steps:
    """The page a link leads to. Raises Broken where there is no link, or one to another server."""
    if link is None:
        raise Broken(f"the address of the {whither} page", "none")
    whole = address(api, page, link)
    if not same_server(api, whole) or forgets_base(api, whole):
        raise Broken(f"an address of {api.deployment.base_url}", whole[:120])
    answer: Exchange = yield leads_to(api, page, link)
    if not answer.ok:
        raise Broken(f"the {whither} page at {whole[:120]}", answer.summary())
    return answer


def _next_of(api: RequestFactory, query: Query) -> Steps:
    """What a filtered, ordered or plain list shows behind its first page, by its link; with what it should show."""
    items = yield from read_all(api, query)
    at_least(items, 3)
    size = non_dividing_size(api, len(items))
    first: Exchange = require_ok((yield api.page(None, size, query=query)))
    link = next_link(first)
    if link is None and paging_of(api).members.get("link", "").endswith("/@odata.nextLink"):
        raise NotObservable("in OData the server links only pages that it has cut itself")
    second: Exchange = yield from _follow(api, first, link, "next")
    expected, got = identities(api, items[size : 2 * size]), identities(api, second.items)
    if expected != got:
        shown = f"{len(got)} items, {len(set(got) - set(identities(api, items)))} of them not of this list"
        raise Broken(f"the {len(expected)} items behind the first page of {size}", shown)


@law(
    family="pagination",
    on=selectors.linked_lists,
    kinds=("page/told", "header"),
    asserts=("page/told/link",),
    needs_items=True,
    every_tenant=True,
)
def the_next_link_leads_to_the_next_page(api: RequestFactory) -> Conversation:
    """The next link stays on this server and leads to the items that follow this page.

    Asked of the first page of a list that has more. Broken if there is no address, if it names another scheme, host or
    port, or if what it shows is not the next page.
    """
    yield from _next_of(api, ())


@law(
    family="pagination",
    on=selectors.linked_lists,
    kinds=("page/told", "header"),
    asserts=("page/told/link",),
    needs_items=True,
)
def the_next_link_keeps_the_question(api: RequestFactory) -> Conversation:
    """The next link of a filtered or sorted list leads to the next page of that same list."""
    query = yield from some_question(api, least=3)
    yield from _next_of(api, query)


@law(
    family="pagination",
    on=selectors.linked_lists,
    kinds=("page/told", "header"),
    asserts=("page/told/link",),
    needs_items=True,
)
def the_last_page_has_no_next_link(api: RequestFactory) -> Conversation:
    """The last page of a list with numbered pages has no next link.

    Lists that are read by a cursor may lead to one more page that is empty; they are left out.
    """
    paging = paging_of(api)
    if not numbered(paging) or paging.size is None:
        raise NotObservable("only where pages have numbers is it known which is the last")
    items = yield from read_all(api)
    at_least(items, 2)
    size = non_dividing_size(api, len(items))
    page: Exchange = require_ok((yield api.page((len(items) - 1) // size * size or None, size)))
    if link := next_link(page):
        raise Broken("no address of a next page on the last", address(api, page, link)[:120])


@law(
    family="pagination",
    on=selectors.linked_lists,
    kinds=("page/told", "header"),
    asserts=("page/told/previous_link",),
    needs_items=True,
)
def the_previous_link_leads_back(api: RequestFactory) -> Conversation:
    """The previous link of the second page leads back to the first page."""
    items = yield from read_all(api)
    at_least(items, 3)
    pages: list[Exchange] = yield from pages_of(
        api, non_dividing_size(api, len(items)) if paging_of(api).size else None
    )
    if len(pages) < 2 or previous_link(pages[1]) is None:
        raise NotObservable("the second page has no previous link")
    back: Exchange = yield from _follow(api, pages[1], previous_link(pages[1]), "previous")
    if identities(api, back.items) != identities(api, pages[0].items):
        raise Broken("the first page again", f"{len(back.items)} other items")


def _cursor(api: RequestFactory) -> Steps:
    """A cursor that this list gave out, and the page size it was given for."""
    paging = paging_of(api)
    if paging.position is None or not paging.tells_cursor:
        raise NotObservable("the answers of this list carry no cursor")
    items = yield from read_all(api)
    at_least(items, 2)
    size = non_dividing_size(api, len(items)) if paging.size else None
    page: Exchange = require_ok((yield api.page(None, size)))
    cursor = page.page("cursor")
    if cursor in (MISSING, None, ""):
        raise NotObservable("the first page carries no cursor, so nothing can be followed")
    return cursor if isinstance(cursor, str) else str(cursor), size


@law(family="pagination", on=selectors.cursor_lists, kinds=("page/walk", "status"), asserts=(), needs_items=True)
def a_damaged_cursor_makes_nothing_fail(api: RequestFactory) -> Conversation:
    """A cursor with a character changed, or cut short, is refused or accepted, but never causes a server error."""
    cursor, size = yield from _cursor(api)
    for damaged in (f"{cursor[:-1]}~", cursor[: len(cursor) // 2] or "~"):
        answer: Exchange = yield api.ask(query=after(api, damaged, size))
        if answer.status >= 500:
            raise Broken("a 4xx for a damaged cursor", answer.summary())


@law(
    family="pagination",
    on=selectors.cursor_lists,
    kinds=("page/walk", "credential"),
    asserts=(),
    needs_second_tenant=True,
    needs_items=True,
)
def a_cursor_of_another_tenant_shows_nothing_of_theirs(api: RequestFactory) -> Conversation:
    """A cursor issued to another tenant may be refused or lead into the caller's own list, never into the other's."""
    own = yield from read_all(api)
    other, theirs = yield from rivals_items(api)
    cursor, size = yield from _cursor(other)
    answer: Exchange = yield api.ask(query=[*after(api, cursor, size), *pairs(api.operation, ())])
    if answer.ok and (leaked := same_items(answer.items, theirs)) and not same_items(own, theirs):
        raise Broken("nothing of the other tenant behind their cursor", f"{len(leaked)} of their items")
