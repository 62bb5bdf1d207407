"""Laws of what a list shows: its owner's items and nobody else's, each as it reads by itself."""

from __future__ import annotations

import json
from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.comparison import same_value
from contracts.steps.lists.identity import identities, identity, same_items
from contracts.steps.lists.page_sizes import largest_page
from contracts.steps.lists.paging import at_least, non_dividing_size, read_all, require_ok
from contracts.steps.lists.rival_view import rivals_items
from specs.contract import selectors
from specs.contract.member_names import Hint, MemberNames


@law(
    family="pagination",
    on=selectors.owned_lists,
    kinds=("credential", "page/walk"),
    asserts=(),
    needs_second_tenant=True,
    needs_items=True,
    every_tenant=True,
)
def nothing_of_another_tenant_appears(api: RequestFactory) -> Conversation:
    """The lists of two tenants have no item in common, and no item names the other tenant as its owner.

    Each tenant's whole list is read by a principal of its own. Broken if an item is in both, equal in every member, or
    if an item of the one carries the id by which the document knows the other. Where the path is the same for both, the
    list may be meant for everybody, in part or as a whole: then what they share is only observed.
    """
    own = yield from read_all(api)
    other, theirs = yield from rivals_items(api)
    at_least(own, 1)
    shared = same_items(own, theirs)
    if shared and api.values == other.values:
        raise Observed(f"{len(shared)} of {len(own)} items are in both tenants' lists, which have the same URL")
    if shared:
        raise Broken("no item of another tenant", f"{len(shared)} of theirs, such as {identity(api, shared[0])[:60]}")
    foreign = {value for name, value in other.values.items() if len(value) >= 8 and value != api.values.get(name)}
    for item in own:
        for name, value in item.items() if isinstance(item, dict) else ():
            if isinstance(value, str) and value in foreign:
                raise Broken("only items of this tenant", f"one whose {name} is {value}, the other tenant's")


def _ends(api: RequestFactory, depth: str) -> list[str]:
    return ["last", "first"][: 1 if depth == "quick" else 2]


@law(
    family="pagination",
    on=selectors.readable_lists,
    kinds=("state/read", "page/walk"),
    asserts=("state/read",),
    cases=_ends,
    needs_items=True,
    every_tenant=True,
)
def items_read_as_they_are_listed(api: RequestFactory, which: str) -> Conversation:
    """A list shows its items as their own URLs do.

    The last item, and at greater depths the first, is read by itself. Broken if it is not there, or if a member that
    both show differs. Lists of plain values may come in another order; what only one of them shows does not count.
    """
    resource = api.resource
    items = yield from read_all(api)
    at_least(items, 1)
    item = items[-1 if which == "last" else 0]
    own = at(item, resource.member)
    if own is MISSING or own is None or resource.identifier is None or resource.read is None:
        raise NotObservable(f"items do not show {resource.member}")
    answer: Exchange = yield api.ask(resource.read, path={**api.values, resource.identifier: str(own)})
    if answer.status in {401, 403}:
        raise NotObservable(f"this principal may not read an item: {answer.summary()}")
    if not answer.ok:
        raise Broken(f"the listed item {own} at its own address", answer.summary())
    if difference := differs(item, answer.data, "", api.contract.names):
        raise Broken(f"{difference[0]} as the list shows it: {_short(difference[1])}", _short(difference[2]))


@law(
    family="pagination",
    on=selectors.numbered_lists,
    kinds=("state/read", "page/walk"),
    asserts=(),
    needs_items=True,
)
def an_item_reads_alike_on_every_page(api: RequestFactory) -> Conversation:
    """An item is shown with the same values on whichever page it comes, however often the list is read.

    The first two pages of a size that makes more than one page are held against the whole list. Broken if a member
    differs, and differs in the same way when the whole list and that page are read once more.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    size = non_dividing_size(api, len(items))
    for start in (None, size):
        page: Exchange = require_ok((yield api.page(start, size)))
        found = _differing(api, items, page.items)
        if found is None:
            continue
        whole: Exchange = yield from largest_page(api, bypass_cache=True)
        again: Exchange = yield api.page(start, size).retried()
        if whole.ok and again.ok and _differing(api, whole.items, again.items) == found:
            name, (where, one, other) = found
            raise Broken(f"{where} of {name[:60]} as the whole list shows it: {_short(one)}", _short(other), [page])


def _differing(api: RequestFactory, items: list[Any], page: list[Any]) -> tuple[str, tuple[str, Any, Any]] | None:
    """The first item of a page that the whole list shows with another value: its name and the difference."""
    known = dict(zip(identities(api, items), items, strict=True))
    for name, item in zip(identities(api, page), page, strict=True):
        if name in known and (difference := differs(known[name], item, "", api.contract.names)):
            return name, difference
    return None


def differs(one: Any, other: Any, where: str, names: MemberNames) -> tuple[str, Any, Any] | None:
    """The first member that both show and that differs: its place and both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        shared = (name for name in one if name in other and not names.suggest(name, Hint.FLEETING))
        found = (differs(one[name], other[name], f"{where}/{name}", names) for name in shared)
        return next((each for each in found if each), None)
    if isinstance(one, list) and isinstance(other, list):
        return _unlike(one, other, where)
    if isinstance(one, dict | list) != isinstance(other, dict | list):
        return None  # one shows what the other names: an object in place of its id, or the other way round
    return None if one == other or same_value(one, other) else (where or "the item", one, other)


def _unlike(one: list[Any], other: list[Any], where: str) -> tuple[str, Any, Any] | None:
    plain = all(not isinstance(each, dict | list) for each in [*one, *other])
    same = sorted(map(json.dumps, one)) == sorted(map(json.dumps, other)) if plain else len(one) == len(other)
    return None if same else (where, one, other)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
