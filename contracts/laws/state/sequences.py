"""The law of any order: whatever is done to resources, in whatever order, they read as a simple model says."""

from __future__ import annotations

from typing import Any

import attrs

from contracts.core.conversation import Broken, Conversation, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.core.step import Step
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, create_resource
from contracts.steps.lifecycle.create import Observation, differing_members, observe, patch_of, removable
from contracts.steps.lifecycle.siblings import standing
from contracts.steps.lifecycle.tombstones import sign_of_removal
from contracts.steps.lifecycle.values import Change, changed_members, changes, short
from contracts.steps.lists.identity import find_in, require_identifiable
from specs.contract import selectors

CREATED = 201
MOST = 2
"""Resources that exist at once: enough for one to be taken for the other."""


@attrs.define
class Known:
    """A resource as the model knows it: what it was made as, what was changed since, and how it was seen last."""

    made: Made
    changed: dict[str, Any] = attrs.field(factory=dict)
    seen: Any = None
    since: set[str] = attrs.field(factory=set)
    """Members changed since it was seen last."""
    looked: int = -1
    """How many writes there had been when it was searched for last."""


@attrs.define
class Model:
    """What exists and what is gone, and the steps that make sense from here."""

    api: RequestFactory
    standing: list[Known] = attrs.field(factory=list)
    gone: list[Known] = attrs.field(factory=list)
    writes: int = 0
    listed: int = 0

    @property
    def possible(self) -> tuple[str, ...]:
        """The kinds of step that could show something new: nothing is read twice between two writes."""
        resource = self.api.resource
        kinds = {
            "again": bool(self._unseen(self.gone)),
            "create": len(self.standing) < MOST,
            "delete": bool(resource.delete and self._ripe()),
            "list": bool(resource.list) and self.listed < self.writes,
            "read": bool(self._unseen(self.standing)),
            "update": bool(patch_of(resource) and self.standing),
        }
        return tuple(kind for kind, makes_sense in kinds.items() if makes_sense)

    def _unseen(self, things: list[Known]) -> list[Known]:
        return [each for each in things if each.looked < self.writes]

    def _ripe(self) -> list[Known]:
        """What may be deleted: resources that have lived, so that there is something to come back."""
        return [each for each in self.standing if each.changed or patch_of(self.api.resource) is None]

    def play(self, kind: str, which: int, what: int) -> Steps:
        """Take a step and hold what is seen against the model."""
        if kind == "create":
            made: Made = yield from create_resource(self.api, self.api.resource)
            if made.answer.status != CREATED:  # what is there already may be the answer: then it is one thing
                self.standing = [each for each in self.standing if each.made.values != made.values]
            self.standing.append(Known(made))
            self.gone = [each for each in self.gone if each.made.values != made.values]  # its id may be given again
            self.writes += 1
        elif kind == "list":
            yield from self._list()
        elif kind == "again":
            yield from self._again(_nth(self._unseen(self.gone), which))
        elif kind == "delete":
            yield from self._delete(_nth(self._ripe(), which))
        elif kind == "update":
            yield from self._update(_nth(self.standing, which), what)
        else:
            yield from self.read(_nth(self._unseen(self.standing), which))

    def read(self, thing: Known) -> Steps:
        """Read a resource that exists."""
        thing.looked = self.writes
        sight: Observation = yield from observe(self.api, thing.made, known=thing.seen is not None)
        if not sight.seen:
            raise Broken("an existing resource to be readable", sight.got)
        self._agrees(thing, sight.thing)
        for name in changed_members(self.api, thing.seen, sight.thing, but=thing.since, alike=True):
            raise Broken(f"{name} as it was seen before: {short(thing.seen[name])}", short(sight.thing[name]))
        thing.seen, thing.since = sight.thing, set()

    def _agrees(self, thing: Known, shown: Any) -> None:
        for name in differing_members(thing.changed, shown):
            raise Broken(f"{name} as changed last: {short(thing.changed[name])}", short(shown[name]))
        if thing.seen is None:
            for name in changed_members(self.api, thing.made.thing, shown, but=thing.changed):
                raise Broken(f"{name} as created: {short(thing.made.thing[name])}", short(shown[name]))

    def _update(self, thing: Known, what: int) -> Steps:
        update = patch_of(self.api.resource)
        assert update is not None
        now = {**thing.made.thing, **thing.changed} if isinstance(thing.made.thing, dict) else {}
        offered: list[Change] = yield from changes(self.api, update, thing.made.values, now)
        tame = [each for each in offered if each.independent]
        if not tame:
            return
        chosen = tame[what % len(tame)]
        self.writes += 1
        answer: Exchange = yield self.api.ask(update, path=thing.made.values, body={chosen.name: chosen.value})
        if answer.ok:
            thing.changed[chosen.name] = chosen.value
            thing.since.add(chosen.name)

    def _delete(self, thing: Known) -> Steps:
        delete = self.api.resource.delete
        assert delete is not None
        self.writes += 1
        answer: Exchange = yield self.api.ask(delete, path=thing.made.values)
        if answer.status in {409, 423}:
            return
        if not answer.ok:
            raise Broken("the deletion of an existing resource to succeed", answer.summary())
        self.standing.remove(thing)
        self.gone.append(attrs.evolve(thing, looked=-1))

    def _again(self, thing: Known) -> Steps:
        thing.looked = self.writes
        sight: Observation = yield from observe(self.api, thing.made, known=True)
        if sight.seen and not sign_of_removal(thing.made.thing, sight.thing):
            raise Broken("what was deleted to be gone", "it can be read again")

    def _list(self) -> Steps:
        self.listed = self.writes
        made = (self.standing or self.gone)[0].made
        resource = made.resource
        own = {name: value for name, value in made.values.items() if name != resource.identifier}
        items = yield from standing(self.api, own)
        require_identifiable(items, made)
        for thing in self.standing:
            found = find_in(items, thing.made)
            if len(found) != 1:
                raise Broken("each existing resource once in the list", f"{len(found)} times")
            self._agrees(thing, found[0])
        left = [(thing.made.thing, each) for thing in self.gone for each in find_in(items, thing.made)]
        if any(not sign_of_removal(before, now) for before, now in left):
            raise Broken("what was deleted in no list", "it is still listed")


