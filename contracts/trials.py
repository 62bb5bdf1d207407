"""The middle chapters of a life: a thing is changed, and meddled with.

Like the earlier ones (`contracts.lives`, `contracts.peers`) they only ask; what answers mean is for the laws to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from contracts.api import Api, callers
from contracts.exchange import Exchange, Request
from contracts.fixtures import UNIQUE, Made, make
from contracts.law import Blocked, NotObservable, Steps, Together, Wait
from contracts.lives import (
    PATIENCE,
    Life,
    Sight,
    born,
    changing,
    look,
    lookable,
    mine,
    offered_changes,
    sent_by,
    shelf,
    unlike,
    update_of,
)
from contracts.peers import Peers, closed, conflicts, joined
from contracts.values import Change, another, changes, owners, wrong


@attrs.frozen
class Changed:
    """A change of many members, then of one of them to yet another value; and how the thing and its list read then.

    `most` and `one` are the answers. `middle` is how it read between the two: it was looked at only where it did not
    read in the end as it should. `why` tells why there was no change; `items` are those of its list. `turned` is the
    answer to a change of its twin: members with two values, turned the other way round than in the life itself.
    """

    peers: Peers
    life: Life
    most: Exchange | None
    one: Exchange | None
    middle: Sight | None
    after: Sight
    items: list[Any] | None
    why: str = ""
    turned: Exchange | None = None

    @property
    def sent(self) -> dict[str, Any]:
        """All members that were sent, with the values they should have now."""
        return _together_sent(self.most, self.one)


def _together_sent(*answers: Exchange | None) -> dict[str, Any]:
    """The members of updates that were accepted, each with its last value."""
    accepted = (sent_by(each) for each in answers if each is not None and each.ok)
    return {name: value for content in accepted for name, value in content.items()}


def changed(api: Api) -> Steps:
    """Change a thing that was born, and read it and its list. Raises NotObservable where it cannot be looked at."""
    peers: Peers = yield from joined(api)
    life = peers.life
    if life is None:
        life = yield from born(api)  # which says why there is none
    first = life.first
    try:
        if not first.seen:
            raise NotObservable(f"what was created cannot be looked at: {first.told}")
        most, one = yield from _changed_twice(life, first)
    except (NotObservable, Blocked) as outcome:
        items = yield from _listed(life, attrs.evolve(first, items=None), {})
        return Changed(peers, life, None, None, None, first, items, outcome.reason)
    after: Sight = yield from _after(life, one)
    middle = None
    if _amiss(most, one, after):
        most, middle, one, after = yield from _closer(life, most, one)
    done = Changed(peers, life, most, one, middle, after, None, turned=(yield from _turned(peers, life)))
    return attrs.evolve(done, items=(yield from _listed(life, after, done.sent)))


def _turned(peers: Peers, life: Life) -> Steps:
    """The answer to a change of the twin that turns truths the way the life's own are not turned; None for none.

    A life turns each truth once; a server that takes `false` for nothing sent is seen only where it is turned so.
    """
    twin, first = peers.twin, life.first.thing
    if twin is None or not isinstance(twin.thing, dict) or life.api.depth == "quick":
        return None
    offered: list[Change] = yield from changes(life.api, update_of(life), twin.values, twin.thing)
    turns = {each.name: each.value for each in offered if isinstance(each.value, bool) and each.tame}
    content = {name: value for name, value in turns.items() if first.get(name) == value}
    return (yield life.api.ask(update_of(life), path=twin.values, body=content)) if content else None


def _after(life: Life, answer: Exchange) -> Steps:
    """How the thing reads after an update; as the update's own answer shows it where there is nothing else."""
    if not lookable(life.resource):
        return Sight(answer.data, answer)
    return (yield from look(life.api, life.made, known=life.known))


def _changed_twice(life: Life, first: Sight) -> Steps:
    """The answers to a change of as many members as may be, and to one of a single one of them.

    A change of many is refused for its state where values have to fit each other: then those nothing hangs on. The
    single one comes last, so that all others have values of ours when it must not touch them. Members with two values
    only are left as they were made, as far as may be: the other value may be the one that a server falls back to.
    """
    offered: list[Change] = yield from offered_changes(life, first)
    coins = [each for each in offered if each.coin and each.tame]
    many = [each for each in offered if each not in coins]
    many = many if len(many) > 1 else [*many, *coins[1:]] if len(offered) > 2 else offered
    tame = [each for each in many if each.tame] or many[:1]
    most: Exchange | None = None
    for chosen in (many, tame, tame[:2]) if len(many) > 1 else ():
        most = yield changing(life, {each.name: each.value for each in chosen})
        if most.ok:
            break
    now = {**first.thing, **(sent_by(most) if most is not None and most.ok else {})}
    others: list[Change] = yield from changes(life.api, update_of(life), life.made.values, now)
    if not others:
        raise NotObservable("no member is known that could be changed")
    single = next((each for each in others if each.name not in {coin.name for coin in coins}), others[0])
    one: Exchange = yield changing(life, {single.name: single.value})
    if not one.ok and (most is None or not most.ok):
        raise Blocked(f"the change was not accepted: {one.says()}")
    return most, one


