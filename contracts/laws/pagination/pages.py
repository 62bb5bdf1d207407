"""Laws of pages: the pages of a quiet list are its items, each once, in one order, of the requested size."""

from __future__ import annotations

from contracts.core.conversation import Broken, Conversation, Draw, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange
from contracts.core.rejection import refusal, refused
from contracts.core.verdicts import DEPTHS
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lists.continuation import says_more
from contracts.steps.lists.identity import identities
from contracts.steps.lists.page_sizes import declared_largest, largest, largest_page
from contracts.steps.lists.paging import (
    PaginationLoop,
    at_least,
    non_dividing_size,
    paging_of,
    read_all,
    require_given,
    require_ok,
    size_far_behind,
    tells_its_end,
    walk,
    walk_length,
)
from contracts.steps.wrong_requests import refused_with_others
from contracts.strategies.pages import ABSURD, FAR, impossible, page_sizes
from specs.contract import Rule, selectors
from specs.contract.leniency import takes_other_values

SOME = 10
"""Items requested where the size of a page does not matter."""


@law(
    family="pagination",
    on=selectors.sized_lists,
    kinds=("page/walk",),
    examples=(1, 2, 8),
    needs_items=True,
    every_tenant=True,
)
def every_walk_gives_the_same_items(api: RequestFactory) -> Conversation:
    """Reading a list in pages of any size gives the same items in the same order, none twice and none lost.

    The list is read in the largest pages and again in pages of another, drawn size: first one that does not divide the
    number of items, since most mistakes show there. Broken if items are missing, extra, twice or in another order, or
    if the walk leads back to a page it came from. Not observable with fewer than two items.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    first: Exchange = yield from largest_page(api)
    known = len(first.items)
    size = yield Draw(page_sizes(len(items), maximum=largest(api), pages=walk_length(api), known=known))
    try:
        walked = yield from walk(api, size, enough=len(items))
    except PaginationLoop as endless:
        raise Broken(f"a walk in pages of {size} to end", endless.reason) from None
    expected, got = identities(api, items), identities(api, walked)
    if sorted(expected) != sorted(got):
        lost, added = set(expected) - set(got), set(got) - set(expected)
        twice = len(got) - len(set(got))
        raise Broken(
            f"the {len(expected)} items of the largest pages in pages of {size}",
            f"{len(got)} items, {len(lost)} lost, {len(added)} added, {twice} twice",
        )
    if expected != got:
        place = next(number for number, pair in enumerate(zip(expected, got, strict=True)) if pair[0] != pair[1])
        raise Broken(f"the same order in pages of {size}", f"another item at position {place}")


@law(family="pagination", on=selectors.numbered_lists, kinds=("page/walk",), needs_items=True, every_tenant=True)
def pages_do_not_overlap(api: RequestFactory) -> Conversation:
    """Two neighbouring pages share no item.

    The first two pages of a size that makes more than one page are requested. Broken if an item is on both.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    size = non_dividing_size(api, len(items))
    first: Exchange = require_ok((yield api.page(None, size)))
    second: Exchange = require_ok((yield api.page(size, size)))
    if twice := set(identities(api, first.items)) & set(identities(api, second.items)):
        raise Broken("no item on both pages", f"{len(twice)} shared, such as {min(twice)[:60]}")


def _sizes(api: RequestFactory, depth: str) -> list[str]:
    size = paging_of(api).size
    none = size is not None and api.contract.json_schema(size.schema).get("minimum") == 0
    sizes = ["the largest", "some", "one", "all but one", "one too many"][: (2, 3, 5)[DEPTHS.index(depth)]]
    return [*sizes, *(["none"] if none else [])]


@law(
    family="pagination",
    on=selectors.sized_lists,
    kinds=("page/maximum", "page/walk"),
    asserts=("page/maximum",),
    cases=_sizes,
    needs_items=True,
)
def pages_have_the_size_asked_for(api: RequestFactory, which: str) -> Conversation:
    """A page has as many items as were requested, or as many as there are; the largest declared size is served too.

    The first page is requested in sizes from one item to the declared maximum. Broken if a size the document allows is
    refused, or if a page has more or fewer items than its size. Where pages are found by a cursor, a page may have
    fewer, since such documents promise no more. Where the declared minimum is 0, a page of 0 has no items.
    """
    if which == "none":
        yield from _none(api)
        return
    top = declared_largest(api)
    if which == "the largest":
        if top is None:
            raise NotObservable("the document declares no largest page")
        page: Exchange = yield api.page(None, top)
        if not page.ok:
            yield from require_given(api)
            raise Broken(f"a page of {top}, the declared maximum", page.summary())
    items = yield from read_all(api)
    at_least(items, 2)
    size = _size(api, which, len(items), top if which == "the largest" else largest(api))
    page = yield api.page(None, size)
    if not page.ok:
        raise Broken(f"a page of {size}", page.summary())
    expected = min(size, len(items))
    fewer = len(page.items) < expected and paging_of(api).dialect != "cursor"
    if fewer and says_more(page, len(page.items)):
        raise api.departure(Rule.PAGES_ARE_FULL, f"{expected} items on the first page of {size}", page, got(page))
    if fewer or len(page.items) > expected:
        raise Broken(f"{expected} items on the first page of {size}", got(page))


