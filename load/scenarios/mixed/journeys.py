"""Journeys: short conversations as real callers have them, with one resource of their own from its creation to its end.

A journey is a law's conversation like any other: a plain generator that yields requests. It cleans up what it made.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random

import attrs

from contracts.core.conversation import Broken, Conversation, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.cleanup import and_removed
from contracts.steps.fixtures import Made, create_resource
from contracts.steps.lifecycle.create import Observation, differing_members, observe, read_list
from contracts.steps.lifecycle.values import Change, changes, short
from contracts.steps.lists.identity import find_in
from contracts.steps.tokens.pairs import call_with, issue, pair_of, refresh_request, rules
from specs.contract import Contract, Operation, Resource


def with_lifecycle(contract: Contract) -> list[Resource]:
    """Resources of which one can be created, read and removed again."""
    return [
        each
        for each in contract.resources
        if each.create and each.delete and each.identifier and (each.read or each.list)
    ]


def lifecycle(api: RequestFactory) -> Conversation:
    """Make one, see it once in its list, change it, see the change, remove it, and see that it is gone."""
    yield from and_removed(api, _lived(api))


def _lived(api: RequestFactory) -> Steps:
    resource = api.resource
    made: Made = yield from create_resource(api, resource)
    sight: Observation = yield from observe(api, made)
    if not sight.seen:
        raise Broken("what was created to be there", sight.got, [made.answer, sight.answer])
    if resource.list is not None:
        yield from _listed_once(api, made)
    if resource.update is not None:
        yield from _changed(api, made, sight)
    assert resource.delete is not None
    gone: Exchange = yield api.ask(resource.delete, path=made.values)
    if not gone.ok:
        return
    after: Observation = yield from observe(api, made, known=True)
    if after.seen:
        raise Broken("what was deleted to be gone", "it is still there", [gone, after.answer])


def _listed_once(api: RequestFactory, made: Made) -> Steps:
    try:
        items, page = yield from read_list(api, made)
    except NotObservable:
        return
    found = find_in(items, made)
    if page.ok and len(found) != 1:
        raise Broken("what was created once in its list", f"{len(found)} times", [made.answer, page])


def _changed(api: RequestFactory, made: Made, sight: Observation) -> Steps:
    update = made.resource.update
    assert update is not None
    offered: list[Change] = yield from changes(api, update, made.values, sight.thing)
    tame = [each for each in offered if each.independent] or offered
    if not tame:
        return
    answer: Exchange = yield api.ask(update, path=made.values, body={tame[0].name: tame[0].value})
    if not answer.ok:
        return
    after: Observation = yield from observe(api, made, known=True)
    content = answer.request.json
    if after.seen and isinstance(content, dict) and (lost := differing_members(content, after.thing)):
        raise Broken(
            f"{lost[0]} as just changed: {short(content[lost[0]])}", short(after.thing[lost[0]]), [answer, after.answer]
        )


def token_session(api: RequestFactory) -> Conversation:
    """Make an owner of tokens, use the token, renew it, use the new one, and remove the owner."""
    yield from and_removed(api, _renewed(api))


def _renewed(api: RequestFactory) -> Steps:
    pair, made = yield from issue(api)
    yield from call_with(api, pair.access)
    answer: Exchange = yield refresh_request(api, pair.refresh)
    if not answer.ok:
        raise Broken("a new pair for a token nobody has spent", answer.summary(), [answer])
    new = pair_of(api, answer)
    after: Exchange = yield from call_with(api, new.access)
    if after.status == 401:
        raise Broken("the new access token to work at once", after.summary(), [answer, after])
    force = rules(api).force
    if force is not None and made is not None:
        yield api.ask(force, path=made.values)


@attrs.frozen
class Choice:
    """What a caller may do next: a journey (of an operation that creates something) or a plain look."""

    operation: Operation
    weight: float


def choices(contract: Contract, weigh: dict[str, float]) -> Iterator[Choice]:
    """All there is to do, with its weight; a lifecycle weighs as much as one change in it on average."""
    lifecycles = {each.create: each for each in with_lifecycle(contract)}
    for operation in contract.operations:
        if operation.safe:
            yield Choice(operation, weigh[operation.key])
        elif operation in lifecycles:
            parts = [each for each in (operation, lifecycles[operation].update, lifecycles[operation].delete) if each]
            yield Choice(operation, sum(weigh[each.key] for each in parts) / len(parts))
        elif contract.tokens and operation is contract.tokens.refresh:
            yield Choice(operation, weigh[operation.key])


@attrs.frozen
class JourneyMix:
    """All there is to do for one tenant."""

    choices: tuple[Choice, ...]
    _sums: tuple[float, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_sums", tuple(accumulate(each.weight for each in self.choices)))

    def pick(self, random: Random) -> Choice:
        """One of them, by weight."""
        return random.choices(self.choices, cum_weights=self._sums)[0]
