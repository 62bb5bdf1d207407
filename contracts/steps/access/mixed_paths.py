"""Paths that name resources of two tenants: one's own organization, and below it what is another's.

The intruder is another tenant that reaches, under its own address, for what belongs to the owner. Where ids may be
alike for both, nothing could be concluded, and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Collection

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import candidates, resolve_path
from contracts.strategies.credentials import owner_swaps
from specs.contract.member_names import Hint

_LONG = 15
"""Letters of an id from which on two tenants do not have it both by chance."""
TRIED = {"quick": 2, "standard": 4}
"""Mixtures per depth."""


def mixtures(api: RequestFactory) -> list[list[str]]:
    """Which parts of the path are the owner's: at depth quick, what lies below the tenant."""
    names = api.operation.path_parameters
    tenants = {name for name in names if api.deployment.value(api.tenant, name)}
    found = owner_swaps(names, tenants) if tenants and len(names) > 1 else []
    if api.depth == "quick":
        found = [mix for mix in found if not tenants & set(mix)]
    return found[: TRIED.get(api.depth)]


def mixed(
    api: RequestFactory, intruder: Principal, foreign: Collection[str], values: dict[str, str], stake: str
) -> Steps:
    """The path of a mixture. Raises NotObservable where it shows nothing.

    `stake`: the scene in which the owner's resource was made, if others share it.
    """
    distinct(api, foreign)
    theirs = looking(api.as_principal(intruder))
    asking = theirs.sharing(f"{stake} beside {sorted(foreign)}") if stake and not api.operation.safe else theirs
    kept = {name: values[name] for name in foreign}
    path = yield from resolve_path(asking, api.operation, fresh=False, known=kept)
    if all(path[name] == values[name] for name in path):
        raise NotObservable("the tenants have nothing apart that this path could mix")
    if not api.operation.safe:
        yield from _nothing_of_ones_own(asking, path, foreign)
    return path


def looking(theirs: RequestFactory) -> RequestFactory:
    """The intruder's view, in which nothing is made: what it has not is not mixed."""
    return attrs.evolve(theirs, deployment=attrs.evolve(theirs.deployment, writes=False))


def own_id_elsewhere(api: RequestFactory, other: Principal, values: dict[str, str]) -> dict[str, str]:
    """The owner's resource under another tenant's address. Raises NotObservable where nothing of it is the tenant's."""
    distinct(api, api.operation.path_parameters)
    names = [name for name in api.operation.path_parameters if api.deployment.value(api.tenant, name)]
    theirs = {name: own for name in names if (own := api.deployment.value(other.tenant, name))}
    if not theirs or all(values[name] == value for name, value in theirs.items()):
        raise NotObservable("the tenants have no address apart")
    return {**values, **theirs}


def distinct(api: RequestFactory, foreign: Collection[str]) -> None:
    """Names that several tenants may give alike, such as slugs, mix nothing. Raises NotObservable."""
    for name in foreign:
        parameter = api.operation.parameter(name, "path")
        source = parameter.source if parameter else None
        if source and not api.deployment.value(api.tenant, name):
            resource = api.contract.resource_of(api.contract.operation(source.operation_id))
            if resource and source.value != resource.member and not api.contract.names.suggest(source.value, Hint.ID):
                raise NotObservable(f"{name} is no id: several tenants may use the same")


def _nothing_of_ones_own(theirs: RequestFactory, path: dict[str, str], foreign: Collection[str]) -> Steps:
    """Before a change: the mixed path must not name something of the attacker's own, where ids are short enough."""
    resource = theirs.contract.resource_of(theirs.operation)
    last = theirs.operation.path_parameters[-1]
    if resource is None or resource.read is None or last not in foreign or len(path[last]) > _LONG:
        return
    if resource.item == theirs.operation.path:
        answer: Exchange = yield theirs.ask(resource.read, path=path, bypass_cache=True)
        if answer.ok:
            raise NotObservable(f"{last} {path[last]} can be read there: whose it is cannot be known")


def alike(api: RequestFactory, intruder: Principal, foreign: Collection[str], path: dict[str, str]) -> Steps:
    """The name of a parameter whose value the intruder has as well; None where there is none.

    Looked for after a suspicious answer: tenants may number their resources alike, and then it was the attacker's own.
    """
    theirs = api.as_principal(intruder)
    for name in foreign:
        known = api.deployment.value(api.tenant, name)
        listed = [] if known else (yield from candidates(theirs, api.operation, name))
        if path[name] in listed:
            return name
    return None
