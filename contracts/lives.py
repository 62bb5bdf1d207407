"""Lives: what is asked of one thing from its creation to its end, told once per run and judged by many laws.

Each step is a part of a conversation in a scene (`contracts.api.Scene`): every law of a life asks the same questions in
the same order up to where it has seen enough, so the deployment is asked each of them once.
"""

from __future__ import annotations

from typing import Any

import attrs

from contracts.api import Api
from contracts.exchange import MISSING, Exchange, at
from contracts.fixtures import Made, body, made_by, make, places
from contracts.law import Blocked, NotObservable, Steps
from contracts.values import Change, changes, kept, rich, thing_of
from contracts.walks import everything, largest
from specs.contract import Operation, Resource


@attrs.frozen
class Sight:
    """A thing as it was seen, MISSING where it was not, and the answer that showed so."""

    thing: Any
    answer: Exchange

    @property
    def seen(self) -> bool:
        return self.thing is not MISSING

    @property
    def told(self) -> str:
        """How the deployment said that it is not there."""
        return self.answer.says() if not self.answer.ok else "it is not listed"


@attrs.frozen
class Life:
    """A thing this suite made, and how it was found at once. `api` asks in the life's own scene.

    `listed` are the items of its list that are this thing; `doubt` says why they cannot be told apart.
    """

    api: Api
    made: Made
    sight: Sight | None
    listed: list[Any] | None
    doubt: str

    @property
    def resource(self) -> Resource:
        return self.made.resource

    @property
    def known(self) -> bool:
        """Whether it was seen, so that not to see it any more means something."""
        return self.sight is not None and self.sight.seen

    @property
    def first(self) -> Sight:
        """The thing as it was seen after its creation. Raises NotObservable where nobody could tell."""
        if self.sight is None:
            raise NotObservable(self.doubt)
        return self.sight


def born(api: Api, scene: str) -> Steps:
    """Create a thing with every member that makes sense, look at it by itself and in its list."""
    life: Life = yield from begun(api, scene, richly=True)
    resource, made = life.resource, life.made
    if resource.list is None or resource.read is None:
        return life
    try:
        listed, _ = yield from _searched(life.api.on(resource.list, made.values), made, known=False)
    except NotObservable as outcome:
        return attrs.evolve(life, doubt=outcome.reason)
    return attrs.evolve(life, listed=listed)


def begun(api: Api, scene: str, *, richly: bool = False) -> Steps:
    """Create a thing and look at it once: by its own address, or where there is none in its list."""
    resource = api.resource
    stage = api.playing(f"{scene} in {resource.collection}")
    made: Made = (yield from _made_richly(stage, resource)) if richly else (yield from make(stage, resource))
    if resource.read or resource.list is None:
        return Life(stage, made, (yield from look(stage, made)), None, "")
    try:
        listed, page = yield from _searched(stage.on(resource.list, made.values), made, known=False)
    except NotObservable as outcome:
        return Life(stage, made, None, None, outcome.reason)
    return Life(stage, made, Sight(listed[0] if listed else MISSING, page), listed, "")


def _made_richly(api: Api, resource: Resource) -> Steps:
    """Create a thing with all members whose values are known to make sense, and choices unlike the document's example.

    Where such a body is refused for its state, choices that have to fit each other are left as the example has them.
    """
    create = resource.create
    if create is None or create.body is None:
        return (yield from make(api, resource))
    values = yield from places(api, create, fresh=True)
    content = yield from body(api, create, values)
    bodies = [rich(api, create, content, bold=True), rich(api, create, content, bold=False), content]
    for number, each in enumerate(bodies):
        if each in bodies[:number]:
            continue
        answer: Exchange = yield api.ask(create, path=values, body=each)
        if answer.ok:
            return made_by(resource, answer, values)
    raise Blocked(f"{create.key} did not create what this law needs: {answer.says()}")


def look(api: Api, made: Made, *, known: bool = False) -> Steps:
    """The thing as it reads now: by its own address, else in its list, else as a change that changes nothing shows it.

    `known`: it was recognised in its list before, so that not to find it there means that it is gone.
    """
    resource = made.resource
    if resource.read:
        answer: Exchange = yield api.ask(resource.read, path=made.values, fresh=True)
        return Sight(answer.data if answer.ok else MISSING, answer)
    if resource.list:
        view = api.on(resource.list, made.values)
        found, answer = yield from _searched(view, made, known)
        return Sight(found[0] if found else MISSING, answer)
    if resource.update:
        return (yield from _touched(api, made))
    raise NotObservable("the document offers no way to look at one")


def shelf(api: Api, made: Made, *, known: bool = False) -> Steps:
    """The items of its list that are this thing."""
    assert made.resource.list is not None
    found, answer = yield from _searched(api.on(made.resource.list, made.values), made, known)
    if not answer.ok:
        raise Blocked(f"the list was not given: {answer.says()}")
    return found


