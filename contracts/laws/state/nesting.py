"""Laws of addresses with several names in them: what stands below one thing is not reached through another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Observed, Steps, Wait
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, body, create_resource
from contracts.steps.lifecycle.children import child_of, path_from
from contracts.steps.lifecycle.create import PATIENCE, Observation, differing_members, observe, removable
from contracts.steps.lifecycle.hostile_updates import HostileUpdates, hostile_updates
from contracts.steps.lifecycle.tombstones import sign_of_removal
from contracts.steps.lifecycle.two_parents import new_parent
from contracts.steps.lifecycle.values import changed_members, short
from contracts.steps.lists.identity import find_in
from specs.contract import Contract, Operation, Resource, selectors


@law(
    family="state",
    on=selectors.nested_creations,
    kinds=("state/create", "state/delete"),
    writes=True,
    no_path_setup=True,
)
def what_stands_below_one_thing_stands_below_no_other(api: RequestFactory) -> Conversation:
    """What was created below one resource cannot be listed, read, changed or deleted through another.

    A resource is created below a parent, and a second parent beside it. Then it is searched for in the second one's
    list, and read, changed and deleted at the second one's address. Broken if it shows there, or if the change or the
    deletion reaches it. Whether such a request is refused in so many words is not judged.
    """
    found: Beside = yield from _beside(api)
    if not found.before.seen:
        raise NotObservable("what was created cannot be read")
    elsewhere = Made(found.made.resource, found.made.answer, found.made.thing, found.values)
    yield from _shown(found, elsewhere)
    sent = yield from _attacked(found.api, elsewhere)
    after: Observation = yield from observe(found.api, found.made, known=True)
    if not after.seen:
        raise Broken("a child resource to stay when another parent is named", "it is gone")
    for name in changed_members(api, found.before.thing, after.thing, alike=True):
        if name in sent:
            raise Broken(f"{name} not changed through another parent", "it was")


@attrs.frozen
class Beside:
    """A resource that was created below one parent, as it read, and another parent with its list, if there is one."""

    api: RequestFactory
    made: Made
    before: Observation
    other: Made
    values: dict[str, str]
    """The address of the resource with the other parent in it."""
    page: Exchange | None


def _beside(api: RequestFactory) -> Steps:
    """Create a resource below one parent and another parent beside that, and read what is below the second one."""
    stage = api.sharing(f"another parent of what is in {api.resource.collection}")
    made: Made = yield from create_resource(stage, stage.resource)
    before: Observation = yield from observe(stage, made)
    other, values = yield from new_parent(stage, made.values)
    page = None
    if stage.resource.list:
        view = stage.for_operation(stage.resource.list, values)
        page = yield view.page() if stage.resource.list.paging else view.ask()
    return Beside(stage, made, before, other, values, page)


def _shown(found: Beside, elsewhere: Made) -> Steps:
    """It neither is in the other parent's list nor reads at its address there."""
    resource, page = elsewhere.resource, found.page
    if page is not None and page.ok and find_in(page.items, elsewhere):
        raise Broken("only what was created below it in a parent's list", "what was created below another")
    if resource.read and resource.identifier in elsewhere.values:
        answer: Exchange = yield found.api.ask(resource.read, path=elsewhere.values, bypass_cache=True)
        if answer.ok and find_in([answer.data], elsewhere):
            raise Broken("404 for a child of another parent", answer.summary())


def _attacked(api: RequestFactory, elsewhere: Made) -> Steps:
    """Change it and delete it through the other parent; gives what the change carried."""
    resource = elsewhere.resource
    content: dict[str, Any] = {}
    if resource.identifier not in elsewhere.values:
        return content
    if resource.update and resource.update.body:
        content = yield from body(api, resource.update, elsewhere.values)
        yield api.ask(resource.update, path=elsewhere.values, body=content)
    if resource.delete:
        yield api.ask(resource.delete, path=elsewhere.values)
    return content


def _along(contract: Contract, resource: Resource) -> Iterator[tuple[str, Operation]]:
    """Members of a creation's body that are called like a list right below what it creates, and these lists."""
    create = resource.create
    if create is None or create.body is None or "json" not in create.body.media_type or not resource.item:
        return
    rules = contract.body_rules(create)
    for each in contract.resources:
        name = each.collection.removeprefix(resource.item.rstrip("/") + "/").rstrip("/")
        if each.list and rules.get(name, {}).get("type") == "array":
            yield name, each.list


def _bearing(contract: Contract) -> Iterator[Operation]:
    """Creations that may carry child resources of what they create."""
    for resource in contract.resources:
        if resource.create and any(_along(contract, resource)):
            yield resource.create


