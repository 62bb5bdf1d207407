"""The fourth chapter of a life: updates sent at the same time, updates with other ids in them, updates to be refused.

Like the chapters before it, this one only sends requests; what the responses mean is for the laws to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from contracts.core.conversation import Blocked, Concurrently, NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange, Request, is_whole
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
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
from contracts.steps.lifecycle.update import Updated, together_sent, update_resource
from contracts.steps.lifecycle.values import Change, changes, invalid_member
from contracts.strategies.samples import stranger
from specs.contract import Contract, Operation, selectors
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
    raced = together_sent(*answers)  # what one change has lost to the other must not be set again
    own = {name: value for name, value in _own_unique(life, now).items() if name not in raced}
    tried, forged = yield from _forged(life, now, others, truths, own)
    same = forged[0] if own and forged else None
    if same is not None and same.status == CONFLICT:  # it may have been one for the ids that were sent with it
        same = yield changing(life, own)
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
    stray: dict[str, Exchange] = {}
    for method in undeclared_methods(life.api.contract, update_of(life)):
        content = {} if method in {"PUT", "POST", "PATCH"} else MISSING
        stray[method] = yield life.api.ask(
            update_of(life), path=life.made.values, body=content, method=method, silence_counts=True
        )
    done = HostileUpdates(before, tried, forged, answers, refused, accepted, after, taken=twin, undone=lost)
    unknown = outcomes.get(nearly_right(life.api, update_of(life))[0])
    return attrs.evolve(done, stray=stray, turned=turned, unknown=unknown, same=same)


def _own_unique(life: CreatedResource, now: Observation) -> dict[str, Any]:
    """What tends to be unique of a resource, as it is, where an update can carry it.

    At depth quick it goes with other members; at greater depths it is sent by itself.
    """
    names, offered = life.api.contract.names, life.api.contract.body_rules(update_of(life))
    unique = (each for each in offered if names.suggest(each, Hint.UNIQUE_AMONG_SIBLINGS))
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
    beside = {each.name: each.value for each in spare if bad and each.name != bad[0]}
    beside = {name: value for name, value in beside.items() if name in tame} or dict([*beside.items()][:1])
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
    if update.body is None or not selectors.declares_conflict(update):
        return {}
    other: Made | None = before.peers.twin
    if other is None or other.thing is None:
        beside = {name: value for name, value in life.made.values.items() if name != life.resource.identifier}
        other = yield from create_resource(life.api, life.resource, beside)
    offered: list[Change] = yield from changes(life.api, update, life.made.values, other.thing)
    hint = Hint.UNIQUE_AMONG_SIBLINGS
    names = [n for n in (each.name for each in offered) if life.api.contract.names.suggest(n, hint) and n in now.thing]
    return {name: other.thing[name] for name in names}


def _forged(
    life: CreatedResource, now: Observation, offered: list[Change], truths: Sequence[str], own_unique: dict[str, Any]
) -> Steps:
    """Updates that carry another id for the resource, and another owner, beside its truths turned over.

    A life turns each truth once; here they are turned back, so that one which stays as it is is seen. Where there are
    none, beside one of these members as it is; what tends to be unique, as it is, goes with them. All ids in one; each
    by itself where that is refused, for it may have
    been refused for one of them.
    """
    member = life.resource.member.removeprefix("/")
    update, names = update_of(life), life.api.contract.names
    offered_name = member in life.api.contract.body_rules(update) and not names.suggest(member, Hint.ID)
    forgeable = isinstance(now.thing.get(member), str | int) and not offered_name  # a name may be changed where it can
    own = {member: another(now.thing[member])} if forgeable else {}
    foreign = {name: _rivals(life.api, name, value) for name, value in _owners(life, now).items()}
    kinds = [each for each in (own, foreign) if each]
    if not kinds:
        return {}, []
    kept = next((each.name for each in offered if isinstance(now.thing[each.name], str | int)), None)
    turned = {name: not now.thing[name] for name in truths if isinstance(now.thing.get(name), bool)}
    harmless = {**turned, **own_unique} or ({kept: now.thing[kept]} if kept else {})
    both: Exchange = yield changing(life, {**harmless, **own, **foreign})
    answers = [both]
    for ids in kinds if not both.ok and len(kinds) > 1 else ():
        alone: Exchange = yield changing(life, {**harmless, **ids})
        answers += [alone]
    return {**own, **foreign}, answers


def owners(api: RequestFactory, thing: Any, operation: Operation) -> dict[str, Any]:
    """Members that name the owner or parent of a resource and that its update does not offer, with other values."""
    if not isinstance(thing, dict) or operation.body is None:
        return {}
    offered = api.contract.body_rules(operation)
    ends = tuple({_fold(name) for name in operation.path_parameters})
    own = [name for name in thing if _fold(name).endswith(ends) or api.contract.names.suggest(name, Hint.OWNER)]
    names = [name for name in own if name not in offered and name.lower() != "id"]
    return {name: another(thing[name]) for name in names if isinstance(thing[name], str | int)}


def _owners(life: CreatedResource, now: Observation) -> dict[str, Any]:
    found = owners(life.api, now.thing, update_of(life))
    return {name: value for name, value in found.items() if name != life.resource.member.removeprefix("/")}


def _rivals(api: RequestFactory, name: str, value: Any) -> Any:
    """The other tenant's own id where one is known and the deployment may be spoilt: the most telling forgery."""
    folded = re.sub(r"[^a-z0-9]", "", name.lower())
    rival = next((each for each in callers(api.deployment, api.operation) if each.tenant != api.tenant), None)
    for parameter in api.operation.path_parameters if rival and api.deployment.disposable else ():
        theirs = api.deployment.value(rival.tenant, parameter) if rival else None
        if theirs and folded.endswith(parameter.lower()):
            return theirs if isinstance(value, str) else int(theirs) if is_whole(theirs) else value
    return value


def another(value: Any) -> Any:
    """An id of the same kind that is nobody's."""
    if isinstance(value, str):
        uuid = re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)
        return stranger({"type": "string", **({"format": "uuid"} if uuid else {})})
    return int(stranger({"type": "number"}))


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


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
