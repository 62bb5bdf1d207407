"""The life of one resource, from its creation to its deletion: requested once per run and judged by many laws.

A life has chapters: creation, siblings, update, hostile updates and deletion, a module each. Each is a part of a
conversation under one name (`SharedQuestions` in `contracts.request.api`): every law sends the same requests in the
same order up to the chapter it judges, so the deployment gets each of them once. A chapter reads once what all its
requests have done, and reads more closely only where something is not as it should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from contracts.core.conversation import NotObservable, Steps, Wait
from contracts.core.exchange import MISSING, Exchange
from contracts.core.rejection import INVALID
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import (
    CONFLICT,
    Made,
    body,
    create_resource,
    find_form,
    made_by,
    not_created,
    remove_twin,
    resolve_path,
)
from contracts.steps.lifecycle.comparison import is_made_of, kept
from contracts.steps.lifecycle.full_bodies import full_body
from contracts.steps.lifecycle.values import Change, changes
from contracts.steps.lists.identity import find_in, require_identifiable
from contracts.steps.lists.page_sizes import largest, largest_page
from contracts.steps.lists.paging import read_all
from contracts.steps.unique_values import make_unlike
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Operation, Resource

LIFE = "a life"
"""The name under which all requests to one resource of a kind are shared."""
PATIENCE = 2.0
"""Seconds before a list is read again to call something missing or still there: stores may take a moment."""


@attrs.frozen
class Observation:
    """A resource as it was seen, MISSING where it was not, and the answer that showed so.

    `items`: the whole list, where it was seen in one.
    """

    thing: Any
    answer: Exchange
    items: list[Any] | None = None

    @property
    def seen(self) -> bool:
        return self.thing is not MISSING

    @property
    def got(self) -> str:
        """How the deployment said that it is not there."""
        return self.answer.summary() if not self.answer.ok else "it is not listed"


@attrs.frozen
class CreatedResource:
    """A resource this suite made, and how it was found at once. `api` sends under the life's own name.

    `doubt` says why it could not be read, where `sight` is None.
    """

    api: RequestFactory
    made: Made
    sight: Observation | None
    doubt: str = ""
    refused: tuple[Exchange, ...] = ()
    """The answers to bolder bodies, that were refused before one was accepted."""

    @property
    def resource(self) -> Resource:
        return self.made.resource

    @property
    def known(self) -> bool:
        """Whether it was seen, so that not to see it any more means something."""
        return self.sight is not None and self.sight.seen

    @property
    def first(self) -> Observation:
        """The resource as it was seen after its creation. Raises NotObservable where it could not be known."""
        if self.sight is None:
            raise NotObservable(self.doubt)
        return self.sight


def patience(api: RequestFactory, answer: Exchange) -> tuple[float, ...]:
    """Seconds to wait, time after time, until what an answer accepted is done.

    A moment once, since lists and caches may follow late; where the answer is 202, which only says that it will be
    done, as long in all as the deployment file grants.
    """
    if answer.status != 202:
        return (PATIENCE,)
    granted = api.deployment.eventual
    return tuple(granted * share for share in (0.05, 0.1, 0.15, 0.3, 0.4))


def create_full(api: RequestFactory) -> Steps:
    """The first chapter: a resource is created with every member that makes sense, and read."""
    return (yield from create_observed(api, LIFE, richly=True))


def create_observed(api: RequestFactory, scene: str, *, richly: bool = False) -> Steps:
    """Create a resource that is shared and read it once: by its own address, or where there is none in its list."""
    resource = api.resource
    stage = api.sharing(f"{scene} in {resource.collection}")
    tried: list[Exchange] = []
    made: Made = (
        (yield from _made_richly(stage, resource, tried)) if richly else (yield from create_resource(stage, resource))
    )
    try:
        sight: Observation = yield from observe(stage, made)
        for wait in patience(stage, made.answer):
            if not sight.seen:
                yield Wait(wait)
                sight = yield from observe(stage, made)
        return CreatedResource(stage, made, sight, refused=tuple(tried))
    except NotObservable as outcome:
        return CreatedResource(stage, made, None, outcome.reason, tuple(tried))


def _made_richly(api: RequestFactory, resource: Resource, tried: list[Exchange]) -> Steps:
    """Create a resource with all members whose values are known to make sense, and choices unlike the document's
    example.

    Where such a body is refused for its state, choices that have to fit each other are left as the example has them.
    What was refused is added to those `tried`.
    """
    create = resource.create
    if create is None or create.body is None:
        return (yield from create_resource(api, resource))
    values = yield from resolve_path(api, create, fresh=True)
    content = yield from body(api, create, values)
    answer: Exchange = yield from _first_accepted(api, create, values, content, tried)
    if answer.status in INVALID and (yield from find_form(api, create, values)):
        content = yield from body(api, create, values)
        answer = yield from _first_accepted(api, create, values, content, tried)
    if answer.status == CONFLICT:
        alone = yield from remove_twin(api, resource, values, content)
        unlike = content if alone else make_unlike(api, create, content)
        if alone or unlike != content:
            answer = yield from _first_accepted(api, create, values, unlike, tried)
    if answer.ok:
        return made_by(resource, answer, values)
    raise not_created(answer)


def _first_accepted(
    api: RequestFactory,
    create: Operation,
    values: Mapping[str, str],
    content: dict[str, Any],
    tried: list[Exchange],
) -> Steps:
    """The response to the boldest body that is accepted, else to the plainest."""
    bodies = [full_body(api, create, content, bold=True), full_body(api, create, content, bold=False), content]
    for number, each in enumerate(bodies):
        if each in bodies[:number]:
            continue
        answer: Exchange = yield api.ask(create, path=values, body=each)
        if answer.ok:
            break
        tried.append(answer)
    return answer


# -- looking -----------------------------------------------------------------------------------------------------------


def observe(api: RequestFactory, made: Made, *, known: bool = False, like: Any = None) -> Steps:
    """The resource as it reads now: by its own address, else in its list, else as a change that changes nothing shows
    it.

    `known`: it was recognised in its list before, so that not to find it there means that it is gone. `like`: the
    resource as it should be by now, if not as it was made.
    """
    resource = made.resource
    if resource.read and resource.identifier not in made.values:
        raise NotObservable("the response to its creation does not carry its id")
    if resource.read:
        answer: Exchange = yield api.ask(resource.read, path=made.values, bypass_cache=True)
        return Observation(answer.data if answer.ok else MISSING, answer)
    if resource.list:
        items, page = yield from read_list(api, made, sure=known)
        found = find_in(items, made)
        return Observation(found[0] if found else MISSING, page, items)
    if patch_of(resource):
        return (yield from _touched(api, made, made.thing if like is None else like))
    raise NotObservable("the document offers no way to look at one")


def read_list(api: RequestFactory, made: Made, *, sure: bool = False) -> Steps:
    """The items of the list in which a created resource is or was, and the page that showed the first of them.

    A page that is not full is the whole list, unless the resource is not on it and nobody has seen it in there before
    (`sure`). Raises NotObservable where the items show no id by which the resource could be known.
    """
    assert made.resource.list is not None
    view = api.for_operation(made.resource.list, made.values)
    plain = view.operation.paging is None
    page: Exchange = (
        (yield view.ask(bypass_cache=True)) if plain else (yield from largest_page(view, bypass_cache=True))
    )
    size = largest(view)
    items, found = page.items, find_in(page.items, made)
    full = size is None or len(items) >= size
    if page.ok and items and view.operation.paging and (full or not (found or sure)):
        items = yield from read_all(view)
        found = find_in(items, made)
    if page.ok and not found and not sure:
        require_identifiable(items, made)
    return items, page


def _touched(api: RequestFactory, made: Made, now: Any) -> Steps:
    """The answer to an update with nothing in it, else to one with a value that the resource has already.

    What an update repeats says nothing of what was kept before; it is sent where one without anything is refused.
    """
    update = patch_of(made.resource)
    assert update is not None
    if validator(api.contract, update).is_valid({}):
        answer: Exchange = yield api.ask(update, path=made.values, body={})
        if answer.ok:
            return Observation(answer.data, answer)
    offered: list[Change] = yield from changes(api, update, made.values, now)
    same = {each.name: now[each.name] for each in offered[:1]}
    answer = yield api.ask(update, path=made.values, body=same)
    return Observation(answer.data if answer.ok else MISSING, answer)


def lookable(resource: Resource) -> bool:
    """Whether a resource can be read without an update."""
    return bool(resource.read or resource.list)


def patch_of(resource: Resource) -> Operation | None:
    """The operation that changes some members of a resource and leaves the others; None where there is none."""
    return resource.update if resource.update and resource.update.method != "PUT" else None


def update_of(life: CreatedResource) -> Operation:
    """The same of a life's resource. Raises NotObservable where there is none."""
    if (update := patch_of(life.resource)) is None:
        raise NotObservable("the document has no operation that changes one")
    return update


