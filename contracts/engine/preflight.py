"""Before the first law: is the deployment there, is each credential alive, and is there enough to look at?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import Blocked, Conversation, Outcome, Steps, Talk
from contracts.core.exchange import MISSING, Exchange
from contracts.engine.credential_health import question, questions
from contracts.laws.law import Law
from contracts.plan.plan import Line, Plan
from contracts.request.api import Api
from contracts.request.credentials import callers
from contracts.steps.fixtures import make
from contracts.steps.lists.paging import largest
from contracts.steps.lists.parents import spacious
from contracts.transport.sender import Live, converse
from specs.contract import Resource

ENOUGH = 7
"""Items a list needs for pages of two and three to mean something."""


@attrs.frozen
class Health:
    """Which principals' credentials the deployment does not accept, and how it said so."""

    dead: dict[str, str] = attrs.field(factory=dict)

    def why_not(self, principal: Principal | None) -> str | None:
        """Why nothing can be asked as this principal; None if it can."""
        return self.dead.get(principal.name) if principal else None


async def preflight(plan: Plan, live: Live, conversation: int) -> Health:
    """One plain question per principal. A deployment that is not there is noted on `live`."""
    health = Health(live.dead)
    heard: list[Exchange] = []
    for principal in plan.deployment.principals:
        request = None if principal.lent else question(plan, principal)
        if request is None:
            continue
        try:
            exchange: Exchange = await live.answer(request, conversation, reuse=True)
        except Outcome as outcome:
            if live.gone is None and "no answer" in outcome.reason:
                live.gone = f"{plan.deployment.base_url} does not answer: {outcome.reason.rpartition(': ')[2]}"
            return health
        heard.append(exchange)
        if exchange.status == 401:
            health.dead[principal.name] = f"the credential of {principal.name} is not accepted: {exchange.says()}"
    if heard and all(map(_foreign, heard)):
        live.gone = await _elsewhere(plan, live, conversation, heard)
    return health


def _foreign(exchange: Exchange) -> bool:
    """Whether an answer may be that of a server that does not serve the document at all."""
    return 300 <= exchange.status < 400 or exchange.status in {404, 405} or _is_page(exchange)


def _is_page(exchange: Exchange) -> bool:
    """Whether an answer is HTML, not only in name."""
    kind = (exchange.response and exchange.response.header("Content-Type")) or ""
    return kind.startswith("text/html") and exchange.json is MISSING


async def _elsewhere(plan: Plan, live: Live, conversation: int, heard: list[Exchange]) -> str | None:
    """Why the document does not seem to be served here, once several operations were asked; None if one of them is."""
    asked = {each.operation.key for each in heard}
    others = (each for principal in plan.deployment.principals for each in questions(plan, principal))
    for request in list({each.operation.key: each for each in others if each.operation.key not in asked}.values())[:3]:
        with contextlib.suppress(Outcome):
            heard.append(await live.answer(request, conversation, reuse=True))
    if len({each.operation.key for each in heard}) < 2 or not all(map(_foreign, heard)):
        return None
    first = heard[0]
    answer = f"{first.says()}{', a page of HTML' if _is_page(first) else ''}"
    told = f"{len(heard)} plain questions were not answered as it says, such as {first.operation.key}: {answer}"
    return f"{plan.deployment.base_url} does not seem to serve the document ({told}); is base_url right?"


async def introduce(plan: Plan, lines: Iterable[Line], live: Live) -> None:
    """Create the users that hold tokens for the run, if anything will be asked that one of them may call.

    Before everything else: later they would disturb the lists they appear in.
    """
    asked = list(lines)
    for principal in plan.deployment.principals:
        if (
            principal.lent
            and live.lend
            and any(principal in callers(plan.deployment, each.operation) for each in asked)
        ):
            with contextlib.suppress(Outcome):  # what cannot be lent is told where it is missed
                await live.lend(principal.name)


async def prepare(plan: Plan, lines: Iterable[Line], live: Live, opens: Callable[[], tuple[int, str]]) -> None:
    """Fill the lists that laws will look at, where they are shorter than a few small pages and may be filled."""
    wanted: dict[str, Line] = {}
    for line in lines:
        if isinstance(line.rule, Law) and line.operation.paging and line.principal and plan.deployment.writes:
            wanted.setdefault(f"{line.operation.key} {line.principal.tenant}", line)
    talks: list[asyncio.Future[None]] = []
    for line in wanted.values():
        resource = plan.contract.resource_of(line.operation)
        if resource and resource.create and not live.gone:
            number, tag = opens()
            api = Api(plan.contract, plan.deployment, line.operation, line.principal, tag)
            talk = Talk(_filled(api, resource))
            talks.append(asyncio.ensure_future(converse(talk, live, number, reuse=True)))
    await asyncio.gather(*talks)


def _filled(api: Api, resource: Resource) -> Conversation:
    api.values = yield from spacious(api)  # where the laws will look
    answer: Exchange = yield api.page(None, largest(api))
    if not answer.ok:
        raise Blocked(answer.says())
    yield from _more(api, resource, ENOUGH - len(answer.items))


def _more(api: Api, resource: Resource, count: int) -> Steps:
    for _ in range(count):
        yield from make(api, resource, api.values)
