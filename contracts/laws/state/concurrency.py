"""Laws of what happens at once: equal creations make one, changes do not undo each other, nothing fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.core.conversation import Blocked, Broken, Concurrently, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import CONFLICT, Made, create_resource
from contracts.steps.lifecycle.create import Observation, differing_members, observe, removable, sent_by
from contracts.steps.lifecycle.hostile_updates import HostileUpdates, blame, hostile_updates
from contracts.steps.lifecycle.siblings import ROUNDS, Siblings, create_siblings
from contracts.steps.lifecycle.tombstones import require_gone
from contracts.steps.lifecycle.update import Updated, together_sent, update_resource
from contracts.steps.lifecycle.values import choices_of, short
from contracts.steps.lists.identity import alike
from contracts.steps.own_things import bears_mark, things_made
from specs.contract import Contract, Operation, conflicts, selectors

DUPLICATE = {400, 404, 409, 422}


@law(
    family="state",
    on=selectors.creations_with_body,
    kinds=("state", "status"),
    asserts=("status/409",),
    writes=True,
    no_path_setup=True,
    by_luck=True,
)
def of_equal_creations_at_once_one_is_made(api: RequestFactory) -> Conversation:
    """Of simultaneous equal creations one succeeds where a duplicate is a conflict, and none is a server error.

    Three are sent. Where the document declares a conflict, and one that comes afterwards meets it, at most one may
    succeed; elsewhere each that succeeds must have made a resource of its own, or all are answered with the one that is
    there, which is observed. The list must show as many as were answered as made. A server error has to come in two
    rounds before it counts.
    """
    peers: Siblings = yield from create_siblings(api)
    peers.needed()
    if failed := [each for each in peers.equals if each.status >= 500]:
        if peers.alone is not None and peers.alone.status >= 500:
            raise NotObservable(f"a creation by itself fails as well: {peers.alone.summary()}")
        raise Broken("no server error for equal creations at once, in two rounds", failed[0].summary())
    made = len(peers.made)
    if peers.again is not None and peers.again.ok:
        raise NotObservable(f"a twin is made when it comes by itself, too: {peers.again.summary()}")
    if conflicts.declares_conflict(api.operation) and made > 1:
        raise Broken(f"1 of {len(peers.equals)} equal creations at once to succeed", f"{made} did")
    ids = [str(at(each.data, api.resource.member)) for each in peers.made]
    shown = yield from _counted(api, peers)
    if str(MISSING) not in ids and len(set(ids)) < made:
        if shown in (None, len(set(ids))):
            raise Observed(f"equal creations are answered with the same resource: {short(ids[0])}")
        raise Broken("an id of its own for each of the creations at once", f"{short(ids[0])} more than once")
    alike_before = sum(each.ok for each in peers.refused)  # what should have been refused is blamed for elsewhere
    if made and shown not in (None, made, made + alike_before):
        raise Broken(f"{made} in the list after {made} of the creations at once succeeded", f"{shown}")


def _counted(api: RequestFactory, peers: Siblings) -> Steps:
    """How many of the equal creations the list shows, under another name too; None where it could not be known."""
    resource = api.resource
    sources = {each.strip("/") for each in api.operation.body.sources} if api.operation.body else set()
    if not (bears_mark(repr(peers.content)) or sources & peers.content.keys()):
        return None  # what others have made is alike
    try:
        seen: Updated = yield from update_resource(api)
        if seen.items is None:
            return None
        found = alike(peers.api, seen.items, peers.content)
    except (Blocked, NotObservable):
        return None
    made = [at(thing, resource.member) for each in peers.made for thing in things_made(resource, each)]
    own = {str(each) for each in made if each is not MISSING}
    renamed = [each for each in seen.items if each not in found and str(at(each, resource.member)) in own]
    return len(found) + len(renamed)


@law(
    family="state",
    on=selectors.conflicting_creations,
    kinds=("status", "state"),
    asserts=("status/409",),
    writes=True,
    no_path_setup=True,
)
def a_duplicate_is_refused(api: RequestFactory) -> Conversation:
    """Where the document declares a conflict, creating the same resource twice is refused.

    409 is expected; 400 and 404 are accepted as other ways to say so. Of equal creations at once those that lose are
    duplicates; where several win, one more is sent afterwards. That refused ones created nothing is counted for equal
    creations at once. Observed where the document does not say that the conflict is with one that is there already, or
    says it of a member that is not sent.
    """
    peers: Siblings = yield from create_siblings(api)
    peers.needed()
    if not peers.made:
        raise NotObservable(f"not even the first was created: {peers.equals[0].summary()}")
    lost = [peers.again] if peers.again is not None else [each for each in peers.equals if not each.ok]
    for each in lost:
        if each.status not in DUPLICATE and each.status < 500:
            if not conflicts.refuses_twins(api.contract, api.operation, peers.content):
                raise Observed(f"a twin is made, and the document does not say what a conflict is: {each.summary()}")
            raise Broken("409 for a duplicate", each.summary())
    if peers.again is not None and peers.again.status >= 500:
        raise Broken("409 for a duplicate", peers.again.summary())


def _conflicting_updates(contract: Contract) -> Iterator[Operation]:
    """Updates that declare a conflict, of what cannot be created twice either."""
    creations = set(selectors.conflicting_creations(contract))
    for resource in contract.resources:
        if (
            resource.create in creations
            and resource.update in set(selectors.updates(contract))
            and conflicts.declares_conflict(resource.update)
        ):
            yield resource.update


@law(
    family="state",
    on=_conflicting_updates,
    kinds=("status", "state"),
    asserts=("status/409",),
    writes=True,
    no_path_setup=True,
)
def a_change_into_a_duplicate_is_refused(api: RequestFactory) -> Conversation:
    """Where the document declares a conflict for an update, no resource can be changed into a duplicate of another.

    Every member by which the creations of this run differ is set to what another resource has. Judged only where
    creating that resource a second time was refused as a conflict. 409 is expected; 400 and 404 are accepted.
    """
    seen: HostileUpdates = yield from hostile_updates(api)
    peers = seen.changed.peers
    if seen.why or seen.taken is None:
        raise NotObservable(seen.why or "no member is known that has to be unique")
    if not any(each.status == 409 for each in peers.equals):
        raise NotObservable("creating the same resource twice was not refused as a conflict")
    if not _telling(peers) <= sent_by(seen.taken).keys():
        raise NotObservable("not every member that has to be unique can be changed")
    if seen.taken.ok or seen.taken.status >= 500:
        raise Broken("409 for a change into a duplicate", seen.taken.summary())


def _telling(peers: Siblings) -> set[str]:
    """The members of a creation's body that are made anew each time; what is chosen from a few words is not."""
    create = peers.api.resource.create
    examples = [each for each in create.body.examples if isinstance(each, dict)] if create and create.body else []
    rules = peers.api.contract.body_rules(create) if create else {}
    texts = {name: value for name, value in peers.content.items() if isinstance(value, str)}
    texts = {name: value for name, value in texts.items() if not choices_of(rules.get(name, {}))}
    return {name for name, value in texts.items() if all(value != each.get(name) for each in examples)}


