"""Laws of lists: the pages of a quiet list are its items, each once, in one order, counted rightly."""

from __future__ import annotations

from contracts import on
from contracts.api import Api
from contracts.exchange import MISSING, Exchange
from contracts.law import Broken, Conversation, Draw, law
from contracts.strategies.pages import offsets, offsets_past, page_sizes
from contracts.walks import at_least, everything, listed, names, walk


def _maximum(api: Api) -> int | None:
    return api.operation.paging.maximum if api.operation.paging else None


@law(family="pagination", on=on.numbered_lists, kinds=("page", "parameter"), examples=(1, 3, 12))
def pages_do_not_overlap(api: Api) -> Conversation:
    """Two neighbouring pages share no item.

    Two pages of a drawn size are asked for, the second beginning where the first ends. Broken if an item is on both.
    """
    items = yield from everything(api)
    at_least(items, 2)
    size = yield Draw(page_sizes(max(len(items) // 2, 1), maximum=_maximum(api)))
    first: Exchange = listed((yield api.page(0, size)))
    second: Exchange = listed((yield api.page(size, size)))
    if twice := set(names(api, first.items)) & set(names(api, second.items)):
        raise Broken("no item on both pages", f"{len(twice)} shared, such as {min(twice)[:60]}")


@law(family="pagination", on=on.numbered_lists, kinds=("page", "parameter"), examples=(1, 2, 8))
def every_walk_gives_the_same_items(api: Api) -> Conversation:
    """Walking a list in pages of any size gives the same items in the same order, none twice and none lost.

    The list is read in the largest pages and again in pages of a drawn size. Not observable with fewer than two items.
    """
    items = yield from everything(api)
    at_least(items, 2)
    size = yield Draw(page_sizes(len(items), maximum=_maximum(api), pages=8))
    walked = yield from walk(api, size)
    expected, got = names(api, items), names(api, walked)
    if sorted(expected) != sorted(got):
        lost, added = set(expected) - set(got), set(got) - set(expected)
        twice = len(got) - len(set(got))
        raise Broken(
            f"the {len(expected)} items of one large page in pages of {size}",
            f"{len(got)} items, {len(lost)} lost, {len(added)} added, {twice} twice",
        )
    if expected != got:
        place = next(number for number, pair in enumerate(zip(expected, got, strict=True)) if pair[0] != pair[1])
        raise Broken(f"the same order in pages of {size}", f"another item at position {place}")


@law(family="pagination", on=on.numbered_lists, kinds=("page", "parameter"), examples=(1, 3, 8))
def pages_have_the_size_asked_for(api: Api) -> Conversation:
    """A page has as many items as were asked for, or as many as are left.

    Broken if a page in the middle of a list has more or fewer items than its size.
    """
    items = yield from everything(api)
    at_least(items, 2)
    size = yield Draw(page_sizes(len(items), maximum=_maximum(api), pages=len(items)))
    start = 0 if size >= len(items) else (yield Draw(offsets(len(items) // size))) * size
    page: Exchange = listed((yield api.page(start, size)))
    expected = min(size, max(len(items) - start, 0))
    if len(page.items) != expected:
        raise Broken(f"{expected} items on the page of {size} from {start}", f"{len(page.items)}")


@law(family="pagination", on=on.numbered_lists, kinds=("page",), examples=(1, 2, 8))
def the_pagination_object_adds_up(api: Api) -> Conversation:
    """Each member of the pagination object tells the truth about the page it stands on.

    For a page of size t beginning at s, of n items in all: total is n, remaining is what is left behind the page, pages
    is n divided by t and rounded up, the current page is s divided by t, rounded down, plus one, and the two flags say
    whether a next and a previous page exist. First the last page is asked for, since most errors show there.
    """
    items = yield from everything(api)
    at_least(items, 2)
    size = yield Draw(page_sizes(len(items), maximum=_maximum(api), pages=len(items)))
    last = (len(items) - 1) // size * size
    for start in dict.fromkeys([last, 0]):
        page: Exchange = listed((yield api.page(start, size)))
        for role, allowed in counted(len(items), start, size, len(page.items)).items():
            value = page.page(role)
            if value is not MISSING and not any(value == each and type(value) is type(each) for each in allowed):
                expected = " or ".join(str(each).lower() for each in sorted(allowed))
                raise Broken(
                    f"{_member(api, role)} {expected} (page of {size} from {start}, {len(items)} in all)", str(value)
                )


def counted(total: int, start: int, size: int, returned: int) -> dict[str, set[int]]:
    """What each member of the pagination object may say."""
    remaining = max(0, total - start - returned)
    return {
        "total": {total},
        "remaining": {remaining},
        "size": {size, returned} if returned < size else {size},
        "page": {start // size + 1} if total else {0, 1},
        "pages": {-(-total // size)},
        "next": {remaining > 0},
        "previous": {start > 0},
    }


def _member(api: Api, role: str) -> str:
    paging = api.operation.paging
    return paging.members[role].removeprefix("/") if paging else role


@law(family="pagination", on=on.numbered_lists, kinds=("page", "parameter"), examples=(1, 2, 3))
def past_the_end_is_an_empty_page(api: Api) -> Conversation:
    """A page past the end of a list is a success without items.

    Broken if it is an error, or if it shows items again.
    """
    items = yield from everything(api)
    start = yield Draw(offsets_past(len(items)))
    size = 10 if _maximum(api) is None else min(10, _maximum(api) or 10)
    if api.operation.paging and api.operation.paging.dialect == "page":
        start = -(-start // size) * size
    page: Exchange = yield api.page(start, size)
    if not page.ok:
        raise Broken("a success without items", page.says())
    if page.items:
        raise Broken("no items past the end", f"{len(page.items)} items from {start} of {len(items)}")


@law(family="pagination", on=on.lists, kinds=("page",))
def the_same_question_has_the_same_answer(api: Api) -> Conversation:
    """Asked twice while nothing changes, a list gives the same items in the same order."""
    first: Exchange = listed((yield api.page()))
    at_least(first.items, 2)
    second: Exchange = listed((yield api.page().again()))
    if names(api, first.items) != names(api, second.items):
        same = sorted(names(api, first.items)) == sorted(names(api, second.items))
        raise Broken("the same items in the same order", "another order" if same else "other items")


@law(family="pagination", on=on.lists, kinds=("page", "parameter"))
def the_default_page_size_is_as_declared(api: Api) -> Conversation:
    """Without a page size, a page has the declared default number of items, or all there are.

    Where the answer names its page size it must name the default; where the list is longer than the default, the page
    must have that length.
    """
    paging = api.operation.paging
    assert paging is not None
    items = yield from everything(api)
    page: Exchange = listed((yield api.page()))
    if paging.default is None:
        return
    expected = min(paging.default, len(items))
    if len(page.items) != expected:
        raise Broken(f"{expected} items ({paging.default} is the default, {len(items)} in all)", str(len(page.items)))
    told = page.page("size")
    if told is not MISSING and told not in {paging.default, len(page.items)}:
        raise Broken(f"{paging.members['size'].removeprefix('/')} {paging.default}", str(told))
