"""Judges the bookshops of `shop` in this process."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from contracts.config import deployment as deployments
from contracts.engine import run as running
from contracts.plan.plan import make
from tests.contracts.laws.pagination.dialects import DIALECTS, contract
from tests.contracts.laws.pagination.shop import BASE, BusyShop, Shop
from tests.in_process import asking

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


def judged(folder: Path, name: str, fault: str = "", law: str | None = None, every: int = 0) -> running.Run:
    """A run of the laws of lists, or of one of them, on a shop at depth standard. `every`: see `BusyShop`."""
    shop = BusyShop(DIALECTS[name], every) if every else Shop(DIALECTS[name], fault)

    file = folder / "shop.toml"
    file.write_text(DEPLOYMENT)
    with patch.object(running, "Client", asking(shop)):
        plan = make(contract(name), deployments.load(file), "standard")
        run = running.Run(plan, folder / "run")
        asked = [item for item in plan.items if item.rule.family in FAMILIES and law in {None, item.rule.id}]
        run.start([item.id for item in asked])
        run.wait()
    return run
