"""After the last law: everything the suite created is removed, also when the run was interrupted.

First goes what hangs on nothing else, since much of the rest goes with it. Then the lists are read, once: they show
what is still there, and what no response has shown, created by a request whose answer never came or in spite of a
refusal. Every name the suite makes up begins with a mark of the run; of the latter only what shows it is touched.

No sending is done here: the gate and the load each hold the conversations that `sweep` yields in their own way.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.core.conversation import Blocked, Conversation, Result, Steps, tee
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.request.url import path_values, target
from contracts.steps.created import Kept, Ledger, address_of, signed
from contracts.steps.lists.identity import bears
from contracts.steps.lists.paging import ListRefused, read_all
from contracts.steps.own_things import bears_mark, filled
from specs.contract import Contract, Resource, selectors
from specs.contract.removals import Removal, removal_of

GONE = {404, 410}


@attrs.define
class View:
    """A list in one place, as somebody sees it. `items`: None while unknown, empty where the place is gone."""

    api: RequestFactory
    resource: Resource
    items: list[Any] | None = None

    @property
    def viewer(self) -> str | None:
        """Who sees it, by name."""
        return self.api.principal.name if self.api.principal else None

    def shows(self, resource: Resource | None, values: dict[str, str], viewer: str | None) -> bool:
        """Whether it is the list of a resource in one place, as a principal sees it.

        A place without a name of its own is another for each of them.
        """
        same = all(values.get(name) == value for name, value in self.api.values.items())
        able = {each.name for each in callers(self.api.deployment, self.api.operation)}
        alone = not self.api.values and viewer in able
        return same and resource is self.resource and (viewer == self.viewer or not alone)

    def has(self, request: Request) -> bool:
        """Whether the resource that a deletion names would be in this list."""
        values = path_values(request.operation, request.target)
        return self.shows(self.api.contract.resource_of(request.operation), values, request.principal)

    def lacks(self, request: Request) -> bool:
        """Whether the list was read, and does not show what a deletion names."""
        if self.items is None or not self.has(request):
            return False
        ids = [at(item, self.resource.member) for item in self.items]
        own = path_values(request.operation, request.target).get(self.resource.identifier or "")
        return MISSING not in ids and own not in {str(each) for each in ids}


@attrs.frozen
class Scope:
    """What is to be removed, and where."""

    ledger: Ledger
    deployment: Deployment


Batches = Generator[list[Conversation], Sequence[Result], list[str]]
"""Conversations that may go on side by side, several times; sent back is how each of them ended."""


def sweep(ledger: Ledger, deployment: Deployment, mark: str = "") -> Batches:
    """Remove what is still there; returns what stays behind, in words for the user. `mark`: what its names show."""
    scope = Scope(ledger, deployment)
    # A parent takes its children with it, so most removals are saved by removing parents first.
    left = yield from _all_removed(scope, free(scope))
    views = yield from _read(scope, mark)
    forgotten: set[str] = set()
    for view in views:
        forgotten |= yield from _forget(scope, view)
    later = yield from _all_removed(scope, _standing(scope))
    # what was refused because something hung on it, now that this is gone
    later |= yield from _all_removed(scope, [each for each in _standing(scope) if later.get(address_of(each))])
    # What bears the mark but was never recorded: a creation whose response was lost on the way.
    if mark:
        strays = [each for view in views for each in _strays(scope, view, mark) if address_of(each) not in later]
        later |= yield from _all_removed(scope, strays)
    left |= later
    survivors = yield from _survivors(scope, views)
    # what could be read when it was tried may have gone since by another name
    left |= yield from _all_removed(scope, [each for each in _standing(scope) if left.get(address_of(each))])
    told = [f"DELETE {target}: {why}" for target, why in left.items() if why and target not in forgotten]
    unknown = [each for view in views for each in _unknown(scope, view)]
    return [*told, *survivors, *unknown, *_kept(ledger.kept)]


def _unknown(scope: Scope, view: View) -> Iterator[str]:
    """What came into a list during the run, of which no answer told and which bears no name of the run."""
    own, place = scope.ledger.own, filled(view.resource.collection, view.api.values)
    for item in view.items or ():
        address = _address(view, item)
        if address and own.came_meanwhile(place, view.viewer, address) and not any(map(bears_mark, _texts(item))):
            yield f"{address}: it came during the run and may be its own, though no response told of it"


def _texts(item: Any) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else ()


def _survivors(scope: Scope, views: Iterable[View]) -> Generator[Any, Any, list[str]]:
    """What is still in lists whose resources are removed by a name: two may have had the same, and go one by one."""
    found: list[str] = []
    for view in views:
        removal = removal_of(view.api.contract, view.resource)
        if removal is not None and removal.parameter != view.resource.identifier:
            yield [_told(view)]
            yield [removed(scope, each, absent=True) for each in _ours(scope, view, removal)]
            yield [_told(view)]
            found += [f"{address_of(each)}: it is still listed" for each in _ours(scope, view, removal)]
    return found


def _ours(scope: Scope, view: View, removal: Removal) -> list[Request]:
    """Deletions by name of all the run has made that a list shows now."""
    found: list[Request] = []
    for item in view.items or ():
        own = {**view.api.values, view.resource.identifier or "": str(at(item, view.resource.member))}
        name = at(item, removal.member)
        if filled(view.resource.item or "", own) in scope.ledger.own.made and bears_mark(name):
            place = {**view.api.values, removal.parameter: str(name)}
            found.append(view.api.ask(removal.operation, path=place))
            scope.ledger.own.adopt(address_of(found[-1]))
    return found


def _kept(kept: Iterable[Kept]) -> Iterator[str]:
    """What cannot be removed, one line for each operation and reason, with as many names as are known."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in kept:
        groups.setdefault((each.operation, each.why), []).append(each.name)
    for (operation, why), names in groups.items():
        shown = ", ".join(name for name in names if name)
        yield f"{len(names)} made by {operation}{f' ({shown})' if shown else ''}, {why}"


