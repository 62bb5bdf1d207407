"""Before the first law: is the deployment there, is each credential alive, and is there enough data?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import Blocked, Conversation, Outcome, RunningConversation, Steps, Unheard
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.core.failures import HEARD, NEVER_SENT, is_one_of
from contracts.engine.credential_health import question, questions
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.steps.fixtures import create_resource, resolve_path
from contracts.steps.lists.page_sizes import largest_page
from contracts.steps.lists.parents import path_with_enough_items
from contracts.transport.sender import Sender, converse
from specs.contract import Resource
from specs.contract.servers import base_paths

FURTHER = 3
"""Other operations that are tried before a deployment counts as gone, or a credential as dead."""
ENOUGH = 7
"""Items a list needs for pages of two and three to mean something."""


@attrs.frozen
class PreflightResult:
    """Which principals' credentials the deployment does not accept, and how it said so."""

    dead: dict[str, str] = attrs.field(factory=dict)

    def why_not(self, principal: Principal | None) -> str | None:
        """Why nothing can be sent as this principal; None if it can."""
        return self.dead.get(principal.name) if principal else None


async def preflight(plan: Plan, sender: Sender, conversation: int) -> PreflightResult:
    """One plain request per principal, more where it is refused. `sender` notes a deployment that is not there."""
    health = PreflightResult(sender.dead)
    heard: list[Exchange] = []
    for principal in plan.deployment.principals:
        request = None if principal.provisioned else question(plan, principal)
        if request is None:
            continue
        try:
            exchange: Exchange = await sender.answer(request, conversation, reuse=True)
        except Unheard as lost:
            error = lost.reason.removeprefix(f"no answer from {request.operation.key}: ")
            if not await _answers(plan, sender, conversation, request, error):
                sender.give_up(sender.gone or f"{plan.deployment.base_url} does not answer: {error}")
                return health
            continue
        except Outcome:
            if principal.name in health.dead:  # it got no credential: others may
                continue
            return health
        heard.append(exchange)
        if exchange.status == 401 and not await _known_elsewhere(plan, sender, conversation, principal, request):
            health.dead[principal.name] = f"the credential of {principal.name} is not accepted: {exchange.summary()}"
    if reason := _nobody_left(plan, health):
        sender.give_up(reason)
        return health
    strange = bool(heard) and all(_foreign(each) or _unforeseen(each) for each in heard)
    if strange and (reason := await _elsewhere(plan, sender, conversation, heard)):
        sender.give_up(reason)
    return health


async def _known_elsewhere(
    plan: Plan, sender: Sender, conversation: int, principal: Principal, refused: Request
) -> bool:
    """Whether another operation lets in whom one has refused with a 401: that may have had a reason of its own."""
    others = {
        each.operation.key: each for each in questions(plan, principal) if each.operation is not refused.operation
    }
    for request in list(others.values())[:FURTHER]:
        with contextlib.suppress(Outcome):
            answer: Exchange = await sender.answer(request, conversation, reuse=True)
            if answer.ok and answer.operation.security:
                return True
    return False


def _nobody_left(plan: Plan, health: PreflightResult) -> str | None:
    """Why nothing can be judged: no credential of the deployment file is accepted. None where one may be."""
    named = [each.name for each in plan.deployment.principals if not each.provisioned and each.values]
    if not named or not all(each in health.dead for each in named):
        return None
    more = f", and {len(named) - 1} more" if len(named) > 1 else ""
    return f"no credential is accepted: {health.dead[named[0]]}{more}"


async def _answers(plan: Plan, sender: Sender, conversation: int, lost: Request, error: str) -> bool:
    """Whether a deployment is there, one of whose operations gave no answer that can be read."""
    if is_one_of(error, NEVER_SENT):
        return False
    if is_one_of(error, HEARD):
        return True
    others = (each for principal in plan.deployment.principals for each in questions(plan, principal))
    found = {each.operation.key: each for each in others if each.operation != lost.operation}
    for request in list(found.values())[:FURTHER]:
        if (await sender.probe(request, conversation)).response is not None:
            return True
    return False


def _foreign(exchange: Exchange) -> bool:
    """Whether an answer may be that of a server that does not serve the document at all."""
    if exchange.status in {404, 405}:
        return True
    declared = exchange.operation.answer(exchange.status)
    if 300 <= exchange.status < 400:
        return declared is None
    return _is_page(exchange) and not (declared and any("html" in each for each in declared.media_types))


