"""Which request is sent again and again to use up a limit: one that changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.core.conversation import Outcome, Steps
from contracts.core.exchange import Request
from contracts.request.api import RequestFactory, paged
from contracts.request.url import path_values
from contracts.steps import fixtures
from contracts.strategies.inert_bodies import PLAIN
from contracts.strategies.samples import stranger

INERT_BODY = json.dumps(PLAIN)
"""A body that no schema of an object accepts."""


def question(api: RequestFactory, number: int = 0, inert: str | None = INERT_BODY) -> Request:
    """The request for an operation: one that is refused as invalid or finds nothing, unless looking is harmless.

    Nothing is read for it, since that would use up the limit of another operation. By its `number` (0 or 1) it names
    nobody or another nobody, and requests one item or two: the limit is not that of an address. `inert`: the body that
    is sent where one is due.
    """
    known = all(api.deployment.value(api.tenant, name) for name in api.operation.path_parameters)
    if api.operation.safe and known:
        return api.ask(
            path=fixtures.placeholder_path(api), query=_first_page(api, 1 + number), bypass_cache=True, expects_429=True
        )
    raw = inert if api.operation.body else None
    return api.ask(raw=raw, expects_429=True, path=nobody(api, number))


def questions(
    api: RequestFactory, paths: Sequence[Mapping[str, str]] = (), inert: str | None = INERT_BODY
) -> list[Request]:
    """What takes turns to use up a limit: one request, or two where two of the same kind can be distinguished.

    `paths`: path values of resources that exist and may be read; without any, nobody is named.
    """
    if paths:
        return [api.ask(path=path, query=_first_page(api), bypass_cache=True, expects_429=True) for path in paths]
    one, other = question(api, 0, inert), question(api, 1, inert)
    return [one] if other.target == one.target else [one, other]


def valid(api: RequestFactory) -> Steps:
    """A valid request for a safe operation, what it needs looked up. Raises Outcome."""
    values = yield from fixtures.resolve_path(api, api.operation, fresh=False)
    return api.ask(path=values, query=smallest(api), bypass_cache=True, expects_429=True)


def smallest(api: RequestFactory, size: int = 1) -> list[tuple[str, str]]:
    """The query of a small page, where pages have a size: many of them are going to be requested."""
    try:
        return paged(api.operation, None, size)
    except Outcome:
        return []


def _first_page(api: RequestFactory, size: int = 1) -> list[tuple[str, str]]:
    """The same with where it begins, so that two parameters can change places."""
    try:
        return paged(api.operation, 0, size)
    except Outcome:
        return smallest(api, size)


def nobody(api: RequestFactory, number: int = 0) -> dict[str, str]:
    """Path values that name nothing: the tenant's own where more follows, a stranger (or a second) for the last.

    Where a body is sent, the last one stays the tenant's own if it is known, so that the body is what is refused.
    """
    values = fixtures.placeholder_path(api)
    if not api.operation.path_parameters:
        return values
    last = api.operation.path_parameters[-1]
    if api.operation.body is None or not api.deployment.value(api.tenant, last):
        parameter = api.operation.parameter(last, "path")
        name = stranger(parameter.schema if parameter else {})
        values[last] = f"{name[:-1]}{number}"
    return values


def elsewhere(api: RequestFactory, request: Request) -> Iterator[Request]:
    """The same request with other ids in its path, two that name nothing; none where the path names what is given."""
    names = request.operation.path_parameters
    if not names or api.deployment.value(api.tenant, names[-1]):
        return
    parameter = request.operation.parameter(names[-1], "path")
    name = stranger(parameter.schema if parameter else {})
    for number in (8, 9):
        path = {**path_of(request), names[-1]: f"{name[:-1]}{number}"}
        yield api.ask(path=path, raw=request.body, bypass_cache=True, expects_429=True)


def valid_body(api: RequestFactory, values: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any] | None:
    """A valid body under names of our own; None where something would have to be asked for it."""
    steps = fixtures.body(api, api.operation, values, given=given)
    try:
        next(steps)
    except StopIteration as ended:
        content: dict[str, Any] = {**ended.value, **{k: v for k, v in given.items() if k in ended.value}}
        return content
    except Outcome:
        return None
    return None


def path_of(request: Request) -> dict[str, str]:
    """The path values of a request that was made already."""
    return path_values(request.operation, request.target)
