"""The scenarios by name. A new one is a module with a `Scenario` in it, and one line here."""

from __future__ import annotations

from load.runtime.scenario import Scenario
from load.scenarios.limits.scenario import Limits
from load.scenarios.mixed.scenario import MixedScenario
from load.scenarios.tokens.scenario import TokenScenario

SCENARIOS: dict[str, type[Scenario]] = {each.name: each for each in (Limits, TokenScenario, MixedScenario)}