def _unforeseen(exchange: Exchange) -> bool:
    """Whether a refusal is one that the operation does not declare: some gateways know no path and say 403."""
    return exchange.status in {403, 404, 405} and exchange.operation.answer(exchange.status) is None


def _is_page(exchange: Exchange) -> bool:
    """Whether an answer is HTML, not only in name."""
    kind = (exchange.response and exchange.response.header("Content-Type")) or ""
    return kind.startswith("text/html") and exchange.json is MISSING


async def _elsewhere(plan: Plan, sender: Sender, conversation: int, heard: list[Exchange]) -> str | None:
    """Why the document does not seem to be served here, once several operations were tried; None if one of them is."""
    asked = {each.operation.key for each in heard}
    others = (each for principal in plan.deployment.principals for each in questions(plan, principal))
    for request in list({each.operation.key: each for each in others if each.operation.key not in asked}.values())[:3]:
        with contextlib.suppress(Outcome):
            heard.append(await sender.answer(request, conversation, reuse=True))
    if reason := _other_base(plan, heard):
        return reason
    if not all(map(_foreign, heard)):
        return None
    if len({each.operation.key for each in heard}) < 2:
        return None
    first = heard[0]
    answer = f"{first.summary()}{', a page of HTML' if _is_page(first) else ''}"
    seen = f"{len(heard)} plain requests were not answered as it says, such as {first.operation.key}: {answer}"
    return f"{plan.deployment.base_url} does not seem to serve the document ({seen}); is base_url right?"


def _other_base(plan: Plan, heard: list[Exchange]) -> str | None:
    """Whether nothing was found because base_url lacks the path of the document's servers, or has one they lack.

    Where it has that of one of several servers, no answer may be one that the document foresees.
    """
    own = urlsplit(plan.deployment.base_url).path.rstrip("/")
    paths = base_paths(plan.contract.document.raw)
    stated, sure = [path for path in paths if path != own], own not in paths
    if not stated or not all(_unforeseen(each) or (sure and _foreign(each)) for each in heard):
        return None
    said = " or ".join(path or "no path" for path in stated)
    asked = " and ".join(each.operation.key for each in heard[:2])
    has = f"the path {own}" if own else "no path"
    found = "not found" if all(each.status == 404 for each in heard) else heard[0].summary()
    return f"{asked}: {found}. base_url has {has}, and the document's servers have {said}; is base_url right?"


async def introduce(plan: Plan, items: Iterable[PlanItem], sender: Sender) -> None:
    """Create the users that hold tokens for the run, if an operation will be called that one of them may call.

    Before everything else: later they would disturb the lists they appear in.
    """
    asked = list(items)
    token_for = sender.authenticated.token_for
    for principal in plan.deployment.principals if token_for else ():
        if principal.provisioned and any(principal in callers(plan.deployment, each.operation) for each in asked):
            assert token_for is not None
            with contextlib.suppress(Outcome):  # a law that misses the token says why
                await token_for(principal.name)


async def prepare(plan: Plan, items: Iterable[PlanItem], sender: Sender, opens: Callable[[], tuple[int, str]]) -> None:
    """Fill the lists that laws will read, where they are shorter than a few small pages and may be filled."""
    wanted: dict[str, PlanItem] = {}
    for item in items:
        if isinstance(item.rule, Law) and item.operation.paging and item.principal and plan.deployment.writes:
            wanted.setdefault(f"{item.operation.key} {item.principal.tenant}", item)
    talks: list[asyncio.Future[None]] = []
    for item in wanted.values():
        resource = plan.contract.resource_of(item.operation)
        if resource and resource.create and not sender.gone:
            number, tag = opens()
            api = RequestFactory(plan.contract, plan.deployment, item.operation, item.principal, tag)
            talk = RunningConversation(_filled(api, resource))
            talks.append(asyncio.ensure_future(converse(talk, sender, number, reuse=True)))
    await asyncio.gather(*talks)


def _filled(api: RequestFactory, resource: Resource) -> Conversation:
    # where the laws will look; but nothing is added to what the owner has, unless all of it may be changed
    if api.disposable or resource.create is None:
        api.values = yield from path_with_enough_items(api)
    else:
        api.values = yield from resolve_path(api, resource.create, fresh=True)
    answer: Exchange = yield from largest_page(api)
    if not answer.ok:
        raise Blocked(answer.summary())
    yield from _more(api, resource, ENOUGH - len(answer.items))


def _more(api: RequestFactory, resource: Resource, count: int) -> Steps:
    for _ in range(count):
        yield from create_resource(api, resource, api.values)