def _none(api: RequestFactory) -> Steps:
    at_least((yield from read_all(api)), 1)
    page: Exchange = yield api.page(None, 0)
    if not page.ok:
        raise Broken("a page of 0, the declared minimum", page.summary())
    if page.items:
        raise Broken("no items on a page of 0, the declared minimum", got(page))


def got(page: Exchange) -> str:
    return f"{len(page.items)}"


def _size(api: RequestFactory, which: str, total: int, top: int | None) -> int:
    named = {"the largest": top, "one": 1, "all but one": total - 1, "one too many": total + 1}
    return min(named.get(which) or non_dividing_size(api, total), top or total + 1)


def _places(api: RequestFactory, depth: str) -> list[str]:
    return ["the second", "the last", "the middle", "the first"][: (1, 2, 4)[DEPTHS.index(depth)]]


@law(
    family="pagination",
    on=selectors.numbered_lists,
    kinds=("page/walk",),
    cases=_places,
    needs_items=True,
    every_tenant=True,
)
def a_page_begins_where_it_was_asked_to(api: RequestFactory, which: str) -> Conversation:
    """A page that begins at item k shows exactly the items of the list from k on, in the same order.

    Asked at offsets that no walk comes to (the second item, the last one), and where pages have numbers at the page
    that holds such an item. Broken if the page shows anything else than that part of the whole list.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    size = non_dividing_size(api, len(items))
    start = {"the second": 1, "the last": len(items) - 1, "the middle": len(items) // 2}.get(which, 0)
    if paging_of(api).dialect == "page":
        start = max(start, size) // size * size if which != "the first" else 0
    page: Exchange = require_ok((yield api.page(start, size)))
    expected, got = identities(api, items[start : start + size]), identities(api, page.items)
    if expected != got:
        told = f"{len(got)} items" if len(got) != len(expected) else "others, or in another order"
        raise Broken(f"the {len(expected)} items from number {start} on (page of {size}, {len(items)} in all)", told)


def _beyond(api: RequestFactory, depth: str) -> list[str]:
    """Just past the end where reading a list to its end requests that anyway, and far behind it."""
    ways = ["just past", "far", str(ABSURD[-1]), "one further", *map(str, ABSURD[:-1])]
    first = 1 if depth != "deep" and tells_its_end(paging_of(api)) else 0
    return ways[first : {"quick": 2, "standard": 3}.get(depth)]


@law(
    family="pagination",
    on=selectors.numbered_lists,
    kinds=("page/walk",),
    asserts=(),
    cases=_beyond,
    needs_items=True,
    every_tenant=True,
)
def past_the_end_is_an_empty_page(api: RequestFactory, which: str) -> Conversation:
    """A page past the end of a list is a success without items.

    Asked just past the end and far behind it, where some servers have a ceiling they do not declare. Broken if it is an
    error, or if it shows items again, where the document states that rule; elsewhere only a server error breaks this.
    Numbers too large for 32 or 64 bits may be refused, but show no items and make no server fail. Where pages have
    numbers, 404 may say that there is no page of this number: that is observed.
    """
    items = yield from read_all(api)
    size = largest(api) or SOME
    start = {"just past": len(items), "one further": len(items) + 1, "far": len(items) + FAR}.get(which)
    start = int(which) if start is None else start
    if paging_of(api).dialect == "page":
        start = -(-start // size) * size
    sized = size if largest(api) is not None or paging_of(api).size is not None else None
    if sized is not None and which == "far":
        sized = size_far_behind(api, sized)
    page: Exchange = yield api.page(start, sized)
    if page.status == 404 and paging_of(api).dialect == "page":
        raise Observed(f"a page behind the last one is answered with {page.summary()}")
    if page.status >= 500:
        raise Broken(f"no server error from {start} of {len(items)}", page.summary())
    if not page.ok and not which.isdigit():
        raise api.departure(Rule.PAST_THE_END_IS_EMPTY, f"a success without items from {start} of {len(items)}", page)
    if page.ok and page.items:
        got = f"{len(page.items)} items from {start} of {len(items)}"
        raise api.departure(Rule.PAST_THE_END_IS_EMPTY, "no items past the end", page, got)


@law(family="pagination", on=selectors.lists, kinds=("page/walk",), asserts=(), needs_items=True)
def the_same_question_has_the_same_answer(api: RequestFactory) -> Conversation:
    """Requested twice while nothing changes, a list gives the same items in the same order.

    At depth quick, the two requests are the one without a page size and the one for the largest page: as far as both go
    they have to agree.
    """
    largely: Exchange = require_ok((yield from largest_page(api)))
    plainly: Exchange = require_ok((yield api.page()))
    both = min(len(largely.items), len(plainly.items))
    at_least(largely.items, 2)
    _same(identities(api, largely.items)[:both], identities(api, plainly.items)[:both])
    if api.depth != "quick":
        again: Exchange = require_ok((yield api.page().retried()))
        _same(identities(api, plainly.items), identities(api, again.items))


def _same(first: list[str], second: list[str]) -> None:
    if first != second:
        same = sorted(first) == sorted(second)
        raise Broken("the same items in the same order", "another order" if same else "other items")


@law(family="pagination", on=selectors.sized_lists, kinds=("page/default",), needs_items=True, every_tenant=True)
def the_default_page_size_is_as_declared(api: RequestFactory) -> Conversation:
    """Without a page size, a page has the declared default number of items, or all there are.

    Where the answer names its page size it must name the default; where the list is longer than the default, the page
    must have that length. Not observable where the list is shorter and the answer names no size.
    """
    paging = paging_of(api)
    if paging.default is None:
        raise NotObservable("the document declares no default")
    items = yield from read_all(api)
    page: Exchange = require_ok((yield api.page()))
    expected = min(paging.default, len(items))
    if len(page.items) > expected or (len(page.items) < expected and paging.dialect != "cursor"):
        raise Broken(f"{expected} items ({paging.default} is the default, {len(items)} in all)", str(len(page.items)))
    announced = page.page("size")
    if announced is not MISSING and announced not in {paging.default, len(page.items)}:
        raise Broken(f"{paging.members.get('size', '').removeprefix('/')} {paging.default}", str(announced))
    if announced is MISSING and len(items) <= paging.default:
        raise NotObservable(f"the list has {len(items)} items, the default is {paging.default}")


FAR_AWAY = "1" + 20 * "0"
"""A position that no number of 64 bits holds, and that a document without a maximum allows."""


def _impossible(api: RequestFactory, depth: str) -> list[list[str]]:
    """Values that the schemas of size and position forbid: number too small or too large, or no number at all.

    At depth quick, the first of them at every list, and one of the others in turn.
    """
    paging = paging_of(api)
    found: list[list[list[str]]] = []
    for parameter in (paging.size, paging.position if paging.dialect != "cursor" else None):
        schema = api.contract.json_schema(parameter.schema) if parameter else {}
        if parameter is None or schema.get("type") not in {"integer", "number"}:
            continue
        bounds = [schema.get(key) for key in ("minimum", "maximum")]
        low, high = (int(each) if isinstance(each, int | float) else None for each in bounds)
        values = impossible(minimum=low, maximum=high, words=depth == "deep")
        if parameter is paging.position and high is None:
            values.insert(1, FAR_AWAY)
        found.append([[parameter.name, each] for each in values])
    most = (2, 2, 9)[DEPTHS.index(depth)]
    chosen = [each for values in found for each in values[:most]]
    if depth != "quick" or len(chosen) < 3:
        return chosen
    turn = api.contract.operations.index(api.operation) % (len(chosen) - 1)
    return [chosen[0], chosen[1 + turn]]


@law(
    family="pagination",
    on=selectors.lists,
    kinds=("page/maximum", "parameter/query", "status/400"),
    asserts=("page/maximum",),
    cases=_impossible,
    needs_items=True,
)
def an_impossible_page_is_refused(api: RequestFactory, wrong: list[str]) -> Conversation:
    """A page size or position that the document forbids is refused as invalid, neither capped nor replaced by another.

    Asked with one more than the maximum, one less than the minimum, and at greater depths with numbers of more than 31
    and 63 bits and a word. Expected is the status the document has for invalid requests (400 or 422, else any 4xx).
    Empty and repeated parameters are not sent: the document says nothing about them. A position of 21 digits where no
    maximum is declared is allowed: of it only a server error is held against the deployment. Where another size is
    taken instead, that is lenience, and observed where the document says so; to give more items than the maximum is
    neither. At depth quick, a refusal of several flaws that names this one will do.
    """
    name, value = wrong
    if api.depth == "quick" and (yield from refused_with_others(api, name, value)):
        return
    answer: Exchange = yield api.ask(query=[(name, value)])
    if value == FAR_AWAY:
        if answer.status >= 500:
            raise Broken(f"no server error for {name}={value}", answer.summary())
        return
    expected = refusal(api.operation)
    if answer.ok:
        exceeds = _exceeds(api, name, len(answer.items))
        if not exceeds and takes_other_values(_description(api, name)):
            raise Observed(f"{name}={value} was answered with {len(answer.items)} items, as the document has it")
        more = ", more than it is to give" if exceeds else ""
        raise Broken(f"{expected} for {name}={value}", f"{answer.summary()} with {len(answer.items)} items{more}")
    if not refused(answer, expected):
        yield from require_given(api)
        raise Broken(f"{expected} for {name}={value}", answer.summary())


def _description(api: RequestFactory, name: str) -> str:
    """What the document says of a parameter."""
    return next((each.description for each in api.operation.parameters if each.name == name), "")


def _exceeds(api: RequestFactory, name: str, count: int) -> bool:
    """Whether a page has more items than the greatest size allows."""
    size = paging_of(api).size
    most = api.contract.json_schema(size.schema).get("maximum") if size and size.name == name else None
    return isinstance(most, int | float) and count > most
