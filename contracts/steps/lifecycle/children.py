"""What hangs on a resource: made, and found by what the resource gives of its address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.core.conversation import Steps
from contracts.core.exchange import MISSING, at
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, create_resource
from specs.contract import Resource, selectors


def child_of(api: RequestFactory, resource: Resource, parent: Made, siblings: dict[str, Made]) -> Steps:
    """A resource that hangs on the parent, and on no other resource where a sibling or the parent will do."""
    create = resource.create
    assert create is not None
    given: dict[str, Any] = {}
    for pointer, source in create.body.sources.items() if create.body else ():
        name = pointer.removeprefix("/")
        origin = api.contract.resource_of(api.contract.operation(source.operation_id))
        known = parent if origin is parent.resource else siblings.get(origin.name if origin else "")
        if known is not None and (value := at(known.thing, source.value)) is not MISSING:
            given[name] = value
        elif name in parent.values:
            given[name] = parent.values[name]
    return (yield from create_resource(api, resource, dict(path_from(api, resource, parent)), **given))


def path_from(api: RequestFactory, resource: Resource, parent: Made) -> Iterator[tuple[str, str]]:
    """What the parent gives of the path of another resource's operations."""
    operation = resource.create or resource.list
    assert operation is not None
    for name in operation.path_parameters:
        parameter = operation.parameter(name, "path")
        source = parameter.source if parameter else None
        if source and api.contract.operation(source.operation_id) is parent.resource.create:
            yield name, str(at(parent.thing, source.value))
        elif not source and (own := selectors.parameter_of(parent.resource, operation, name)) in parent.values:
            yield name, parent.values[str(own)]
