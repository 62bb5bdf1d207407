"""Laws of resources that are created and deleted: what was created is there, what was deleted is gone.

The laws of one kind share one thing's life (see `contracts.lives`), so that each question is asked once.
"""

from __future__ import annotations

import attrs

from contracts import on
from contracts.api import Api
from contracts.exchange import Exchange
from contracts.fixtures import Made, body, made_by, make, places
from contracts.law import Blocked, Broken, Conversation, NotObservable, Steps, law
from contracts.lives import Life, Sight, begun, born, look, unlike
from contracts.trials import Deleted, deleted, haunted, spared
from contracts.values import SECRET, differences, lean, short, thing_of

LIFE, MEDDLED, END = "a life", "a meddled one", "the last days of one"
"""The scenes: one thing is changed, one meddled with, one deleted, so that a fault of one blames no other law."""


@law(family="state", on=on.creations, kinds=("state", "status"), writes=True, nowhere=True)
def what_was_created_can_be_read(api: Api) -> Conversation:
    """What was created can be read at once, and reads as the answer to its creation showed it.

    A resource is created and looked at: by its own address, else in its list, else by an update that changes nothing.
    Members that both answers show must agree; secrets and times of change are left out.
    """
    life: Life = yield from born(api, LIFE)
    if not life.first.seen:
        raise Broken("what was created just now", life.first.told)
    for name in differences(life.made.thing, life.first.thing):
        raise Broken(f"{name} as the creation showed it: {short(life.made.thing[name])}", short(life.first.thing[name]))


@law(family="state", on=on.creations, kinds=("state", "body"), writes=True, nowhere=True)
def what_was_sent_is_what_is_kept(api: Api) -> Conversation:
    """A created resource has the values it was created with, in the answer and when it is read.

    All members are sent whose values are known to make sense, with other choices than the document's examples make, so
    that a default in their place would be seen. Broken if a member is shown with another value than was sent. One value
    may be shown as a list of one, a time or an address in another way of writing, a secret in any way.
    """
    life: Life = yield from born(api, LIFE)
    _kept(life.made.answer, life.made.answer)
    if life.sight and life.sight.seen:
        _kept(life.made.answer, life.sight.answer, life.sight)


def _kept(sent: Exchange, shown: Exchange, sight: Sight | None = None) -> None:
    content = sent.request.json if isinstance(sent.request.json, dict) else {}
    thing = sight.thing if sight else thing_of(shown)
    for name in unlike(content, thing):
        if not SECRET.search(name):
            where = "" if shown is sent else f" when it is read with {shown.operation.key}"
            raise Broken(f"{name} as sent: {short(content[name])}{where}", short(thing[name]))


@law(family="state", on=on.creations, kinds=("state",), writes=True, nowhere=True)
def what_was_created_is_listed_once(api: Api) -> Conversation:
    """What was created stands in its list, exactly once, and reads there as it does by itself.

    Not observable where items of the list show no id that the creation showed too.
    """
    if api.resource.list is None:
        raise NotObservable("the document has no list of these")
    life: Life = yield from born(api, LIFE)
    if life.listed is None:
        raise NotObservable(life.doubt)
    if len(life.listed) != 1:
        raise Broken("the created item once in its list", f"{len(life.listed)} times")
    if life.first.seen:
        _agree(life.first.thing, life.listed[0])


def _agree(thing: object, item: object) -> None:
    for name in differences(thing, item):
        assert isinstance(thing, dict)
        assert isinstance(item, dict)
        raise Broken(f"{name} in the list as by itself: {short(thing[name])}", short(item[name]))


def removable(api: Api) -> None:
    """Where nothing can be removed again, only what is needed is created. Raises NotObservable."""
    if api.resource.delete is None and not api.deployment.disposable:
        raise NotObservable("the document offers no way to remove what would be created for this")


@law(family="state", on=on.creations_with_body, kinds=("state", "body", "status"), writes=True, nowhere=True)
def the_required_members_suffice(api: Api) -> Conversation:
    """A creation that sends only the members its schema requires is accepted, and they are kept.

    Broken if it is refused as invalid where the same body with the optional members of the document's example is not.
    """
    removable(api)
    create = api.operation
    values = yield from places(api, create, fresh=True)
    whole = yield from body(api, create, values)
    content = lean(api, create, whole)
    if content == whole:
        raise NotObservable("the document's example has no optional member")
    answer: Exchange = yield api.ask(path=values, body=content)
    if answer.status in {400, 422}:
        other: Exchange = yield api.ask(path=values, body=whole)
        if other.ok:
            left = ", ".join(sorted(whole.keys() - content.keys()))
            raise Broken(f"a creation without the optional {left}", answer.says())
    yield from _judged(api, answer, values)


