"""Laws of HTTP itself: undeclared methods, and conditional requests where entity tags are offered."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import attrs

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Steps, Wait
from contracts.core.exchange import MISSING, Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.access.victim import victim_for
from contracts.steps.fixtures import placeholder_path
from contracts.steps.lifecycle.hostile_updates import HostileUpdates, hostile_updates, undeclared_methods
from contracts.strategies.samples import stranger
from specs.contract import Contract, Operation, Rule

REFUSED = {404, 405, 501}
PATIENCE = (1.0, 5.0)
"""Seconds before a request is sent again that had no answer, one after the other."""


def _first_of_paths(contract: Contract) -> Iterator[Operation]:
    """One operation of each path that leaves one of the methods undeclared."""
    seen: set[str] = set()
    for operation in contract.operations:
        if operation.path not in seen and undeclared_methods(contract, operation):
            seen.add(operation.path)
            yield operation


def _methods(api: RequestFactory, depth: str) -> list[str]:
    """Every method that the path leaves undeclared: what is forgotten is forgotten at one of them.

    Where the document promises nothing of them, at depth quick one in turn, and all of a resource that is there anyway.
    """
    found = undeclared_methods(api.contract, api.operation)
    if depth != "quick" or _stated(api) or _of_a_thing(api):
        return found
    turn = list(_first_of_paths(api.contract)).index(api.operation) + api.seed
    return [found[turn % len(found)]]


def _of_a_thing(api: RequestFactory) -> bool:
    """Whether the path is that of a single resource which can be made and changed."""
    resource = api.contract.resource_of(api.operation)
    update = resource.update if resource is not None and resource.create else None
    return update is not None and update.path == api.operation.path


@law(
    family="protocol",
    on=_first_of_paths,
    kinds=("status",),
    asserts=(),
    cases=_methods,
    no_path_setup=True,
    writes=True,
)
def an_undeclared_method_is_refused(api: RequestFactory, method: str) -> Conversation:
    """A method the document does not declare for a path is refused with 404 or 405, a 405 naming those there are.

    Asked with an empty object where a resource was made for that or where a change would lead, which changes nothing,
    elsewhere without a body; DELETE is sent to nobody's address. Proof: a server error, a connection that is closed
    without an answer, each time in some seconds, and, where the document states that rule, any other answer; where it
    does not, a success is observed. What Allow says is judged by its own check.
    """
    answer: Exchange | None = (yield from _of_ours(api, method)) if _of_a_thing(api) else None
    nobody = method == "DELETE"
    if answer is None:
        answer = yield (yield from _elsewhere(api, method))
    answer = yield from _heard_out(answer)
    if answer.response is None or (answer.status >= 500 and answer.status != 501):
        raise Broken(f"404 or 405 for {method}", answer.summary())
    if answer.ok or (answer.status not in REFUSED and not nobody and _stated(api)):
        raise api.departure(Rule.UNDECLARED_METHODS_ARE_REFUSED, f"404 or 405 for {method}", answer)


def _heard_out(answer: Exchange) -> Steps:
    """The answer, sent again after a moment as long as there is none: a busy server lets a connection go by chance."""
    for pause in PATIENCE:
        if answer.response is None:
            yield Wait(pause)
            answer = yield attrs.evolve(answer.request, bypass_cache=True)
    return answer


def _stated(api: RequestFactory) -> bool:
    return Rule.UNDECLARED_METHODS_ARE_REFUSED in api.contract.rules


def _elsewhere(api: RequestFactory, method: str) -> Steps:
    """The request where no resource can be made and changed: at a place that is there, if a change would lead to one.

    What would delete, should it be there after all, addresses nobody and nothing.
    """
    if method == "DELETE":
        names = api.operation.path_parameters
        parameters = ((name, api.operation.parameter(name, "path")) for name in names)
        path = {name: stranger(each.schema if each else {}) for name, each in parameters}
        return api.ask(path=path, method=method, silence_counts=True)
    change = next((each for each in api.contract.operations if each.path == api.operation.path and not each.safe), None)
    path = placeholder_path(api)
    if change is not None and any(not api.deployment.value(api.tenant, name) for name in path):
        with contextlib.suppress(NotObservable, Blocked):  # then it is asked where nothing is
            path = (yield from victim_for(api.for_operation(change, {}))).values
    body = {} if change is not None and change.body and method != "GET" else MISSING
    return api.ask(change or api.operation, path=path, method=method, body=body, silence_counts=True)


def _of_ours(api: RequestFactory, method: str) -> Steps:
    """The answer to the method at the address of a resource that was made; None where there is none."""
    try:
        seen: HostileUpdates = yield from hostile_updates(api)
    except (NotObservable, Blocked):
        return None
    return seen.stray.get(method)
