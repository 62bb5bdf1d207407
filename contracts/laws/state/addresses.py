"""Laws of ids: what is nearly the id of a resource is not its id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, create_resource
from contracts.steps.lifecycle.create import Observation, differing_members, observe, removable
from contracts.steps.lifecycle.values import Change, changes
from specs.contract import Contract, Operation

BEHIND = "x"
"""What stands behind an id. Whoever reads the digits at its beginning, or looks for a beginning, finds the resource."""


def _addressed(contract: Contract) -> Iterator[Operation]:
    """What reads, changes or deletes one resource of a kind that can be made and looked at."""
    for resource in contract.resources:
        if resource.create and resource.read and not resource.names_its_own:
            patch = resource.update if resource.update and resource.update.method == "PATCH" else None
            yield from (each for each in (resource.read, patch, resource.delete) if each is not None)


@law(
    family="state",
    on=_addressed,
    kinds=("state", "status/404"),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="standard",
)
def an_id_with_more_behind_it_is_no_id(api: RequestFactory) -> Conversation:
    """A resource is not read, changed or deleted by its id with a letter behind it.

    A new resource is requested so. Broken if it is shown, or changed, or not there any more; a success that does
    nothing to it is observed.
    """
    removable(api)
    resource = api.resource
    made: Made = yield from create_resource(
        api.sharing(f"an id with more behind it in {resource.collection}"), resource
    )
    if resource.identifier is None or resource.identifier not in made.values:
        raise NotObservable("the response to its creation does not carry its id")
    before: Observation = yield from observe(api, made)
    if not before.seen:
        raise NotObservable("what was created cannot be read")
    nearly = {**made.values, resource.identifier: f"{made.values[resource.identifier]}{BEHIND}"}
    content = yield from _change(api, made, before.thing)
    answer: Exchange = yield api.ask(path=nearly, body=content)
    if not answer.ok:
        return
    told = f"{resource.identifier} {nearly[resource.identifier]}"
    if api.operation.safe:
        if at(answer.data, resource.member) == at(before.thing, resource.member):
            raise Broken(f"a refusal of {told}", answer.summary(), [answer])
        raise Observed(f"{told} is answered with {answer.status}")
    after: Observation = yield from observe(api, made, known=True)
    if not after.seen or (content is not MISSING and not [*differing_members(content, after.thing)]):
        raise Broken(f"nothing done to {made.values[resource.identifier]} at {told}", answer.summary(), [answer])
    raise Observed(f"{told} is answered with {answer.status}, and nothing comes of it")


def _change(api: RequestFactory, made: Made, thing: Any) -> Steps:
    """What changes the resource, where the operation has a body. Raises NotObservable where nothing is known to."""
    if api.operation.body is None:
        return MISSING
    offered: list[Change] = yield from changes(api, api.operation, made.values, thing)
    if not offered:
        raise NotObservable("no member is known that could be changed")
    return {offered[0].name: offered[0].value}
