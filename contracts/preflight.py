"""Before the first law: is the deployment there, is each credential alive, and is there enough to look at?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import attrs

from contracts.api import Api, callers
from contracts.deployment import Principal
from contracts.drive import Live, converse
from contracts.exchange import Exchange
from contracts.fixtures import make
from contracts.health import question
from contracts.law import Blocked, Conversation, Law, Outcome, Steps, Talk
from contracts.plan import Line, Plan
from contracts.subjects import spacious
from contracts.walks import largest
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
        if exchange.status == 401:
            health.dead[principal.name] = f"the credential of {principal.name} is not accepted: {exchange.says()}"
    return health


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
