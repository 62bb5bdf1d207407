"""What is judged of recorded traffic: every check, and the laws that need no question."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from contracts.config.deployment import Deployment
from contracts.core.verdicts import DEPTHS
from contracts.judging.record_laws import items_of
from contracts.plan.plan import Plan, PlanItem, check_items
from contracts.traffic.laws import LAWS
from specs.contract import Contract
from specs.promises.promises import Promise, promises

RECORDED = "recorded_by_others"
"""The member of a header's settings that says so."""


def plan_of(contract: Contract, deployment: Deployment) -> Plan:
    """A plan that asks nothing."""
    items, stated = _items(contract)
    return Plan(contract, deployment, DEPTHS[0], items, stated)


@lru_cache(maxsize=4)
def _items(contract: Contract) -> tuple[tuple[PlanItem, ...], tuple[Promise, ...]]:
    stated = promises(contract)
    return (*items_of(LAWS.values(), contract, stated), *check_items(contract, stated)), tuple(stated)


def is_recorded(header: dict[str, Any]) -> bool:
    """Whether evidence is traffic that others recorded."""
    return header["settings"].get(RECORDED) is True
