"""Who sends how much: the loud tenant follows the shape, the others go on evenly; each by several virtual users."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.request.credentials import callers
from contracts.transport.pacing import declared_rate
from load.runtime.shapes import SECONDS, Shape, shape, soak
from specs.contract import Contract, Operation

RATE = 60.0
"""Requests a second of the loud tenant at most, unless somebody says otherwise."""
PART = 0.6
"""The part of what is declared for all operations that look which a mix of them can use before one of them is full."""
MOST = 10_000.0
STEADY, LEAST = 0.12, 3.0
"""Requests a second of every other tenant: this part of the loud one's, and no fewer than so many."""
PER_USER, PER_STEADY_USER = 6.0, 1.5
"""Requests a second of one virtual user: it waits for each answer, so more of them are late less often."""


@attrs.frozen
class Slot:
    """The place of a virtual user: the tenant it acts for, and which of the tenant's it is, of how many."""

    tenant: str
    number: int
    count: int


@attrs.frozen
class TrafficPlan:
    """The rates of a run and who sends them."""

    shape: Shape
    loud: str
    steady: float
    slots: tuple[Slot, ...]

    def profile(self, tenant: str) -> Shape:
        """How a tenant's rate goes."""
        return self.shape if tenant == self.loud else soak(self.steady, self.shape.seconds)

    def written(self) -> dict[str, Any]:
        return {"loud": self.loud, "steady": self.steady, "shape": attrs.asdict(self.shape)}


def traffic_for(
    contract: Contract, deployment: Deployment, name: str, wanted: float | None, seconds: float | None
) -> TrafficPlan:
    """The traffic for a deployment. Raises ValueError where nobody may call anything."""
    able = [each for each in deployment.tenants if capacity(contract, deployment, each) > 0]
    if not able:
        raise ValueError("nobody is named who may call an operation that only looks")
    loud = able[0]
    most = capacity(contract, deployment, loud) * PART
    top = most if name == "to-the-limit" and wanted is None else min(most, wanted or RATE)
    profile = shape(name, top, seconds or SECONDS)
    highest = max(max(each.first, each.last) for each in profile.pieces)
    steady = min([max(LEAST, top * STEADY), *(capacity(contract, deployment, each) * PART for each in able[1:])])
    slots = [*_slots(loud, highest, PER_USER)]
    for tenant in able[1:]:
        slots += _slots(tenant, steady, PER_STEADY_USER)
    return TrafficPlan(profile, loud, steady, tuple(slots))


def _slots(tenant: str, rate: float, each: float) -> Iterator[Slot]:
    count = max(2, math.ceil(rate / each))
    return (Slot(tenant, number, count) for number in range(count))


def capacity(contract: Contract, deployment: Deployment, tenant: str) -> float:
    """Requests a second that a tenant may look, over all operations and credentials; at most a thousand.

    Where nothing is paced, because limits are off, nothing declared holds it back.
    """
    total = sum(
        min(MOST, MOST if deployment.pace == "none" else declared_rate(operation, deployment.time_scale))
        for operation in contract.operations
        if operation.safe
        for _ in mine(deployment, operation, tenant)
    )
    return min(MOST, total)


def mine(deployment: Deployment, operation: Operation, tenant: str) -> Sequence[Principal]:
    """Who of a tenant may call an operation."""
    return [each for each in callers(deployment, operation) if each.tenant == tenant and not each.provisioned]
