"""Laws of updates: a PATCH changes what it sends and nothing else, and a refused one changes nothing at all."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from typing import Any

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import CONFLICT, body, made_by, resolve_path
from contracts.steps.lifecycle.comparison import filled, is_made_of, kept
from contracts.steps.lifecycle.create import CreatedResource, differing_members, removable, sent_by
from contracts.steps.lifecycle.delete import Deleted, delete_resource
from contracts.steps.lifecycle.hostile_updates import HostileUpdates, blame, hostile_updates
from contracts.steps.lifecycle.siblings import Siblings, create_siblings, standing
from contracts.steps.lifecycle.update import Updated, update_resource
from contracts.steps.lifecycle.values import changed_members, invalid_member, short, thing_of
from contracts.steps.lists.identity import alike, find_in
from specs.contract import selectors
from specs.contract.member_names import Hint, MemberNames


def _done(api: RequestFactory) -> Steps:
    """The changes of the life. Raises NotObservable where there were none, Broken where nothing is there any more."""
    done: Updated = yield from update_resource(api)
    if done.why:
        raise NotObservable(done.why)
    if not done.after.seen:
        raise Broken("the changed resource", done.after.got)
    return done


def _alike(life: CreatedResource) -> bool:
    """Whether the same operation showed a resource before and after a change."""
    return bool(life.resource.read or life.resource.list or life.resource.update)


@law(family="state", on=selectors.updates, kinds=("state",), asserts=("state/update",), writes=True, no_path_setup=True)
def a_change_keeps_what_was_not_sent(api: RequestFactory) -> Conversation:
    """A PATCH changes the members it sends, and only those.

    After all members of a new resource were changed, one is changed to yet another value. Broken if this does not show,
    if the answer to it still shows the value of before, or if another member changed with it, nested ones included.
    Members that move by themselves, such as a time of change, are left out, and so is what was empty. Where something
    is amiss both changes are made again, and read one by one. The same is tried with two changes at one moment, and
    where one of them is lost, they are made again in turn. Truths are turned over and back. What was made beside the
    resource must be listed as it was made, before the resource is deleted and thereafter.
    """
    done: Updated = yield from _done(api)
    if done.one is None or not done.one.ok:
        raise NotObservable("no change of a single member was accepted")
    sent = sent_by(done.one)
    for name in differing_members(sent, done.after.thing):
        raise Broken(f"{name} as changed: {short(sent[name])}", short(done.after.thing[name]))
    most = sent_by(done.most) if done.most is not None and done.most.ok else {}
    names = api.contract.names
    _answered(names, done.one, sent, {**done.life.first.thing, **most})
    if done.turned is not None and done.turned.ok and done.peers.twin is not None:
        _answered(names, done.turned, sent_by(done.turned), done.peers.twin.thing)
    if done.most is not None and most and not done.middle:
        _same(api, thing_of(done.most), thing_of(done.one), sent, alike=True)
    before, but = (done.middle, sent) if done.middle else (done.life.first, done.sent)
    _same(api, before.thing, done.after.thing, but, alike=_alike(done.life))
    _others_as_made(api, done, done.items)
    yield from _kept_meanwhile(api)
    with contextlib.suppress(NotObservable, Blocked):
        end: Deleted = yield from delete_resource(api)
        _others_as_made(api, done, end.items)


def _same(api: RequestFactory, before: Any, after: Any, but: Collection[str], *, alike: bool) -> None:
    """What an update did not carry reads as before."""
    for name in changed_members(api, before, after, but=but, alike=alike):
        raise Broken(f"{name} as before: {short(before[name])}", short(after[name]))


def _others_as_made(api: RequestFactory, done: Updated, items: list[Any] | None) -> None:
    """What was made beside it is in a list of then as its creation was answered: no update was about it."""
    turned = sent_by(done.turned) if done.turned is not None else {}
    slight = [done.peers.slight] if done.peers.slight is not None and done.peers.slight.ok else []
    for answer in [*done.peers.made, *slight]:
        other = made_by(api.resource, answer, done.peers.values)
        for item in find_in(items or [], other):
            for name in set(differing_members(_settable(api, other.thing), item)) - turned.keys():
                raise Broken(f"{name} of another as made: {short(other.thing[name])}", short(item[name]))


def _settable(api: RequestFactory, thing: Any) -> dict[str, Any]:
    """The members of a resource that an update can carry, but for those that were empty and may be filled by now."""
    update = api.resource.update
    rules = api.contract.body_rules(update) if update else {}
    shown = thing if isinstance(thing, dict) else {}
    return {name: value for name, value in shown.items() if name in rules and value not in (None, [], {})}


def _answered(names: MemberNames, answer: Exchange, sent: dict[str, object], before: dict[str, object]) -> None:
    """The answer to a change does not show the value of before."""
    shown = thing_of(answer)
    for name in differing_members(sent, shown):
        if not names.suggest(name, Hint.SECRET) and name in before and shown[name] == before[name]:
            raise Broken(f"{name} in the answer to its change: {short(sent[name])}", short(shown[name]))


def _kept_meanwhile(api: RequestFactory) -> Steps:
    """What was neither sent by the changes at one moment nor by any that was refused stays as well."""
    try:
        seen: HostileUpdates = yield from _meddled(api)
    except NotObservable:
        return
    _nobodys(api, seen)
    for name in differing_members({each: seen.meant[each] for each in seen.turned}, seen.after.thing):
        raise Broken(f"{name} as changed: {short(seen.meant[name])}", short(seen.after.thing[name]))
    if lost := seen.undone:
        changed_since = f"{lost.name} as changed before {' and '.join(lost.by)} was: {short(lost.value)}"
        raise Broken(changed_since, short(lost.shown))
    for name in _moved(seen):
        before, after = seen.before.thing[name], seen.after.thing[name]
        explained = blame(seen, name, after) or filled(before, after) or is_made_of(after, seen.after.thing)
        if name not in seen.meant and not explained:
            raise Broken(f"{name} as before: {short(before)}", short(after))


def _nobodys(api: RequestFactory, seen: HostileUpdates) -> None:
    """The answers to changes at one moment show no value that was neither there before nor sent by one of them."""
    accepted = [each for each in seen.together if each.ok]
    for answer in accepted:
        for name, value in _settable(api, thing_of(answer)).items():
            known = [sent_by(each)[name] for each in accepted if name in sent_by(each)]
            before = seen.before.thing.get(name) if isinstance(seen.before.thing, dict) else None
            told = any(kept(each, value) for each in [before, *known]) or is_made_of(value, thing_of(answer))
            if before is not None and not told:
                raise Broken(f"{name} as before: {short(before)}", short(value), [answer])


def _moved(seen: HostileUpdates) -> list[str]:
    """The members that read otherwise than before the trials, those left out that an update tried to forge."""
    if not seen.after.seen:
        return []
    before, after = seen.before.thing, seen.after.thing
    life = seen.changed.life
    return list(changed_members(life.api, before, after, but=seen.tried, alike=_alike(life), filling=True))


@law(family="state", on=selectors.updates, kinds=("state",), asserts=("state/update",), writes=True, no_path_setup=True)
def a_change_of_several_members_changes_them_all(api: RequestFactory) -> Conversation:
    """A PATCH that carries several members changes every one of them.

    All members are sent that the update allows, the resource shows, and another value is known for. Where a later
    change of one of them left something amiss, this one is made again and read by itself.
    """
    done: Updated = yield from _done(api)
    if done.most is None or not done.most.ok:
        raise NotObservable("no change of several members was accepted")
    sent, shown = sent_by(done.most), done.middle or done.after
    later = sent_by(done.one) if done.one and done.one.ok and not done.middle else {}
    for name in differing_members({name: value for name, value in sent.items() if name not in later}, shown.thing):
        raise Broken(f"{name} as changed: {short(sent[name])}", short(shown.thing[name]))


@law(
    family="state",
    on=selectors.updates,
    kinds=("state", "status/409"),
    asserts=(),
    writes=True,
    no_path_setup=True,
)
def a_resource_does_not_conflict_with_itself(api: RequestFactory) -> Conversation:
    """An update that says again what the resource has already is no conflict: nobody else has it.

    Sent are those members of an update that was accepted that tend to be unique, such as a slug or an email, with the
    same values; at depth quick they go with other members, and alone where that is a conflict. Broken by a 409; a
    refusal for another reason is observed.
    """
    same: Exchange | None = (yield from _done(api)).same if api.depth != "quick" else (yield from _meddled(api)).same
    if same is None:
        raise NotObservable("no update of a member that tends to be unique was accepted")
    if same.status == CONFLICT:
        said = " and ".join(sent_by(same))
        raise Broken(f"no conflict for the {said} it has already", same.summary(), [same])
    if not same.ok:
        raise Observed(f"an update to what is there already is refused: {same.summary()}")


@law(
    family="state",
    on=selectors.listed_updates,
    kinds=("state",),
    asserts=("state/update",),
    writes=True,
    no_path_setup=True,
)
def a_change_shows_in_the_list(api: RequestFactory) -> Conversation:
    """After an update the list shows the new values, as the resource's own URL does."""
    done: Updated = yield from _done(api)
    own = find_in(done.items or [], done.life.made)
    if not own:
        raise NotObservable("the list did not show which of its items was created")
    for name in differing_members(done.sent, own[0]):
        if name not in differing_members(done.sent, done.after.thing):  # lost altogether: that is another law's to say
            raise Broken(f"{name} in the list as changed: {short(done.sent[name])}", short(own[0][name]))


