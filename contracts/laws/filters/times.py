"""Laws of filters by time: a bound is the same however it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange
from contracts.core.rejection import INVALID
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lists.page_sizes import largest, largest_page
from contracts.steps.lists.paging import at_least, read_all
from contracts.steps.lists.questions import ENOUGH, filtering, wrong_items
from contracts.strategies.time_spellings import Spelling, spellings, takes_dates, takes_times, together
from specs.contract import selectors

TURNS = 2
"""Ways to write a bound, that take turns among the filters of a list."""
MOST = {"quick": 1, "standard": 2, "deep": 8}
"""Requests with several filters each, per turn."""


def _turns(api: RequestFactory, depth: str) -> list[int]:
    timely = [each for each in filtering(api.operation) if takes_times(api.contract, each)]
    turns = TURNS if any(map(takes_dates, timely)) and depth != "quick" else 1
    return list(range(turns)) if timely else []


@law(family="filters", on=selectors.filtered_lists, kinds=("page/filter",), cases=_turns, needs_items=True)
def a_bound_may_be_written_otherwise(api: RequestFactory, turn: int) -> Conversation:
    """A filter by time keeps the same items when its bound is written with an offset, or as a bare date.

    A date-time may have any offset: the same instant is sent as another zone writes it. A bare date is sent where the
    document says what it means. Broken if the list has other items than those that fit, or if the server fails; where
    such a bound is refused, that is only observed.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    timely = [each for each in filtering(api.operation) if takes_times(api.contract, each)]
    few = items[:ENOUGH]
    rules = {each.name: each.filter for each in timely if each.filter}
    asked = together(rules, spellings(api.contract, timely, few, turn + api.seed), few)
    if not asked:
        raise NotObservable("the items do not show times that would make a difference")
    refused: list[str] = []
    for written in asked[: MOST[api.depth]]:
        if refused:
            written = {name: each.undated() for name, each in written.items()}
        page: Exchange = yield from _filtered(api, written)
        if page.status in INVALID:
            refused.append(f"{_said(written)} is refused: {page.summary()}")
            written = {name: each.undated() for name, each in written.items()}
            page = yield from _filtered(api, written)
        yield from _judge(api, written, items, page)
    if refused:
        raise Observed(refused[0])


def _said(written: dict[str, Spelling]) -> str:
    return "&".join(f"{name}={each.text}" for name, each in written.items())


def _filtered(api: RequestFactory, written: dict[str, Spelling]) -> Steps:
    return (yield from largest_page(api, query={name: each.text for name, each in written.items()}))


def _judge(api: RequestFactory, written: dict[str, Spelling], items: Sequence[Any], page: Exchange) -> Steps:
    """Raises Broken where a filtered list is not what it should be; each bound is sent alone then, to name the one."""
    fault: tuple[str, str] | None = yield from _fault(api, written, items, page)
    for name, each in written.items() if fault and len(written) > 1 else ():
        alone: Exchange = yield from _filtered(api, {name: each})
        if single := (yield from _fault(api, {name: each}, items, alone)):
            raise Broken(single[0], single[1], [alone])
    if fault:
        raise Broken(fault[0], fault[1], [page])


def _fault(api: RequestFactory, written: dict[str, Spelling], items: Sequence[Any], page: Exchange) -> Steps:
    """What is wrong with the list for these bounds; None if nothing is, or it was refused."""
    said = _said(written)
    if not page.ok:
        return (f"the items that fit {said}", page.summary()) if page.status >= 500 else None
    size = largest(api)
    whole = size is None or len(page.items) < size
    query = {name: each.text for name, each in written.items()}
    found = page.items if whole else (yield from read_all(api, query))
    wrong = wrong_items(api, {name: each.instant for name, each in written.items()}, items, found)
    return (f"{wrong[0]}, asked as {said}", wrong[1]) if wrong else None
