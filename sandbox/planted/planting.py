"""Where a fault can be planted, and how the application asks for those that are on.

At the door a request may be changed or refused before its credential is looked at; inside, after that and before it is
validated; working, the handler is called by the fault; leaving, a finished answer is changed; beside, a method is
answered that the document does not declare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sandbox.calls import Call, Handler
from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.router import Match
from sandbox.spoiling import SPOILERS, Spoiler
from sandbox.state import World
from sandbox.switches import Switch


class Arriving(Protocol):
    """A request on its way to an operation; a fault may change everything but what it is about."""

    world: World
    operation: Operation
    raw: dict[str, str]
    headers: dict[str, str]
    query_string: bytes
    body: bytes | None


class CutError(Exception):
    """The connection ends without an answer."""


Rate = tuple[tuple[str, str], ...]
Change = Callable[[Arriving], None]
Working = Callable[[Handler, Call], Any]
Told = Callable[[World, Operation, Rate], Rate]
Beside = Callable[[Match], Operation]
DOORS: dict[Switch, Change] = {}
NAMED: dict[Switch, Change] = {}
INSIDE: dict[Switch, Change] = {}
WORKING: dict[Switch, Working] = {}
RATES: dict[Switch, Told] = {}
BESIDE: dict[Switch, tuple[str, Beside]] = {}
PLANTED: list[Switch] = []
OF_DEPTH = {
    "digits-of-an-id-suffice",
    "email-of-a-deleted-user-taken",
    "foreign-option-held",
    "listing-empties-a-secret",
    "member-shown-as-first-read",
    "membership-takes-its-user",
    "nothing-held-404",
    "only-option-stays",
    "option-of-another-attribute-assigned",
    "options-alike-conflict",
    "options-lost-with-a-name",
    "options-outlive-a-membership",
    "own-slug-is-taken",
    "second-option-added",
    "slug-of-another-attribute-taken",
    "slug-of-others-taken",
    "teams-lost-on-later-pages",
    "template-lost-with-a-secret",
    "update-of-a-credential-untimed",
    "value-looks-at-the-slug",
}
"""Those whose row in the matrix of laws is of greater depths than quick."""


def _fault(name: str, family: str, at: str, text: str) -> Switch:
    needs = "depth" if name in OF_DEPTH else ""
    PLANTED.append(fault(name, family=family, scope=(at,), text=text, needs=needs))
    return PLANTED[-1]


def door(name: str, at: str, text: str, does: Change, family: str = "credentials") -> None:
    """Plant a change of requests that comes before the credential."""
    DOORS[_fault(name, family, at, text)] = does


def named(name: str, at: str, text: str, does: Change, family: str = "input") -> None:
    """Plant a change of requests that comes after the credential and before the ids of the path."""
    NAMED[_fault(name, family, at, text)] = does


def inside(name: str, at: str, text: str, does: Change, family: str = "input") -> None:
    """Plant a change of requests that comes after the credential and before validation."""
    INSIDE[_fault(name, family, at, text)] = does


def working(name: str, at: str, text: str, does: Working, family: str = "state") -> None:
    """Plant a fault around what an operation does."""
    WORKING[_fault(name, family, at, text)] = does


def leaving(name: str, at: str, text: str, does: Spoiler, family: str = "exchange") -> None:
    """Plant a change of finished answers."""
    SPOILERS[_fault(name, family, at, text)] = does


def rated(name: str, at: str, text: str, does: Told) -> None:
    """Plant a change of what is told of the limit."""
    RATES[_fault(name, "exchange", at, text)] = does


def beside(name: str, at: str, method: str, text: str, does: Beside) -> None:
    """Plant an answer to an undeclared method on the path of an operation."""
    BESIDE[_fault(name, "exchange", at, text)] = (method, does)


def change(request: Arriving, where: dict[Switch, Change]) -> None:
    """Let the faults that are on change a request; RefusalError where one refuses it."""
    for switch in request.world.faults & where.keys():
        if request.operation.operation_id in switch.scope:
            where[switch](request)


def worked(handler: Handler, call: Call) -> Any:
    """What the handler gives back, called by the faults that are on."""
    for switch in call.faults & WORKING.keys():
        if call.operation.operation_id in switch.scope:
            return WORKING[switch](handler, call)
    return handler(call)


def told(world: World, operation: Operation, rate: Rate) -> Rate:
    """The rate headers as the faults that are on tell them."""
    for switch in world.faults & RATES.keys():
        if operation.operation_id in switch.scope:
            rate = RATES[switch](world, operation, rate)
    return rate


def undeclared(world: World, match: Match, method: str) -> Operation | None:
    """The operation an undeclared method is taken for; RefusalError or CutError where it is answered otherwise."""
    there = {each.operation_id for each in match.operations.values()}
    for switch in world.faults & BESIDE.keys():
        if BESIDE[switch][0] == method and there & {*switch.scope}:
            return BESIDE[switch][1](match)
    return None