def _judged(api: Api, answer: Exchange, values: dict[str, str]) -> Steps:
    if not answer.ok:
        raise NotObservable(f"the creation was refused: {answer.says()}")
    _kept(answer, answer)
    made = made_by(api.resource, answer, values)
    sight: Sight = yield from look(api, made)
    if not sight.seen:
        raise Broken("what was created just now", sight.told)
    _kept(answer, sight.answer, sight)


@law(family="state", on=on.deletions, kinds=("state", "credential"), writes=True, nowhere=True)
def a_refused_deletion_deletes_nothing(api: Api) -> Conversation:
    """A deletion that is refused for want of a credential leaves the thing where it was."""
    life: Life = yield from begun(api, END)
    answer, still = yield from spared(life)
    if answer is None or answer.ok:
        raise NotObservable("a deletion without a credential is not refused here")
    if not still.seen:
        raise Broken(f"nothing deleted by a deletion answered {answer.status}", still.told)


@law(family="state", on=on.deletions, kinds=("state", "status"), writes=True, nowhere=True)
def what_was_deleted_is_gone(api: Api) -> Conversation:
    """A deleted resource cannot be read any more, and stands in no list.

    How its absence is told (403, 404, 410) is not judged here.
    """
    life: Life = yield from begun(api, END)
    end: Deleted = yield from deleted(life)
    if end.answer.status in {409, 423}:
        raise NotObservable(f"the deletion was refused: {end.answer.says()}")
    if not end.answer.ok:
        raise Broken("a deletion that succeeds", end.answer.says())
    if end.after.seen:
        raise Broken("a deleted resource to be gone", "it can still be read")
    if end.listed:
        raise Broken("a deleted resource to be gone", "it is still in the list")


@law(family="state", on=on.deletions, kinds=("state", "status"), writes=True, nowhere=True)
def what_was_deleted_stays_deleted(api: Api) -> Conversation:
    """What is deleted can be neither changed nor deleted again: both are refused, and neither is a server error."""
    life: Life = yield from begun(api, END)
    changed, again = yield from haunted(life)
    if changed is not None and (changed.ok or changed.status >= 500):
        raise Broken("404 for a change of what is deleted", changed.says())
    if again.ok or again.status >= 500:
        raise Broken("404 for a second deletion", again.says())


@law(family="state", on=on.bulk_deletions, kinds=("state", "status"), writes=True, nowhere=True, alone=True)
def deleting_all_empties_the_list(api: Api) -> Conversation:
    """Deleting all empties the caller's list, all of it, and nobody else's.

    Two are created, all are deleted, the list is read: it must be empty, and one of them gone by its address too. Where
    there is a second tenant, its list must show the same items before and after. Asked only where the deployment file
    says `disposable`, or where both lists hold nothing but what this run has made.
    """
    resource = api.resource
    values = yield from places(api, api.operation, fresh=True)
    made: Made = yield from make(api, resource, values)
    yield from make(api, resource, values)
    theirs = yield from _rivals_list(api)
    own: Exchange = yield api.ask(resource.list, path=values, fresh=True)
    _ours(api, [*own.items, *(theirs[1].items if theirs else ())])
    answer: Exchange = yield api.ask(path=values)
    if not answer.ok:
        raise Broken("a deletion of all that succeeds", answer.says())
    left: Exchange = yield api.ask(resource.list, path=values, fresh=True)
    if not left.ok or left.items:
        raise Broken("an empty list", left.says() if not left.ok else f"{len(left.items)} items of {len(own.items)}")
    sight: Sight = yield from look(api, made, known=True)
    if sight.seen:
        raise Broken("what was deleted with all others to be gone", "it can still be read")
    if theirs:
        after: Exchange = yield theirs[0].ask(resource.list, principal=theirs[0].principal, fresh=True)
        if (lost := len(theirs[1].items) - len(after.items)) > 0:
            raise Broken(f"the list of {theirs[0].tenant} as before", f"{lost} of {len(theirs[1].items)} items gone")


def _rivals_list(api: Api) -> Steps:
    """The other tenant's view and its list, with at least one item; None where there is no other tenant."""
    try:
        rival = api.rival
    except NotObservable:
        return None
    view = attrs.evolve(api, principal=rival, values={})
    try:
        view.values = yield from places(view, api.operation, fresh=False)
        yield from make(view, api.resource, view.values)
    except (Blocked, NotObservable):
        return None
    listed: Exchange = yield view.ask(api.resource.list, fresh=True)
    if not listed.ok:
        raise Blocked(f"the list of {rival.name} was not given: {listed.says()}")
    return view, listed


def _ours(api: Api, items: list[object]) -> None:
    """Raises NotObservable where something in a list is not this run's to delete."""
    run = api.tag.partition("-")[0] + "-"
    if not api.deployment.disposable and any(run not in repr(item) for item in items):
        raise NotObservable("the list holds what this run has not made (deployment.disposable allows to delete it)")
