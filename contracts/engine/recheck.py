"""A request whose response a check found wrong is repeated before that is reported: it may have been chance.

Requests that change nothing are repeated, and those that make or change one more thing of the run's own; a deletion is
of another thing, made for that. No more than `MOST`: a deployment on which more is broken needs no further proof. The
judge counts the answers like all others, and what was seen once only is observed.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping

import attrs

from contracts.core.conversation import Conversation, Outcome, RunningConversation
from contracts.core.exchange import Exchange, Request
from contracts.core.verdicts import OBSERVED
from contracts.judging.checks import Judged, check_verdicts
from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, create_resource
from contracts.transport.sender import Sender, converse
from specs.contract.effects import effect_of

MOST = 20


async def ask_again(
    plan: Plan, sender: Sender, exchanges: Mapping[int, Exchange], begun: tuple[int, str], judged: Judged | None = None
) -> None:
    """Send again what the checks have seen broken only once.

    `begun`: the number of the conversation and the tag that its names begin with. `judged`: what the checks have said,
    and say now.
    """
    conversation, tag = begun
    for exchange in list(once(plan, check_verdicts(plan, exchanges, None, judged), exchanges))[:MOST]:
        with contextlib.suppress(Outcome):  # what cannot be repeated stays seen once
            if _deletes(plan, exchange):
                again = RunningConversation(_deleted(plan, exchange, tag))
                await converse(again, sender, conversation, reuse=False)
            else:
                await _repeat(sender, exchange, conversation)


async def _repeat(sender: Sender, exchange: Exchange, conversation: int) -> None:
    """Send a request once more; twice where a creation that was refused succeeds, for a name that is free by now."""
    again = _again(exchange, conversation).retried()
    got: Exchange = await sender.answer(again, conversation)
    if got.ok and 400 <= exchange.status < 500 and again.may_create:
        await sender.answer(again, conversation)


def once(plan: Plan, verdicts: Iterable[Verdict], exchanges: Mapping[int, Exchange]) -> Iterable[Exchange]:
    """The exchanges that are the only proof of something broken, each once, and may be repeated."""
    single = (each.exchanges[0] for each in verdicts if each.verdict == OBSERVED and each.count == 1 and each.exchanges)
    found = (exchanges[seq] for seq in dict.fromkeys(single))
    return (each for each in found if each.request.safe or _repeatable(plan, each) or _deletes(plan, each))


def _repeatable(plan: Plan, exchange: Exchange) -> bool:
    """Whether a change can be sent again: it was refused, or makes or changes one more thing of the run's own."""
    request = exchange.request
    own = request.verb == request.operation.method and request.verb != "DELETE"
    kind = effect_of(plan.contract, request.operation).kind
    return 400 <= exchange.status < 500 or (own and kind in {"create", "change"})


def _deletes(plan: Plan, exchange: Exchange) -> bool:
    """Whether a deletion succeeded of what can be made again."""
    request = exchange.request
    resource = plan.contract.resource_of(request.operation)
    one = resource is not None and resource.create is not None and request.operation is resource.delete
    return one and exchange.ok and request.verb == "DELETE"


def _deleted(plan: Plan, exchange: Exchange, tag: str) -> Conversation:
    """One more thing is made and deleted, as whoever deleted the first. Names begin with the `tag`."""
    operation = exchange.operation
    caller = next((each for each in plan.deployment.principals if each.name == exchange.request.principal), None)
    api = RequestFactory(plan.contract, plan.deployment, operation, caller, tag, plan.depth)
    made: Made = yield from create_resource(api, api.resource)
    yield api.ask(path=made.values)


def _again(exchange: Exchange, number: int) -> Request:
    """The same request, with names of its own in the body where the first has used up what has to be unique.

    What was refused has used up nothing, and may have been refused for a name.
    """
    request = exchange.request
    if request.safe or request.body is None or 400 <= exchange.status < 500:
        return request
    return attrs.evolve(request, body=re.sub(r"\b(ct[0-9a-f]{6}-)(?=\d)", rf"\g<1>{number}-", request.body))
