"""How long a run takes is said before it begins, and is true."""

from __future__ import annotations

import random
import re

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from load.runtime.setup import Setup
from load.scenarios.limits.forecast import forecast
from tests.load.scenarios.limits.shop import WINDOW, Shop, contract, judged

ACME = Principal("acme", "acme", "api_key", values={"key": "$acme"})
SHOP = Deployment("shop", "http://127.0.0.1:1", "things.yaml", (ACME,), Vault(), writes=True)


@pytest.mark.parametrize("seed", range(5))
def test_a_quick_run_takes_as_long_as_was_said(seed):
    told = forecast(Setup("", SHOP, contract(), "quick", "limits", {}))
    least, most = map(int, re.findall(r"about (\d+) to (\d+) s", told)[0])
    lasted = judged(Shop(random.Random(seed), {"t1": "one", "t2": "two"})).lasted * WINDOW
    assert 0.75 * least <= lasted <= 1.25 * most


def test_a_clock_that_runs_faster_is_counted_on():
    told = forecast(Setup("", attrs.evolve(SHOP, time_scale=10.0), contract(), "soak", "limits", {}))
    assert told.startswith("5 limits, all at once: about 9 to 15 s")
    assert "longer limits 6 s" in told


def test_without_a_limit_nothing_is_said():
    assert not forecast(Setup("", attrs.evolve(SHOP, principals=()), contract(), "quick", "limits", {}))
