"""Laws of filters by what items do not show: several values at once, and later pages, agree with each value alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import attrs

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import resolve_path
from contracts.steps.lists.identity import identities
from contracts.steps.lists.page_sizes import largest
from contracts.steps.lists.paging import at_least, numbered, paging_of, read_all
from specs.contract import Contract, Operation, Parameter, selectors
from specs.contract.action_words import words
from specs.contract.inferred_filters import names_what_is_kept
from specs.contract.removals import shown_members

VALUES = 6
"""Values that are tried alone, at most."""


def _unseen(operation: Operation) -> list[Parameter]:
    return [each for each in operation.parameters if names_what_is_kept(each)]


def _lists(contract: Contract) -> Iterator[Operation]:
    """Lists that can be reduced to the items of something which they do not show."""
    return (each for each in selectors.lists(contract) if _unseen(each))


def _cases(api: RequestFactory, _: str) -> list[str]:
    return [each.name for each in _unseen(api.operation)]


@law(
    family="filters",
    on=_lists,
    kinds=("page/filter",),
    asserts=(),
    cases=_cases,
    needs_items=True,
    depth="deep",
)
def what_items_do_not_show_is_filtered_alike(api: RequestFactory, name: str) -> Conversation:
    """A filter by what items do not show keeps the same items on every page, and of several values those of each.

    Its values are those that other lists of the tenant show in a member of that name. Broken if the list of a value has
    an item that the whole list has not; if what comes behind its first item is not the rest of it; or if the list of
    two values is neither what the two keep each, nor what both of them keep.
    """
    items = yield from read_all(api)
    at_least(items, 2)
    parameter = api.operation.parameter(name, "query")
    assert parameter is not None
    kept: dict[str, list[str]] = {}
    for value in (yield from _values(api, name))[:VALUES]:
        kept[value] = identities(api, (yield from read_all(api, [(name, value)])))
        if strangers := {*kept[value]} - {*identities(api, items)}:
            raise Broken(f"a part of the whole list for {name}={value}", f"{len(strangers)} items that are not in it")
        yield from _later(api, name, value, kept[value])
    if not any(kept.values()):
        raise NotObservable(f"no value of {name} is known that keeps anything")
    yield from _two(api, parameter, {value: {*names} for value, names in kept.items()})


def _later(api: RequestFactory, name: str, value: str, kept: list[str]) -> Steps:
    """What comes behind the first of the items that a value keeps is the rest of them."""
    if len(kept) < 1 or not numbered(paging_of(api)) or paging_of(api).dialect == "page":
        return
    size = largest(api)
    page: Exchange = yield api.page(1, size, query=[(name, value)])
    rest = kept[1:][:size]
    if page.ok and (len(page.items) != len(rest) or {*identities(api, page.items)} - {*kept}):
        told = f"the {len(rest)} items behind the first for {name}={value}"
        raise Broken(told, f"{len(page.items)} items", [page])


def _two(api: RequestFactory, parameter: Parameter, kept: dict[str, set[str]]) -> Steps:
    """What two values keep together, where each keeps something that the other does not."""
    if api.contract.json_schema(parameter.schema).get("type") != "array":
        return
    pairs = permutations(kept, 2)
    apart = [(one, other) for one, other in pairs if kept[one] - kept[other] and kept[other] - kept[one]]
    for one, other in apart[:2]:
        found = {*identities(api, (yield from read_all(api, {parameter.name: [one, other]})))}
        if found not in (kept[one] | kept[other], kept[one] & kept[other]):
            told = f"{len(kept[one] | kept[other])} items for {parameter.name}={one},{other}"
            raise Broken(f"{told}, or the {len(kept[one] & kept[other])} of both", f"{len(found)}")


def _values(api: RequestFactory, name: str) -> Steps:
    """Values that lists of the tenant show in a member which the parameter is called after, in some order."""
    wanted, found = _called(name), dict[str, None]()
    for listing in (each.list for each in api.contract.resources if each.list):
        if not _shows(api.contract, listing, wanted):
            continue
        try:
            values = yield from resolve_path(api, listing, fresh=False)
            view = attrs.evolve(api.for_operation(listing, values), principal=api.caller(listing))
            items: list[Any] = yield from read_all(view)
        except (Blocked, NotObservable):
            continue
        for item in items:
            own = {_called(member): value for member, value in item.items()} if isinstance(item, dict) else {}
            if isinstance(value := own.get(wanted), str | int) and not isinstance(value, bool):
                found[str(value)] = None
    return [*found]


def _shows(contract: Contract, listing: Operation, wanted: tuple[str, ...]) -> bool:
    """Whether the document's examples or schema of a list have a member of that name."""
    return any(_called(member) == wanted for member in shown_members(contract, listing))


def _called(name: str) -> tuple[str, ...]:
    """The words of a name, each as of one thing: `teamsIds` and `teamId` are one name."""
    return tuple(each.removesuffix("s") for each in words(name))
