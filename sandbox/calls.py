"""What a handler is given, and what it may give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from attrs import define, frozen

from sandbox.document import Operation
from sandbox.state import Principal, Tenant, World
from sandbox.switches import Switch


@define(eq=False)
class Call:
    """One request that may be carried out: authenticated, admitted, allowed and valid.

    `tenant` is the one the path names; `query` holds only what was sent, and the defaults the document gives.
    """

    world: World
    operation: Operation
    principal: Principal
    tenant: Tenant
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any

    @property
    def faults(self) -> frozenset[Switch]:
        """The faults that are on."""
        return self.world.faults

    @property
    def variations(self) -> frozenset[Switch]:
        """The variations that are on."""
        return self.world.variations


@frozen
class Page:
    """A page of a list; `pagination` is None where the object is left out."""

    items: list[Any]
    pagination: dict[str, Any] | None


GAP = 0.05  # seconds between looking and storing, where a switch opens a gap between the two


@frozen
class Later:
    """The answer comes after so many seconds, from a function that raises or returns as a handler does."""

    seconds: float
    finish: Callable[[], Any]


class Handler(Protocol):
    """Carries out one operation: returns the answer's `data`, a Page or a Later, or raises RefusalError."""

    def __call__(self, call: Call) -> Any: ...


HANDLERS: dict[str, Handler] = {}


def handles(operation_id: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation."""

    def register(handler: Handler) -> Handler:
        HANDLERS[operation_id] = handler
        return handler

    return register
