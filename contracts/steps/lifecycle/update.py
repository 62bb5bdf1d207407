"""The third chapter of a life: a resource is changed.

Like the earlier ones it only sends requests; what the responses mean is for the laws to say.
"""

from __future__ import annotations

from typing import Any

import attrs

from contracts.core.conversation import Blocked, NotObservable, Steps, Wait
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.create import (
    PATIENCE,
    CreatedResource,
    Observation,
    changing,
    create_full,
    differing_members,
    lookable,
    observe,
    offered_changes,
    patience,
    read_list,
    sent_by,
    update_of,
)
from contracts.steps.lifecycle.siblings import Siblings, create_siblings
from contracts.steps.lifecycle.values import Change, changes
from contracts.steps.lists.identity import find_in
from specs.contract.member_names import Hint


@attrs.frozen
class Updated:
    """A change of many members, then of one of them to yet another value; and how the resource and its list read then.

    `most` and `one` are the answers. `middle` is how it read between the two: it was read only where it did not read in
    the end as it should. `why` says why there was no change; `items` are those of its list. `turned` is the answer to a
    change of its twin: members with two values, turned the other way round than in the life itself. `same` is what an
    update was answered that says again what tends to be unique and is there already.
    """

    peers: Siblings
    life: CreatedResource
    most: Exchange | None
    one: Exchange | None
    middle: Observation | None
    after: Observation
    items: list[Any] | None
    why: str = ""
    turned: Exchange | None = None
    same: Exchange | None = None
    refused: tuple[Exchange, ...] = ()
    """The answers to changes of more members, that were refused before one was accepted."""

    @property
    def sent(self) -> dict[str, Any]:
        """All members that were sent, with the values they should have now."""
        return together_sent(self.most, self.one)


def together_sent(*answers: Exchange | None) -> dict[str, Any]:
    """The members of updates that were accepted, each with its last value."""
    accepted = (sent_by(each) for each in answers if each is not None and each.ok)
    return {name: value for content in accepted for name, value in content.items()}


def update_resource(api: RequestFactory) -> Steps:
    """Change a resource that was born, and read it and its list. Raises NotObservable where it cannot be read."""
    peers: Siblings = yield from create_siblings(api)
    life = peers.life
    if life is None:
        life = yield from create_full(api)  # which says why there is none
    first = life.first
    refused: tuple[Exchange, ...] = ()
    try:
        if not first.seen:
            raise NotObservable(f"what was created cannot be read: {first.got}")
        most, one, refused = yield from _changed_twice(life, first)
        why = f"the change was not accepted: {one.summary()}" if refused[-1:] == (one,) else ""
    except (NotObservable, Blocked) as outcome:
        why = outcome.reason
    if why:
        items = yield from _listed(life, attrs.evolve(first, items=None), {})
        return Updated(peers, life, None, None, None, first, items, why, refused=refused)
    after: Observation = yield from _after(life, one)
    middle = None
    if _inconsistent(most, one, after):
        most, middle, one, after = yield from _repeat_slowly(life, most, one)
    turned = yield from _inverted_booleans(peers, life)
    done = Updated(peers, life, most, one, middle, after, None, turned=turned, refused=refused)
    same = yield from _said_again(life, done.sent, after)
    return attrs.evolve(done, same=same, items=(yield from _listed(life, after, done.sent)))


def _said_again(life: CreatedResource, sent: dict[str, Any], after: Observation) -> Steps:
    """The answer to an update with what was just accepted and must be unique among its siblings; None for none."""
    names = life.api.contract.names
    gone = {*differing_members(sent, after.thing)} if after.seen else {*sent}
    there = [name for name in sent if name not in gone and names.suggest(name, Hint.UNIQUE_AMONG_SIBLINGS)]
    if life.api.depth == "quick" or not there:
        return None
    return (yield changing(life, {name: sent[name] for name in there}))