@law(family="state", on=selectors.updates, kinds=("state", "status"), asserts=(), writes=True, no_path_setup=True)
def a_refused_change_changes_nothing(api: RequestFactory) -> Conversation:
    """A refused update changes nothing.

    It is refused for an invalid member beside a valid one, for a credential that is not right, and for a value that
    another resource has where the document declares a conflict. Whether such requests are refused is for other laws to
    say; where they are, the resource must read as before.
    """
    seen: HostileUpdates = yield from _meddled(api)
    if not seen.refused:
        raise NotObservable("no change of this resource was refused")
    if not seen.after.seen:
        raise Broken("the resource as before changes that were refused", seen.after.got)
    meant = seen.meant
    for name in _moved(seen):
        shown = seen.after.thing[name]
        blamed = blame(seen, name, shown)
        if name not in meant and (blamed or not (meant or filled(seen.before.thing[name], shown))):
            what = f"the change refused {blamed}" if blamed else "the changes that were refused"
            raise Broken(f"{name} as before {what}: {short(seen.before.thing[name])}", short(shown))
        if blamed and name in meant and differing_members({name: meant[name]}, {name: shown}):
            raise Broken(f"{name} as changed before the change refused {blamed}: {short(meant[name])}", short(shown))


def _meddled(api: RequestFactory) -> Steps:
    """What was done to the resource. Raises NotObservable where nothing was, or it went away with its id."""
    seen: HostileUpdates = yield from hostile_updates(api)
    if seen.why:
        raise NotObservable(seen.why)
    if seen.moved:
        raise NotObservable("an update with another id in it has taken the resource from its address")
    return seen


