"""Everybody who asks for what is not theirs, one after the other, and what the owner sees in between.

What may be destroyed is made for this once; the laws that judge one group of intruders each play the same scene, and
the driver sends its requests once. So another tenant, a reader, and a credential of another kind share one stake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import attrs

from contracts import on
from contracts.api import Api, alternative_for, callers, held
from contracts.deployment import Principal
from contracts.exchange import MISSING, Exchange, Request, at
from contracts.fixtures import Made, body, make, places
from contracts.law import Blocked, NotObservable, Steps
from contracts.signatures import carried, fulfils, repeated, shown, spare
from specs.contract import Alternative, Resource

GROUPS = ("tenants", "readers", "kinds", "contradictions")
_OURS = re.compile(r"ct[0-9a-f]{6}-\d+[a-z0-9-]*-\d+")
"""The names that conversations make up."""


@attrs.frozen
class Intruder:
    """Somebody to ask as, under which of the security alternatives, and how a verdict calls them."""

    called: str
    principal: Principal
    under: Alternative
    instead: Principal | None = None
    """The tenant whose value replaces what the path names as well, where the credential shall contradict it."""


@attrs.frozen
class Attempt:
    """What an intruder was answered."""

    intruder: Intruder
    answer: Exchange


@attrs.frozen
class Scene:
    """One group's attempts, and what the owner saw before and after them."""

    attempts: tuple[Attempt, ...]
    before: Any
    after: Any


def intruders(api: Api, group: str) -> list[Intruder]:
    """Who belongs to a group: for every kind of credential the first who holds it."""
    match group:
        case "tenants":
            return _tenants(api)
        case "readers":
            return [] if api.operation.safe else _readers(api)
        case "kinds":
            return _kinds(api)
    return _contradictions(api)


def _tenants(api: Api) -> list[Intruder]:
    found: dict[int, Intruder] = {}
    for principal in callers(api.deployment, api.operation):
        for number, alternative in enumerate(api.operation.security):
            if principal.tenant != api.tenant and alternative.schemes and fulfils(principal, alternative):
                found.setdefault(number, Intruder(principal.name, principal, alternative))
    return list(found.values())


def _readers(api: Api) -> list[Intruder]:
    found = []
    for principal in callers(api.deployment, api.operation):
        alternative = alternative_for(api.operation, principal)
        if principal.tenant == api.tenant and principal.reads_only and alternative:
            found.append(Intruder(f"{principal.name}, who may only read", principal, alternative))
    return found[:1]


def _kinds(api: Api) -> list[Intruder]:
    found: dict[str, Intruder] = {}
    for principal in api.deployment.principals:
        alternative = held(api.contract, principal)
        able = any(fulfils(principal, each) for each in api.operation.security)
        if principal.tenant == api.tenant and alternative and not able and not principal.reads_only:
            kinds = " and ".join(each.name for each in alternative.schemes)
            found.setdefault(principal.kind, Intruder(f"{principal.name} by {kinds}", principal, alternative))
    return list(found.values())


def _contradictions(api: Api) -> list[Intruder]:
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
            return [Intruder(called, api.principal, alternative, instead=other)]
    return []


def played(api: Api, group: str) -> Steps:
    """The scene up to and with one group. Raises NotObservable where that group has nobody."""
    if not intruders(api, group):
        raise NotObservable("the deployment file names nobody of that kind for this operation")
    spare(api)
    stage = api if api.operation.safe else api.playing(f"intruders at {api.operation.key}")
    stage.values = yield from places(stage, api.operation, fresh=not api.operation.safe)
    if api.operation.safe:
        yield from _works(stage)
    stake = yield from _stake(stage)
    content = (yield from body(stage, api.operation, stage.values)) if api.operation.body else MISSING
    before = yield from seen(stage, stake)
    for each in GROUPS[: GROUPS.index(group) + 1]:
        attempts = yield from _attempted(stage, intruders(api, each), content)
        after = (yield from seen(stage, stake, [one.answer for one in attempts])) if attempts else before
        if each == group:
            return Scene(tuple(attempts), before, after)
        before = after
    raise AssertionError(group)


def _attempted(stage: Api, group: list[Intruder], content: Any) -> Steps:
    attempts = []
    for intruder in group:
        answer = yield _asking(stage, intruder, content)
        attempts.append(Attempt(intruder, answer))
    return attempts


def _works(stage: Api) -> Steps:
    own: Exchange = yield stage.ask()
    if not own.ok:
        raise Blocked(f"the owner's own request does not work: {own.says()}")


def _asking(stage: Api, intruder: Intruder, content: Any) -> Request:
    if intruder.instead is None:
        return stage.ask(body=content, principal=intruder.principal, under=intruder.under)
    told = {scheme.name for scheme, _ in repeated(stage, intruder.under)}
    own, theirs = carried(intruder.under, intruder.principal), carried(intruder.under, intruder.instead)
    mixed = [
        theirs[number] if scheme.name in told else own[number] for number, scheme in enumerate(intruder.under.schemes)
    ]
    return shown(stage, mixed, body=content)


def _stake(stage: Api) -> Steps:
    """What a refused change must leave alone: a thing for it to destroy, where the request itself names none."""
    if on.bulk(stage.contract, stage.operation):
        return (yield from make(stage, stage.resource, stage.values))
    return None


def seen(stage: Api, stake: Made | None = None, attempts: list[Exchange] | None = None) -> Steps:
    """The owner's view of what a request could change; only what was made for this, since others write too."""
    resource = stage.contract.resource_of(stage.operation)
    if stage.operation.safe or resource is None:
        return None
    if stake is not None:
        own = str(at(stake.thing, stake.resource.member))
        return (yield from _standing(stage, stake.resource, stake.values, own))
    if stage.operation is resource.create:
        return (yield from _created(stage, resource, attempts or []))
    return (yield from _standing(stage, resource, stage.values, stage.values.get(resource.identifier or "", "")))


def _standing(stage: Api, resource: Resource, values: Mapping[str, str], own: str) -> Steps:
    """The thing itself as it reads now: by its own address, or in its list."""
    look = resource.read or resource.list
    if look is None:
        return None
    answer: Exchange = yield stage.ask(look, path=values, fresh=True)
    if not answer.ok:
        return answer.status
    if look is resource.read:
        return json.dumps(answer.data, sort_keys=True)
    found = [item for item in answer.items if str(at(item, resource.member)) == own]
    return json.dumps(found, sort_keys=True)


def _created(stage: Api, resource: Resource, attempts: list[Exchange]) -> Steps:
    """What of the bodies of refused creations stands in the owner's list: nothing before, and nothing after."""
    sent = [attempt.request.json for attempt in attempts if not attempt.ok and attempt.request.body]
    marks = {mark for each in sent for mark in _OURS.findall(json.dumps(each))}
    names = [pointer.removeprefix("/") for pointer in (stage.operation.body.sources if stage.operation.body else ())]
    referred = {(name, each[name]) for each in sent if isinstance(each, dict) for name in names if name in each}
    if resource.list is None or not (marks or referred):
        return 0
    path = yield from places(stage, resource.list, fresh=False, known=stage.values)
    answer: Exchange = yield stage.ask(resource.list, path=path, fresh=True)
    if not answer.ok:
        return answer.status
    return sum(_shows(item, marks, referred) for item in answer.items)


def _shows(item: Any, marks: set[str], referred: set[tuple[str, Any]]) -> bool:
    text = json.dumps(item)
    if any(mark in text for mark in marks):
        return True
    return isinstance(item, dict) and any(item.get(name) == value for name, value in referred)
