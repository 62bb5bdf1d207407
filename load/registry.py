"""The scenarios by name. A new one is a module with a `Scenario` in it, and one line here."""

from __future__ import annotations

from load.scenario import Scenario
from load.users.limits import Limits
from load.users.mixed import MixedScenario
from load.users.tokens import TokenScenario

SCENARIOS: dict[str, type[Scenario]] = {each.name: each for each in (Limits, TokenScenario, MixedScenario)}
