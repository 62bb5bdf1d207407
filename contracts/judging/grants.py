"""Whether a refusal can say anything: only where the right credential was granted the same operation in this run.

A question that nobody is granted proves nothing by being refused: where the path leads nowhere, the body is none, or
the operation is out of order, every credential is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from types import MappingProxyType

from contracts.core.exchange import Exchange
from contracts.core.verdicts import UPHELD
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem
from specs.contract import Operation

WHY = "refused, but so far as this run shows to everybody: no request of {} was granted to {}"


class Granted:
    """Who was granted which operation by exchanges that only become more: all items ask, and a record may be long."""

    def __init__(self, exchanges: Mapping[int, Exchange] = MappingProxyType({})) -> None:
        self._exchanges, self._known = exchanges, 0
        self._found: set[tuple[str, str | None]] = set()

    def hear(self, exchange: Exchange) -> None:
        """Take an exchange into account that is not among them."""
        if _granted(exchange):
            self._found.add((exchange.operation.key, exchange.request.principal))

    def to(self, operation: Operation, principals: Iterable[str]) -> bool:
        """Whether a request of an operation, by its own method, was granted to one of these."""
        if self._known < (now := len(self._exchanges)):
            new = islice(self._exchanges.values(), self._known, None)
            self._found |= {(each.operation.key, each.request.principal) for each in new if _granted(each)}
            self._known = now
        return any((operation.key, each) in self._found for each in principals)


def _granted(exchange: Exchange) -> bool:
    return exchange.ok and exchange.request.verb == exchange.operation.method


def ungranted(item: PlanItem, verdict: str, granted: Granted, plan: Plan) -> str | None:
    """Why what was upheld by refusals is not observable after all; None where a grant was heard, or none is needed."""
    rule = item.rule
    if verdict != UPHELD or not isinstance(rule, Law) or not rule.by_refusal or item.principal is None:
        return None
    tenant = item.principal.tenant
    own = {each.name for each in plan.deployment.principals if each.tenant == tenant}
    heard = granted.to(item.operation, own)
    return None if heard else WHY.format(item.operation.key, tenant or item.principal.name)
