"""What is judged of a mixed run: everything that was sent, sorted by what it is evidence of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import attrs

from contracts.config.deployment import Deployment
from contracts.core import tags
from contracts.core.exchange import Exchange
from contracts.judging.alike import Alike
from load.runtime.rows import Row
from load.runtime.shapes import Shape
from specs.contract import Contract, Operation

CALM, LOUD = 0.2, 0.6
"""Parts of the highest rate up to which, and from which on, the loud tenant counts as calm or as loud."""


@attrs.frozen
class JourneyResult:
    """How a journey ended that showed something: the operation that began it, and a verdict in words."""

    operation: str
    verdict: str
    expected: str | None
    actual: str | None
    seqs: tuple[int, ...]


@attrs.frozen
class Walk:
    """A list read to its end when all was quiet again: its pages, in order."""

    operation: str
    tenant: str
    pages: tuple[Exchange, ...]


@attrs.define(slots=False)
class Record:
    """A mixed run. `began` is when the load began, epoch seconds; `loud` is the tenant that follows the shape."""

    contract: Contract
    deployment: Deployment
    exchanges: Mapping[int, Exchange]
    rows: Sequence[Row]
    began: float
    shape: Shape
    loud: str
    endings: Sequence[JourneyResult] = ()
    walks: Sequence[Walk] = ()

    @property
    def ended(self) -> float:
        return self.began + self.shape.seconds

    @cached_property
    def alike(self) -> Alike:
        """What checks say of exchanges."""
        return Alike(self.contract)

    @cached_property
    def ordered(self) -> dict[str, list[Exchange]]:
        """All exchanges of each operation, in order of sending."""
        found: dict[str, list[Exchange]] = defaultdict(list)
        for each in sorted(self.exchanges.values(), key=lambda each: each.sent):
            found[each.operation.key].append(each)
        return found

    def quiet(self, operation: Operation) -> list[Exchange]:
        """What was sent to an operation before the load began."""
        return [each for each in self.ordered.get(operation.key, ()) if each.sent < self.began]

    def under_load(self, operation: Operation) -> list[Exchange]:
        return [each for each in self.ordered.get(operation.key, ()) if self.began <= each.sent]

    @cached_property
    def tenant_of(self) -> dict[str, str]:
        """Which tenant a principal belongs to."""
        return {each.name: each.tenant for each in self.deployment.principals}

    def tenant(self, exchange: Exchange) -> str:
        return self.tenant_of.get(exchange.request.principal or "", "")

    @cached_property
    def owners(self) -> dict[str, str]:
        """Which tenant every name belongs to that this run made up, from the requests that sent them."""
        found: dict[str, str] = {}
        for each in self.exchanges.values():
            tenant = self.tenant(each)
            for mark in marks(each.request.body or ""):
                if tenant and found.setdefault(mark, tenant) != tenant:
                    found[mark] = ""  # sent by several tenants, so it shows nothing
        return found

    def calm(self, moment: float) -> bool:
        return self._part(moment) <= CALM

    def noisy(self, moment: float) -> bool:
        return self._part(moment) >= LOUD

    @cached_property
    def _highest(self) -> float:
        return max(max(each.first, each.last) for each in self.shape.pieces)

    def _part(self, moment: float) -> float:
        return self.shape.rate(max(0.0, moment - self.began)) / self._highest

    def spells(self, rows: Iterable[Row]) -> list[tuple[bool, list[Row]]]:
        """Rows in the calm and loud spells they fall into, one after the other: whether loud, and which."""
        found: list[tuple[bool, list[Row]]] = []
        for each in sorted(rows, key=lambda each: each.due):
            loud = self.noisy(each.due)
            if not loud and not self.calm(each.due):
                continue
            if not found or found[-1][0] is not loud:
                found.append((loud, []))
            found[-1][1].append(each)
        return found


_NAME = re.compile(tags.NAME)


def marks(text: str) -> set[str]:
    """The names in a text that a run under load made up."""
    return set(_NAME.findall(text)) if tags.UNDER_LOAD in text else set()