def _inverted_booleans(peers: Siblings, life: CreatedResource) -> Steps:
    """The answer to a change of the twin that turns truths the way the life's own are not turned; None for none.

    A life turns each truth once; a server that takes `false` for nothing sent is seen only where it is turned so.
    """
    twin, first = peers.twin, life.first.thing
    if twin is None or not isinstance(twin.thing, dict) or life.api.depth == "quick":
        return None
    offered: list[Change] = yield from changes(life.api, update_of(life), twin.values, twin.thing)
    turns = {each.name: each.value for each in offered if isinstance(each.value, bool) and each.independent}
    content = {name: value for name, value in turns.items() if first.get(name) == value}
    return (yield life.api.ask(update_of(life), path=twin.values, body=content)) if content else None


def _after(life: CreatedResource, answer: Exchange) -> Steps:
    """How the resource reads after an update; as the update's own answer shows it where there is nothing else."""
    if not lookable(life.resource):
        return Observation(answer.data, answer)
    after: Observation = yield from observe(life.api, life.made, known=life.known)
    for wait in patience(life.api, answer) if answer.status == 202 else ():
        if after.seen and differing_members(sent_by(answer), after.thing):
            yield Wait(wait)
            after = yield from observe(life.api, life.made, known=life.known)
    return after


def _changed_twice(life: CreatedResource, first: Observation) -> Steps:
    """The answers to a change of as many members as may be, to one of a single one of them, and to what was refused.

    A change of many is refused for its state where values have to fit each other: then those nothing hangs on. The
    single one comes last, so that all others have values of ours when it must not touch them. Members with two values
    only are left as they were made, as far as may be: the other value may be the one that a server falls back to.
    """
    offered: list[Change] = yield from offered_changes(life, first)
    coins = [each for each in offered if each.two_valued and each.independent]
    many = [each for each in offered if each not in coins]
    many = many if len(many) > 1 else [*many, *coins[1:]] if len(offered) > 2 else offered
    tame = [each for each in many if each.independent] or many[:1]
    most: Exchange | None = None
    refused: list[Exchange] = []
    for chosen in (many, tame, tame[:2]) if len(many) > 1 else ():
        most = yield changing(life, {each.name: each.value for each in chosen})
        if most.ok:
            break
        refused.append(most)
    now = {**first.thing, **(sent_by(most) if most is not None and most.ok else {})}
    others: list[Change] = yield from changes(life.api, update_of(life), life.made.values, now)
    if not others:
        raise NotObservable("no member is known that could be changed")
    single = next((each for each in others if each.name not in {coin.name for coin in coins}), others[0])
    one: Exchange = yield changing(life, {single.name: single.value})
    if not one.ok and (most is None or not most.ok):
        refused.append(one)  # the last of all
    return most, one, tuple(refused)


def _inconsistent(most: Exchange | None, one: Exchange, after: Observation) -> bool:
    """Whether a resource does not read as the two changes should have left it."""
    both = most is not None and most.ok and one.ok and after.seen
    return both and bool(differing_members(together_sent(most, one), after.thing))


def _repeat_slowly(life: CreatedResource, most: Exchange | None, one: Exchange) -> Steps:
    """The same two changes once more, and how the resource reads after each."""
    assert most is not None
    yield Wait(PATIENCE)
    again: Exchange = yield changing(life, sent_by(most))
    middle: Observation = yield from _after(life, again)
    last: Exchange = yield changing(life, sent_by(one))
    after: Observation = yield from _after(life, last)
    return again, middle, last, after


def _listed(life: CreatedResource, last: Observation, sent: dict[str, Any]) -> Steps:
    """The items of its list, where there is one and its items can be distinguished.

    Read once more after a moment where they do not show the resource once, as it reads by itself.
    """
    if life.resource.list is None or last.items is not None:
        return last.items
    try:
        items, page = yield from read_list(life.api, life.made)
        own = find_in(items, life.made)
        if page.ok and (
            len(own) != 1 or set(differing_members(sent, own[0])) - set(differing_members(sent, last.thing))
        ):
            yield Wait(PATIENCE)
            items, page = yield from read_list(life.api, life.made)
    except (NotObservable, Blocked):
        return None
    return items if page.ok else None