def _searched(view: Api, made: Made, known: bool) -> Steps:
    """The made thing's items on the first page, or in the whole list where that page is full; and the page."""
    size = largest(view)
    page: Exchange = yield attrs.evolve(view.page(None, size) if view.operation.paging else view.ask(), fresh=True)
    found = mine(page.items, made)
    if page.ok and not found and page.items and (size is None or len(page.items) >= size or not known):
        items = (yield from everything(view)) if view.operation.paging else page.items
        found = mine(items, made)
    if page.ok and not found and not known:
        certain(page.items, made)
    return found, page


def mine(items: list[Any], made: Made) -> list[Any]:
    """The items that are the made thing, by an id that both show."""
    pointers = dict.fromkeys([made.resource.member, "/id"])
    ids = {str(at(made.thing, each)) for each in pointers} - {str(MISSING), "None"}
    for pointer in pointers:
        if found := [item for item in items if str(at(item, pointer)) in ids]:
            return found
    return []


def certain(items: list[Any], made: Made) -> None:
    """Raises NotObservable where items and creation show no id in common, so that nobody could tell what is there."""
    member = made.resource.member
    if items and not (at(made.thing, member) is not MISSING and all(at(each, member) is not MISSING for each in items)):
        raise NotObservable("the list does not show which of its items was created")


def _touched(api: Api, made: Made) -> Steps:
    """The answer to an update with a value that the thing has already."""
    update = made.resource.update
    assert update is not None
    offered: list[Change] = yield from changes(api, update, made.values, made.thing)
    same = {each.name: thing_of(made.answer)[each.name] for each in offered[:1]}
    answer: Exchange = yield api.ask(update, path=made.values, body=same)
    return Sight(answer.data if answer.ok else MISSING, answer)


@attrs.frozen
class Changed:
    """An update that was accepted: what was sent, and how the thing read before and after."""

    sent: dict[str, Any]
    before: Sight
    after: Sight
    listed: list[Any] | None = None


def change_one(life: Life) -> Steps:
    """Change one member. Raises Blocked where even that is refused."""
    offered = yield from offered_changes(life, life.first)
    answer: Exchange = yield _update(life, {offered[0].name: offered[0].value})
    if not answer.ok:
        raise Blocked(f"the change was not accepted: {answer.says()}")
    after = yield from _after(life, answer)
    return Changed(_sent(answer), life.first, after)


def change_all(life: Life, one: Changed) -> Steps:
    """Change as many members as may be at once; where that is refused for its state, those that nothing hangs on.

    What was changed before is not sent again where two others are, so that it can be seen to stay.
    """
    before = one.after
    offered: list[Change] = yield from offered_changes(life, before)
    others = [each for each in offered if each.name not in one.sent]
    offered = others if len(others) > 1 else offered
    tame = [each for each in offered if each.tame] or offered[:1]
    for chosen in (offered, tame, tame[:2]):
        answer: Exchange = yield _update(life, {each.name: each.value for each in chosen})
        if answer.ok:
            after = yield from _after(life, answer)
            listed = (yield from shelf(life.api, life.made)) if life.listed and life.resource.read else None
            return Changed(_sent(answer), before, after, listed)
    raise Blocked(f"the change was not accepted: {answer.says()}")


def offered_changes(life: Life, now: Sight) -> Steps:
    """The changes a thing that can be looked at allows. Raises NotObservable where there is none."""
    if not now.seen:
        raise NotObservable(f"what was created cannot be looked at: {now.told}")
    offered: list[Change] = yield from changes(life.api, update_of(life), life.made.values, now.thing)
    if not offered:
        raise NotObservable("no member is known that could be changed")
    return offered


def update_of(life: Life) -> Operation:
    """The operation that changes the thing."""
    if life.resource.update is None:
        raise NotObservable("the document has no operation that changes one")
    return life.resource.update


def _update(life: Life, content: dict[str, Any]) -> Any:
    return life.api.ask(update_of(life), path=life.made.values, body=content)


def _after(life: Life, answer: Exchange) -> Steps:
    """How the thing reads after an update; as the update's own answer shows it where there is nothing else."""
    if life.resource.read or life.resource.list:
        return (yield from look(life.api, life.made, known=life.known))
    return Sight(answer.data, answer)


def _sent(answer: Exchange) -> dict[str, Any]:
    content = answer.request.json
    return content if isinstance(content, dict) else {}


def unlike(sent: dict[str, Any], thing: Any) -> list[str]:
    """The members of what was sent that a thing shows with another value."""
    shown = thing if isinstance(thing, dict) else {}
    return [name for name, value in sent.items() if name in shown and not kept(value, shown[name])]
