"""The same thing made below two new parents, one after the other, and taken from the first again.

Nobody else knows the parents, so whatever is below them comes of these requests. Several laws judge them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from contracts.core.conversation import NotObservable, Steps, Wait
from contracts.core.exchange import MISSING, Exchange, at
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import (
    Made,
    body,
    create_resource,
    made_by,
    not_created,
    resolve_path,
    source_of_parameter,
)
from contracts.steps.lifecycle.create import PATIENCE, sent_by
from contracts.steps.lists.identity import find_in
from contracts.steps.lists.page_sizes import largest_page
from specs.contract import Operation, Resource, selectors


@attrs.frozen
class Roll:
    """Where a list of something else names a parent: an item's member that holds several names.

    `before` are those it held before anything was made, and `since` those that it holds with the first.
    """

    listing: Operation
    values: Mapping[str, str]
    pointer: str
    own: str
    member: str
    before: frozenset[str]
    since: frozenset[str]


@attrs.frozen
class TwoParents:
    """What was sent and seen. `keys` are the values of the path that name the two parents."""

    api: RequestFactory
    parents: tuple[Made, Made]
    paths: tuple[dict[str, str], dict[str, str]]
    empty: tuple[Exchange, Exchange]
    """The list of each before anything was made in it."""
    first: Made
    after_first: tuple[Exchange, Exchange]
    rolls: tuple[Roll, ...]
    """Where the first parent is named since."""
    second: Exchange
    """The answer to the same creation below the second parent."""
    after_second: tuple[Exchange, Exchange] | None = None
    named: tuple[tuple[Roll, frozenset[str]], ...] = ()
    """What these hold then."""
    deletion: Exchange | None = None
    """The answer to the deletion of what was made first."""
    left: tuple[Exchange, Exchange] | None = None

    @property
    def keys(self) -> tuple[str, str]:
        create = self.api.resource.create
        assert create is not None
        return self.paths[0][create.path_parameters[-1]], self.paths[1][create.path_parameters[-1]]

    @property
    def twin(self) -> Made:
        """What was made second."""
        return made_by(self.api.resource, self.second, self.paths[1])


def two_parents(api: RequestFactory) -> Steps:
    """Make, look, make once more, look, delete the first and look. Raises NotObservable where there is no list."""
    resource = api.resource
    create, listing = resource.create, resource.list
    if create is None or create.body is None or listing is None:
        raise NotObservable("the document has no list of these")
    stage = api.sharing(f"below two parents of {resource.collection}")
    stage.require_permission(create)
    before = yield from resolve_path(stage, create, fresh=True)
    one, path = yield from new_parent(stage, before)
    other, elsewhere = yield from new_parent(stage, before)
    empty = ((yield from below(stage, path)), (yield from below(stage, elsewhere)))
    content = yield from body(stage, create, path)
    beside = yield from lists_beside(stage, one.resource, path, content)
    before = yield from _pages(stage, beside)
    answer: Exchange = yield stage.ask(create, path=path, body=content)
    if not answer.ok:
        raise not_created(answer)
    first, sent = made_by(resource, answer, path), sent_by(answer)
    own = yield from _below_showing(stage, path, first, empty[0])
    after_first = (own, (yield from below(stage, elsewhere)))
    since = yield from _pages(stage, beside)
    rolls = tuple(_rolls(path[create.path_parameters[-1]], beside, before, since))
    second: Exchange = yield stage.ask(create, path=elsewhere, body=sent)
    scene = TwoParents(stage, (one, other), (path, elsewhere), empty, first, after_first, rolls, second)
    if not second.ok:
        return scene
    own = yield from _below_showing(stage, elsewhere, scene.twin, empty[1])
    both = ((yield from below(stage, path)), own)
    named: list[tuple[Roll, frozenset[str]]] = []
    for roll in rolls:
        named += [(roll, (yield from _told(stage, roll)))]
    scene = attrs.evolve(scene, after_second=both, named=tuple(named))
    return (yield from _deleted(scene))


def _deleted(scene: TwoParents) -> Steps:
    delete, stage = scene.api.resource.delete, scene.api
    if delete is None or any(name not in scene.first.values for name in delete.path_parameters):
        return scene
    deletion: Exchange = yield stage.ask(delete, path=scene.first.values)
    left = None
    for wait in (0.0, PATIENCE) if deletion.ok else ():
        if wait:
            yield Wait(wait)
        left = ((yield from below(stage, scene.paths[0])), (yield from below(stage, scene.paths[1])))
        if not find_in(left[0].items, scene.first) and find_in(left[1].items, scene.twin):
            break
    return attrs.evolve(scene, deletion=deletion, left=left)


def new_parent(api: RequestFactory, before: Mapping[str, str]) -> Steps:
    """A new parent for what is made at a path, and the path with its name in it."""
    create = api.resource.create
    assert create is not None
    name = create.path_parameters[-1]
    resource, pointer = source_of_parameter(api, create, name)
    known = {each: before[each] for each in create.path_parameters[:-1] if each in before}
    parent: Made = yield from create_resource(api, resource, known)
    value = at(parent.thing, pointer)
    if value is MISSING or str(value) == before.get(name):
        raise NotObservable("no second parent can be made")
    return parent, {**before, name: str(value)}


def below(api: RequestFactory, path: Mapping[str, str]) -> Steps:
    """The list below a parent: all of it, since a new parent has few."""
    listing = api.resource.list
    assert listing is not None
    return (yield from _asked(api, listing, path))


def _below_showing(api: RequestFactory, path: Mapping[str, str], made: Made, empty: Exchange) -> Steps:
    """The same once something was made there; read once more after a moment where it does not show it."""
    page: Exchange = yield from below(api, path)
    if page.ok and not (find_in(page.items, made) or len(page.items) > len(empty.items)):
        yield Wait(PATIENCE)
        page = yield from below(api, path)
    return page


Beside = tuple[Resource, Mapping[str, str]]


def lists_beside(api: RequestFactory, parent: Resource, path: Mapping[str, str], content: dict[str, Any]) -> Steps:
    """The lists beside the own one that may name a parent, with their paths, as far as these are known."""
    found: list[Beside] = []
    own = api.resource
    last = own.create.path_parameters[-1] if own.create else ""
    known = yield from _known(api, path, content)
    for resource in api.contract.resources:
        if resource.list is None or resource in (own, parent) or last in resource.list.path_parameters:
            continue
        values = {name: known[name] for name in resource.list.path_parameters if name in known}
        found += [(resource, values)] if len(values) == len(resource.list.path_parameters) else []
    return found


def _pages(api: RequestFactory, beside: list[Beside]) -> Steps:
    """What these lists show."""
    found: list[list[Any]] = []
    for resource, values in beside:
        assert resource.list is not None
        page: Exchange = yield from _asked(api, resource.list, values)
        found += [page.items if page.ok else []]
    return found


def _rolls(key: str, beside: list[Beside], before: list[list[Any]], since: list[list[Any]]) -> Iterator[Roll]:
    """Where a parent is named now and was not before."""
    for (resource, values), then, now in zip(beside, before, since, strict=True):
        assert resource.list is not None
        for item in now:
            own = str(at(item, resource.member))
            old: Any = next((each for each in then if str(at(each, resource.member)) == own), None)
            for member, names in _several(item):
                held = dict(_several(old)).get(member, frozenset())
                if key in names - held:
                    yield Roll(resource.list, values, resource.member, own, member, held, names)


def _several(item: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """The members of an item that hold several names, each by what it holds."""
    for member, value in item.items() if isinstance(item, dict) else ():
        if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
            yield member, frozenset(map(str, value))


def _known(api: RequestFactory, path: Mapping[str, str], content: dict[str, Any]) -> Steps:
    """Values of path parameters: those of a path, and what a body names, by id and otherwise."""
    create, contract = api.resource.create, api.contract
    known = dict(path)
    for pointer, source in create.body.sources.items() if create and create.body else ():
        resource = contract.resource_of(contract.operation(source.operation_id))
        name = pointer.removeprefix("/")
        if resource is None or name not in content:
            continue
        thing = yield from _thing(api, resource, {**known, str(resource.identifier): str(content[name])})
        known.setdefault(str(resource.identifier), str(content[name]))
        known |= {each: str(value) for each, value in _otherwise(api, resource, thing) if each not in known}
    return known


def _thing(api: RequestFactory, resource: Resource, path: Mapping[str, str]) -> Steps:
    if resource.read is None or any(name not in path for name in resource.read.path_parameters):
        return None
    answer: Exchange = yield api.ask(resource.read, path=path)
    return answer.data if answer.ok else None


def _otherwise(api: RequestFactory, resource: Resource, thing: Any) -> Iterator[tuple[str, Any]]:
    """Path parameters of lists that name a thing by another of its members than its own address does."""
    for listing in (each.list for each in api.contract.resources if each.list):
        for name in listing.path_parameters:
            parameter = listing.parameter(name, "path")
            named = selectors.resource_of_parameter(api.contract, listing, name)
            if parameter and parameter.source and named is resource:
                value = at(thing, parameter.source.value)
                if isinstance(value, str | int):
                    yield name, value


def _asked(api: RequestFactory, listing: Operation, path: Mapping[str, str]) -> Steps:
    view = api.for_operation(listing, path)
    if listing.paging is None:
        return (yield view.ask(bypass_cache=True))
    return (yield from largest_page(view, bypass_cache=True))


def _told(api: RequestFactory, roll: Roll) -> Steps:
    """What the member holds by now; nothing where the item is not shown."""
    page: Exchange = yield from _asked(api, roll.listing, roll.values)
    item = next((each for each in page.items if str(at(each, roll.pointer)) == roll.own), None)
    return dict(_several(item)).get(roll.member, frozenset())
