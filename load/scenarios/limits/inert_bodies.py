"""Bodies that no schema accepts: a parser may refuse some of them before a limiter counts, so others are tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs

from contracts.strategies.schemathesis_cases import validator
from load.limiters.conclusion import Estimate
from specs.contract import Contract, Operation

TEXT = "this is no object"
WRONG: tuple[Any, ...] = ([[]], 0, "no")


@attrs.define
class InertBodies:
    """The bodies that can be sent to no effect, those first that were seen to be counted by this deployment."""

    contract: Contract
    counted: set[str] = attrs.field(factory=set)

    def of(self, operation: Operation) -> list[str | None]:
        """The bodies for one operation, as they are sent; only None where it takes none."""
        if operation.body is None:
            return [None]
        found = [json.dumps(each) for each in _refused(self.contract, operation)] or [json.dumps(TEXT)]
        return [*sorted(found, key=lambda each: each not in self.counted)]

    def learn(self, body: str | None, found: Estimate) -> None:
        """Remember a body with which a limit was used up."""
        if body is not None and any(each.refused for each in found.samples):
            self.counted.add(body)


def _refused(contract: Contract, operation: Operation) -> Iterator[Any]:
    """What the schema of a body does not allow: no object, an empty one, one with a wrong member."""
    if operation.body is None or "json" not in operation.body.media_type:
        return
    allowed = validator(contract, operation)
    plain: tuple[Any, ...] = (TEXT, [], {})
    yield from (each for each in plain if not allowed.is_valid(each))
    names = contract.body_rules(operation)
    wrong = ({name: value} for name in names for value in WRONG)
    yield from [each for each in wrong if not allowed.is_valid(each)][:1]
