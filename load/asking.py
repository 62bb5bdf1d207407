"""Which request is sent again and again to use up a limit: one that changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from contracts import fixtures
from contracts.api import Api, paged, path_values
from contracts.exchange import Request
from contracts.law import Outcome, Steps
from contracts.strategies.samples import stranger

INERT_BODY = '"this is no object"'
"""A body that no schema of an object accepts."""


def question(api: Api) -> Request:
    """The request for an operation: one that is refused as invalid or finds nothing, unless looking is harmless.

    Nothing is looked up for it, since that would use up the limit of the operation that is asked.
    """
    known = all(api.deployment.value(api.tenant, name) for name in api.operation.path_parameters)
    if api.operation.safe and known:
        return api.ask(path=fixtures.nowhere(api), query=smallest(api), fresh=True, limited=True)
    raw = INERT_BODY if api.operation.body else None
    return api.ask(raw=raw, limited=True, path=nobody(api))


def valid(api: Api) -> Steps:
    """A valid request for a safe operation, what it needs looked up. Raises Outcome."""
    values = yield from fixtures.places(api, api.operation, fresh=False)
    return api.ask(path=values, query=smallest(api), fresh=True, limited=True)


def smallest(api: Api) -> list[tuple[str, str]]:
    """The query of the smallest page, where pages have a size: many of them are going to be asked for."""
    try:
        return paged(api.operation, None, 1)
    except Outcome:
        return []


def nobody(api: Api) -> dict[str, str]:
    """Path values that name nothing: the tenant's own where more follows, a stranger for the last."""
    values = fixtures.nowhere(api)
    if api.operation.body is None and api.operation.path_parameters:
        last = api.operation.path_parameters[-1]
        parameter = api.operation.parameter(last, "path")
        values[last] = stranger(parameter.schema if parameter else {})
    return values


def real_creation(api: Api, values: Mapping[str, str]) -> Steps:
    """A valid creation under a name of our own, to be sent while creations are refused; and that name."""
    content = yield from fixtures.body(api, api.operation, values)
    return api.ask(path=values, body=content, limited=True), content


def sendable(request: Request, writes: bool) -> bool:
    """Whether a request may be sent to this deployment."""
    return request.safe or writes


def path_of(request: Request) -> dict[str, str]:
    """The path values of a request that was made already."""
    return path_values(request.operation, request.target)
