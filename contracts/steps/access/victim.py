"""What could be destroyed by those who may not: made once for all that can be done to it, and seen by its owner."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

import attrs

from contracts.core.conversation import Blocked, NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, create_resource, made_by, resolve_path
from contracts.steps.lifecycle.comparison import unfilled
from contracts.steps.lifecycle.siblings import Siblings, create_siblings
from contracts.steps.lists.identity import has_id, mentions
from specs.contract import Resource, selectors
from specs.contract.resources import shape

_OURS = re.compile(r"ct[0-9a-f]{6}-\d+[a-z0-9-]*-\d+")
"""The names that conversations make up."""


@attrs.frozen
class Victim:
    """What an attacker could destroy: where it is, how its owner sees it, and the name that shares its requests."""

    values: dict[str, str]
    before: Any = None
    own: str = ""
    name: str = ""
    fickle: frozenset[str] = frozenset()
    """Members that change by themselves, such as the time of the last read."""
    told: bool = False
    """Whether `before` is what its creation showed, which may be more or less than reading it shows."""


def victim_for(api: RequestFactory, *, alone: bool = False) -> Steps:
    """What a refused change must leave alone: one thing for all operations on its kind, or one for this alone.

    One that is shared is known as its creation showed it; one made for this alone is read, twice. At depth quick, what
    is shared is what the life of such a thing leaves as it was made.
    """
    operation, resource = api.operation, _acted_upon(api)
    bulk = selectors.bulk(api.contract, operation)
    name = f"a stake in {operation.key if bulk or resource is None else resource.collection}"
    stage = api if alone else api.sharing(name)
    if resource is None or resource.create is None:
        values = yield from resolve_path(stage, operation, fresh=True)
        stake = Victim(values, None, "", "" if alone else name)
        return attrs.evolve(stake, before=(yield from seen(stage, stake, [])))
    made: Made | None = None if alone or bulk or api.depth != "quick" else (yield from _left_over(api, resource))
    if made is None:
        made = yield from create_resource(stage, resource)
    own = str(at(made.thing, resource.member))
    stake = Victim(made.values, made.thing, own, "" if alone else name, told=True)
    acts = api.contract.resource_of(operation) is resource and operation is not resource.create
    if acts and resource.read and not alone:
        return stake
    before = yield from seen(stage, stake, [])
    again = (yield from seen(stage, stake, [])) if alone else before
    return attrs.evolve(stake, before=before, fickle=_volatile(before, again), told=False)


def _left_over(api: RequestFactory, resource: Resource) -> Steps:
    """The least of the things that are made beside a life: nothing is done to it there. None where there is none."""
    assert resource.create is not None
    try:
        peers: Siblings = yield from create_siblings(api.for_operation(resource.create, {}))
    except (Blocked, NotObservable):
        return None
    slight = peers.slight
    return made_by(resource, slight, dict(peers.values)) if slight is not None and slight.ok else None


def compared(stake: Victim, after: Any) -> tuple[Any, Any]:
    """What of a resource can be compared before and after: all of it but what changes by itself, or was empty.

    Where it is known from its creation, only what both answers show.
    """
    before = stake.before
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before, after
    names = (before.keys() & after.keys() if stake.told else before.keys() | after.keys()) - stake.fickle
    shown = unfilled({name: before.get(name) for name in names}, {name: after.get(name) for name in names})
    return {name: before.get(name) for name in names}, shown


def _volatile(one: Any, other: Any) -> frozenset[str]:
    """Members in which two reads of the same resource differ."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return frozenset()
    return frozenset(name for name in {*one, *other} if one.get(name, MISSING) != other.get(name, MISSING))


def _acted_upon(api: RequestFactory) -> Resource | None:
    """The resource an operation serves, or that whose resources it does something else to."""
    path = api.operation.path
    above = (each for each in api.contract.resources if each.create and each.item and _is_below(path, each.item))
    return api.contract.resource_of(api.operation) or next(above, None)


def _is_below(path: str, item: str) -> bool:
    return f"{shape(path)}/".startswith(f"{shape(item)}/")


def seen(stage: RequestFactory, stake: Victim, attempts: Sequence[Exchange]) -> Steps:
    """The owner's view of what a request could change; only what was made for this, since others write too."""
    resource = stage.contract.resource_of(stage.operation)
    if resource is None:
        return None
    if stage.operation is resource.create:
        sent = [attempt.request.json for attempt in attempts if not attempt.ok and attempt.request.body]
        return (yield from _created(stage, resource, stake, sent))
    return (yield from _standing(stage, resource, stake))


def _standing(stage: RequestFactory, resource: Resource, stake: Victim) -> Steps:
    """The resource itself as it reads now: by its own address, or in its list."""
    look = resource.read or resource.list
    if look is None:
        return None
    answer: Exchange = yield stage.ask(look, path=stake.values, bypass_cache=True)
    if not answer.ok:
        return answer.status
    if look is resource.read:
        return answer.data
    return next((item for item in answer.items if has_id(item, resource, stake.own)), None)


def before_creation(stage: RequestFactory, stake: Victim, content: Any) -> Steps:
    """The same thing at stake, with what refers to the same resources as a body before that body was sent.

    A new user, for example, may be a member before anybody asks for that. What bears a new name was never there.
    """
    resource, told = stage.contract.resource_of(stage.operation), stage.operation.body
    if resource is None or stage.operation is not resource.create or told is None or not told.sources:
        return stake
    referring = {pointer.removeprefix("/") for pointer in told.sources}
    sent = {name: value for name, value in content.items() if name in referring}
    return attrs.evolve(stake, before=(yield from _created(stage, resource, stake, [sent])))


def _created(stage: RequestFactory, resource: Resource, stake: Victim, sent: Sequence[Any]) -> Steps:
    """How many items of the owner's list are made of bodies of creations that were refused."""
    marks = {mark for each in sent for mark in _OURS.findall(json.dumps(each))}
    names = [pointer.removeprefix("/") for pointer in (stage.operation.body.sources if stage.operation.body else ())]
    referred = {(name, each[name]) for each in sent if isinstance(each, dict) for name in names if name in each}
    if resource.list is None or not (marks or referred):
        return 0
    path = yield from resolve_path(stage, resource.list, fresh=False, known=stake.values)
    answer: Exchange = yield stage.ask(resource.list, path=path, bypass_cache=True)
    if not answer.ok:
        return answer.status
    return sum(mentions(item, marks) or _refers(item, referred) for item in answer.items)


def _refers(item: Any, referred: Collection[tuple[str, Any]]) -> bool:
    return isinstance(item, dict) and any(item.get(name) == value for name, value in referred)
