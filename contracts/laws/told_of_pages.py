"""Laws of what an answer tells about its page: totals, counts, numbers and flags agree with the list itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts import on
from contracts.api import Api, first_number
from contracts.exchange import MISSING, Exchange
from contracts.law import Broken, Conversation, Draw, NotObservable, law
from contracts.strategies.pages import FAR, page_sizes
from contracts.walks import (
    ambiguous,
    apt_size,
    at_least,
    everything,
    largest,
    listed,
    pages_of,
    paging_of,
    walk_length,
)


@law(
    family="pagination",
    on=on.numbered_lists,
    kinds=("page/told",),
    examples=(1, 2, 6),
    roomy=True,
    tenants=True,
)
def the_pagination_object_adds_up(api: Api) -> Conversation:
    """Each member of the pagination object tells the truth about the page it stands on.

    For a page of size t beginning at s, of n items in all: total is n, remaining is what is left behind the page, pages
    is n divided by t and rounded up, the current page is s divided by t, rounded down, plus one, and the two flags say
    whether a next and a previous page exist. Asked on the last page, which may be short, on the first, on one that
    begins at no multiple of t, on one that holds exactly the whole list, and far past the end. Headers that tell the
    same are held to the same.
    """
    _tells(api)
    items = yield from everything(api)
    at_least(items, 2)
    size = yield Draw(page_sizes(len(items), maximum=largest(api), pages=walk_length(api)))
    _told((yield api.page(None, size)))
    last = (len(items) - 1) // size * size
    aligned = paging_of(api).dialect == "page"
    known = apt_size(api, len(items))
    asked = [(last or None, size), (None, size), *([] if aligned else [(1, known)])]
    if len(items) <= (largest(api) or len(items)):
        asked.append((None, len(items)))
    if largest(api) is not None and not aligned:
        asked.append((len(items) + FAR, largest(api) or size))
    for start, of in dict.fromkeys(asked):
        page: Exchange = yield api.page(start, of)
        if (start or 0) < len(items):
            listed(page)
        if page.ok:
            judge(api, page, total=len(items), start=start or 0, size=of)


@law(family="pagination", on=on.cursor_lists, kinds=("page/told",), examples=(1, 2, 6), roomy=True, tenants=True)
def what_a_walk_is_told_is_true(api: Api) -> Conversation:
    """What the pages of a list tell on the way adds up: the total, the page size, and whether more follows.

    The list is walked by its cursors or links in pages of a drawn size. Broken if a total is not the number of items,
    or a flag says that more follows where nothing does, or the reverse.
    """
    _tells(api)
    items = yield from everything(api)
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


def _tells(api: Api) -> None:
    paging = paging_of(api)
    if not {*paging.members, *paging.headers} - {"link", "cursor", "previous_link"}:
        raise NotObservable("the document says nothing that an answer tells about its page")


def _told(page: Exchange) -> None:
    """Raises NotObservable where an answer makes no use of what the document lets it tell."""
    paging = page.operation.paging
    if page.ok and paging and all(page.page(role) is MISSING for role in {*paging.members, *paging.headers}):
        raise NotObservable("the answers tell nothing about their pages")


def judge(api: Api, page: Exchange, *, total: int, start: int, size: int) -> None:
    """Raises Broken where what a numbered page tells of itself is not what is counted."""
    truth = counted(total, start, size, len(page.items))
    if paging_of(api).dialect == "page":
        truth["page"] = {start // size + first_number(api.operation)}
    truth["offset"] = {start}
    compare(api, page, truth, f"page of {size} from {start}, {total} in all")


def compare(api: Api, page: Exchange, truth: dict[str, set[int]], where: str) -> None:
    """Raises Broken where a member, or a header, says something else than it may."""
    for role, allowed in truth.items():
        value = page.page(role)
        if value is not MISSING and not any(_same(value, each) for each in _with_counts(api, role, allowed, page)):
            expected = " or ".join(str(each).lower() for each in sorted(allowed))
            raise Broken(f"{_member(api, role)} {expected} ({where})", str(value))


def _same(value: Any, each: int) -> bool:
    return bool(value == each) and type(value) is type(each)


def _with_counts(api: Api, role: str, allowed: Iterable[int], page: Exchange) -> set[int]:
    """A member called `count` may mean the items on the page as well as all of them."""
    return {*allowed, len(page.items)} if role == "total" and ambiguous(paging_of(api)) else {*allowed}


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
    paging = paging_of(api)
    return paging.members[role].removeprefix("/") if role in paging.members else paging.headers.get(role, role)
