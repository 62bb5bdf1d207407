"""Laws of order: a sorted list is in order, descending is ascending backwards, and pages do not disturb it."""

from __future__ import annotations

from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.core.filter_semantics import number, out_of_order, shown, sort_values
from contracts.core.rejection import INVALID
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lists.identity import identities
from contracts.steps.lists.page_claims import judge
from contracts.steps.lists.page_sizes import largest
from contracts.steps.lists.paging import (
    ListRefused,
    at_least,
    numbered,
    pages_of,
    paging_of,
    read_all,
    require_ok,
    walk,
)
from contracts.steps.lists.questions import some_question, wide_question, wrong_items
from contracts.strategies.filter_mistakes import Question
from contracts.strategies.pages import telling_sizes
from contracts.strategies.sorts import both_ways, sorting
from specs.contract import Parameter, selectors


def _orders(api: RequestFactory, depth: str) -> list[str]:
    return [each.name for each in sorting(api.operation)]


def _parameter(api: RequestFactory, name: str) -> tuple[Parameter, str, tuple[str, str]]:
    """A sorting parameter, the member it orders by, and its words for ascending and descending."""
    parameter = api.operation.parameter(name, "query")
    ways = both_ways(parameter) if parameter else None
    if parameter is None or parameter.sort is None or ways is None:
        raise NotObservable(f"the document does not say how {name} is asked for both ways")
    return parameter, parameter.sort.member, ways


def _in_order(items: list[Any], member: str, *, descending: bool, how: str) -> None:
    if (place := out_of_order(items, member, descending=descending)) is not None:
        raise Broken(f"{how} in order of {member.removeprefix('/')}", f"item {place} stands out of order")


@law(family="sorting", on=selectors.sorted_lists, kinds=("page/sort",), cases=_orders, needs_items=True)
def descending_is_ascending_backwards(api: RequestFactory, name: str) -> Conversation:
    """Descending order is ascending order backwards, and either way the list has all its items.

    Items that agree in the member may be in any order among themselves, and so may those that do not show it. Times and
    numbers are held to their order; of texts, whose order depends on a language, only that one way is the reverse of
    the other. A list that can be ordered in many ways is requested by the first of them both ways, and for the others
    descending, unless the depth is deep; of these a first page is requested, which has to show what comes first of all,
    at depth quick that alone.
    """
    _, member, (up, down) = _parameter(api, name)
    items = yield from read_all(api)
    at_least(items, 2)
    one_way = _one_way(api, name, member, items)
    unlike = _word_unlike(items, member, up, down)
    first: list[Any] = []
    if _on_a_page(api, items) and _has_order(items, member) and name not in _walked_orders(api, api.depth):
        first = yield from _first_page(api, {name: unlike}, member, items, down)
        if api.depth == "quick" and one_way:
            return
    found: dict[str, list[Any]] = {}
    for word in (unlike,) if one_way else (up, down):
        found[word] = yield from walk(api, largest(api), query={name: word})
        if sorted(identities(api, found[word])) != sorted(identities(api, items)):
            what = f"{len(found[word])} items, not the same"
            raise Broken(f"the {len(items)} items of the list with {name}={word}", what)
        _in_order(found[word], member, descending=word == down, how=f"{name}={word}")
    if first:
        yield from _cut_alike(api, {name: unlike}, found[unlike], first)
    if one_way:
        return
    one, other = sort_values(found[up], member), sort_values(found[down], member)[::-1]
    if one != other and all(each != "null" and "[null]" not in each for each in one):
        raise Broken(f"{name}={down} as {name}={up} backwards", "another order")


def _on_a_page(api: RequestFactory, items: list[Any]) -> bool:
    """Whether the whole list fits on a page, and a smaller page can be requested."""
    top = largest(api)
    return paging_of(api).size is not None and len(items) > 2 and (top is None or len(items) < top)


def _cut_alike(api: RequestFactory, query: dict[str, str], whole: list[Any], first: list[Any]) -> Steps:
    """The first page of a sorted list is its beginning, and the next one its end, those that tie included."""
    pages = [first]
    if numbered(paging_of(api)) and paging_of(api).dialect != "page":
        rest: Exchange = require_ok((yield api.page(len(first), largest(api), query=query)))
        pages.append(rest.items)
    for place, page in zip((0, len(first)), pages, strict=False):
        if identities(api, page) != identities(api, whole)[place : place + len(page)]:
            (how,) = (f"{name}={word}" for name, word in query.items())
            raise Broken(f"the items from {place} on with {how} as in the whole list", "others, or in another order")


def _word_unlike(items: list[Any], member: str, up: str, down: str) -> str:
    """The word for the order that a list is not in anyway: what is not sorted at all would pass for sorted there."""
    return up if out_of_order(items, member, descending=True) is None else down


