"""Laws of updates of one member each: what is changed with another member is seen where that one is sent alone."""

from __future__ import annotations

import contextlib
from itertools import pairwise

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Steps, Wait
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made
from contracts.steps.lifecycle.children import child_of
from contracts.steps.lifecycle.create import (
    LIFE,
    PATIENCE,
    CreatedResource,
    Observation,
    changing,
    create_observed,
    observe,
    patch_of,
    removable,
    sent_by,
)
from contracts.steps.lifecycle.values import Change, changed_members, changes, choices_of, short, thing_of
from specs.contract import selectors

MOST = 6
"""Members that are changed alone."""


@law(
    family="state",
    on=selectors.updates,
    kinds=("state",),
    asserts=("state/update",),
    writes=True,
    no_path_setup=True,
    depth="standard",
)
def each_member_changes_alone(api: RequestFactory) -> Conversation:
    """Whichever member a PATCH sends alone, the others stay as they were.

    A new resource is changed again and again, by one member each time, and every answer is held against the one before.
    Broken if another member shows another value. Members that move by themselves are left out, and so are those that
    were empty or may be computed from others. One of each kind is made below it before, and must be there when its
    texts were changed, which nothing below can hang on. At depth deep the last change is sent once more, and must be
    answered with a success again, or be refused.
    """
    removable(api)
    resource = api.resource
    if resource.create is None or patch_of(resource) is not api.operation:
        raise NotObservable("nothing is known of how one is created and changed in part")
    life: CreatedResource = yield from create_observed(api, f"{LIFE} changed piece by piece", richly=True)
    below: dict[str, Made] = yield from _made_below(life)
    offered: list[Change] = yield from changes(life.api, api.operation, life.made.values, life.first.thing)
    texts = [each for each in offered if _is_text(api, each)][:MOST]
    others = [each for each in offered if not _is_text(api, each)][: MOST - len(texts)]
    answers = yield from _changed(life, texts)
    if any(each.ok for each in answers):
        yield from _all_there(life, below)
    answers += yield from _changed(life, others)
    if api.depth == "deep" and answers and answers[-1].ok:
        answers += [(yield from _same_again(life, answers[-1]))]
    shown = [each for each in answers if each.ok and thing_of(each)]
    for before, after in pairwise(shown):
        then, now = thing_of(before), thing_of(after)
        for name in changed_members(api, then, now, but=sent_by(after), alike=True):
            told = f"{name} as before a change of {', '.join(sent_by(after))}: {short(then[name])}"
            raise Broken(told, short(now[name]), [after])
    if len(shown) < 2:
        raise NotObservable("no two changes of single members were answered with what they changed")


def _is_text(api: RequestFactory, change: Change) -> bool:
    rule = api.contract.body_rules(api.operation).get(change.name, {})
    return isinstance(change.value, str) and not change.two_valued and not choices_of(rule)


def _changed(life: CreatedResource, offered: list[Change]) -> Steps:
    """The answers to changes of one member each."""
    answers: list[Exchange] = []
    for each in offered:
        answers += [(yield changing(life, {each.name: each.value}))]
    return answers


def _same_again(life: CreatedResource, last: Exchange) -> Steps:
    again: Exchange = yield changing(life, sent_by(last))
    if not again.ok and again.status < 400:
        raise Broken("a success for the same change once more", again.summary(), [last, again])
    return again


def _made_below(life: CreatedResource) -> Steps:
    """One of each kind that stands right below a resource."""
    made: dict[str, Made] = {}
    for each in selectors.child_resources(life.api.contract, life.resource):
        if each.create and (each.read or each.list) and each.collection.startswith(f"{life.resource.item}/"):
            with contextlib.suppress(Blocked, NotObservable):
                made[each.name] = yield from child_of(life.api, each, life.made, made)
    return made


def _all_there(life: CreatedResource, below: dict[str, Made]) -> Steps:
    """Raises Broken where what stands below is not seen any more, and what is made there now is seen."""
    for child in below.values():
        with contextlib.suppress(Blocked, NotObservable):
            sight: Observation = yield from observe(life.api, child)
            if sight.seen:
                continue
            other = yield from child_of(life.api, child.resource, life.made, below)
            yield Wait(PATIENCE)
            sight = yield from observe(life.api, child)
            new: Observation = yield from observe(life.api, other)
            if new.seen and not sight.seen:
                raise Broken(f"what is in {child.resource.collection} to stay when its parent changes", sight.got)
