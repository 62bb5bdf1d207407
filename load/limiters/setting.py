"""What an examination asks for, and how it is to go about it."""

from __future__ import annotations

import attrs


@attrs.frozen
class Ask:
    """Send up to `count` requests from a time on, `together` in flight, until `refusals` in a row were refused.

    `pace`: seconds that lie at least between two of them.
    """

    at: float
    count: int
    together: int = 1
    refusals: int = 1
    pace: float = 0.0


@attrs.frozen
class Setting:
    """How an examination goes about it. `windows`: how long it may take; `together`: requests in flight in a burst."""

    windows: float = 5.0
    together: int = 8
    waits: bool = True
    """Whether it may wait for a good moment in the server's window before the burst."""
    factor: float = 4.0
    """How many times the declared number is offered before a limit counts as not enforced."""
    spare: int = 60
    """Requests besides the bursts."""
    confirms: bool = True
    """Whether a finding that somebody else's requests could cause is examined again."""
    pace: float = 0.0
    """Seconds between two requests, where a shorter limit must not be used up meanwhile; then `together` is 1."""
    kinds: bool = False
    """Whether kinds that all keep the declaration are distinguished, as far as a little more time allows."""
    unsure: float = 0.05
    """Seconds by which the difference between the clocks may be wrong."""


class Cut(Exception):  # noqa: N818 - no error: the run ends
    """Thrown into an examination that must end now: it concludes from what it has seen."""