@law(
    family="state",
    on=_bearing,
    kinds=("state/create", "body"),
    asserts=("body",),
    writes=True,
    no_path_setup=True,
)
def what_is_sent_along_stands_below(api: RequestFactory) -> Conversation:
    """What a creation carries for a list below the new resource is in that list afterwards.

    The document's richest example is created, and each such list read. Broken if an item that was sent along is not
    there, with the values it was sent with; after a moment it is searched for once more. At depth quick only such lists
    are read as another law reads anyway, below a parent that it makes.
    """
    for name, made, page, listing in (yield from _made_with_children(api)):
        for wait in (0.0, PATIENCE):
            if wait:
                yield Wait(wait)
                page = yield api.for_operation(listing, made.values).ask(bypass_cache=True)
            lost = [each for each in _items(made, name) if not any(_is(each, item) for item in page.items)]
            if not page.ok or not lost:
                break
        if page.ok and lost:
            raise Broken(f"{short(lost[0])}, sent along, in {listing.key}", f"{len(page.items)} items, not this one")


def _made_with_children(api: RequestFactory) -> Steps:
    """Members that carried child resources, what was created with them, the list below it and its operation."""
    read: list[tuple[str, Made, Exchange, Operation]] = []
    made: Made | None = None if api.depth == "quick" else (yield from create_resource(api, api.resource))
    nested = {*selectors.nested_creations(api.contract)}
    for name, listing in _along(api.contract, api.resource):
        child = api.contract.resource_of(listing)
        if made is not None and api.resource.identifier in made.values and _items(made, name):
            page = yield api.for_operation(listing, made.values).ask(bypass_cache=True)
            read.append((name, made, page, listing))
        elif made is None and child is not None and child.list is listing and child.create in nested:
            found: Beside = yield from _beside(api.for_operation(child.create))
            if found.page is not None and found.other.resource is api.resource and _items(found.other, name):
                read.append((name, found.other, found.page, listing))
    if not read:
        raise NotObservable("no list is read here below a creation that carries child resources")
    return read


def _items(made: Made, name: str) -> list[dict[str, Any]]:
    """What a creation has sent along under this name."""
    sent = made.answer.request.json
    found = sent.get(name) if isinstance(sent, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _is(sent: dict[str, Any], item: Any) -> bool:
    return isinstance(item, dict) and bool(sent.keys() & item.keys()) and not differing_members(sent, item)


@law(family="state", on=selectors.parental_deletions, kinds=("state",), asserts=(), writes=True, no_path_setup=True)
def nothing_hangs_on_what_is_deleted(api: RequestFactory) -> Conversation:
    """Deleting a resource makes everything that belongs to it unreachable.

    Children are resources below its address, and those whose creation or address needs a value of it. One of each kind
    is created, and searched for after the deletion: its address must refuse, or its list not show it. Lists below the
    deleted resource must refuse or be empty. Not observable where the deletion itself is refused; observed where what
    was deleted can be read on, and says of itself that it is removed.
    """
    removable(api)
    parent: Made = yield from _parent(api)
    children: dict[str, Made] = {}
    for each in selectors.child_resources(api.contract, api.resource):
        if each.create:
            children[each.name] = yield from child_of(api, each, parent, children)
    answer: Exchange = yield api.ask(path=parent.values)
    if not answer.ok:
        raise NotObservable(f"the deletion was refused: {answer.summary()}")
    try:
        for child in children.values():
            yield from _unreachable(api, child)
        for each in selectors.child_resources(api.contract, api.resource):
            if not each.create:
                yield from _empty(api, each, parent)
    except Broken:
        yield from _kept_on_purpose(api, parent)
        raise


def _kept_on_purpose(api: RequestFactory, parent: Made) -> Steps:
    """Raises Observed where a deletion leaves what it removes, with a sign: then what hangs on it may stay as well."""
    if parent.resource.read is None:
        return
    left: Observation = yield from observe(api, parent, known=True)
    if left.seen and (sign := sign_of_removal(parent.thing, left.thing)):
        raise Observed(f"what was deleted can still be read, and says of itself that it is removed ({sign!r})")


def _parent(api: RequestFactory) -> Steps:
    """One that was made beside the life of another, when nothing needs it any more; else a new one."""
    try:
        seen: HostileUpdates = yield from hostile_updates(api)
        if seen.changed.peers.twin is not None:
            return seen.changed.peers.twin
    except (Blocked, NotObservable):
        pass
    return (yield from create_resource(api, api.resource))


def _unreachable(api: RequestFactory, child: Made) -> Steps:
    """Raises Broken where a child is seen, and seen again after a moment."""
    for wait in (0.0, PATIENCE):
        if wait:
            yield Wait(wait)
        try:
            sight: Observation = yield from observe(api, child, known=True)
        except NotObservable:
            return
        if not sight.seen:
            return
    raise Broken(f"nothing of {child.resource.collection} after what it hung on was deleted", "it is still there")


def _empty(api: RequestFactory, resource: Resource, parent: Made) -> Steps:
    path = dict(path_from(api, resource, parent))
    if resource.list is None or any(name not in path for name in resource.list.path_parameters):
        return
    answer: Exchange = yield api.ask(resource.list, path=path, bypass_cache=True)
    if answer.ok and answer.items:
        yield Wait(PATIENCE)
        answer = yield api.ask(resource.list, path=path, bypass_cache=True)
    if answer.ok and answer.items:
        raise Broken(f"nothing in {resource.collection} after the deletion", f"{len(answer.items)} items")
