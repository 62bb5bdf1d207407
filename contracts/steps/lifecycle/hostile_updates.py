"""The fourth chapter of a life: updates sent at the same time, updates with other ids in them, updates to be refused.

Like the chapters before it, this one only sends requests; what the responses mean is for the laws to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import attrs

from contracts.core.conversation import Blocked, Concurrently, NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.request.api import RequestFactory
from contracts.steps.access.nearly_right import nearly_right
from contracts.steps.fixtures import CONFLICT, Made, create_resource
from contracts.steps.lifecycle.create import (
    CreatedResource,
    Observation,
    changing,
    differing_members,
    observe,
    offered_changes,
    sent_by,
    update_of,
)
from contracts.steps.lifecycle.forged_ids import forge_ids
from contracts.steps.lifecycle.update import Updated, together_sent, update_resource
from contracts.steps.lifecycle.values import Change, changes, invalid_member
from specs.contract import Contract, Operation, conflicts, selectors
from specs.contract.member_names import Hint

METHODS = ("PUT", "POST", "PATCH", "GET", "DELETE")
"""Methods to try where the document declares them not, on what was made for that."""


@attrs.frozen
class HostileUpdates:
    """What was done to a resource that should not have changed it but for two members, and how it read afterwards.

    `forged` are updates with other ids in them, which are `tried`. `together` were sent at one moment. `refused` are
    changes by what was wrong with them, and `accepted` those of them that were not refused. `taken` is the answer to
    the change that makes it like another resource. `why` says why nothing of it was done.
    """

    changed: Updated
    tried: dict[str, Any]
    forged: list[Exchange]
    together: list[Exchange]
    refused: dict[str, Exchange]
    accepted: list[Exchange]
    after: Observation
    why: str = ""
    taken: Exchange | None = None
    undone: LostUpdate | None = None
    """What one of the two changes lost to the other, made again in turn."""
    unknown: Exchange | None = None
    """The answer to the change without the right credential."""
    turned: dict[str, Any] = attrs.field(factory=dict)
    """Truths that an accepted one of the `forged` has turned over."""
    stray: dict[str, Exchange] = attrs.field(factory=dict)
    """Empty changes by methods that the document does not declare for its address, by method; sent last."""
    same: Exchange | None = None
    """The answer to an update with what tends to be unique and is there already, where one was sent."""

    @property
    def before(self) -> Observation:
        return self.changed.after

    @property
    def moved(self) -> bool:
        """Whether it is not at its address any more, which an update with another id may have done."""
        return not self.after.seen and any(each.ok for each in self.forged)

    @property
    def meant(self) -> dict[str, Any]:
        """Members that were to change, with their values now."""
        return {**together_sent(*self.together), **self.turned, **together_sent(*self.accepted)}


def hostile_updates(api: RequestFactory) -> Steps:
    """Send two updates at one moment, others with ids in them, and some that must be refused; look once at the end."""
    before: Updated = yield from update_resource(api)
    try:
        if before.why:
            raise NotObservable(before.why)
        return (yield from _hostile_updates(before))
    except (NotObservable, Blocked) as outcome:
        return HostileUpdates(before, {}, [], [], {}, [], before.after, outcome.reason)


def _hostile_updates(before: Updated) -> Steps:
    life, now = before.life, before.after
    offered: list[Change] = yield from offered_changes(life, now)
    taken: dict[str, Any] = yield from _conflict(before, now)
    tame = sorted((each for each in offered if each.independent), key=lambda each: each.name in before.sent)[:2]
    answers: list[Exchange] = []
    if len(tame) == 2:
        answers = yield from together(lambda: [changing(life, {each.name: each.value}) for each in tame])
    now = attrs.evolve(now, thing={**now.thing, **together_sent(*answers)})
    others = [each for each in offered if each not in tame]
    truths = [each.name for each in others if isinstance(each.value, bool) and each.independent]
    own = _own_unique(life, now, but=together_sent(*answers))  # what is lost there must not be set again
    tried, forged = yield from forge_ids(life, now, others, truths, own)
    same = yield from _said_again(life, own, forged)
    turned = {name: value for name, value in together_sent(*forged).items() if name in truths}
    now = attrs.evolve(now, thing={**now.thing, **turned})
    spare = yield from _spare(life, now, offered, before.after)
    outcomes: dict[str, Exchange] = {}
    for what, request in _refusable(life, spare, taken):
        outcomes[what] = yield request
    refused = {what: answer for what, answer in outcomes.items() if not answer.ok}
    accepted = [answer for answer in outcomes.values() if answer.ok]  # whether they should be is for other laws to say
    like = {**now.thing, **together_sent(*accepted)}
    after: Observation = yield from observe(life.api, life.made, known=life.known, like=like)
    lost = yield from lost_update(life, answers, after)
    twin = [*outcomes.values()][-1] if taken else None  # the last one tried
    stray: dict[str, Exchange] = yield from _strayed(life)
    done = HostileUpdates(before, tried, forged, answers, refused, accepted, after, taken=twin, undone=lost)
    unknown = outcomes.get(nearly_right(life.api, update_of(life))[0])
    return attrs.evolve(done, stray=stray, turned=turned, unknown=unknown, same=same)


def _strayed(life: CreatedResource) -> Steps:
    """The answers to empty changes by methods that the document does not declare for its address, by method.

    Where not everything may be changed only what reads is asked: what may not be sent would end the whole life here.
    """
    stray: dict[str, Exchange] = {}
    disposable = life.api.deployment.is_disposable(life.api.tenant)
    for method in undeclared_methods(life.api.contract, update_of(life)):
        if not disposable and method != "GET":
            continue
        content = {} if method in {"PUT", "POST", "PATCH"} else MISSING
        stray[method] = yield life.api.ask(
            update_of(life), path=life.made.values, body=content, method=method, silence_counts=True
        )
    return stray


def _said_again(life: CreatedResource, own: dict[str, Any], forged: Sequence[Exchange]) -> Steps:
    """The answer to what is unique and was sent as it is; sent alone where it met a conflict, perhaps of an id."""
    if not own or not forged:
        return None
    return (yield changing(life, own)) if forged[0].status == CONFLICT else forged[0]


def _own_unique(life: CreatedResource, now: Observation, *, but: Collection[str]) -> dict[str, Any]:
    """What tends to be unique of a resource, as it is, where an update can carry it.

    At depth quick it goes with other members; at greater depths it is sent by itself.
    """
    names, offered = life.api.contract.names, life.api.contract.body_rules(update_of(life))
    unique = (each for each in offered if each not in but and names.suggest(each, Hint.UNIQUE_AMONG_SIBLINGS))
    own = {name: now.thing[name] for name in unique if isinstance(now.thing.get(name), str)}
    return own if life.api.depth == "quick" else {}


def undeclared_methods(contract: Contract, operation: Operation) -> list[str]:
    """The methods to try at an operation's address that the document does not declare there."""
    there = {each.method for each in contract.operations if each.path == operation.path}
    return [each for each in METHODS if each not in there]


