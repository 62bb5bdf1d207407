"""Laws of updates of one member each: what is changed with another member is seen where that one is sent alone."""

from __future__ import annotations

from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.create import (
    LIFE,
    CreatedResource,
    changing,
    create_observed,
    patch_of,
    removable,
    sent_by,
)
from contracts.steps.lifecycle.values import Change, changed_members, changes, short, thing_of
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
    were empty or may be computed from others.
    """
    removable(api)
    resource = api.resource
    if resource.create is None or patch_of(resource) is not api.operation:
        raise NotObservable("nothing is known of how one is created and changed in part")
    life: CreatedResource = yield from create_observed(api, f"{LIFE} changed piece by piece", richly=True)
    offered: list[Change] = yield from changes(life.api, api.operation, life.made.values, life.first.thing)
    now: dict[str, Any] = {}
    told = False
    for each in offered[:MOST]:
        answer: Exchange = yield changing(life, {each.name: each.value})
        thing = thing_of(answer) if answer.ok else {}
        for name in changed_members(api, now, thing, but=sent_by(answer), alike=True):
            raise Broken(f"{name} as before a change of {each.name}: {short(now[name])}", short(thing[name]), [answer])
        told = told or bool(now and thing)
        now = thing or now
    if not told:
        raise NotObservable("no two changes of single members were answered with what they changed")
