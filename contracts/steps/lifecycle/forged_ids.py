"""Updates with other ids in them than those of what is updated: of the thing itself, and of whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from contracts.core.conversation import Steps
from contracts.core.exchange import Exchange, is_whole
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.steps.lifecycle.create import CreatedResource, Observation, changing, update_of
from contracts.steps.lifecycle.values import Change
from contracts.strategies.samples import stranger
from specs.contract import Operation
from specs.contract.member_names import Hint


def forge_ids(
    life: CreatedResource, now: Observation, offered: list[Change], truths: Sequence[str], own_unique: dict[str, Any]
) -> Steps:
    """Updates that carry another id for the resource, and another owner, beside its truths turned over.

    A life turns each truth once; here they are turned back, so that one which stays as it is is seen. Where there are
    none, beside one of these members as it is; what tends to be unique, as it is, goes with them. All ids in one; each
    by itself where that is refused, for it may have been refused for one of them.
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