def changing(life: CreatedResource, content: dict[str, Any]) -> Any:
    """The request that changes these members."""
    return life.api.ask(update_of(life), path=life.made.values, body=content)


def offered_changes(life: CreatedResource, now: Observation) -> Steps:
    """The changes a resource that can be read allows. Raises NotObservable where there is none."""
    if not now.seen:
        raise NotObservable(f"what was created cannot be read: {now.got}")
    offered: list[Change] = yield from changes(life.api, update_of(life), life.made.values, now.thing)
    if not offered:
        raise NotObservable("no member is known that could be changed")
    return offered


def sent_by(answer: Exchange) -> dict[str, Any]:
    """What a request has really carried."""
    content = answer.request.json
    return content if isinstance(content, dict) else {}


def differing_members(sent: dict[str, Any], thing: Any) -> list[str]:
    """The members of what was sent that a resource shows with another value, unless it makes that of another member."""
    shown = thing if isinstance(thing, dict) else {}
    lost = [name for name, value in sent.items() if name in shown and not kept(value, shown[name])]
    return [name for name in lost if not is_made_of(shown[name], thing)]


def removable(api: RequestFactory) -> None:
    """Where nothing can be removed again, only what is needed is created. Raises NotObservable."""
    if api.resource.delete is None and not api.disposable:
        raise NotObservable("the document offers no way to remove what would be created for this")
