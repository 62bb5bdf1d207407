"""What may be sent now: never more than the document declares, for every operation and credential."""

from __future__ import annotations

import attrs

from contracts.transport.pacing import SLACK, Allowance
from specs.contract import Operation

Key = tuple[str, str | None]


@attrs.define
class RateShare:
    """The share of one of `workers` processes in every declared limit. Times are seconds of any steady clock."""

    time_scale: float
    pace: str = "declared"
    worker: int = 0
    workers: int = 1
    held: int = 0
    """How often something was not sent, because a limit would have been exceeded."""
    _of: dict[Key, list[Allowance]] = attrs.field(factory=dict)
    _reserved: dict[Key, int] = attrs.field(factory=dict)

    def share(self, requests: int) -> int:
        """This worker's part of a number: all parts add up to it."""
        return requests // self.workers + (self.worker < requests % self.workers)

    def may(self, operation: Operation, principal: str | None, now: float, *, reserved: bool = False) -> bool:
        """Whether one more may be sent now. `reserved`: it is one that was reserved before."""
        key = (operation.key, principal)
        kept = 0 if reserved else self._reserved.get(key, 0)
        return all(
            each.requests > kept and each.free_at(now, 1 + kept) <= now for each in self._allowances(key, operation)
        )

    def spend(self, operation: Operation, principal: str | None, now: float) -> None:
        """One is sent now."""
        for each in self._allowances((operation.key, principal), operation):
            each.take(now, now)

    def reserve(self, operation: Operation, principal: str | None, count: int = 1) -> None:
        """Keep one for later (or, with -1, give it back): who makes a thing will have to remove it."""
        key = (operation.key, principal)
        self._reserved[key] = max(0, self._reserved.get(key, 0) + count)

    def _allowances(self, key: Key, operation: Operation) -> list[Allowance]:
        if key not in self._of:
            limits = () if self.pace == "none" else operation.limits
            self._of[key] = [
                Allowance(self.share(each.requests), each.window / self.time_scale * (1 + SLACK) + SLACK)
                for each in limits
                if not each.implied
            ]
        return self._of[key]


def rate(operation: Operation, time_scale: float) -> float:
    """Requests a second that one credential may send, as declared; infinite where nothing is."""
    return min((each.requests / each.window * time_scale for each in operation.limits), default=float("inf"))
