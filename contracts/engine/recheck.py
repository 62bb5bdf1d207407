"""A request whose response a check found wrong is repeated before that is reported: it may have been chance.

Only requests that change nothing are repeated, and no more of them than `MOST`: a deployment on which more is broken
needs no further proof. The judge counts the answers like all others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping

from contracts.core.conversation import Outcome
from contracts.core.exchange import Exchange
from contracts.core.verdicts import BROKEN
from contracts.judging import judge
from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan
from contracts.transport.sender import Sender

MOST = 20


async def ask_again(
    plan: Plan, sender: Sender, exchanges: Mapping[int, Exchange], conversation: int, judged: judge.Judged | None = None
) -> None:
    """Send again what the checks have seen broken only once. `judged`: what they have said, and say now."""
    for exchange in list(once(judge.check_verdicts(plan, exchanges, None, judged), exchanges))[:MOST]:
        with contextlib.suppress(Outcome):  # what cannot be repeated stays seen once
            await sender.answer(exchange.request.retried(), conversation)


def once(verdicts: Iterable[Verdict], exchanges: Mapping[int, Exchange]) -> Iterable[Exchange]:
    """The safe exchanges that are the only proof of something broken, each once."""
    single = (each.exchanges[0] for each in verdicts if each.verdict == BROKEN and each.count == 1)
    found = (exchanges[seq] for seq in dict.fromkeys(single))
    return (each for each in found if each.request.safe)
