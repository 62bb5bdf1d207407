"""Laws of updates: a PATCH changes what it sends and nothing else, and a refused one changes nothing at all."""

from __future__ import annotations

from contracts import on
from contracts.api import Api
from contracts.exchange import Exchange
from contracts.fixtures import body, places
from contracts.law import Broken, Conversation, NotObservable, law
from contracts.laws.state import LIFE, MEDDLED, removable
from contracts.lives import Changed, Life, begun, born, change_all, change_one, unlike
from contracts.peers import alike, standing
from contracts.trials import AtOnce, Forged, Refusals, changes_at_once, closed, forged_ids, refused_changes
from contracts.values import differences, short, wrong


@law(family="state", on=on.updates, kinds=("state",), writes=True, nowhere=True)
def a_change_keeps_what_was_not_sent(api: Api) -> Conversation:
    """A PATCH changes the members it sends, and only those.

    One member of a new resource is changed. Broken if the change does not show, or if another member changed with it,
    nested ones included. Members that move by themselves, such as a time of change, are left out.
    """
    life: Life = yield from born(api, LIFE)
    done: Changed = yield from change_one(life)
    _shown(done)
    for name in differences(done.before.thing, done.after.thing, but=done.sent, alike=_alike(life)):
        raise Broken(f"{name} as before: {short(done.before.thing[name])}", short(done.after.thing[name]))


def _alike(life: Life) -> bool:
    """Whether the same operation showed a thing before and after a change."""
    return bool(life.resource.read or life.resource.list or life.resource.update)


def _shown(done: Changed) -> None:
    if not done.after.seen:
        raise Broken("the changed resource", done.after.told)
    for name in unlike(done.sent, done.after.thing):
        raise Broken(f"{name} as changed: {short(done.sent[name])}", short(done.after.thing[name]))


@law(family="state", on=on.updates, kinds=("state",), writes=True, nowhere=True)
def a_change_of_several_members_changes_them_all(api: Api) -> Conversation:
    """A PATCH that carries several members changes every one of them, and keeps what an earlier one changed.

    All members are sent that the update allows, the resource shows, and another value is known for.
    """
    life: Life = yield from born(api, LIFE)
    one: Changed = yield from change_one(life)
    done: Changed = yield from change_all(life, one)
    _shown(done)
    for name in unlike({**one.sent, **done.sent}, done.after.thing):
        if name not in unlike(one.sent, one.after.thing):
            raise Broken(f"{name} as an earlier change left it: {short(one.sent[name])}", short(done.after.thing[name]))


@law(family="state", on=on.listed_updates, kinds=("state",), writes=True, nowhere=True)
def a_change_shows_in_the_list(api: Api) -> Conversation:
    """After an update the list shows the new values, as the resource's own address does."""
    life: Life = yield from born(api, LIFE)
    one: Changed = yield from change_one(life)
    done: Changed = yield from change_all(life, one)
    if done.listed is None:
        raise NotObservable("the list did not show which of its items was created")
    if len(done.listed) != 1:
        raise Broken("the changed resource once in its list", f"{len(done.listed)} times")
    sent = {**one.sent, **done.sent}
    for name in unlike(sent, done.listed[0]):
        if name not in unlike(sent, done.after.thing):  # lost altogether: that is another law's to say
            raise Broken(f"{name} in the list as changed: {short(sent[name])}", short(done.listed[0][name]))


@law(family="state", on=on.updates, kinds=("state", "status"), writes=True, nowhere=True)
def a_refused_change_changes_nothing(api: Api) -> Conversation:
    """An update that is refused is refused as a whole.

    It is refused for an invalid member beside a valid one, for want of a credential, and for a value that another
    resource has where the document declares a conflict. Whether such requests are refused is for other laws to say;
    where they are, the resource must read as before.
    """
    life: Life = yield from born(api, LIFE)
    one: Changed = yield from change_one(life)
    done: Changed = yield from change_all(life, one)
    seen: Refusals = yield from refused_changes(life, done.after)
    if not seen.after.seen:
        raise Broken("the resource as before changes that were refused", seen.after.told)
    for name in differences(seen.before.thing, seen.after.thing, alike=_alike(life)):
        shown = seen.after.thing[name]
        what = _blamed(seen, name, shown)
        raise Broken(f"{name} as before {what}: {short(seen.before.thing[name])}", short(shown))


def _blamed(seen: Refusals, name: str, shown: object) -> str:
    """Which of the refused changes carried the value that is shown now."""
    for what, answer in seen.refused.items():
        content = answer.request.json
        if isinstance(content, dict) and name in content and not unlike({name: content[name]}, {name: shown}):
            return f"the change refused ({answer.status}) for {what}"
    return "the changes that were refused"


@law(family="state", on=on.updates, kinds=("state",), writes=True, nowhere=True)
def ids_and_owners_cannot_be_changed(api: Api) -> Conversation:
    """No body changes what a resource is addressed by, or whose it is.

    Updates are sent that carry another id for the resource, and other values for members that say whose it is or what
    it hangs on and which the update does not offer to set. They may be refused or ignored. Broken if the resource is
    not at its address any more, or shows one of these values.
    """
    removable(api)
    life: Life = yield from begun(api, MEDDLED)
    earlier: AtOnce = yield from changes_at_once(life)
    seen: Forged = yield from forged_ids(life, earlier.after)
    if not seen.after.seen:
        raise Broken("the resource at its own address", seen.after.told)
    for name in seen.tried:
        before, after = seen.before.thing[name], seen.after.thing.get(name, seen.before.thing[name])
        if str(before) != str(after):
            raise Broken(f"{name} as before: {short(before)}", short(after))


@law(family="state", on=on.refusable_creations, kinds=("state", "status"), writes=True, nowhere=True)
def a_refused_creation_creates_nothing(api: Api) -> Conversation:
    """A creation that is refused leaves nothing in the list.

    It is refused for an invalid member beside valid ones, and for want of a credential. Its body bears values that
    nothing else has; broken if an item of the list shows them.
    """
    removable(api)
    values = yield from places(api, api.operation, fresh=True)
    content = yield from body(api, api.operation, values)
    bad = wrong(api, api.operation, content)
    refused: list[Exchange] = []
    if bad:
        refused.append((yield api.ask(path=values, body={**content, bad[0]: bad[1]})))
    if closed(api.operation):
        refused.append((yield api.ask(path=values, body=content, credentials=())))
    told = [str(each.status) for each in refused if 400 <= each.status < 500]
    if not told or any(each.ok for each in refused):
        raise NotObservable("a creation that should be refused was not")
    items = yield from standing(api, values)
    if found := alike(api, items, content):
        raise Broken(f"nothing created by a creation answered {' and '.join(told)}", f"{len(found)} in the list")
