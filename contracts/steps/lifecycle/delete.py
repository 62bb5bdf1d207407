"""The last chapter of a life: a resource is deleted, searched for, and must not allow anything any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from contracts.core.conversation import NotObservable, Steps, Wait
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.access.nearly_right import nearly_right
from contracts.steps.fixtures import Made, made_by
from contracts.steps.lifecycle.create import (
    CreatedResource,
    Observation,
    changing,
    observe,
    patch_of,
    patience,
    read_list,
)
from contracts.steps.lifecycle.hostile_updates import HostileUpdates, hostile_updates
from contracts.steps.lifecycle.update import Updated
from contracts.steps.lifecycle.values import Change, changes
from contracts.steps.lists.identity import find_in
from specs.contract import Operation, selectors


@attrs.frozen
class Deleted:
    """A deletion: refused without the right credential, made, and what could be done with what is gone.

    `refusal` and `changed` are None where nothing was to be sent; `items` are those of its list afterwards.
    """

    life: CreatedResource
    before: Observation
    refusal: Exchange | None
    answer: Exchange
    after: Observation
    items: list[Any] | None
    changed: Exchange | None
    again: Exchange | None
    beside: tuple[Made, ...] = ()
    """What was made beside it, and was in the list before."""
    page: Exchange | None = None
    """The answer that showed these items, or the first of them."""

    @property
    def deleted_anonymously(self) -> bool:
        """Whether the refused deletion has carried it off: the next one did not find it."""
        refused = self.refusal is not None and 400 <= self.refusal.status < 500
        return refused and self.answer.status in {404, 410}

    @property
    def repeatable(self) -> bool:
        """Whether a deletion succeeds here even where there is nothing."""
        return self.again is not None and self.again.ok


def delete_resource(api: RequestFactory) -> Steps:
    """The last chapter: delete a resource that is seen, look for it, and try to change and delete it again."""
    last: HostileUpdates = yield from hostile_updates(api)
    life, before = last.changed.life, last.after
    delete = life.resource.delete
    if delete is None:
        raise NotObservable("the document has no operation that deletes one")
    if not before.seen:
        raise NotObservable(f"what was created cannot be read: {before.got}")
    refusal = None
    if selectors.requires_credential(delete):
        _, shown = nearly_right(life.api, delete)
        refusal = yield life.api.ask(delete, path=life.made.values, credentials=shown)
    answer: Exchange = yield life.api.ask(delete, path=life.made.values)
    if not answer.ok:
        return Deleted(life, before, refusal, answer, before, None, None, None)
    after, items, page = yield from _last_seen(life)
    for wait in patience(life.api, answer):
        if after.seen or find_in(items or [], life.made):
            yield Wait(wait)
            after, items, page = yield from _last_seen(life)
    edited, again = yield from _after_delete(life, delete, before)
    beside = tuple(_beside(life.api, last.changed))
    return Deleted(life, before, refusal, answer, after, items, edited, again, beside, page)


def _last_seen(life: CreatedResource) -> Steps:
    """How a deleted resource reads, and the items of its list; None where there is none, or it was not given."""
    after: Observation = yield from observe(life.api, life.made, known=True)
    if not (life.resource.read and life.resource.list):
        return after, after.items, after.answer if after.items is not None else None
    items, page = yield from read_list(life.api, life.made, sure=True)
    return after, items if page.ok else None, page


def _beside(api: RequestFactory, done: Updated) -> Iterator[Made]:
    """What was made beside a resource and nobody deletes meanwhile, where its list showed that before."""
    peers = done.peers
    others = [peers.slight] if peers.slight is not None and peers.slight.ok else []
    if api.resource.delete not in set(selectors.parental_deletions(api.contract)):
        others += peers.made  # else one of them is deleted to see what becomes of what hangs on it
    found = [made_by(api.resource, each, peers.values) for each in others]
    yield from (each for each in found if find_in(done.items or [], each))


def _after_delete(life: CreatedResource, delete: Operation, before: Observation) -> Steps:
    """Change and delete what is deleted: the answers; None for a change there is none of."""
    edited = None
    if update := patch_of(life.resource):
        offered: list[Change] = yield from changes(life.api, update, life.made.values, before.thing)
        if offered:
            edited = yield changing(life, {offered[0].name: offered[0].value})
    again: Exchange = yield life.api.ask(delete, path=life.made.values)
    return edited, again
