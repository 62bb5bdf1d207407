"""The lists that show what a run has made: where they are, who sees them, and what is in them.

A list may be another for everybody who reads it; so each is read as whoever has created something there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.core.conversation import Conversation
from contracts.core.exchange import MISSING, Request, at
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.request.url import path_values, target
from contracts.steps.created import Ledger
from contracts.steps.lists.paging import ListRefused, read_all
from contracts.steps.own_things import filled
from specs.contract import Contract, Resource
from specs.contract.removals import removal_of

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


def read_lists(scope: Scope, removals: Iterable[Request], mark: str) -> Generator[Any, Any, list[View]]:
    """The lists that may show what is still there, with a mark all others whose place is known too, read to the end."""
    found: list[View] = []
    for view in [*_beside(scope, removals), *((*_known(scope), *_unheard(scope)) if mark else ())]:
        if not any(each.shows(view.resource, view.api.values, view.viewer) for each in found):
            found.append(view)
    yield [read_list(each) for each in found]
    return found


def _beside(scope: Scope, removals: Iterable[Request]) -> Iterator[View]:
    """The lists of what is still there."""
    for request in removals:
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


def read_list(view: View) -> Conversation:
    try:
        view.items = yield from read_all(view.api)
    except ListRefused as refused:
        view.items = [] if refused.status in GONE else None


def address_in(view: View, item: Any) -> str | None:
    """Where an item of a list can be read; None where that is not known."""
    resource = view.resource
    own = at(item, resource.member)
    if resource.item is None or own is MISSING or own is None:
        return None
    return filled(resource.item, {**view.api.values, resource.identifier or "": str(own)})