def _first_page(api: RequestFactory, query: dict[str, str], member: str, items: list[Any], down: str) -> Steps:
    """The items of a page of two thirds of the list: in order, and nothing left out comes before any of them."""
    size = max(2, len(items) * 2 // 3)
    page: Exchange = require_ok((yield api.page(None, size, query=query)))
    (how,) = (f"{name}={word}" for name, word in query.items())
    descending = down in query.values()
    if numbered(paging_of(api)):
        judge(api, page, total=len(items), start=0, size=size)
    shown_ones = set(identities(api, page.items))
    if len(shown_ones) < size or not shown_ones <= set(identities(api, items)):
        raise Broken(f"{size} of the {len(items)} items of the list with {how}", f"{len(shown_ones)}, not all of them")
    _in_order(page.items, member, descending=descending, how=how)
    left = [item for name, item in zip(identities(api, items), items, strict=True) if name not in shown_ones]
    last = [item for item in page.items if number((shown(item, member) or [None])[0]) is not None][-1:]
    for item in left if last else ():
        _in_order(
            [*last, item], member, descending=descending, how=f"the first page with {how}, before what it leaves out,"
        )
    return page.items


def _one_way(api: RequestFactory, name: str, member: str, items: list[Any]) -> bool:
    """Whether one way is enough: it is not the list's first order, and its values have an order of their own."""
    both_ways = {"quick": 1, "standard": 2}.get(api.depth, 99)
    return _has_order(items, member) and name not in _orders(api, "")[:both_ways]


def _has_order(items: list[Any], member: str) -> bool:
    """Whether items show times or numbers there."""
    values = [shown(item, member) for item in items]
    return any(each and number(each[0]) is not None for each in values)


def _first_orders(api: RequestFactory, depth: str) -> list[str]:
    return [each.name for each in sorting(api.operation)][: 1 if depth == "quick" else 9]


def _walked_orders(api: RequestFactory, depth: str) -> list[str]:
    """The first order; all of them at depth deep."""
    return _orders(api, depth)[: None if depth == "deep" else 1]


@law(
    family="sorting",
    on=selectors.sorted_lists,
    kinds=("page/sort", "page/walk"),
    asserts=("page/sort",),
    cases=_walked_orders,
    needs_items=True,
)
def a_sorted_list_is_paged_like_any_other(api: RequestFactory, name: str) -> Conversation:
    """The pages of a sorted list make up the sorted list: the same items in the same order, ties included.

    Read with the largest page and again in pages of a size that parts items which tie, if any do; ascending, or
    descending where the list is ascending anyway, since what is not sorted at all would pass for sorted there.
    """
    _, member, ways = _parameter(api, name)
    if paging_of(api).size is None:
        raise NotObservable("the page size cannot be chosen")
    plain = yield from read_all(api)
    for word in ways:
        whole = yield from read_all(api, {name: word}, enough=len(plain))
        at_least(whole, 3)
        if identities(api, whole) != identities(api, plain):
            break
    size = _parting(sort_values(whole, member), largest(api))
    pages: list[Exchange] = yield from pages_of(api, size, query={name: word}, enough=len(whole))
    walked = [item for page in pages for item in page.items]
    if identities(api, walked) != identities(api, whole):
        same = sorted(identities(api, walked)) == sorted(identities(api, whole))
        raise Broken(f"the list with {name}={word} in pages of {size}", "another order" if same else "other items")


ORDERED = 5
"""Items that are hardly in order by chance."""


def _parting(values: list[str], top: int | None) -> int:
    """A page size whose first page ends between two items that tie, of those that make two pages."""
    sizes = telling_sizes(len(values), maximum=top, pages=2)
    return next((size for size in sizes if size < len(values) and values[size - 1] == values[size]), sizes[0])


@law(
    family="sorting",
    on=selectors.sorted_lists,
    kinds=("page/sort", "page/filter"),
    asserts=("page/sort",),
    cases=_first_orders,
    needs_items=True,
)
def a_filtered_list_is_sorted_too(api: RequestFactory, name: str) -> Conversation:
    """A list that is both filtered and sorted has exactly the matching items, in order.

    From depth standard on as many filters are sent together as leave some items, so that an order which any of them
    makes the deployment forget is seen; where they are refused together, one of them.
    """
    _, member, (up, down) = _parameter(api, name)
    items = yield from read_all(api)
    at_least(items, 3)
    question = wide_question(api, items, least=3) if api.depth != "quick" else {}
    question = question or (yield from some_question(api, least=2, order=False, rather=ORDERED))
    word = _word_unlike(items, member, up, down)
    found = yield from _filtered(api, question, {name: word})
    if found is None:
        question = yield from some_question(api, least=2, order=False, rather=ORDERED)
        found = yield from walk(api, largest(api), query={**question, name: word})
    if fault := wrong_items(api, question, items, found):
        raise Broken(*fault)
    _in_order(found, member, descending=word == down, how=f"a filtered list with {name}={word}")


def _filtered(api: RequestFactory, question: Question, order: dict[str, str]) -> Steps:
    """The items for several filters at once; None where they are refused together."""
    try:
        return (yield from walk(api, largest(api), query={**question, **order}))
    except ListRefused as outcome:
        if outcome.status not in INVALID or len(question) < 2:
            raise
        return None
