"""Laws of HTTP itself: undeclared methods, and conditional requests where entity tags are offered."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import placeholder_path
from contracts.steps.lifecycle.hostile_updates import HostileUpdates, hostile_updates, undeclared_methods
from specs.contract import Contract, Operation, Rule


def _first_of_paths(contract: Contract) -> Iterator[Operation]:
    """One operation of each path that leaves one of the methods undeclared."""
    seen: set[str] = set()
    for operation in contract.operations:
        if operation.path not in seen and undeclared_methods(contract, operation):
            seen.add(operation.path)
            yield operation


def _methods(api: RequestFactory, depth: str) -> list[str]:
    """At depth quick, one of them, in turn; of a resource that is there anyway all of them."""
    found = undeclared_methods(api.contract, api.operation)
    if depth != "quick" or _of_a_thing(api):
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

    Asked with PUT, POST or PATCH, never with DELETE: of a resource that was made with an empty object, which changes
    nothing, elsewhere without a body. Proof: a server error, and a success where the document states that rule; another
    refusal than 404 and 405 is not held against the deployment. What Allow says is judged by its own check.
    """
    answer: Exchange | None = (yield from _of_ours(api, method)) if _of_a_thing(api) else None
    if answer is None:
        answer = yield api.ask(path=placeholder_path(api), method=method)
    if answer.status >= 500 and answer.status != 501:
        raise Broken(f"404 or 405 for {method}", answer.summary())
    if answer.ok:
        raise api.departure(Rule.UNDECLARED_METHODS_ARE_REFUSED, f"404 or 405 for {method}", answer)


def _of_ours(api: RequestFactory, method: str) -> Steps:
    """The answer to the method at the address of a resource that was made; None where there is none."""
    try:
        seen: HostileUpdates = yield from hostile_updates(api)
    except (NotObservable, Blocked):
        return None
    return seen.stray.get(method)
