"""What the run has made itself, for requests with effects that are to be refused: made once, as a pilot request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from contracts.core.exchange import MISSING, Exchange, at
from contracts.request.url import path_values
from contracts.steps.fixtures import made_by
from load.runtime.run import LoadRun
from load.scenarios.limits.findings import Job
from specs.contract import Operation
from specs.contract.effects import effect_of
from specs.contract.selectors import resource_of_parameter


@attrs.frozen
class Place:
    """Where a valid request of an operation would have an effect, as plain data.

    `path`: values of its path; `given`: members of its body that name what was made; `before`: what it would change.
    """

    path: dict[str, str]
    given: dict[str, Any]
    before: dict[str, Any] | None = None


def needed(job: Job, run: LoadRun) -> tuple[Operation, ...]:
    """The creations whose products a valid request of an operation names."""
    if not _has_effect(job, run):
        return ()
    return tuple(dict.fromkeys(creation for _, creation, _ in _needs(job, run)))


def _has_effect(job: Job, run: LoadRun) -> bool:
    """Whether it creates or updates something, in a way that can be tried."""
    if not run.deployment.writes:
        return False
    resource = run.contract.resource_of(job.operation)
    return resource is not None and job.operation in (resource.create, resource.update, resource.replace)


def place_of(job: Job, run: LoadRun) -> Place | None:
    """Where an operation could have an effect, if it creates or changes; None where that is not known or not ours."""
    if not _has_effect(job, run):
        return None
    effect = effect_of(run.contract, job.operation)
    if effect.kind not in {"create", "change"}:
        return None
    path = {name: run.deployment.value(job.principal.tenant, name) or "" for name in job.operation.path_parameters}
    given: dict[str, Any] = {}
    before = None
    for name, creation, pointer in _needs(job, run):
        made = _made(creation, run, job.principal.tenant)
        own = at(made[0], pointer) if made else MISSING
        if made is None or own is MISSING:
            return None
        thing, values = made
        if name in job.operation.path_parameters:
            path |= {each: value for each, value in values.items() if each in path}
            path[name] = str(own)
            before = thing if creation is effect.maker else before
        else:
            given[name] = own
    known = all(path.values()) and (effect.kind == "create" or before is not None)
    return Place(path, given, before) if known else None


def _needs(job: Job, run: LoadRun) -> Iterator[tuple[str, Operation, str]]:
    """What in a path or a body names something that has to be made first, by which creation, and where it shows it."""
    operation, contract = job.operation, run.contract
    maker = effect_of(contract, operation).maker
    for name in operation.path_parameters:
        resource = resource_of_parameter(contract, operation, name)
        if resource is None or (creation := resource.create) is None or creation is operation:
            continue
        if creation is maker or not run.deployment.value(job.principal.tenant, name):
            parameter = operation.parameter(name, "path")
            yield name, creation, parameter.source.value if parameter and parameter.source else resource.member
    for pointer, source in (operation.body.sources if operation.body else {}).items():
        resource = contract.resource_of(contract.operation(source.operation_id))
        if resource and resource.create and resource.create is not operation:
            yield pointer.removeprefix("/"), resource.create, source.value


def _made(creation: Operation, run: LoadRun, tenant: str) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The last thing a creation of this run has made for a tenant: the thing, and its address."""
    senders = {each.name for each in run.deployment.principals if each.tenant == tenant}
    made = _last(run.exchanges.values(), creation, senders)
    resource = run.contract.resource_of(creation)
    if made is None or resource is None or not isinstance(made.data, dict):
        return None
    return made.data, made_by(resource, made, path_values(creation, made.request.target)).values


def _last(exchanges: Iterable[Exchange], creation: Operation, senders: set[str]) -> Exchange | None:
    found = None
    for each in exchanges:
        if each.ok and each.operation is creation and each.request.principal in senders:
            found = each
    return found
