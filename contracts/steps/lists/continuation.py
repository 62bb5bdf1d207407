"""Whether a page says that the list goes on behind it, in places that the document does not declare as well.

Before anybody says that items of a list are lost, whatever a page shows that leads on has to be tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from contracts.core.conversation import NotObservable
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.request.api import RequestFactory
from contracts.request.parameters import pairs
from contracts.steps.lists.links import leads_to, same_server
from specs.contract import Paging, Rule

_NEXT = re.compile(r"(^|[-_.])next|[a-z]Next|^next|continu|(^|_)cursor$|^after$|[cC]ursor$", re.IGNORECASE)
"""Names of headers and members that lead on."""
_NOT_NEXT = re.compile(r"prev|first|last|before|current", re.IGNORECASE)
_CUT = re.compile(r"has_?(more|next)|more_?(items|results|available)?$|truncated|incomplete|is_?partial", re.IGNORECASE)
_DEPTH = 2
"""Levels of an answer that are read, its items aside."""


def says_more(page: Exchange, read: int) -> bool:
    """Whether a page says, where the document declares it, that there are more than the items read so far."""
    total, remaining = page.page("total"), page.page("remaining")
    if isinstance(total, int) and not isinstance(total, bool):
        return total > read
    return page.page("next") is True or (isinstance(remaining, int) and remaining > 0)


def leads_on(api: RequestFactory, pages: Sequence[Exchange], size: int | None, query: Any) -> Request | None:
    """The request for what a page says is behind it in another way than the declared one; None where it says nothing.

    Raises NotObservable where it says that there is more and not how to request it.
    """
    paging, last = api.operation.paging, pages[-1]
    if paging is None or last.response is None:
        return None
    read = sum(len(page.items) for page in pages)
    full = Rule.PAGES_ARE_FULL in api.contract.rules  # then a short page is the end of the list
    if paging.dialect != "cursor" and last.items and says_more(last, read) and not full:
        return api.page(read, size, query=query) if paging.dialect == "offset" else api.numbered(len(pages), size)
    for name, value in (*_headers(last), *_members(last.json, paging)):
        if (request := _followed(api, last, value, size, query)) is not None:
            return request
        raise NotObservable(f"the list goes on by {name}, which the document does not declare")
    if cut := next(_cut(last.json, paging), None):
        raise NotObservable(f"the list says of itself that it is cut ({cut})")
    return None


def _followed(api: RequestFactory, last: Exchange, value: str, size: int | None, query: Any) -> Request | None:
    """The request of a continuation: an address of this deployment, or a cursor to send."""
    if "/" in value or "?" in value:
        return leads_to(api, last, value) if same_server(api, _whole(api, last, value)) else None
    paging = api.operation.paging
    if paging is None or paging.position is None:
        return None
    sized = [(paging.size.name, str(size))] if size is not None and paging.size is not None else []
    return api.ask(query=[(paging.position.name, value), *sized, *pairs(api.operation, query)])


def _whole(api: RequestFactory, last: Exchange, value: str) -> str:
    return value if "://" in value else f"{api.deployment.base_url}{last.request.target}"


def _headers(page: Exchange) -> Iterator[tuple[str, str]]:
    assert page.response is not None
    for name, value in page.response.headers:
        if _leads(name) and value.strip():
            yield f"the header {name}", value.strip()


def _members(body: Any, paging: Paging, where: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Members of an answer that lead on, those of its items aside."""
    for name, value in body.items() if isinstance(body, dict) and depth < _DEPTH else ():
        place = f"{where}/{name}"
        if place == paging.items:
            continue
        if _leads(str(name)) and isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            yield place, str(value)
        elif isinstance(value, dict):
            yield from _members(value, paging, place, depth if _leads(str(name)) else depth + 1)
            yield from _inside(value, place) if _leads(str(name)) else ()


def _inside(value: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """What an object that leads on holds (`next_page: {offset, uri}`), a cursor before an address."""
    for name in ("offset", "cursor", "token", "uri", "href", "url", "path"):
        if isinstance(found := value.get(name, MISSING), str | int) and found is not MISSING and str(found):
            yield f"{place}/{name}", str(found)


def _leads(name: str) -> bool:
    return bool(_NEXT.search(name)) and not _NOT_NEXT.search(name)


def _cut(body: Any, paging: Paging, where: str = "", depth: int = 0) -> Iterator[str]:
    """Undeclared truths in an answer that say that there is more; the declared ones are read as such."""
    declared = {f"{paging.pagination or ''}{place}" for place in paging.members.values()}
    for name, value in body.items() if isinstance(body, dict) and depth < _DEPTH else ():
        place = f"{where}/{name}"
        if value is True and _CUT.search(str(name)) and place not in declared:
            yield str(name)
        yield from _cut(value, paging, place, depth + 1)