def unremoved(ledger: Ledger, deployment: Deployment) -> list[str]:
    """What is still there where there is no time to remove it, in words for the user."""
    return [f"DELETE {address_of(each)}: no time was left" for each in ledger.removals(deployment)]


def and_removed(api: RequestFactory, steps: Steps) -> Steps:
    """The same steps of a conversation, and at their end the removal of what they have made, one by one."""
    ledger = Ledger(api.contract, api.disposable)
    yield from tee(steps, ledger.note)
    for request in ledger.removals(api.deployment):  # noqa: UP028 - answers are sent back in
        yield request


def _standing(scope: Scope) -> list[Request]:
    return scope.ledger.removals(scope.deployment)


def free(scope: Scope) -> list[Request]:
    """Removals of what nothing else that is there belongs to, neither by its address nor by what it refers to."""
    contract = scope.ledger.contract
    owners = {address_of(each): contract.resource_of(each.operation) for each in _standing(scope)}
    hanging = {kin.name for each in {*owners.values()} if each for kin in selectors.child_resources(contract, each)}
    return [each for each in _standing(scope) if (own := owners[address_of(each)]) and own.name not in hanging]


def _all_removed(scope: Scope, requests: Iterable[Request]) -> Generator[Any, Any, dict[str, str]]:
    """Why each of these could not be removed; "" where it was."""
    requests = list(requests)
    endings: Sequence[Result] = yield [removed(scope, each) for each in requests]
    told = {address_of(each): ending.reason or "" for each, ending in zip(requests, endings, strict=True)}
    lost = [each for each, ending in zip(requests, endings, strict=True) if ending.unheard]
    if lost:  # to remove a resource twice does no harm
        endings = yield [removed(scope, each) for each in lost]
        told |= {address_of(each): ending.reason or "" for each, ending in zip(lost, endings, strict=True)}
    return told


def removed(scope: Scope, request: Request, *, absent: bool = False) -> Conversation:
    """One removal. Raises Blocked, with the reason, where it is refused, or where it may still be there.

    `absent`: its list does not show it any more.
    """
    exchange: Exchange = yield request
    ledger, address = scope.ledger, address_of(request)
    if exchange.status in GONE and not absent and address in ledger.standing:
        yield from _doubted(scope, address, exchange)
    elif not (exchange.ok or exchange.status in GONE):
        raise Blocked(exchange.summary())
    ledger.standing.pop(address, None)
    ledger.removed += exchange.ok


def _doubted(scope: Scope, address: str, refused: Exchange) -> Steps:
    """Look for something that its deletion did not find. Raises Blocked where it is not known to be gone.

    It is gone where it was seen at this address before, or a look does not find it either. Where a look shows it, it is
    called otherwise by now.
    """
    ledger = scope.ledger
    if ledger.was_seen(address):
        return
    look = ledger.looks.get(address)
    request = look and signed(look, scope.deployment)
    if not request:
        raise Blocked(f"{refused.summary()}, and nothing showed that it was there")
    shown: Exchange = yield attrs.evolve(request, bypass_cache=True)
    if not shown.ok:
        return
    moved = ledger.moved(address, shown, scope.deployment)
    again: Exchange = (yield moved) if moved else refused
    if not again.ok:
        raise Blocked(f"{again.summary()}, and it can still be read")
    ledger.removed += 1


# -- what the lists show -----------------------------------------------------------------------------------------------


def _read(scope: Scope, mark: str) -> Generator[Any, Any, list[View]]:
    """The lists that may show what is still there, with a mark all others whose place is known too, read to the end."""
    found: list[View] = []
    for view in [*_beside(scope), *((*_known(scope), *_unheard(scope)) if mark else ())]:
        if not any(each.shows(view.resource, view.api.values, view.viewer) for each in found):
            found.append(view)
    yield [_told(each) for each in found]
    return found


