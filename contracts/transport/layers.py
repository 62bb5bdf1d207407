"""What a request passes on its way to the deployment: layers with one method each, every one calling the next.

    SharedAnswers(Retrying(Authenticated(Paced(Recorded(Client)))))

Whatever a layer knows of a request is in its `Delivery`. A layer gives an exchange or raises an Outcome.
"""

from __future__ import annotations

from typing import Protocol

import attrs

from contracts.core.exchange import Exchange, Request


@attrs.frozen
class Delivery:
    """A request on its way: for which conversation, and how it may be answered."""

    request: Request
    conversation: int
    reuse: bool = False
    """The data is quiet, so a known exchange will do."""
    attempt: int = 1
    """Which attempt of a law it belongs to: conversations share requests within one attempt only."""
    moment: float | None = None
    """When it is sent, for one of several that are sent together (a time of the budget's clock)."""
    retry_of: Exchange | None = None
    """The exchange that it repeats."""


class Layer(Protocol):
    """One step on the way of a request."""

    async def send(self, delivery: Delivery) -> Exchange:
        """The exchange that answers it. Raises Outcome where there is none that means anything."""
