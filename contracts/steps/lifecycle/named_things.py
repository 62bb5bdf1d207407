"""A resource that names another one: what it shows of it when that changes, and what is left of that in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from contracts.core.conversation import NotObservable, Steps, Wait
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, create_resource, resolve_path
from contracts.steps.lifecycle.create import PATIENCE, patch_of, read_list, sent_by
from contracts.steps.lifecycle.values import Change, changes
from contracts.steps.lists.identity import find_in
from specs.contract import Contract, Resource


@attrs.frozen
class Named:
    """A thing that a member names: how it read before, and when what named it was deleted.

    `shown`: whether the resource shows a text of it that was changed. `disagreeing`: where it shows, by itself, another
    one than its list does: the place and both texts.
    """

    member: str
    before: Exchange
    shown: bool = False
    disagreeing: tuple[str, str, str] | None = None
    left: Exchange | None = None


def named_by(contract: Contract, resource: Resource) -> Iterator[tuple[str, Resource]]:
    """The members of a creation's body that name something which can be read by itself."""
    create = resource.create
    for pointer, source in create.body.sources.items() if create and create.body else ():
        named = contract.resource_of(contract.operation(source.operation_id))
        if named is not None and named is not resource and named.read and named.identifier:
            yield pointer.removeprefix("/"), named


def name_and_change(api: RequestFactory) -> Steps:
    """Make one and what it names, change that, look, and delete the one."""
    stage = api.sharing(f"what {api.resource.collection} name")
    resource = api.resource
    made: Made = yield from create_resource(stage, resource)
    sent, found = sent_by(made.answer), list[tuple[Named, dict[str, str], Resource]]()
    for member, named in named_by(api.contract, resource):
        if member not in sent or named.read is None or named.identifier is None:
            continue
        known = {**made.values, named.identifier: str(sent[member])}
        path = yield from resolve_path(stage, named.read, fresh=False, known=known)
        before: Exchange = yield stage.ask(named.read, path=path, bypass_cache=True)
        if before.ok:
            seen = yield from _changed(stage, made, Named(member, before), named, path)
            found += [(seen, path, named)]
    if not found:
        raise NotObservable("nothing that it names can be read")
    if resource.delete is None or not (yield stage.ask(resource.delete, path=made.values)).ok:
        return [each for each, _, _ in found]
    return (yield from _left(stage, found))


def _left(api: RequestFactory, found: list[tuple[Named, dict[str, str], Resource]]) -> Steps:
    last: list[Named] = []
    for each, path, named in found:
        for wait in (0.0, PATIENCE):
            if wait:
                yield Wait(wait)
            left: Exchange = yield api.ask(named.read, path=path, bypass_cache=True)
            if left.ok:
                break
        last += [attrs.evolve(each, left=left)]
    return last


def _changed(api: RequestFactory, made: Made, seen: Named, named: Resource, path: dict[str, str]) -> Steps:
    """The thing that is named with another text, and whether the two that show it agree on that."""
    update = patch_of(named)
    if update is None or made.resource.read is None or made.resource.list is None:
        return seen
    before: Exchange = yield api.ask(made.resource.read, path=made.values, bypass_cache=True)
    offered: list[Change] = yield from changes(api.for_operation(update, path), update, path, seen.before.data)
    known = {str(value): where for where, value in texts_in(before.data)} if before.ok else {}
    for each in offered:
        old = seen.before.data.get(each.name)
        if not isinstance(each.value, str) or not isinstance(old, str) or old not in known or len(old) < 3:
            continue
        answer: Exchange = yield api.ask(update, path=path, body={each.name: each.value})
        now = sent_by(answer).get(each.name)
        if answer.ok and isinstance(now, str):
            return attrs.evolve(seen, shown=True, disagreeing=(yield from _compared(api, made, known[old], old, now)))
    return seen


def _compared(api: RequestFactory, made: Made, where: str, old: str, new: str) -> Steps:
    """The place and both texts where one of the two that show it has the old one, and the other the new one."""
    assert made.resource.read is not None
    for wait in (0.0, PATIENCE):
        if wait:
            yield Wait(wait)
        single: Exchange = yield api.ask(made.resource.read, path=made.values, bypass_cache=True)
        items, _ = yield from read_list(api, made, sure=True)
        listed = next(iter(find_in(items, made)), None)
        pair = (dict(texts_in(single.data)).get(where), dict(texts_in(listed)).get(where))
        if set(pair) != {old, new}:
            return None
    return where, pair[0], pair[1]


def texts_in(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """All texts in a value, each with its place."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from texts_in(each, f"{where}/{name}")
