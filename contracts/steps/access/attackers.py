"""Everybody who tries what is not theirs, one after the other, and what the owner sees before and after.

What may be destroyed is made once for all that can be done to it, and the laws that judge one group of intruders each
get the same attempts: the driver sends every request once. Only where something was changed is each group alone with a
resource of its own, so that nobody is blamed for what another did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import Blocked, NotObservable, Outcome, Steps
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.request.api import RequestFactory
from contracts.request.credentials import alternative_for, callers, held
from contracts.steps.access.credential_variants import (
    body_to_refuse,
    credential_parts,
    fulfils,
    repeated,
    request_with,
    turn_index,
    turned,
)
from contracts.steps.access.mixed_paths import mixed, mixtures, own_id_elsewhere
from contracts.steps.access.victim import Victim, before_creation, compared, seen, victim_for
from contracts.steps.fixtures import body, candidates, resolve_path
from specs.contract import Alternative

OTHERS = 3
"""Places read where the first one shows nothing."""
GROUPS = ("tenants", "readers", "kinds", "contradictions", "mixtures")


@attrs.frozen
class Attacker:
    """A principal to send requests as, by which security alternative, and its name in a verdict."""

    called: str
    principal: Principal
    under: Alternative
    instead: Principal | None = None
    """The tenant whose value replaces what the path names as well, where the credential shall contradict it."""
    astray: Principal | None = None
    """The tenant under whose address the owner requests its own."""
    foreign: tuple[str, ...] = ()
    """The path parameters that name what is the owner's, where the others name what is the attacker's own."""


@attrs.frozen
class Attempt:
    """What an intruder was answered."""

    intruder: Attacker
    answer: Exchange


@attrs.frozen
class Attempts:
    """One group's attempts, and what the owner saw before and after them. `unasked`: why some could not be made."""

    attempts: tuple[Attempt, ...]
    before: Any
    after: Any
    unasked: tuple[str, ...] = ()


def attackers(api: RequestFactory, group: str) -> list[Attacker]:
    """Who belongs to a group: for every kind of credential the first who holds it, fewer of them at little depth."""
    match group:
        case "tenants":
            return _some(api, _tenants(api), 2 if api.operation.safe and not _mixing(api) else 1)
        case "readers":
            return [] if api.operation.safe else _readers(api)
        case "kinds":
            return _some(api, _kinds(api), 1, turn_index(api) if api.operation.safe else 0)
        case "mixtures":
            return [*_mixing(api), *_own_ids_elsewhere(api)]
    return _contradictions(api)


def _some(api: RequestFactory, found: list[Attacker], count: int, start: int = 0) -> list[Attacker]:
    """All of them, or at little depth so many: the first, who has most rights, first, unless they take turns."""
    if not found or api.depth != "quick":
        return found
    start %= len(found)
    return [*found[start:], *found[:start]][:count]


def _tenants(api: RequestFactory) -> list[Attacker]:
    found: dict[int, Attacker] = {}
    for principal in callers(api.deployment, api.operation):
        for number, alternative in enumerate(api.operation.security):
            if principal.tenant != api.tenant and alternative.schemes and fulfils(principal, alternative):
                found.setdefault(number, Attacker(f"{principal.name} of another tenant", principal, alternative))
    return list(found.values())


def _readers(api: RequestFactory) -> list[Attacker]:
    found = []
    for principal in callers(api.deployment, api.operation):
        alternative = alternative_for(api.operation, principal)
        if principal.tenant == api.tenant and principal.reads_only and alternative:
            found.append(Attacker(f"{principal.name}, who may only read", principal, alternative))
    return found[:1]


def _kinds(api: RequestFactory) -> list[Attacker]:
    found: dict[str, Attacker] = {}
    for principal in api.deployment.principals:
        alternative = held(api.contract, principal)
        able = any(fulfils(principal, each) for each in api.operation.security)
        if principal.tenant == api.tenant and alternative and not able and not principal.reads_only:
            kinds = " and ".join(each.name for each in alternative.schemes)
            found.setdefault(principal.kind, Attacker(f"{principal.name} by {kinds}", principal, alternative))
    return list(found.values())


def _contradictions(api: RequestFactory) -> list[Attacker]:
    for alternative in api.operation.security:
        if api.principal is None or not fulfils(api.principal, alternative):
            continue
        other = next(
            (each for each in api.deployment.principals if each.tenant != api.tenant and fulfils(each, alternative)),
            None,
        )
        if other and repeated(api, alternative):
            scheme, _ = repeated(api, alternative)[0]
            called = f"{api.principal.name} with the {scheme.parameter} of {other.name}"
            return [Attacker(called, api.principal, alternative, instead=other)]
    return []


def _mixing(api: RequestFactory) -> list[Attacker]:
    """Another tenant that reaches under its own address for what is the owner's, by its last kind of credential."""
    able = [each for each in _tenants(api) if not each.principal.reads_only]
    able = able[-1:] if api.operation.safe else able[:1]
    return [
        attrs.evolve(
            who, called=f"{who.principal.name} with {' and '.join(foreign)} of {api.tenant}", foreign=tuple(foreign)
        )
        for who in able
        for foreign in mixtures(api)
    ]


