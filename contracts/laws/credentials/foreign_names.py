"""Laws of names of what belongs to another tenant, in bodies and paths: they lead to nothing, and no list shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, body, candidates, create_resource, resolve_path
from contracts.steps.lifecycle.create import sent_by
from contracts.steps.lifecycle.two_parents import lists_beside
from contracts.steps.lists.identity import mentions, same_items
from specs.contract import Contract, Operation, selectors

PLACES = 20
"""Places of another tenant whose lists are read, at most."""


def _references(contract: Contract, operation: Operation) -> dict[str, bool]:
    """Members of a body that name other things: whether these belong to the owner of the operation itself, by paths."""
    first = operation.path_parameters[:1]
    if operation.body is None or not first:
        return {}
    head = operation.path.partition("{" + first[0] + "}")[0] + "{" + first[0] + "}/"
    return {
        pointer.removeprefix("/"): path.startswith(head)
        for pointer, source in operation.body.sources.items()
        if "{" in (path := contract.operation(source.operation_id).path)
    }


def _referring(contract: Contract) -> Iterator[Operation]:
    """Protected operations whose body names such resources."""
    return (each for each in selectors.protected_with_body(contract) if _references(contract, each))


@law(
    family="credentials",
    on=_referring,
    kinds=("credential", "body"),
    asserts=(),
    needs_second_tenant=True,
    writes=True,
    no_path_setup=True,
    depth="standard",
    by_refusal=True,
)
def a_body_names_nothing_of_another_tenant(api: RequestFactory) -> Conversation:
    """A request body cannot reach another tenant's resources: one that names them is refused.

    A body that is right but for that: everything it names below the owner's own address is another tenant's, and then
    the last of it alone. Any refusal will do (400, 403, 404, 409). What is named elsewhere, such as users, several
    owners may share: to name it is broken only where the answer shows what the other tenant has written, and reading
    it is refused.
    """
    names = _references(api.contract, api.operation)
    theirs = api.as_principal(api.rival)
    known = ((name, api.deployment.value(theirs.tenant, name)) for name in api.operation.path_parameters)
    foreign = yield from body(theirs, api.operation, {name: value for name, value in known if value})
    values = yield from resolve_path(api, api.operation, fresh=True)
    own = yield from body(api, api.operation, values)
    named = [name for name in names if name in own and name in foreign and own[name] != foreign[name]]
    if len(named) < len(names):
        raise NotObservable("the tenants have nothing apart that this body could name")
    inside = tuple(name for name in names if names[name])
    for mixed in dict.fromkeys((inside or tuple(names), inside[-1:] or tuple(names))):
        answer: Exchange = yield api.ask(path=values, body={**own, **{name: foreign[name] for name in mixed}})
        if not answer.ok:
            continue
        if inside or (mentions(answer.data, [theirs.tag]) and not (yield from _readable(api, theirs, mixed, foreign))):
            raise Broken(f"a refusal of {' and '.join(mixed)} of {theirs.tenant}", answer.summary())
        raise Observed(f"{' and '.join(mixed)} of {theirs.tenant} may be named")


@law(
    family="credentials",
    on=selectors.nested_creations,
    kinds=("credential",),
    asserts=(),
    needs_second_tenant=True,
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def what_another_tenant_has_made_is_in_no_list(api: RequestFactory) -> Conversation:
    """What one tenant has made is not listed for another, by whatever name of it a path asks.

    The other tenant makes something, and the lists that show it are requested with the same names, below one's own
    address and with one's own credential. Broken if an item comes that the other tenant sees as well. Names that are
    not made for this, such as those of the tenants, are each tenant's own.
    """
    theirs = api.as_principal(api.rival)
    made: Made = yield from create_resource(theirs, theirs.resource)
    beside = yield from lists_beside(theirs, theirs.resource, made.values, sent_by(made.answer))
    asked = False
    for resource, values in [(theirs.resource, made.values), *beside]:
        own = {name: api.deployment.value(api.tenant, name) for name in values}
        mixed = {name: own[name] or value for name, value in values.items()}
        listing = resource.list
        if listing is None or mixed == values or all(own[name] for name in listing.path_parameters):
            continue
        right: Exchange = yield theirs.ask(listing, path=values, bypass_cache=True)
        wrong: Exchange = yield api.ask(listing, path=mixed, bypass_cache=True)
        asked = asked or bool(right.ok and right.items)
        if shared := same_items(wrong.items, right.items) if wrong.ok and right.ok else []:
            raise Broken(f"nothing of {theirs.tenant} in a list", f"{len(shared)} of its items", [right, wrong])
    if not asked:
        raise NotObservable("no list shows what was made by a name that was made for this")


def _readable(api: RequestFactory, theirs: RequestFactory, names: Iterable[str], foreign: Mapping[str, Any]) -> Steps:
    """Whether this tenant may read, at its own address, what it has named: then it is nobody's secret."""
    sources = api.operation.body.sources if api.operation.body else {}
    for name in names:
        resource = api.contract.resource_of(api.contract.operation(sources[f"/{name}"].operation_id))
        if resource is None or resource.read is None or resource.identifier is None:
            return True
        path = {each: theirs.deployment.value(theirs.tenant, each) or "" for each in resource.read.path_parameters}
        answer: Exchange = yield api.ask(resource.read, path={**path, resource.identifier: str(foreign[name])})
        if answer.ok or answer.status >= 500:
            return True
    return False


def _whole_lists(contract: Contract) -> Iterator[Operation]:
    """Protected lists without pages, below something."""
    protected = set(selectors.protected(contract))
    for resource in contract.resources:
        if resource.list in protected and resource.list and not resource.list.paging and resource.list.path_parameters:
            yield resource.list


@law(
    family="credentials",
    on=_whole_lists,
    kinds=("credential",),
    asserts=(),
    needs_second_tenant=True,
    depth="deep",
)
def a_whole_list_has_nothing_of_another_tenant(api: RequestFactory) -> Conversation:
    """A list without pages shows nothing that another tenant's lists of the same kind show.

    One's own list is held against the other tenant's lists, one place after the other. Broken if an item is in one of
    these too, equal in every member, though the two have different addresses throughout. What several places of the
    other tenant show, or the only one, may be everybody's: that is observed.
    """
    own: Exchange = yield api.ask(bypass_cache=True)
    if not own.ok or not own.items:
        raise NotObservable("the list shows nothing")
    theirs = attrs.evolve(api, principal=api.rival, values={})
    name = api.operation.path_parameters[-1]
    found: list[str] = yield from candidates(theirs, api.operation, name)
    pages: list[Exchange] = []
    for value in found[:PLACES]:
        path = yield from resolve_path(theirs, api.operation, fresh=False, known={name: value})
        if path.items() & api.values.items():
            continue
        page: Exchange = yield theirs.ask(path=path)
        pages += [page] if page.ok and page.items else []
    if not pages:
        raise NotObservable("no list of the other tenant is known that shows anything and has another address")
    shared = [same_items(own.items, page.items) for page in pages]
    for page, items in zip(pages, shared, strict=True):
        others = [each for each in shared if each is not items]
        if alone := [item for item in items if not any(item in each for each in others)] if others else []:
            raise Broken(f"nothing of {theirs.tenant} in a list", f"{len(alone)} of its items", [own, page])
    if any(shared):
        raise Observed(f"{theirs.tenant} is shown some of the same items: they may be everybody's")
