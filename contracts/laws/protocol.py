"""Laws of HTTP itself: undeclared methods, and conditional questions where entity tags are offered."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.core.conversation import Broken, Conversation
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import placeholder_path
from specs.contract import Contract, Operation, Rule

METHODS = ("PUT", "POST", "PATCH")
"""Methods to try where the document declares them not: none that deletes, should it be there after all."""


def _first_of_paths(contract: Contract) -> Iterator[Operation]:
    """One operation of each path that leaves one of the methods undeclared."""
    seen: set[str] = set()
    for operation in contract.operations:
        if operation.path not in seen and _undeclared(contract, operation):
            seen.add(operation.path)
            yield operation


def _undeclared(contract: Contract, operation: Operation) -> str:
    there = {each.method for each in contract.operations if each.path == operation.path}
    return next((method for method in METHODS if method not in there), "")


def _in_turn(api: RequestFactory, depth: str) -> list[None]:
    """Where little is asked, every sixth path in turn."""
    turn = list(_first_of_paths(api.contract)).index(api.operation) + api.seed
    return [] if depth == "quick" and turn % 6 else [None]


@law(
    family="protocol",
    on=_first_of_paths,
    kinds=("status",),
    asserts=(),
    cases=_in_turn,
    no_path_setup=True,
    writes=True,
)
def an_undeclared_method_is_refused(api: RequestFactory, _: None) -> Conversation:
    """A method the document does not declare for a path is refused with 404 or 405, a 405 naming those there are.

    Asked with PUT, POST or PATCH and without a body, never with DELETE. Proof: a server error, and a success where
    the document states that rule; another refusal than 404 and 405 is not held against the deployment. What
    Allow says is judged by its own check.
    """
    method = _undeclared(api.contract, api.operation)
    answer: Exchange = yield api.ask(path=placeholder_path(api), method=method)
    if answer.status >= 500 and answer.status != 501:
        raise Broken(f"404 or 405 for {method}", answer.summary())
    if answer.ok:
        raise api.departure(Rule.UNDECLARED_METHODS_ARE_REFUSED, f"404 or 405 for {method}", answer)