def _own_ids_elsewhere(api: RequestFactory) -> list[Attacker]:
    """The owner that requests its own resource under the address of another tenant."""
    alternative = alternative_for(api.operation, api.principal) if api.principal else None
    other = next((each.principal for each in _tenants(api)), None)
    if other is None or api.principal is None or alternative is None or not mixtures(api):
        return []
    if api.depth == "quick" and (not api.operation.safe or turned(api)):
        return []
    called = f"{api.principal.name} with its own under the address of {other.tenant}"
    return [Attacker(called, api.principal, alternative, astray=other)]


def run_attempts(api: RequestFactory, group: str) -> Steps:
    """What one group was answered, and what the owner saw. Raises NotObservable where that group has nobody."""
    if not attackers(api, group):
        raise NotObservable("the deployment file names nobody of that kind for this operation")
    if api.operation.safe:
        return (yield from _looking(api, group))
    stake = yield from victim_for(api)
    scene = yield from _staged(api.sharing(f"intruders at {api.operation.key}"), stake, GROUPS, group)
    if scene.before == scene.after or any(each.answer.ok for each in scene.attempts):
        return scene
    return (yield from _staged(api, (yield from victim_for(api, alone=True)), (group,), group))


def _looking(api: RequestFactory, group: str) -> Steps:
    """Attempts to read, after the owner's own request has been shown to work."""
    values = yield from resolve_path(api, api.operation, fresh=False)
    own: Exchange = yield api.ask(path=values)
    if not own.ok:
        raise Blocked(f"the owner's own request does not work: {own.summary()}")
    if not own.data:
        values = yield from _fuller(api, values)
    attempts, unasked = yield from _attempted(api, Victim(values), attackers(api, group), MISSING)
    return Attempts(attempts, None, None, unasked)


def _fuller(api: RequestFactory, empty: dict[str, str]) -> Steps:
    """Another place where the owner's own request shows something, of the next few; else the same: nothing is less
    informative.

    Who gets an empty list at another's address has seen nothing of theirs.
    """
    given = [name for name in api.operation.path_parameters if api.deployment.value(api.tenant, name) is None]
    if not given:
        return empty
    try:
        found: list[str] = yield from candidates(api, api.operation, given[-1])
    except (Blocked, NotObservable):
        return empty
    for value in [each for each in found if each != empty[given[-1]]][:OTHERS]:
        values: dict[str, str] = yield from resolve_path(api, api.operation, fresh=False, known={given[-1]: value})
        answer: Exchange = yield api.ask(path=values)
        if answer.ok and answer.data:
            return values
    return empty


def _staged(stage: RequestFactory, stake: Victim, groups: Sequence[str], wanted: str) -> Steps:
    """All attempts of some groups, one after the other, and the owner's reading of what is left."""
    content = (yield from _content(stage, stake)) if stage.operation.body else MISSING
    stake = yield from before_creation(stage, stake, content)
    made: dict[str, tuple[tuple[Attempt, ...], tuple[str, ...]]] = {}
    for group in groups:
        made[group] = yield from _attempted(stage, stake, attackers(stage, group), content)
    answers = [each.answer for attempts, _ in made.values() for each in attempts]
    after = (yield from seen(stage, stake, answers)) if answers else stake.before
    attempts, unasked = made[wanted]
    return Attempts(attempts, *compared(stake, after), unasked)


def _content(stage: RequestFactory, stake: Victim) -> Steps:
    """What they send: a body that its owner would be granted, with a living token where one is presented."""
    declared = stage.contract.tokens
    if declared is not None and stage.operation is declared.refresh:
        return (yield from body_to_refuse(stage))
    return (yield from body(stage, stage.operation, stake.values))


def _attempted(stage: RequestFactory, stake: Victim, group: Sequence[Attacker], content: Any) -> Steps:
    attempts: list[Attempt] = []
    unasked: list[str] = []
    for intruder in group:
        try:
            path = yield from _path(stage, intruder, stake)
        except Outcome as outcome:  # one that cannot be tried must not keep the others from it
            unasked.append(outcome.reason)
            continue
        answer: Exchange = yield _asking(stage, intruder, path, content)
        attempts.append(Attempt(intruder, answer))
    return tuple(attempts), tuple(unasked)


def _path(stage: RequestFactory, intruder: Attacker, stake: Victim) -> Steps:
    """Where an attacker sends its request. Raises NotObservable where that would show nothing."""
    if intruder.astray:
        return own_id_elsewhere(stage, intruder.astray, stake.values)
    if intruder.foreign:
        return (yield from mixed(stage, intruder.principal, intruder.foreign, stake.values, stake.name))
    return stake.values


def _asking(stage: RequestFactory, intruder: Attacker, path: dict[str, str], content: Any) -> Request:
    if intruder.instead is None:
        return stage.ask(path=path, body=content, principal=intruder.principal, under=intruder.under)
    told = {scheme.name for scheme, _ in repeated(stage, intruder.under)}
    own, theirs = (
        credential_parts(intruder.under, intruder.principal),
        credential_parts(intruder.under, intruder.instead),
    )
    both = [
        theirs[number] if scheme.name in told else own[number] for number, scheme in enumerate(intruder.under.schemes)
    ]
    return request_with(stage, both, path=path, body=content)
