"""Judges the bookshops of `shop` in this process."""

from __future__ import annotations

import tempfile
from pathlib import Path

from contracts.config import deployment as deployments
from contracts.engine.run import Run
from contracts.plan.plan import Plan, make
from tests import in_process
from tests.contracts.laws.pagination.dialects import DIALECTS, contract
from tests.contracts.laws.pagination.shop import BASE, BusyShop, Shop

FAMILIES = {"pagination", "filters", "sorting"}
DEPLOYMENT = f"""
[deployment]
name = "shop"
base_url = "{BASE}"
synthetic = true
[budget]
pace = "none"
""" + "".join(
    f'[[principals]]\nname = "{name}"\ntenant = "{name}"\nkind = "api_key"\nkey = "{name}-key"\n'
    for name in ("acme", "rival")
)


def prepared(name: str, fault: str = "", depth: str = "standard", every: int = 0) -> tuple[Shop, Plan]:
    """A shop and the plan of what it is asked. `every`: see `BusyShop`."""
    shop = BusyShop(DIALECTS[name], every) if every else Shop(DIALECTS[name], fault)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shop.toml"
        file.write_text(DEPLOYMENT)
        return shop, make(contract(name), deployments.load(file), depth)


def judged(folder: Path, name: str, fault: str = "", law: str | None = None, every: int = 0) -> Run:
    """A run of the laws of lists, or of one of them, on a shop at depth standard."""
    shop, plan = prepared(name, fault, every=every)
    asked = [item.id for item in plan.items if item.rule.family in FAMILIES and law in {None, item.rule.id}]
    return in_process.judged(shop, plan, asked, folder=folder / "run")