@law(family="state", on=selectors.updates, kinds=("state",), asserts=(), writes=True, no_path_setup=True)
def ids_and_owners_cannot_be_changed(api: RequestFactory) -> Conversation:
    """No update changes a resource's id or its owner.

    Updates are sent that carry another id for the resource, and other values for members that say whose it is or what
    it hangs on and which the update does not offer to set. They may be refused or ignored. Broken if the resource is
    not at its address any more, or shows one of these values.
    """
    seen: HostileUpdates = yield from hostile_updates(api)
    if seen.why:
        raise NotObservable(seen.why)
    if not seen.tried:
        raise NotObservable("the resource shows no id that an update could try to set")
    if seen.moved:
        raise Broken("the resource at its own address", seen.after.got)
    for name in seen.tried if seen.after.seen else ():
        before, after = seen.before.thing[name], seen.after.thing.get(name, seen.before.thing[name])
        if str(before) != str(after):
            raise Broken(f"{name} as before: {short(before)}", short(after))


@law(
    family="state",
    on=selectors.refusable_creations,
    kinds=("state", "status"),
    asserts=(),
    writes=True,
    no_path_setup=True,
)
def a_refused_creation_creates_nothing(api: RequestFactory) -> Conversation:
    """A creation that is refused leaves nothing in the list.

    It is refused for an invalid member beside valid ones, and for a credential that is not right. Its body bears values
    that nothing else has, but for a few equal creations that follow; if the list shows more of them than were answered
    as made, the refused ones are repeated with values of their own. Broken if an item of the list shows these.
    """
    removable(api)
    peers: Siblings = yield from create_siblings(api)
    peers.needed()
    if not _all_refused(peers.refused):
        raise NotObservable("a creation that should be refused was not")
    seen: Updated = yield from update_resource(api)
    if seen.items is None:
        raise NotObservable("the list was not given")
    if len(alike(peers.api, seen.items, peers.content)) > len(peers.made):
        yield from _alone(api)


def _all_refused(answers: list[Exchange]) -> bool:
    return any(400 <= each.status < 500 for each in answers) and not any(each.ok for each in answers)


def _alone(api: RequestFactory) -> Steps:
    """The refused creations by themselves."""
    values = yield from resolve_path(api, api.operation, fresh=True)
    content = yield from body(api, api.operation, values)
    before = alike(api, (yield from standing(api, values)), content)  # what it names may have brought one with it
    refused: list[Exchange] = []
    if bad := invalid_member(api, api.operation, content):
        refused.append((yield api.ask(path=values, body={**content, bad[0]: bad[1]})))
    if selectors.requires_credential(api.operation):
        refused.append((yield api.ask(path=values, body=content, credentials=())))
    if not _all_refused(refused):
        raise NotObservable("a creation that should be refused was not")
    items = yield from standing(api, values)
    found = alike(api, items, content)
    if len(found) > len(before):
        statuses = " and ".join(str(each.status) for each in refused)
        raise Broken(f"nothing created by a creation answered {statuses}", f"{len(found) - len(before)} in the list")