@law(
    family="state",
    on=selectors.updates,
    kinds=("state",),
    asserts=("state/update",),
    writes=True,
    no_path_setup=True,
    by_luck=True,
)
def changes_at_once_are_both_kept(api: RequestFactory) -> Conversation:
    """Two updates of different members, sent at the same time, do not undo each other.

    Either may be refused; each that is accepted must show afterwards, and none is a server error in two rounds. What
    one change loses to the other when they are made in turn as well is another law's to say.
    """
    seen: HostileUpdates = yield from hostile_updates(api)
    if seen.why or seen.moved:
        raise NotObservable(seen.why or "an update with another id in it has taken the resource from its address")
    if not seen.together:
        raise NotObservable("fewer than two members are known that could be changed")
    later = together_sent(*seen.accepted)  # with another value for one of them, if the server is so lenient
    for each in seen.together:
        if each.status >= 500:
            raise Broken("no server error for changes at once, in two rounds", each.summary())
        content = sent_by(each)
        for name in differing_members({**content, **_among(later, content)}, seen.after.thing) if each.ok else ():
            shown = seen.after.thing[name]
            if not blame(seen, name, shown) and not seen.undone:  # else another law says what did that
                raise Broken(f"{name} as changed: {short(content[name])}", f"{short(shown)}, undone")


def _among(members: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name in content}


@law(
    family="state",
    on=selectors.deletions,
    kinds=("state", "status"),
    asserts=("state/delete",),
    writes=True,
    no_path_setup=True,
    by_luck=True,
    depth="standard",
)
def of_deletions_at_once_none_fails(api: RequestFactory) -> Conversation:
    """After simultaneous deletions of a resource it is gone, and none of them is answered with a server error."""
    removable(api)
    made, answers = yield from _deleted_at_once(api)
    if failed := [each for each in answers if each.status >= 500]:
        raise Broken("no server error for deletions at once, in two rounds", failed[0].summary())
    if not any(each.ok for each in answers):
        raise Broken("one of the deletions at once to succeed", answers[0].summary())
    if made.resource.read or made.resource.list:
        left: Observation = yield from observe(api, made, known=True)
        require_gone(made.thing, left.thing, "can still be read")


def _deleted_at_once(api: RequestFactory) -> Steps:
    """What was made and deleted by several requests at once, and their answers.

    After a server error once more, with a resource of its own: the first round may have deleted the first one.
    """
    stage = api.sharing(f"deletions at once in {api.resource.collection}")
    for _ in range(ROUNDS):
        made: Made = yield from create_resource(stage, api.resource)
        answers: list[Exchange] = yield Concurrently.of(stage.ask(path=made.values) for _ in range(3))
        if all(each.status < 500 for each in answers):
            break
    return made, answers


def _unique_deletions(contract: Contract) -> Iterator[Operation]:
    """Deletions of what cannot be created twice."""
    creations = set(selectors.conflicting_creations(contract))
    for resource in contract.resources:
        if resource.create in creations and resource.delete in set(selectors.deletions(contract)) and resource.delete:
            yield resource.delete


@law(
    family="state",
    on=_unique_deletions,
    kinds=("state", "status"),
    asserts=("state/delete",),
    writes=True,
    no_path_setup=True,
    depth="standard",
)
def what_was_deleted_can_be_made_again(api: RequestFactory) -> Conversation:
    """What was deleted is in nobody's way: the same creation is accepted again, where a twin is a conflict.

    Broken by a 409, where the document means by that what is there already; elsewhere it is only observed.
    """
    removable(api)
    made, answers = yield from _deleted_at_once(api)
    if not any(each.ok for each in answers):
        raise NotObservable(f"it was not deleted: {answers[0].summary()}")
    create, content = api.resource.create, sent_by(made.answer)
    assert create is not None
    again: Exchange = yield api.ask(create, path=made.values, body=content)
    if again.status == CONFLICT and conflicts.refuses_twins(api.contract, create, content):
        raise Broken("a creation of what was deleted", again.summary(), [made.answer, again])
    if not again.ok:
        raise Observed(f"a creation of what was deleted is refused: {again.summary()}")
