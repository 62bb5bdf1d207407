"""Which bodies that no schema accepts a deployment counts: a parser may refuse some before a limiter sees them."""

from __future__ import annotations

import attrs

from contracts.strategies.inert_bodies import inert_bodies
from load.limiters.conclusion import Estimate
from specs.contract import Contract, Operation


@attrs.define
class CountedBodies:
    """The bodies that can be sent to no effect, those first that were seen to be counted by this deployment."""

    contract: Contract
    counted: set[str] = attrs.field(factory=set)

    def of(self, operation: Operation) -> list[str | None]:
        """The bodies for one operation, as they are sent; only None where it takes none.

        A server that is lenient may take an object for a valid one, many times over: so what is none comes before.
        """
        if operation.body is None:
            return [None]
        found = inert_bodies(self.contract, operation)
        return [*sorted(found, key=lambda each: (each not in self.counted, each.startswith("{")))]

    def learn(self, body: str | None, found: Estimate) -> None:
        """Remember a body with which a limit was used up."""
        if body is not None and any(each.refused for each in found.samples):
            self.counted.add(body)
