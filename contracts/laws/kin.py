"""Laws of things that hang on others: when what they hang on is deleted, they are gone too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts import on
from contracts.api import Api
from contracts.exchange import MISSING, Exchange, at
from contracts.fixtures import Made, make
from contracts.law import Blocked, Broken, Conversation, NotObservable, Steps, Wait, law
from contracts.laws.state import removable
from contracts.lives import PATIENCE, Sight, look
from contracts.meddling import Meddled, meddled
from specs.contract import Resource


@law(family="state", on=on.parental_deletions, kinds=("state",), writes=True, nowhere=True)
def nothing_hangs_on_what_is_deleted(api: Api) -> Conversation:
    """Deleting a thing leaves nothing reachable of what hangs on it.

    Children are resources below its address, and those whose creation or address needs a value of it. One of each kind
    is created, and looked for after the deletion: its address must refuse, or its list not show it. Lists below the
    deleted thing must refuse or be empty. Not observable where the deletion itself is refused.
    """
    removable(api)
    parent: Made = yield from _parent(api)
    children: dict[str, Made] = {}
    for each in on.kin(api.contract, api.resource):
        if each.create:
            children[each.name] = yield from _child(api, each, parent, children)
    answer: Exchange = yield api.ask(path=parent.values)
    if not answer.ok:
        raise NotObservable(f"the deletion was refused: {answer.says()}")
    for child in children.values():
        yield from _unreachable(api, child)
    for each in on.kin(api.contract, api.resource):
        if not each.create:
            yield from _empty(api, each, parent)


def _parent(api: Api) -> Steps:
    """One that was made beside the life of another, when all has been asked that needs it; else a new one."""
    try:
        seen: Meddled = yield from meddled(api)
        if seen.changed.peers.twin is not None:
            return seen.changed.peers.twin
    except (Blocked, NotObservable):
        pass
    return (yield from make(api, api.resource))


def _child(api: Api, resource: Resource, parent: Made, siblings: dict[str, Made]) -> Steps:
    """A resource that hangs on the parent, and on no other thing where a sibling or the parent will do."""
    create = resource.create
    assert create is not None
    given: dict[str, Any] = {}
    for pointer, source in create.body.sources.items() if create.body else ():
        name = pointer.removeprefix("/")
        origin = api.contract.resource_of(api.contract.operation(source.operation_id))
        known = parent if origin is parent.resource else siblings.get(origin.name if origin else "")
        if known is not None and (value := at(known.thing, source.value)) is not MISSING:
            given[name] = value
        elif name in parent.values:
            given[name] = parent.values[name]
    return (yield from make(api, resource, dict(_path(api, resource, parent)), **given))


def _path(api: Api, resource: Resource, parent: Made) -> Iterator[tuple[str, str]]:
    """What the parent tells of the path of another resource's operations."""
    operation = resource.create or resource.list
    assert operation is not None
    for name in operation.path_parameters:
        parameter = operation.parameter(name, "path")
        source = parameter.source if parameter else None
        if source and api.contract.operation(source.operation_id) is parent.resource.create:
            yield name, str(at(parent.thing, source.value))
        elif name in parent.values and (parent.resource.item or "").find("{" + name + "}") >= 0 and not source:
            yield name, parent.values[name]


def _unreachable(api: Api, child: Made) -> Steps:
    """Raises Broken where a child is seen, and seen again after a moment."""
    for wait in (0.0, PATIENCE):
        if wait:
            yield Wait(wait)
        try:
            sight: Sight = yield from look(api, child, known=True)
        except NotObservable:
            return
        if not sight.seen:
            return
    raise Broken(f"nothing of {child.resource.collection} after what it hung on was deleted", "it is still there")


def _empty(api: Api, resource: Resource, parent: Made) -> Steps:
    path = dict(_path(api, resource, parent))
    if resource.list is None or any(name not in path for name in resource.list.path_parameters):
        return
    answer: Exchange = yield api.ask(resource.list, path=path, fresh=True)
    if answer.ok and answer.items:
        yield Wait(PATIENCE)
        answer = yield api.ask(resource.list, path=path, fresh=True)
    if answer.ok and answer.items:
        raise Broken(f"nothing in {resource.collection} after the deletion", f"{len(answer.items)} items")
