"""Whether the credentials of a deployment file are accepted: one safe request for each, and nothing else."""

from __future__ import annotations

import itertools

import attrs

from contracts.core.conversation import Outcome
from contracts.engine.credential_health import question
from contracts.engine.token_pool import TokenPool
from contracts.evidence.recorder import Recorder
from contracts.plan.plan import Plan
from contracts.steps.created import Ledger
from contracts.transport.client import Client
from contracts.transport.sender import Sender


@attrs.frozen
class Probe:
    """What became of a principal's request. `works`: None where nothing was learnt."""

    principal: str
    works: bool | None
    told: str


async def probe(plan: Plan, client: type[Client] = Client) -> list[Probe]:
    """One probe for every principal of the file that has a credential."""
    deployment = plan.deployment
    async with client(deployment.base_url, deployment.vault, deployment.http, deployment.route) as way:
        sender = Sender(deployment, way, Recorder(None), Ledger(plan.contract, deployment.disposable))
        numbers = itertools.count(1)
        pool = TokenPool(plan, sender, lambda: (next(numbers), "probe"), client)
        sender.authenticated.token_for = pool.token
        named = [each for each in deployment.principals if not each.provisioned and each.kind != "anonymous"]
        return [await _probed(plan, sender, each.name) for each in named]


async def _probed(plan: Plan, sender: Sender, name: str) -> Probe:
    principal = next(each for each in plan.deployment.principals if each.name == name)
    request = question(plan, principal)
    if request is None:
        return Probe(name, None, "no safe request without unknown values can be sent as this one")
    key = request.operation.key
    try:
        answer = await sender.answer(request, 0)
    except Outcome as outcome:
        return Probe(name, False if name in sender.dead else None, outcome.reason)
    if answer.status == 401:
        return Probe(name, False, f"not accepted: {answer.summary()} from {key}")
    told = f"{answer.summary()} from {key}"
    return Probe(name, None if answer.status >= 500 or answer.status == 429 else True, told)
