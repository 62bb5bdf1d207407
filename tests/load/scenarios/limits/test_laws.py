"""Every law of limits is broken by a finding that shows it broken, and says so of none that does not."""

from __future__ import annotations

import random
from types import SimpleNamespace

import attrs
import pytest

from contracts.config.deployment import Principal
from contracts.core.verdicts import BROKEN, UPHELD
from contracts.judging.record_laws import judgement
from load.limiters.examination import examine
from load.limiters.rule import Rule
from load.limiters.trace import Sample
from load.scenarios.limits.findings import Job, LimitFinding
from load.scenarios.limits.laws import LAWS
from tests.load.limiters.simulated import FAULTS, KINDS, Off, Server, drive
from tests.load.scenarios.exchanges import exchange

OPERATION = "POST /v2/oauth-clients/{clientId}/users/{userId}/force-refresh"
LIMIT, WINDOW = 5, 60.0
PRINCIPAL = Principal("acme", "acme", "oauth_client", {})
NOW = 1_700_000_000.0


def examined(fault: str = "none"):
    """What the estimator makes of a fixed window with a fault, when it proves what it can."""
    rng = random.Random(4)
    number, length = FAULTS[fault](LIMIT, WINDOW)
    limiter = Off(number, length, rng) if fault == "off" else KINDS["fixed"](number, length, rng)
    found, _ = drive(examine(Rule(LIMIT, WINDOW), NOW, 0.0), Server(limiter, rng, 0.01))
    return found


GOOD = examined()
NEVER_AGAIN = attrs.evolve(
    GOOD,
    recovered=False,
    kinds=(),
    samples=(Sample(NOW, NOW + 0.1, 200), Sample(NOW + 1, NOW + 1.1, 429), Sample(NOW + 99, NOW + 99.1, 429)),
)
FINDINGS = {
    "declared-limit-is-enforced": ({"estimate": examined("off")}, {}),
    "window-is-as-declared": ({"estimate": examined("half the window")}, {}),
    "longer-limits-hold": ({"refuted": {"hour": (40, 1)}}, {"soaked": {"hour": 100}}),
    "a-burst-admits-no-more-than-the-limit": ({"estimate": attrs.evolve(GOOD, verdict="race")}, {}),
    "headers-are-true": ({}, None),  # no refusal has the headers that the document declares
    "credentials-have-buckets-of-their-own": ({"other": ("rival", 429, 2)}, None),
    "operations-have-buckets-of-their-own": ({"sharing": ("GET /v2/things",), "looked": 1}, None),
    "recovery": ({"estimate": NEVER_AGAIN}, {}),
    "a-refused-request-changes-nothing": ({"created": ("mark", 1, True)}, {"created": ("mark", 1, False)}),
}
"""By law: what a finding has that shows it broken, and what one has that shows it upheld."""


@pytest.fixture
def run(contract):
    told = {number: exchange(contract, OPERATION, status=status) for number, status in ((1, 200), (2, 429))}
    clock = SimpleNamespace(offset=0.0, unsure=0.0, known=True)
    rule = lambda limit: Rule(limit.requests, limit.window)  # noqa: E731
    return SimpleNamespace(contract=contract, exchanges=told, clock=clock, rule=rule, depth="full")


def judged(law: str, contract, run, parts):
    """What a law says of a finding."""
    operation = contract.operation(OPERATION)
    finding = LimitFinding(Job(operation, PRINCIPAL, operation.limits[0]), **{"estimate": GOOD, **parts})
    record = ({finding.job.key: finding},) if law.startswith("operations-") else (finding.estimate, run)
    return judgement(LAWS[f"limits/{law}"], finding, *record)


def test_every_law_of_limits_is_tried():
    assert {f"limits/{law}" for law in FINDINGS} == LAWS.keys()


@pytest.mark.parametrize("law", FINDINGS)
def test_a_law_of_limits_is_broken_by_a_finding_that_shows_it(law, contract, run):
    found = judged(law, contract, run, FINDINGS[law][0])
    assert found.verdict == BROKEN, (f"limits/{law}", found)


@pytest.mark.parametrize("law", [law for law, (_, good) in FINDINGS.items() if good is not None])
def test_a_law_of_limits_is_upheld_by_a_finding_that_shows_it(law, contract, run):
    found = judged(law, contract, run, FINDINGS[law][1])
    assert found.verdict != BROKEN, (f"limits/{law}", found)
    assert found.verdict == UPHELD or law == "longer-limits-hold", (f"limits/{law}", found)
