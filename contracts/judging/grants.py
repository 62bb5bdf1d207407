"""Whether a refusal can say anything: only where the right credential was granted the same operation in this run.

A question that nobody is granted proves nothing by being refused: where the path leads nowhere, the body is none, or
the operation is out of order, every credential is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.core.exchange import Exchange
from contracts.core.verdicts import UPHELD
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem

WHY = "refused, but so far as this run shows to everybody: no request of {} was granted to {}"


def ungranted(item: PlanItem, verdict: str, exchanges: Mapping[int, Exchange], plan: Plan) -> str | None:
    """Why what was upheld by refusals is not observable after all; None where a grant was heard, or none is needed."""
    rule = item.rule
    if verdict != UPHELD or not isinstance(rule, Law) or not rule.by_refusal or item.principal is None:
        return None
    tenant = item.principal.tenant
    own = {each.name for each in plan.deployment.principals if each.tenant == tenant}
    granted = any(each.ok and each.request.principal in own and _asks(each, item) for each in exchanges.values())
    return None if granted else WHY.format(item.operation.key, tenant or item.principal.name)


def _asks(exchange: Exchange, item: PlanItem) -> bool:
    return exchange.operation.key == item.operation.key and exchange.request.verb == item.operation.method