def _amiss(most: Exchange | None, one: Exchange, after: Sight) -> bool:
    """Whether a thing does not read as the two changes should have left it."""
    both = most is not None and most.ok and one.ok and after.seen
    return both and bool(unlike(_together_sent(most, one), after.thing))


def _closer(life: Life, most: Exchange | None, one: Exchange) -> Steps:
    """The same two changes once more, and how the thing reads after each."""
    assert most is not None
    yield Wait(PATIENCE)
    again: Exchange = yield changing(life, sent_by(most))
    middle: Sight = yield from _after(life, again)
    last: Exchange = yield changing(life, sent_by(one))
    after: Sight = yield from _after(life, last)
    return again, middle, last, after


def _listed(life: Life, last: Sight, sent: dict[str, Any]) -> Steps:
    """The items of its list, where there is one and its items can be told apart.

    Read once more after a moment where they do not show the thing once, as it reads by itself.
    """
    if life.resource.list is None or last.items is not None:
        return last.items
    try:
        items, page = yield from shelf(life.api, life.made)
        own = mine(items, life.made)
        if page.ok and (len(own) != 1 or set(unlike(sent, own[0])) - set(unlike(sent, last.thing))):
            yield Wait(PATIENCE)
            items, page = yield from shelf(life.api, life.made)
    except (NotObservable, Blocked):
        return None
    return items if page.ok else None


# -- meddled with ------------------------------------------------------------------------------------------------------


@attrs.frozen
class Meddled:
    """What was done to a thing that should not have changed it but for two members, and how it read afterwards.

    `forged` are updates with other ids in them, which are `tried`. `together` were sent at one moment. `refused` are
    changes by what was wrong with them, and `accepted` those of them that were not refused. `why` tells why nothing of
    it was done.
    """

    changed: Changed
    tried: dict[str, Any]
    forged: list[Exchange]
    together: list[Exchange]
    refused: dict[str, Exchange]
    accepted: list[Exchange]
    after: Sight
    why: str = ""

    @property
    def before(self) -> Sight:
        return self.changed.after

    @property
    def moved(self) -> bool:
        """Whether it is not at its address any more, which an update with another id may have done."""
        return not self.after.seen and any(each.ok for each in self.forged)

    @property
    def meant(self) -> dict[str, Any]:
        """Members that were to change, with their values now."""
        return _together_sent(*self.together, *self.accepted)


def meddled(api: Api) -> Steps:
    """Send two updates at one moment, others with ids in them, and some that must be refused; look once at the end."""
    before: Changed = yield from changed(api)
    try:
        if before.why:
            raise NotObservable(before.why)
        return (yield from _meddled(before))
    except (NotObservable, Blocked) as outcome:
        return Meddled(before, {}, [], [], {}, [], before.after, outcome.reason)


def _meddled(before: Changed) -> Steps:
    life, now = before.life, before.after
    offered: list[Change] = yield from offered_changes(life, now)
    taken: dict[str, Any] = yield from _taken(before, now)
    tame = sorted((each for each in offered if each.tame), key=lambda each: each.name in before.sent)[:2]
    answers: list[Exchange] = []
    if len(tame) == 2:
        answers = yield from together(lambda: [changing(life, {each.name: each.value}) for each in tame])
    now = attrs.evolve(now, thing={**now.thing, **_together_sent(*answers)})
    tried, forged = yield from _forged(life, now, [each for each in offered if each not in tame])
    spare = yield from _spare(life, now, offered, before.after)
    refused: dict[str, Exchange] = {}
    accepted: list[Exchange] = []
    for what, request in _refusable(life, spare, taken):
        answer: Exchange = yield request
        if answer.ok:  # whether it should have been is a question for other laws
            accepted.append(answer)
        else:
            refused[what] = answer
    like = {**now.thing, **_together_sent(*accepted)}
    after: Sight = yield from look(life.api, life.made, known=life.known, like=like)
    return Meddled(before, tried, forged, answers, refused, accepted, after)


