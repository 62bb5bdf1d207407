"""What is sent to use up a limit, and when an operation's requests are thought to be counted."""

from __future__ import annotations

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.request.api import RequestFactory
from load.limiters.conclusion import Estimate
from load.limiters.rule import Rule
from load.limiters.trace import Sample
from load.scenarios.limits import probe_request
from load.scenarios.limits.findings import Job, LimitFinding
from load.scenarios.limits.table import uncounted

ACME = Principal("acme", "acme", "oauth_client", values={"client_id": "cl1", "secret": "$S"})
ADMIN = Principal("admin", "acme", "api_key", values={"key": "$K", "org_id": "7"})


@pytest.fixture
def deployment() -> Deployment:
    return Deployment("x", "http://127.0.0.1:1", "x", (ACME, ADMIN), Vault())


@pytest.mark.parametrize(
    ("key", "targets"),
    [
        ("GET /v2/oauth-clients/{clientId}/users/{userId}", 2),
        ("DELETE /v2/oauth-clients/{clientId}/users/{userId}", 2),
        ("GET /v2/organizations/{orgId}/memberships", 2),
        ("POST /v2/organizations/{orgId}/memberships", 1),
    ],
)
def test_two_addresses_take_turns_where_neither_changes_anything(contract, deployment, key, targets):
    api = RequestFactory(
        contract, deployment, contract.operation(key), ACME if "clientId" in key else ADMIN, "t", "quick"
    )
    made = probe_request.questions(api)
    assert len({each.target for each in made}) == len(made) == targets
    assert {each.body for each in made} <= {None, probe_request.INERT_BODY}


def finding(contract, key, answered, refused):
    operation = contract.operation(key)
    rule = Rule(operation.limits[0].requests, 60.0)
    samples = (Sample(0.0, 0.1, answered), *((Sample(1.0, 1.1, 429),) if refused else ()))
    verdict = "kept" if refused else "not enforced"
    estimate = Estimate(rule, verdict, (), None, None, 1, 1.0, "", "", samples)
    return LimitFinding(Job(operation, ACME, operation.limits[0]), estimate, statuses={answered})


@pytest.mark.parametrize(("answered", "unknown"), [(403, True), (404, False)])
def test_requests_turned_away_sooner_than_others_may_not_be_counted(contract, answered, unknown):
    other = finding(contract, "DELETE /v2/oauth-clients/{clientId}/users/{userId}", 404, refused=True)
    asked = finding(contract, "DELETE /v2/oauth-clients/{clientId}/webhooks", answered, refused=False)
    assert uncounted(asked, {each.job.key: each for each in (other, asked)}) is unknown
    assert attrs.evolve(asked, statuses={200}).inert is False