def together(requests: Callable[[], list[Request]]) -> Steps:
    """The answers to requests sent at once; a server error has to come twice before anyone may speak of it."""
    answers: list[Exchange] = yield Concurrently.of(requests())
    if any(each.status >= 500 for each in answers):
        answers = yield Concurrently.of(requests())
    return answers


def _spare(life: CreatedResource, now: Observation, offered: list[Change], earlier: Observation) -> Steps:
    """Changes to values that the resource neither has nor had, so that each is recognised where it should not show."""
    news: list[Change] = yield from changes(life.api, update_of(life), life.made.values, now.thing)
    found = [each for each in news if each.value != earlier.thing[each.name]]
    return sorted(found, key=lambda each: now.thing[each.name] != earlier.thing[each.name]) or offered


def _refusable(life: CreatedResource, spare: list[Change], taken: dict[str, Any]) -> Iterable[tuple[str, Request]]:
    """Changes that must be refused: for an invalid member beside valid ones, a wrong credential, a taken value."""
    update = update_of(life)
    tame = {each.name: each.value for each in spare if each.independent} or {spare[0].name: spare[0].value}
    bad = invalid_member(life.api, update, {})
    others = [each for each in spare if bad and each.name != bad[0]]
    beside = {each.name: each.value for each in others if each.name in tame or isinstance(each.value, str)}
    beside = beside or {each.name: each.value for each in others[:1]}
    if bad and beside:
        yield f"an invalid {bad[0]} beside it", changing(life, {**beside, bad[0]: bad[1]})
    if selectors.requires_credential(update):
        content = {spare[0].name: spare[0].value}
        what, shown = nearly_right(life.api, update)
        yield what, life.api.ask(update, path=life.made.values, body=content, credentials=shown)
    if taken:
        yield f"a taken {' or '.join(taken)} beside it", changing(life, {**tame, **taken})


def _conflict(before: Updated, now: Observation) -> Steps:
    """Values that another resource has in members that tend to be unique, where the document declares a conflict."""
    life, update = before.life, update_of(before.life)
    if update.body is None or not conflicts.declares_conflict(update):
        return {}
    other: Made | None = before.peers.twin
    if other is None or other.thing is None:
        beside = {name: value for name, value in life.made.values.items() if name != life.resource.identifier}
        other = yield from create_resource(life.api, life.resource, beside)
    offered: list[Change] = yield from changes(life.api, update, life.made.values, other.thing)
    hint = Hint.UNIQUE_AMONG_SIBLINGS
    names = [n for n in (each.name for each in offered) if life.api.contract.names.suggest(n, hint) and n in now.thing]
    return {name: other.thing[name] for name in names}


def blame(seen: HostileUpdates, name: str, shown: object) -> str:
    """Which of the refused changes carried the value that is shown now; empty where none did."""
    for what, answer in seen.refused.items():
        content = sent_by(answer)
        if name in content and not differing_members({name: content[name]}, {name: shown}):
            return f"({answer.status}) for {what}"
    return ""


@attrs.frozen
class LostUpdate:
    """A member that was set, and found with another value after a change that did not send it."""

    name: str
    value: Any
    shown: Any
    by: tuple[str, ...]
    """The members that the later change sent."""


def lost_update(life: CreatedResource, answers: Sequence[Exchange], after: Observation) -> Steps:
    """What one of two accepted changes loses to the other when they are made in turn; None where nothing is lost.

    Asked only where something is missing after they were made at once.
    """
    if len(answers) != 2 or not all(each.ok for each in answers) or not after.seen:
        return None
    first, last = sorted(map(sent_by, answers), key=lambda content: not list(differing_members(content, after.thing)))
    if not list(differing_members(first, after.thing)):
        return None
    for content in (first, last):
        if not (yield changing(life, content)).ok:
            return None
    sight: Observation = yield from observe(life.api, life.made, known=life.known)
    lost = list(differing_members(first, sight.thing)) if sight.seen else []
    return LostUpdate(lost[0], first[lost[0]], sight.thing[lost[0]], tuple(last)) if lost else None
