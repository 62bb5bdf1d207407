"""One row per request that was sent: when it was due, sent and answered. Everything measured is computed from rows."""

from __future__ import annotations

import json
from functools import cache
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

    @property
    def line(self) -> str:
        """As it stands in the evidence, where nothing but the row is kept; quicker than any JSON encoder."""
        failed = "true" if self.failed else "false"
        return (
            f'{{"type": "row", "seq": {self.seq}, "operation": {_text(self.operation)}, '
            f'"principal": {_text(self.principal)}, "due": {self.due:.6f}, "sent": {self.sent:.6f}, '
            f'"received": {self.received:.6f}, "status": {self.status}, "failed": {failed}}}'
        )


@cache
def _text(text: str) -> str:
    return json.dumps(text)


def read(line: dict[str, Any]) -> Row:
    """A row that `line` has written."""
    return Row(
        *(line[name] for name in ("operation", "principal", "due", "sent", "received", "status", "failed", "seq"))
    )