def together(requests: Callable[[], list[Request]]) -> Steps:
    """The answers to requests sent at once; a server error has to come twice before anyone may speak of it."""
    answers: list[Exchange] = yield Together.of(requests())
    if any(each.status >= 500 for each in answers):
        answers = yield Together.of(requests())
    return answers


def _spare(life: Life, now: Sight, offered: list[Change], earlier: Sight) -> Steps:
    """Changes to values that the thing neither has nor had: so that each can be told where it should not show."""
    news: list[Change] = yield from changes(life.api, update_of(life), life.made.values, now.thing)
    found = [each for each in news if each.value != earlier.thing[each.name]]
    return sorted(found, key=lambda each: now.thing[each.name] != earlier.thing[each.name]) or offered


def _refusable(life: Life, spare: list[Change], taken: dict[str, Any]) -> Iterable[tuple[str, Request]]:
    """Changes that must be refused: for an invalid member beside valid ones, no credential, a taken value."""
    update = update_of(life)
    tame = {each.name: each.value for each in spare if each.tame} or {spare[0].name: spare[0].value}
    bad = wrong(life.api, update, {})
    beside = {each.name: each.value for each in spare if bad and each.name != bad[0]}
    beside = {name: value for name, value in beside.items() if name in tame} or dict([*beside.items()][:1])
    if bad and beside:
        yield f"an invalid {bad[0]} beside it", changing(life, {**beside, bad[0]: bad[1]})
    if closed(update):
        content = {spare[0].name: spare[0].value}
        yield "no credential", life.api.ask(update, path=life.made.values, body=content, credentials=())
    if taken:
        yield f"a taken {' or '.join(taken)} beside it", changing(life, {**tame, **taken})


def _taken(before: Changed, now: Sight) -> Steps:
    """Values that another thing has in members that tend to be unique, where the document declares a conflict."""
    life, update = before.life, update_of(before.life)
    if update.body is None or not conflicts(update):
        return {}
    other: Made | None = before.peers.twin
    if other is None or other.thing is None:
        beside = {name: value for name, value in life.made.values.items() if name != life.resource.identifier}
        other = yield from make(life.api, life.resource, beside)
    offered: list[Change] = yield from changes(life.api, update, life.made.values, other.thing)
    names = [each.name for each in offered if each.name.lower() in UNIQUE | {"value"} and each.name in now.thing]
    return {name: other.thing[name] for name in names}


def _forged(life: Life, now: Sight, offered: list[Change]) -> Steps:
    """Updates that carry another id for the thing, and another owner, beside one of these members as it is.

    All ids in one; each by itself where that is refused, for it may have been refused for one of them.
    """
    member = life.resource.member.removeprefix("/")
    own = {member: another(now.thing[member])} if isinstance(now.thing.get(member), str | int) else {}
    foreign = {name: _rivals(life.api, name, value) for name, value in _owners(life, now).items()}
    kinds = [each for each in (own, foreign) if each]
    if not kinds:
        return {}, []
    kept = next((each.name for each in offered if isinstance(now.thing[each.name], str | int)), None)
    harmless = {kept: now.thing[kept]} if kept else {}
    both: Exchange = yield changing(life, {**harmless, **own, **foreign})
    answers = [both]
    for ids in kinds if not both.ok and len(kinds) > 1 else ():
        alone: Exchange = yield changing(life, {**harmless, **ids})
        answers += [alone]
    return {**own, **foreign}, answers


def _owners(life: Life, now: Sight) -> dict[str, Any]:
    found = owners(life.api, now.thing, update_of(life))
    return {name: value for name, value in found.items() if name != life.resource.member.removeprefix("/")}


def _rivals(api: Api, name: str, value: Any) -> Any:
    """The other tenant's own id where one is known and the deployment may be spoilt: the most telling forgery."""
    folded = re.sub(r"[^a-z0-9]", "", name.lower())
    rival = next((each for each in callers(api.deployment, api.operation) if each.tenant != api.tenant), None)
    for parameter in api.operation.path_parameters if rival and api.deployment.disposable else ():
        theirs = api.deployment.value(rival.tenant, parameter) if rival else None
        if theirs and folded.endswith(parameter.lower()):
            return theirs if isinstance(value, str) else int(theirs) if theirs.isdigit() else value
    return value
