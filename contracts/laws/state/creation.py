"""Laws of resources that are created and deleted: what was created is there, what was deleted is gone.

Laws about one kind of resource share the life of one (see `contracts.steps.lifecycle.create`), so that each request is
sent once.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import made_by
from contracts.steps.lifecycle.create import CreatedResource, create_full, differing_members, sent_by
from contracts.steps.lifecycle.siblings import Siblings, create_siblings
from contracts.steps.lifecycle.update import Updated, together_sent, update_resource
from contracts.steps.lifecycle.values import changed_members, may_be_derived, short, thing_of
from contracts.steps.lists.identity import find_in, require_identifiable
from contracts.steps.unique_values import says_nothing
from specs.contract import selectors
from specs.contract.member_names import Hint, MemberNames

CREATED = 201


@law(
    family="state",
    on=selectors.creations,
    kinds=("state", "status"),
    asserts=("state/create",),
    writes=True,
    no_path_setup=True,
)
def what_was_created_can_be_read(api: RequestFactory) -> Conversation:
    """What was created can be read at once, and reads as the response to its creation showed it.

    A resource is created and looked at: by its own address, else in its list, else by an update that changes nothing.
    Members that both answers show must agree; secrets, times of change, and a state that no request can set are left
    out, and what was empty may be filled by then.
    """
    life: CreatedResource = yield from create_full(api)
    if not life.first.seen:
        raise Broken("what was created just now", life.first.got)
    for name in changed_members(api, life.made.thing, life.first.thing):
        raise Broken(f"{name} as the creation showed it: {short(life.made.thing[name])}", short(life.first.thing[name]))


@law(
    family="state",
    on=selectors.creations,
    kinds=("state", "body"),
    asserts=("state/create",),
    writes=True,
    no_path_setup=True,
)
def what_was_sent_is_what_is_kept(api: RequestFactory) -> Conversation:
    """A created resource has the values it was created with, in the response and when it is read.

    All members are sent whose values are known to make sense, with other choices than the document's examples make, so
    that a default in their place would be seen. Broken if a member is shown with another value than was sent. One value
    may be shown as a list of one, a time or an address in another way of writing, a secret in any way. A state may have
    moved on, and a text that was made up without knowing anything of a member may be of no use. Only observed where the
    document has no example and a change does not set the member either: it may be one that no request sets.
    """
    life: CreatedResource = yield from create_full(api)
    fixed = yield from _never_set(api, life)
    names = api.contract.names
    _kept(names, life.made.answer, thing_of(life.made.answer), but=fixed)
    if life.sight and life.sight.seen:
        _kept(names, life.made.answer, life.sight.thing, life.sight.answer, but=fixed)
    if fixed:
        raise Observed(f"no request sets {', '.join(fixed)}, though the document lets one carry it")


def _never_set(api: RequestFactory, life: CreatedResource) -> Steps:
    """The members without an example of which neither the creation nor a change showed that a request sets them."""
    create = api.resource.create
    content = sent_by(life.made.answer)
    seen = [thing_of(life.made.answer), *([life.sight.thing] if life.sight and life.sight.seen else [])]
    lost = list(dict.fromkeys(name for each in seen for name in differing_members(content, each)))
    if not lost or create is None or create.body is None or not create.body.composed:
        return []
    try:
        done: Updated = yield from update_resource(api)
    except (Blocked, NotObservable):
        return lost  # nothing ever showed that a request can set them
    left = differing_members(done.sent, done.after.thing)
    return [name for name in lost if name not in done.sent or name in left]


def _kept(
    names: MemberNames, sent: Exchange, thing: object, shown: Exchange | None = None, *, but: Collection[str] = ()
) -> None:
    content = sent.request.json if isinstance(sent.request.json, dict) else {}
    for name in (each for each in differing_members(content, thing) if each not in but):
        open_to_it = any(names.suggest(name, each) for each in (Hint.SECRET, Hint.LIFECYCLE))
        useless = isinstance(content[name], str) and says_nothing(names, name, content[name])
        if not (open_to_it or useless or content[name] is None):  # null may come back as a default
            assert isinstance(thing, dict)
            where = f" when it is read with {shown.operation.key}" if shown else ""
            raise Broken(f"{name} as sent: {short(content[name])}{where}", short(thing[name]))


@law(
    family="state",
    on=selectors.creations,
    kinds=("state",),
    asserts=("state/create", "state/read"),
    writes=True,
    no_path_setup=True,
)
def what_was_created_is_listed_once(api: RequestFactory) -> Conversation:
    """What was created is in its list exactly once, and is shown there as it is at its own URL.

    The list is read after the resource was changed, if that can be done; that the list shows what was changed is
    another law. So is the one that was created with the required members alone, unless it is in another state, and a
    text is written as in the answer to the last change, where that did not carry it. Not observable where items of the
    list show no id that the creation showed too.
    """
    if api.resource.list is None:
        raise NotObservable("the document has no list of these")
    seen: Updated = yield from update_resource(api)
    if seen.items is None or not seen.after.seen:
        raise NotObservable("the list was not given, or what was created is not to be seen by itself")
    own = find_in(seen.items, seen.life.made)
    if not own:
        require_identifiable(seen.items, seen.life.made)
    if len(own) != 1:
        raise Broken("the created item once in its list", f"{len(own)} times")
    for name in changed_members(api, seen.after.thing, own[0], but=seen.sent):
        raise Broken(f"{name} in the list as by itself: {short(seen.after.thing[name])}", short(own[0][name]))
    _written_alike(api, seen, own[0])
    _slight_listed(api, seen)


def _written_alike(api: RequestFactory, seen: Updated, item: Any) -> None:
    """What neither the creation nor the last change wrote otherwise is written in one way by the two that show it."""
    answer = seen.one if seen.one is not None and seen.one.ok else None
    told = thing_of(answer) if answer is not None else {}
    sent = sent_by(seen.life.made.answer)
    for name, value in told.items():
        shown = item.get(name) if isinstance(item, dict) else None
        last = together_sent(seen.most).get(name, sent.get(name))
        if answer is None or name in sent_by(answer) or last != value or not isinstance(shown, str):
            continue
        if shown != value and shown.casefold() == value.casefold() and not may_be_derived(api, name):
            raise Broken(f"{name} in the list as by itself: {short(value)}", short(shown))


def _slight_listed(api: RequestFactory, seen: Updated) -> None:
    """What was created beside it with the required members alone is listed too, where no state keeps it out."""
    slight, items = seen.peers.slight, seen.items or []
    if slight is None or slight.status != CREATED or not seen.life.made.values.items() >= seen.peers.values.items():
        return
    made = made_by(seen.peers.api.resource, slight, seen.peers.values)
    if at(made.thing, api.resource.member) is MISSING or find_in(items, made):
        return
    if not any(_kept_out(api, name, value, items) for name, value in thing_of(slight).items()):
        raise Broken("what was created with the required members alone in its list", "it is not there", [slight])


def _kept_out(api: RequestFactory, name: str, value: object, items: list[Any]) -> bool:
    """Whether a list may leave out what has a value: it says in which state a thing is, and nothing listed has it."""
    rules = api.contract.body_rules(api.operation)
    a_time = value is None and name.lower().endswith(("at", "on", "date", "time"))
    a_choice = value is not None and "enum" in rules.get(name, {})
    if not (a_time or a_choice or isinstance(value, bool) or api.contract.names.suggest(name, Hint.LIFECYCLE)):
        return False
    return not any(isinstance(item, dict) and item.get(name, MISSING) == value for item in items)


@law(
    family="state",
    on=selectors.creations_with_body,
    kinds=("state", "body", "status"),
    asserts=("body",),
    writes=True,
    no_path_setup=True,
)
def the_required_members_suffice(api: RequestFactory) -> Conversation:
    """A creation that sends only the members its schema requires is accepted, and they are kept.

    Broken if it is refused as invalid where the same body with the optional members of the document's example is not;
    or if the answer, or the list, shows another value of a member than was sent. A document that requires none at all
    has rather forgotten which are.
    """
    peers: Siblings = yield from create_siblings(api)
    peers.needed()
    if peers.slight is None:
        raise NotObservable("the document's example has no optional member")
    if peers.whole is not None and peers.whole.ok:
        left = ", ".join(sorted(_sent(peers.whole).keys() - _sent(peers.slight).keys()))
        shown = [peers.slight, peers.whole]
        none = "" if _sent(peers.slight) else " (of all members none is required)"
        raise Broken(f"a creation without the optional {left}{none}", peers.slight.summary(), shown)
    if not peers.slight.ok:
        raise NotObservable(f"the creation was refused: {peers.slight.summary()}")
    _kept(api.contract.names, peers.slight, thing_of(peers.slight))
    seen: Updated = yield from update_resource(api)
    made = made_by(peers.api.resource, peers.slight, peers.values)
    for item in find_in(seen.items or [], made):
        assert api.resource.list is not None
        _kept(api.contract.names, peers.slight, item)


def _sent(answer: Exchange) -> dict[str, object]:
    return answer.request.json if isinstance(answer.request.json, dict) else {}
