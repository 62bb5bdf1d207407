"""Trials of a thing in the course of its life: changes that are refused, sent at once or forged, and its end.

Like the steps of `contracts.lives`, these are parts of conversations; what they mean is for the laws to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from contracts.api import Api, callers
from contracts.exchange import Exchange, Request
from contracts.fixtures import UNIQUE, make
from contracts.law import Blocked, NotObservable, Steps, Together
from contracts.lives import Life, Sight, look, offered_changes, shelf, update_of
from contracts.values import Change, another, changes, owners, wrong
from specs.contract import Operation


@attrs.frozen
class Refusals:
    """Changes that were refused, each by what was wrong with it, and how the thing read before and after them."""

    refused: dict[str, Exchange]
    before: Sight
    after: Sight


def refused_changes(life: Life, before: Sight) -> Steps:
    """Ask for changes that must be refused: for an invalid member beside a valid one, no credential, a taken value."""
    offered: list[Change] = yield from offered_changes(life, before)
    taken: dict[str, Any] = yield from _taken(life, before)
    refused: dict[str, Exchange] = {}
    for what, request in _refusable(life, offered, taken):
        answer: Exchange = yield request
        if answer.ok:  # whether it should have been is a question for other laws
            before = yield from look(life.api, life.made, known=life.known)
        else:
            refused[what] = answer
    if not refused:
        raise NotObservable("no change of this resource was refused")
    after: Sight = yield from look(life.api, life.made, known=life.known)
    return Refusals(refused, before, after)


def _refusable(life: Life, offered: list[Change], taken: dict[str, Any]) -> Iterable[tuple[str, Request]]:
    update = update_of(life)
    bad = wrong(life.api, update, {})
    valid = next((each for each in offered if bad is None or each.name != bad[0]), None)
    if bad and valid:
        yield f"an invalid {bad[0]} beside it", _changing(life, {valid.name: valid.value, bad[0]: bad[1]})
    if closed(update):
        first = {offered[0].name: offered[0].value}
        yield "no credential", life.api.ask(update, path=life.made.values, body=first, credentials=())
    if taken:
        free = {each.name: each.value for each in offered if each.name not in taken and each.tame}
        yield f"a taken {' or '.join(taken)} beside it", _changing(life, {**free, **taken})


def closed(operation: Operation) -> bool:
    """Whether an operation cannot be called without a credential."""
    return bool(operation.security) and all(each.schemes for each in operation.security)


def _changing(life: Life, content: dict[str, Any]) -> Request:
    return life.api.ask(update_of(life), path=life.made.values, body=content)


def _taken(life: Life, now: Sight) -> Steps:
    """Values that another thing has in members that tend to be unique, where the document declares a conflict."""
    update = update_of(life)
    if update.body is None or not conflicts(update):
        return {}
    beside = {name: value for name, value in life.made.values.items() if name != life.resource.identifier}
    other = yield from make(life.api, life.resource, beside)
    offered: list[Change] = yield from changes(life.api, update, life.made.values, other.thing)
    names = [each.name for each in offered if each.name.lower() in UNIQUE | {"value"} and each.name in now.thing]
    return {name: other.thing[name] for name in names}


def conflicts(operation: Operation) -> bool:
    """Whether the document declares a conflict of its own for an operation."""
    return any(answer.status == "409" for answer in operation.answers)


@attrs.frozen
class AtOnce:
    """Updates of different members that were sent together, and how the thing read afterwards."""

    answers: list[Exchange]
    after: Sight


def changes_at_once(life: Life) -> Steps:
    """Change two different members at the same moment, each by a request of its own."""
    offered: list[Change] = [each for each in (yield from offered_changes(life, life.first)) if each.tame]
    if len(offered) < 2:
        return AtOnce([], life.first)
    answers = yield from together(lambda: [_changing(life, {each.name: each.value}) for each in offered[:2]])
    return AtOnce(answers, (yield from look(life.api, life.made, known=life.known)))


def together(requests: Callable[[], list[Request]]) -> Steps:
    """The answers to requests sent at once; a server error has to come twice before anyone may speak of it."""
    answers: list[Exchange] = yield Together.of(requests())
    if any(each.status >= 500 for each in answers):
        answers = yield Together.of(requests())
    return answers


@attrs.frozen
class Forged:
    """Updates that tried to set ids, with what they tried, and how the thing read at its address before and after."""

    tried: dict[str, Any]
    before: Sight
    after: Sight


def forged_ids(life: Life, before: Sight) -> Steps:
    """Send updates that carry another id for the thing, and another owner, beside a valid change."""
    offered: list[Change] = yield from offered_changes(life, before)
    member = life.resource.member.removeprefix("/")
    own = {member: another(before.thing[member])} if isinstance(before.thing.get(member), str | int) else {}
    foreign = {name: _rivals(life.api, name, value) for name, value in _owners(life, before).items()}
    for ids in filter(None, (own, foreign)):
        yield _changing(life, {offered[0].name: offered[0].value, **ids})
    if not own and not foreign:
        raise NotObservable("the resource shows no id that an update could try to set")
    after: Sight = yield from look(life.api, life.made, known=life.known)
    return Forged({**own, **foreign}, before, after)


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


# -- the end -----------------------------------------------------------------------------------------------------------


def spared(life: Life) -> Steps:
    """Ask for its deletion without a credential: (the refusal, how the thing reads then)."""
    delete = _delete_of(life)
    if not life.first.seen:
        raise NotObservable(f"what was created cannot be looked at: {life.first.told}")
    if not closed(delete):
        return None, life.first
    answer: Exchange = yield life.api.ask(delete, path=life.made.values, credentials=())
    return answer, (yield from look(life.api, life.made, known=life.known))


def _delete_of(life: Life) -> Operation:
    if life.resource.delete is None:
        raise NotObservable("the document has no operation that deletes one")
    return life.resource.delete


@attrs.frozen
class Deleted:
    """A deletion: its answer, and what was found of the thing afterwards, by its address and in its list."""

    answer: Exchange
    after: Sight
    listed: list[Any] | None


def deleted(life: Life) -> Steps:
    """Delete the thing and look for it."""
    _, still = yield from spared(life)
    if not still.seen:
        raise NotObservable("a refused deletion has deleted it before")
    answer: Exchange = yield life.api.ask(_delete_of(life), path=life.made.values)
    if not answer.ok:
        return Deleted(answer, still, None)
    after = yield from look(life.api, life.made, known=life.known)
    both = life.resource.read and life.resource.list
    listed = (yield from shelf(life.api, life.made, known=True)) if both else None
    return Deleted(answer, after, listed)


def haunted(life: Life) -> Steps:
    """Change and delete what is deleted: (the answer to the change, or None; the answer to the second deletion)."""
    end: Deleted = yield from deleted(life)
    if not end.answer.ok:
        raise Blocked(f"the deletion did not succeed: {end.answer.says()}")
    changed = None
    if life.resource.update:
        offered: list[Change] = yield from changes(life.api, life.resource.update, life.made.values, life.first.thing)
        changed = yield _changing(life, {each.name: each.value for each in offered[:1]})
    again: Exchange = yield life.api.ask(_delete_of(life), path=life.made.values)
    return changed, again
