"""Rate limits: one bucket for every operation and credential, by one of three algorithms."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping

from attrs import define, field, frozen

from sandbox import rush
from sandbox.document import Limit, Operation
from sandbox.faults import fault
from sandbox.limiter_faults import LONG_BLOCK, Keys, allowed, retold, window_factor
from sandbox.switches import Switch

OFF = fault(
    "limit-not-enforced",
    family="limits",
    needs="limits",
    scope=("OrganizationsAttributesController_getOrganizationAttribute",),
    text="The limit is announced but never enforced.",
)
LOOSER = fault(
    "limit-looser",
    family="limits",
    needs="limits",
    scope=("OAuthClientWebhooksController_getOAuthClientWebhook",),
    text="Twice as many requests are admitted as declared, while the declared number is announced.",
)
TIGHTER = fault(
    "limit-tighter",
    family="limits",
    needs="limits",
    scope=("OAuthClientUsersController_getUserById",),
    text="Only half as many requests are admitted as declared.",
)
SHARED = fault(
    "limit-shared-between-operations",
    family="limits",
    needs="limits",
    scope=(
        "OrganizationsMembershipsController_getAllMemberships",
        "OrganizationsMembershipsController_getOrgMembership",
    ),
    text="Two operations draw on one bucket.",
)
SHARED_COUNT = fault(
    "limit-counted-together",
    family="limits",
    needs="limits",
    scope=(
        "OrganizationsAttributesController_deleteOrganizationAttribute",
        "OrganizationsAttributesController_updateOrganizationAttribute",
    ),
    text="Two operations are counted together, while each refuses at its own number.",
)
ONE_BUCKET = fault(
    "one-bucket-of-twice-the-limit",
    family="limits",
    needs="limits",
    scope=(
        "OrganizationsAttributesController_getOrganizationAttributes",
        "OrganizationsAttributesController_getOrganizationAttribute",
        "OrganizationsAttributesOptionsController_getOrganizationAttributeOptions",
        "OrganizationsRoutingFormsController_getOrganizationRoutingForms",
    ),
    text="Four operations draw on one bucket of twice the declared limit, as its headers say.",
)
ONE_MORE = fault(
    "limit-off-by-one",
    family="limits",
    needs="limits",
    scope=("OrganizationsMembershipsController_updateMembership",),
    text="One request more than declared is admitted in a window.",
)
NEGATIVE = fault(
    "remaining-negative",
    family="limits",
    needs="limits",
    scope="every operation",
    text="X-RateLimit-Remaining is -1 on a 429.",
)
RESET_MILLISECONDS = fault(
    "reset-in-milliseconds",
    family="limits",
    scope="every operation",
    text="X-RateLimit-Reset is in milliseconds.",
)
_SWITCHED: tuple[tuple[Switch, float, int], ...] = (
    (OFF, 1e9, 0),
    (LOOSER, 2, 0),
    (ONE_BUCKET, 2, 0),
    (TIGHTER, 0.5, 0),
    (ONE_MORE, 1, 1),
)
_SWEEP = 5000  # new buckets between two searches for idle ones


@frozen
class Decision:
    """What the limiter says about one request. Times are seconds since the epoch, `retry_after` is seconds."""

    admitted: bool
    limit: int
    remaining: int
    reset: float
    retry_after: float


@define
class Meter(ABC):
    """One limit of one bucket: how many fit, and when that changes."""

    requests: int
    window: float

    @abstractmethod
    def room(self, now: float) -> int:
        """How many requests would be admitted at this instant."""

    @abstractmethod
    def count(self, now: float) -> None:
        """Count one admitted request."""

    @abstractmethod
    def reset(self, now: float) -> float:
        """When the window that is announced ends."""

    @abstractmethod
    def opens(self, now: float) -> float:
        """When a refused request would be admitted."""


@define
class Fixed(Meter):
    """Windows aligned to the epoch, each with a counter of its own."""

    index: int = -1
    used: int = 0

    def room(self, now: float) -> int:
        index = math.floor(now / self.window)
        if index != self.index:
            self.index, self.used = index, 0
        return self.requests - self.used

    def count(self, now: float) -> None:  # noqa: ARG002
        self.used += 1

    def reset(self, now: float) -> float:  # noqa: ARG002
        return (self.index + 1) * self.window

    def opens(self, now: float) -> float:
        return self.reset(now)


@define
class Sliding(Meter):
    """A log of the admitted requests of the last window."""

    log: deque[float] = field(factory=deque)

    def room(self, now: float) -> int:
        while self.log and self.log[0] <= now - self.window:
            self.log.popleft()
        return self.requests - len(self.log)

    def count(self, now: float) -> None:
        self.log.append(now)

    def reset(self, now: float) -> float:
        return (self.log[0] if self.log else now) + self.window

    def opens(self, now: float) -> float:
        return self.reset(now)


@define
class Bucket(Meter):
    """A token bucket, as GCRA: one theoretical arrival time, a burst of the whole limit."""

    due: float = 0.0

    def room(self, now: float) -> int:
        return math.floor((now + self.window - max(self.due, now)) * self.requests / self.window + 1e-6)

    def count(self, now: float) -> None:
        self.due = max(self.due, now) + self.window / self.requests

    def reset(self, now: float) -> float:
        return max(self.due, now)

    def opens(self, now: float) -> float:  # noqa: ARG002
        return self.due + self.window / self.requests - self.window


METERS: dict[str, type[Meter]] = {"fixed": Fixed, "sliding": Sliding, "bucket": Bucket}


@define(eq=False)
class Limiter:
    """All buckets. `scale` divides the windows; with `enforced` false it counts but never refuses."""

    algorithm: str
    scale: float
    enforced: bool
    faults: frozenset[Switch]
    placed: Mapping[str, frozenset[Switch]] = field(factory=dict)
    """Faults at single operations, by operationId, whatever their scope says."""
    buckets: dict[tuple[str, str], tuple[Meter, ...]] = field(factory=dict)
    keys: Keys = field(factory=Keys)
    _since_sweep: int = 0

    def at(self, operation: Operation) -> frozenset[Switch]:
        """The faults that are on at an operation."""
        return self.faults | self.placed.get(operation.operation_id, frozenset()) if self.placed else self.faults

    def _on(self, switch: Switch, operation: Operation) -> bool:
        placed = self.placed.get(operation.operation_id, frozenset())
        return switch in placed or (switch in self.faults and operation.operation_id in switch.scope)

    def ask(self, operation: Operation, credential: str, now: float) -> Decision:
        """Admit and count, or refuse and leave everything as it was."""
        faults = self.at(operation)
        key = self._key(operation, credential, faults)
        meters = self._meters(key, operation, now, faults)
        unseen = self.keys.unseen(key, now, faults)
        rooms = [meter.room(now) for meter in meters]
        full = [meter for meter, room in zip(meters, rooms, strict=True) if room + unseen < 1]
        if self.enforced and (full or self.keys.blocked(key, now, faults)):
            if full and LONG_BLOCK in faults:
                self.keys.refused(key, now + 3 * meters[0].window)
            return self._refusal(operation, meters, full or [meters[0]], now, faults)
        for meter in meters:
            meter.count(now)
        self.keys.counted(key, now, faults)
        remaining = max(0, min(rooms) - 1)
        limit = meters[0].requests if self._on(ONE_BUCKET, operation) else operation.limits[0].requests
        return Decision(True, limit, min(remaining, limit), meters[0].reset(now), 0.0)

    def _refusal(
        self,
        operation: Operation,
        meters: tuple[Meter, ...],
        full: list[Meter],
        now: float,
        faults: frozenset[Switch],
    ) -> Decision:
        opens = max(meter.opens(now) for meter in full)
        binding = operation.limits[meters.index(full[-1])]
        remaining = -1 if NEGATIVE in faults else 0
        return Decision(False, binding.requests, remaining, full[-1].reset(now), max(0.0, opens - now))

    def _key(self, operation: Operation, credential: str, faults: frozenset[Switch]) -> tuple[str, str]:
        shared = (each.name for each in (SHARED, SHARED_COUNT, ONE_BUCKET) if self._on(each, operation))
        name = next(shared, operation.key)
        return self.keys.key(name, credential, faults)

    def _meters(
        self, key: tuple[str, str], operation: Operation, now: float, faults: frozenset[Switch]
    ) -> tuple[Meter, ...]:
        meters = self.buckets.get(key)
        if meters is None:
            self._sweep(now)
            kind = METERS[self.algorithm]
            real = rush.REAL_TIME in faults and operation.operation_id in rush.REFRESH
            factor = window_factor(faults) / (1 if real else self.scale)
            meters = tuple(
                kind(self._allowed(operation, limit, faults), limit.window * factor) for limit in operation.limits
            )
            self.buckets[key] = meters
        if self._on(SHARED_COUNT, operation):
            for meter, limit in zip(meters, operation.limits, strict=True):
                meter.requests = self._allowed(operation, limit, faults)
        return meters

    def _allowed(self, operation: Operation, limit: Limit, faults: frozenset[Switch]) -> int:
        for switch, factor, more in _SWITCHED:
            if self._on(switch, operation):
                return int(limit.requests * factor) + more
        return allowed(limit.requests, faults, longer=limit is not operation.limits[0])

    def retold(
        self, operation: Operation, told: tuple[tuple[str, str], ...], now: float
    ) -> tuple[tuple[str, str], ...]:
        """The headers of a decision, as some faults want them."""
        limits, faults = tuple(limit.requests for limit in operation.limits), self.at(operation)
        return retold(told, limits, operation.limits[0].window / self.scale, now, faults) if faults else told

    def _sweep(self, now: float) -> None:
        # Every access token has buckets of its own, so a long run would gather them without end.
        self._since_sweep += 1
        if self._since_sweep < _SWEEP:
            return
        self._since_sweep = 0
        idle = [key for key, meters in self.buckets.items() if all(m.room(now) >= m.requests for m in meters)]
        for key in idle:
            del self.buckets[key]


def headers(decision: Decision, faults: frozenset[Switch]) -> tuple[tuple[str, str], ...]:
    """The three headers of a decision; the reset is whole seconds, rounded up."""
    reset = math.ceil(decision.reset)
    if RESET_MILLISECONDS in faults:
        reset = math.ceil(decision.reset * 1000)
    return (
        ("x-ratelimit-limit", str(decision.limit)),
        ("x-ratelimit-remaining", str(decision.remaining)),
        ("x-ratelimit-reset", str(reset)),
    )
