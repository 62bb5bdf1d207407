"""Laws of things that name one another: what is named fits, counts as its kind says, and is nobody's to take along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Steps, Wait
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, body, create_resource, made_by, resolve_path
from contracts.steps.lifecycle.create import PATIENCE, removable
from contracts.steps.lifecycle.named_things import Named, name_and_change, named_by
from contracts.steps.lifecycle.two_parents import below, new_parent
from contracts.steps.lifecycle.values import choices_of, short
from contracts.steps.lists.identity import find_in
from specs.contract import Contract, Operation, Resource, selectors

_MANY = re.compile(r"(^|[^a-z])(multi(ple)?|many|several)([^a-z]|$)", re.IGNORECASE)
_ONE = re.compile(r"(^|[^a-z])(single|one)([^a-z]|$)", re.IGNORECASE)
"""What a kind calls itself of which there may be several at once, or one at a time."""


def _together(contract: Contract, operation: Operation) -> Iterator[tuple[str, Resource, str, Resource]]:
    """Two members of a body of which one names something, and the other what stands below that."""
    sources = {
        pointer.removeprefix("/"): contract.resource_of(contract.operation(source.operation_id))
        for pointer, source in (operation.body.sources.items() if operation.body else ())
    }
    for inner, child in sources.items():
        create = child.create if child else None
        last = create.path_parameters[-1:] if create else ()
        for outer, parent in sources.items():
            of_it = create and any(selectors.resource_of_parameter(contract, create, name) is parent for name in last)
            if of_it and parent and child and parent is not child:
                yield outer, parent, inner, child


def _naming_two(contract: Contract) -> Iterator[Operation]:
    return (each for each in selectors.creations_with_body(contract) if any(_together(contract, each)))


def _naming_two_below(contract: Contract) -> Iterator[Operation]:
    return (each for each in selectors.nested_creations(contract) if any(_together(contract, each)))


@law(
    family="state",
    on=_naming_two,
    kinds=("state/create", "body"),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def what_a_body_names_together_belongs_together(api: RequestFactory) -> Conversation:
    """A body that names a thing, and beside it what stands below another thing, is refused.

    A body that is accepted is sent with another resource in place of the one that the other named thing stands below.
    Broken if that is accepted as well. Any refusal will do.
    """
    removable(api)
    values = yield from resolve_path(api, api.operation, fresh=True)
    own = yield from body(api, api.operation, values)
    for outer, parent, inner, _ in _together(api.contract, api.operation):
        if outer not in own or inner not in own:
            raise NotObservable(f"the body does not name {outer} and {inner} together")
        other: Made = yield from create_resource(api, parent)
        value = at(other.thing, parent.member)
        if value is MISSING or value == own[outer]:
            raise NotObservable(f"no other {outer} can be made")
        mixed: Exchange = yield api.ask(path=values, body={**own, outer: value})
        right: Exchange = yield api.ask(path=values, body=own)
        if mixed.ok:
            raise Broken(f"a refusal of {outer} with {inner} of another", mixed.summary(), [mixed])
        if not right.ok:
            raise NotObservable(f"what belongs together is refused, too: {right.summary()}")


@law(
    family="state",
    on=_naming_two_below,
    kinds=("state/create", "body"),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def there_are_as_many_as_the_kind_says(api: RequestFactory) -> Conversation:
    """Of what calls itself single there is one at a time, of what calls itself multiple there are several.

    Where what a body names has a choice of kinds and these say so, one of each such kind is made, with two things below
    it, and both are created below a new parent. Broken if the second takes the place of the first where several may be,
    or if both are there where only one may be. Any refusal of the second is right.
    """
    removable(api)
    asked = False
    before = yield from resolve_path(api, api.operation, fresh=True)
    for outer, holder, inner, child in _together(api.contract, api.operation):
        for member, choice in _kinds(api.contract, holder):
            _, path = yield from new_parent(api, before)
            bodies, _ = yield from _two_of(api, (outer, holder, inner, child), {member: choice})
            made: list[Made] = []
            for each in bodies:
                answer: Exchange = yield api.ask(path=path, body=each)
                made += [made_by(api.resource, answer, path)] if answer.ok else []
            if len(made) < 2:
                continue
            asked = True
            yield from _counted(api, path, made, choice)
    if not asked:
        raise NotObservable("no kind of which there may be one or several was accepted twice")


def _counted(api: RequestFactory, path: dict[str, str], made: list[Made], choice: str) -> Steps:
    for wait in (0.0, PATIENCE):
        if wait:
            yield Wait(wait)
        page: Exchange = yield from below(api, path)
        shown = [bool(find_in(page.items, each)) for each in made]
        if not page.ok or not shown[1] or shown[0] == bool(_MANY.search(choice)):
            return
    expected = "both of two" if not shown[0] else "one of two"
    raise Broken(f"{expected} of the kind {choice} below {path[api.operation.path_parameters[-1]]}", f"{sum(shown)}")


def _kinds(contract: Contract, resource: Resource) -> Iterator[tuple[str, str]]:
    """The choices of a creation that say whether there may be several."""
    for member, rule in contract.body_rules(resource.create).items() if resource.create else ():
        for choice in choices_of(rule):
            if isinstance(choice, str) and (_MANY.search(choice) or _ONE.search(choice)):
                yield member, choice


def _two_of(api: RequestFactory, named: tuple[str, Resource, str, Resource], kind: dict[str, str]) -> Steps:
    """Two bodies that name something of a kind, and one of two things below it each; and these two."""
    outer, holder, inner, child = named
    parent: Made = yield from create_resource(api, holder, None, **kind)
    assert child.create is not None
    value = at(parent.thing, holder.member)
    known = {**parent.values, child.create.path_parameters[-1]: str(value)}
    things: list[Made] = []
    for _ in range(2):
        things += [(yield from create_resource(api, child, known))]
    bodies: list[dict[str, Any]] = [{outer: value, inner: at(each.thing, child.member)} for each in things]
    return bodies, things


@law(
    family="state",
    on=_naming_two_below,
    kinds=("state/create", "body"),
    asserts=("body",),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def what_can_be_named_in_two_ways_is_the_same(api: RequestFactory) -> Conversation:
    """Where the document's examples name a thing in two ways, either way it is the same thing.

    A thing is named by another of its members than its id, as an example does. Broken if that is refused as if there
    were no such thing, where its id is accepted, or if another thing than this is taken.
    """
    removable(api)
    before = yield from resolve_path(api, api.operation, fresh=True)
    for named in _together(api.contract, api.operation):
        outer, _, inner, _ = named
        for member in _otherwise(api.operation, outer, inner):
            bodies, things = yield from _two_of(api, named, {})
            value = at(things[0].thing, f"/{member}")
            if not isinstance(value, str):
                continue
            answers: list[Exchange] = []
            for content in ({outer: bodies[0][outer], member: value}, bodies[0]):
                _, path = yield from new_parent(api, before)
                answers += [(yield api.ask(path=path, body=content))]
            by_name, by_id = answers
            if by_id.ok and by_name.status in {400, 404, 422}:
                raise Broken(f"what {member} names, as {inner} does", by_name.summary(), answers)
            shown = at(by_name.data, f"/{inner}")
            if by_name.ok and shown not in (MISSING, bodies[0][inner]):
                raise Broken(f"{inner} {bodies[0][inner]} for the {member} of that", short(shown), answers)
            return
    raise NotObservable("no example names a thing by another of its members than its id")


def _otherwise(operation: Operation, outer: str, inner: str) -> Iterator[str]:
    """The members by which examples name a thing where they do not name it by its id."""
    for example in operation.body.examples if operation.body else ():
        if isinstance(example, dict) and outer in example and inner not in example:
            yield from (name for name in example if name != outer)


def _referring(contract: Contract) -> Iterator[Operation]:
    """Creations whose body names something that can be read by itself, and of which the result can be deleted."""
    for resource in contract.resources:
        if resource.create and resource.delete and any(named_by(contract, resource)):
            yield resource.create


@law(
    family="state",
    on=_referring,
    kinds=("state/delete",),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def what_is_named_outlives_what_names_it(api: RequestFactory) -> Conversation:
    """What a resource only names is still there when that resource is deleted.

    One is made, and what it names; then it is deleted. Broken if what it named, and could be read before, is gone with
    it.
    """
    removable(api)
    found: list[Named] = yield from name_and_change(api)
    for each in found:
        if each.left is not None and each.before.ok and not each.left.ok and each.left.status in {404, 410}:
            raise Broken(f"what {each.member} named to stay", each.left.summary(), [each.before, each.left])
    if not any(each.left is not None for each in found):
        raise NotObservable("what names it was not deleted")


@law(
    family="state",
    on=_referring,
    kinds=("state/read",),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def a_thing_inside_another_reads_alike_everywhere(api: RequestFactory) -> Conversation:
    """What a resource shows of a thing that it names is the same by itself and in its list.

    The thing is changed, and the resource read in both ways. Broken if one of them shows the new value, and the other
    one still that of before, also after a moment. Where both keep the old value they may be meant to.
    """
    removable(api)
    found: list[Named] = yield from name_and_change(api)
    for each in found:
        if each.disagreeing:
            where, old, new = each.disagreeing
            raise Broken(f"{where} by itself as in its list: {short(new)}", short(old))
    if not any(each.shown for each in found):
        raise NotObservable("it shows nothing of what it names that could be changed")


def _named_parents(contract: Contract) -> Iterator[Operation]:
    """Creations below a parent that is known by another name than its own address has."""
    for create in selectors.nested_creations(contract):
        resource = contract.resource_of(create)
        parent = selectors.resource_of_parameter(contract, create, create.path_parameters[-1])
        if parent and parent.delete and resource and resource not in selectors.child_resources(contract, parent):
            yield create


@law(
    family="state",
    on=_named_parents,
    kinds=("state/delete",),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def what_stands_below_ends_with_what_it_stands_below(api: RequestFactory) -> Conversation:
    """Where the values of an address come from things that can be deleted, what stands below ends with these.

    A resource is created below something new, which is deleted then. Broken if the list below it still shows the
    resource, also after a moment.
    """
    removable(api)
    if api.resource.list is None:
        raise NotObservable("the document has no list of these")
    before = yield from resolve_path(api, api.operation, fresh=True)
    parent, path = yield from new_parent(api, before)
    content = yield from body(api, api.operation, path)
    answer: Exchange = yield api.ask(path=path, body=content)
    if not answer.ok or parent.resource.delete is None:
        raise NotObservable(f"nothing was created below it: {answer.summary()}")
    made = made_by(api.resource, answer, path)
    seen: Exchange = yield from below(api, path)
    if not find_in(seen.items, made):
        raise NotObservable("the list does not show what was created")
    deletion: Exchange = yield api.ask(parent.resource.delete, path=parent.values)
    if not deletion.ok:
        raise NotObservable(f"the deletion was refused: {deletion.summary()}")
    for wait in (0.0, PATIENCE):
        if wait:
            yield Wait(wait)
        left: Exchange = yield from below(api, path)
        if not (left.ok and find_in(left.items, made)):
            return
    raise Broken("nothing below what was deleted", "what was created there is listed still", [deletion, left])