def _beside(scope: Scope) -> Iterator[View]:
    """The lists of what is still there."""
    for request in _standing(scope):
        yield from _view(scope, scope.ledger.contract.resource_of(request.operation), request)


def _unheard(scope: Scope) -> Iterator[View]:
    """The lists in which a creation may have made something that no answer told of, as whoever asked for it."""
    for request in scope.ledger.own.unheard:
        resource = scope.ledger.contract.resource_of(request.operation)
        if (
            resource is not None
            and resource.create == request.operation
            and removal_of(scope.ledger.contract, resource)
        ):
            yield from _view(scope, resource, request)


def _view(scope: Scope, resource: Resource | None, request: Request) -> Iterator[View]:
    """The list that shows what a request is about to the one who sends it, where there is one."""
    if resource is None or resource.list is None:
        return
    values = path_values(request.operation, request.target)
    place = {name: values[name] for name in resource.list.path_parameters if name in values}
    able = [each for each in callers(scope.deployment, resource.list) if each.name == request.principal]
    if able and len(place) == len(resource.list.path_parameters):
        yield _seen(scope, resource, able[0], place)


def _seen(scope: Scope, resource: Resource, viewer: Principal, place: dict[str, str]) -> View:
    assert resource.list is not None
    made = RequestFactory(scope.ledger.contract, scope.deployment, resource.list, viewer, "", values=place)
    return View(made, resource)


def _known(scope: Scope) -> Iterator[View]:
    """Every list to which something may have been added that can be deleted, as somebody of each tenant."""
    contract: Contract = scope.ledger.contract
    for resource in contract.resources:
        if resource.list is None or resource.create is None or removal_of(contract, resource) is None:
            continue
        for tenant in scope.deployment.tenants:
            able = [each for each in callers(scope.deployment, resource.list) if each.tenant == tenant]
            values = {name: scope.deployment.value(tenant, name) for name in resource.list.path_parameters}
            place = {name: value for name, value in values.items() if value}
            tried = not scope.ledger.whole or _has_tried(scope, target(resource.create, place), place, tenant)
            if able and len(place) == len(values) and tried:
                yield _seen(scope, resource, able[0], place)


def _has_tried(scope: Scope, creation: str, place: dict[str, str], tenant: str) -> bool:
    """Whether a tenant may see what came of creations: of anybody's in a place of its own, else of its own ones."""
    names = scope.ledger.tried.get(creation, set())
    return bool(names) and (
        bool(place) or any(each.name in names for each in scope.deployment.principals if each.tenant == tenant)
    )


def _told(view: View) -> Conversation:
    try:
        view.items = yield from read_all(view.api)
    except ListRefused as refused:
        view.items = [] if refused.status in GONE else None


def _forget(scope: Scope, view: View) -> Generator[Any, Any, set[str]]:
    """What its list does not show any more is gone, if the deletion of one of them says so too."""
    lost = [each for each in _standing(scope) if view.lacks(each)]
    if not lost:
        return set()
    # One is enough: a list that forgets what exists would do so for all of them, and its deletion would then succeed.
    before = scope.ledger.removed
    endings: Sequence[Result] = yield [removed(scope, lost[0], absent=True)]
    if any(each.reason for each in endings) or scope.ledger.removed != before:
        return set()
    for each in lost:
        scope.ledger.standing.pop(address_of(each), None)
    return {address_of(each) for each in lost}


def _made_unheard(scope: Scope, view: View) -> set[str]:
    """Addresses of what a list shows and a creation made that had no answer."""
    place = filled(view.resource.collection, view.api.values)
    things = {address: item for item in view.items or () if (address := _address(view, item))}
    return scope.ledger.own.made_unheard(place, view.viewer, things)


def _address(view: View, item: Any) -> str | None:
    """Where an item of a list can be read; None where that is not known."""
    resource = view.resource
    if resource.item is None or at(item, resource.member) is MISSING:
        return None
    return filled(resource.item, {**view.api.values, resource.identifier or "": str(at(item, resource.member))})


def _strays(scope: Scope, view: View, mark: str) -> Iterator[Request]:
    """Deletions of what a list shows under the run's mark, and of what the run made and believes to be gone.

    And of what is as a creation asked for whose answer never came: it bears no mark where the body was drawn.
    """
    removal = removal_of(view.api.contract, view.resource)
    unheard = _made_unheard(scope, view)
    for item in view.items or ():
        own = at(item, removal.member) if removal else MISSING
        if removal is None or own is MISSING:
            continue
        request = view.api.ask(removal.operation, path={**view.api.values, removal.parameter: str(own)})
        address = address_of(request)
        if bears(item, mark) or address.rstrip("/") in scope.ledger.own.made or _address(view, item) in unheard:
            scope.ledger.own.adopt(address)
            yield request
