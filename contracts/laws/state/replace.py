"""Laws of PUT: a replacement is what is kept."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import CONFLICT, body
from contracts.steps.lifecycle.create import (
    LIFE,
    CreatedResource,
    Observation,
    create_observed,
    differing_members,
    observe,
)
from contracts.steps.lifecycle.full_bodies import full_body
from contracts.steps.lifecycle.values import Change, changed_members, changes, short
from contracts.steps.unique_values import with_own_texts
from specs.contract import Contract, Operation


def replacements(contract: Contract) -> Iterator[Operation]:
    """Operations that put something else in the place of a resource they can create and show."""
    for resource in contract.resources:
        if resource.replace and resource.replace.body and resource.create and (resource.read or resource.list):
            yield resource.replace


@law(family="state", on=replacements, kinds=("state",), asserts=("state/update",), writes=True, no_path_setup=True)
def a_replacement_is_what_is_kept(api: RequestFactory) -> Conversation:
    """What a PUT carries is what the resource shows afterwards.

    A new resource is replaced with every member whose value can be known to make sense. Broken if a member that was
    sent and is shown has another value, or if the same PUT once more changes anything that a request can set. What
    becomes of members that were not sent is not judged: servers differ.
    """
    life: CreatedResource = yield from create_observed(api, f"{LIFE} replaced")
    if not life.known:
        raise NotObservable("what was created cannot be read")
    answer: Exchange = yield from _replaced(api, life)
    wanted = answer.request.json
    after: Observation = yield from observe(life.api, life.made, known=life.known)
    if not after.seen:
        raise Broken("the replaced resource", after.got)
    for name in differing_members(wanted, after.thing):
        raise Broken(f"{name} as sent: {short(wanted[name])}", short(after.thing[name]))
    again: Exchange = yield life.api.ask(api.operation, path=life.made.values, body=wanted)
    if not again.ok:
        return
    last: Observation = yield from observe(life.api, life.made, known=life.known)
    if not last.seen:
        raise Broken("the resource after the same replacement once more", last.got)
    for name in changed_members(api, after.thing, last.thing, alike=True):
        expected = f"{name} as before the same replacement was made once more: {short(after.thing[name])}"
        raise Broken(expected, short(last.thing[name]))


def _replaced(api: RequestFactory, life: CreatedResource) -> Steps:
    """Replace a resource by as much as makes sense; where that is refused for its state, by no more than is safe."""
    content = yield from body(api, api.operation, life.made.values)
    wanted = full_body(api, api.operation, content, bold=True)
    news: list[Change] = yield from changes(api, api.operation, life.made.values, life.first.thing)
    bold = {**wanted, **{each.name: each.value for each in news if each.independent or each.name in wanted}}
    tame = {**content, **{each.name: each.value for each in news if each.independent}}
    for each in (bold, tame, with_own_texts(bold, life.first.thing)):
        answer: Exchange = yield life.api.ask(api.operation, path=life.made.values, body=each)
        if answer.ok or (each is tame and answer.status != CONFLICT):
            break
    if answer.ok:
        return answer
    raise Blocked(f"the replacement was not accepted: {answer.summary()}")
