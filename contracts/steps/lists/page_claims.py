"""What a pagination object claims, compared with what is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts.core.conversation import Broken
from contracts.core.exchange import MISSING, Exchange
from contracts.request.api import RequestFactory, first_number
from contracts.steps.lists.paging import (
    ambiguous,
    paging_of,
)


def judge(api: RequestFactory, page: Exchange, *, total: int, start: int, size: int) -> None:
    """Raises Broken where what a numbered page says of itself is not what is counted."""
    truth = counted(total, start, size, len(page.items))
    if paging_of(api).dialect == "page":
        truth["page"] = {start // size + first_number(api.operation)}
    truth["offset"] = {start + first_number(api.operation) if paging_of(api).dialect == "offset" else start}
    compare(api, page, truth, f"page of {size} from {start}, {total} in all")


def compare(api: RequestFactory, page: Exchange, truth: dict[str, set[int]], where: str) -> None:
    """Raises Broken where a member, or a header, says something else than it may."""
    for role, allowed in truth.items():
        value = page.page(role)
        if value is not MISSING and not any(_same(value, each) for each in _with_counts(api, role, allowed, page)):
            expected = " or ".join(str(each).lower() for each in sorted(allowed))
            raise Broken(f"{_member(api, role)} {expected} ({where})", str(value))


def _same(value: Any, each: int) -> bool:
    return bool(value == each) and type(value) is type(each)


def _with_counts(api: RequestFactory, role: str, allowed: Iterable[int], page: Exchange) -> set[int]:
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


def _member(api: RequestFactory, role: str) -> str:
    paging = paging_of(api)
    return paging.members[role].removeprefix("/") if role in paging.members else paging.headers.get(role, role)