@law(
    family="state",
    on=selectors.creations_with_lifecycle,
    kinds=("state",),
    asserts=("state/create", "state/update", "state/delete", "state/read"),
    writes=True,
    no_path_setup=True,
    exclusive=True,
    depth="standard",
    stateful=True,
    examples=(0, 1, 20),
)
def any_order_of_steps_agrees_with_a_model(api: RequestFactory) -> Conversation:
    """In any order of creating, changing, reading, listing and deleting, resources read as a simple model predicts.

    The model knows what exists, with the values that were sent last, and what is gone. Hypothesis chooses the steps one
    by one, among those that make sense, and shrinks a sequence that breaks the law to the fewest. What is recorded are
    the steps themselves, so that a replay judges the same sequence. At the end all that exists is read once more.

    Broken if something that exists is not there, is listed twice or shows another value than was sent last; if a member
    changed that nobody sent; or if something deleted can be seen. An update that is refused is taken for what it says.
    """
    removable(api)
    model = Model(api)
    while True:
        kind, which, what = yield Step.of(model.possible)
        if kind == "end":
            break
        if kind in model.possible:
            yield from model.play(kind, which, what)
    for thing in model.standing:
        if thing.looked < model.writes:
            yield from _once_more(model, thing)


def _nth(things: list[Known], number: int) -> Known:
    return things[number % len(things)]


def _once_more(model: Model, thing: Known) -> Steps:
    try:
        yield from model.read(thing)
    except NotObservable:
        return
