"""What a driver of conversations needs of the run it belongs to."""

from __future__ import annotations

import attrs

from contracts.engine.conversations import Conversations
from contracts.engine.threads import Workers
from contracts.plan.plan import Plan
from contracts.transport.sender import Sender

SHRINKS = (0, 20, 200)
"""Conversations that shrinking one broken law may cost, per depth."""


@attrs.frozen
class Context:
    """The parts of a run that its drivers use, so that no driver has to know the run itself."""

    plan: Plan
    seed: int
    conversations: Conversations
    workers: Workers
    sender: Sender
