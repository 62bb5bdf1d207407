"""What a document declares of a limit, in numbers."""

from __future__ import annotations

import attrs

TOLERANCE = 0.04
"""Share of the declared window by which the real one may differ."""


@attrs.frozen
class Rule:
    """At most `limit` requests in `window` seconds."""

    limit: int
    window: float

    @property
    def shortest(self) -> float:
        return self.window * (1 - TOLERANCE)

    @property
    def longest(self) -> float:
        return self.window * (1 + TOLERANCE)
