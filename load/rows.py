"""One row per request that was sent: when it was due, sent and answered. Everything measured is computed from rows."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen(slots=True)
class Row:
    """A request as it is measured. Times are epoch seconds; `due` is when it should have been sent.

    `status` 0: no answer came. `failed`: no answer, a server error, or a 429 that nobody expected.
    """

    operation: str
    principal: str
    due: float
    sent: float
    received: float
    status: int
    failed: bool
    seq: int = 0

    @property
    def latency(self) -> float:
        """Seconds from when it was due until its answer: what a caller waits who does not know of our delays."""
        return self.received - self.due

    @property
    def service(self) -> float:
        """Seconds from sending until the answer."""
        return self.received - self.sent

    @property
    def lateness(self) -> float:
        """Seconds by which it was sent too late."""
        return self.sent - self.due

    def written(self) -> dict[str, Any]:
        """As it stands in the evidence, where nothing but the row of a request is kept."""
        times = {name: round(getattr(self, name), 6) for name in ("due", "sent", "received")}
        return {
            "seq": self.seq, "operation": self.operation, "principal": self.principal, **times, "status": self.status,
            "failed": self.failed,
        }  # fmt: skip


def read(line: dict[str, Any]) -> Row:
    """A row that `written` has told."""
    return Row(
        *(line[name] for name in ("operation", "principal", "due", "sent", "received", "status", "failed", "seq"))
    )
