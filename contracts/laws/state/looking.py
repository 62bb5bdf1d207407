"""Laws of what a look shows: it changes nothing, and a change moves the time of the last change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps, Wait
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.comparison import has_seconds
from contracts.steps.lifecycle.create import (
    LIFE,
    PATIENCE,
    CreatedResource,
    changing,
    create_observed,
    differing_members,
    patch_of,
    removable,
    sent_by,
)
from contracts.steps.lifecycle.values import Change, changed_members, changes, short, thing_of
from contracts.steps.lists.identity import find_in
from contracts.steps.lists.paging import numbered, paging_of, read_all
from specs.contract import Contract, Operation, selectors
from specs.contract.vocabulary import CHANGE, fold

_LOOKED = re.compile(r"read|seen|view|open|visit|access", re.IGNORECASE)
"""Members that may say whether somebody has looked."""


def _listed(contract: Contract) -> Iterator[Operation]:
    """Creations of what can be read by itself and in a list whose pages have numbers."""
    numbered_ = set(selectors.numbered_lists(contract))
    for resource in contract.resources:
        if resource.create and resource.read and resource.identifier and resource.list in numbered_:
            yield resource.create


@law(
    family="state",
    on=_listed,
    kinds=("state/read",),
    asserts=("state/read",),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def a_look_changes_nothing(api: RequestFactory) -> Conversation:
    """A resource reads as before, however often it was read and listed in between.

    A new one is read, its list is read to its end, and the page that begins with it; then it is read once more, twice.
    Broken if a member differs that does not move by itself, nor says whether somebody has looked.
    """
    removable(api)
    life: CreatedResource = yield from create_observed(api, f"{LIFE} looked at", richly=True)
    resource = life.resource
    assert resource.read is not None
    assert resource.list is not None
    if not life.first.seen:
        raise NotObservable(f"what was created cannot be read: {life.first.got}")
    view = life.api.for_operation(resource.list, life.made.values)
    items: list[Any] = yield from read_all(view)
    own = find_in(items, life.made)
    if own and numbered(paging_of(view)) and paging_of(view).size is not None:
        yield view.page(items.index(own[0]), 1)
    for _ in range(2):
        again: Exchange = yield life.api.ask(resource.read, path=life.made.values, bypass_cache=True)
        if not again.ok:
            raise Broken("what was read and listed to be there", again.summary(), [life.first.answer, again])
        for name in changed_members(api, life.first.thing, again.data, alike=True):
            if _LOOKED.search(name):
                continue
            told = f"{name} as it was before it was looked at: {short(life.first.thing[name])}"
            raise Broken(told, short(again.data[name]), [life.first.answer, again])


@law(
    family="state",
    on=selectors.updates,
    kinds=("state/update",),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def a_change_moves_the_time_of_the_last_change(api: RequestFactory) -> Conversation:
    """What says when a resource was changed last moves when it is changed.

    A new one is changed after a moment, and once more after another. Broken if both changes are made, and the time is
    still the one that the creation was answered with. Times without seconds are too coarse for that.
    """
    removable(api)
    if api.resource.create is None or patch_of(api.resource) is not api.operation:
        raise NotObservable("nothing is known of how one is created and changed in part")
    life: CreatedResource = yield from create_observed(api, f"{LIFE} timed", richly=True)
    first = thing_of(life.made.answer)
    names = [name for name, value in first.items() if fold(name) in CHANGE and has_seconds(value)]
    if not names:
        raise NotObservable("the answer to its creation does not say when it was changed last")
    answers: list[Exchange] = []
    for _ in range(2):
        yield Wait(PATIENCE)
        answers += [(yield from _made(life, thing_of(answers[-1]) if answers else first))]
    for name in names:
        times = [thing_of(each).get(name) for each in answers]
        if times == [first[name], first[name]]:
            raise Broken(f"{name} later than {short(first[name])} after two changes", short(times[1]), answers)
        if None in times:
            raise Observed(f"the answer to a change does not show {name}")


def _made(life: CreatedResource, now: dict[str, Any]) -> Steps:
    """The answer to a change that was made, as it shows."""
    offered: list[Change] = yield from changes(life.api, life.api.operation, life.made.values, now)
    if not offered:
        raise NotObservable("no member is known that could be changed")
    answer: Exchange = yield changing(life, {offered[0].name: offered[0].value})
    shown = thing_of(answer)
    if not answer.ok or offered[0].name not in shown or differing_members(sent_by(answer), shown):
        raise NotObservable(f"the change was not made: {answer.summary()}")
    return answer
