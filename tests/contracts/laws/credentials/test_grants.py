"""A refusal upholds a law of credentials only where the right credential was granted the operation in this run."""

from __future__ import annotations

import json
from collections.abc import Iterator

import attrs
import pytest

from contracts.core.exchange import Exchange
from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.engine import replay_driver
from contracts.engine.run import Run
from contracts.evidence import reader
from contracts.judging import grants
from contracts.judging.grants import Granted
from contracts.judging.judge import Verdict
from contracts.laws.law import Law
from tests.in_process import judged
from tests.power import harness

FORCE = "POST /v2/oauth-clients/{clientId}/users/{userId}/force-refresh"
REFRESH = "POST /v2/oauth/{clientId}/refresh"


def by_refusal(run: Run, key: str) -> Iterator[Verdict]:
    for each in run.verdicts:
        if isinstance(each.item.rule, Law) and each.item.rule.by_refusal and each.item.operation.key == key:
            yield each


def asked(one: Exchange, **otherwise: str) -> Exchange:
    return attrs.evolve(one, request=attrs.evolve(one.request, **otherwise))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Run:
    server = harness.sandbox(["--limits", "off"], "quick")
    items = [item.id for item in server.plan.items if item.operation.key in {FORCE, REFRESH}]
    return judged(server.application, server.plan, items, 0, tmp_path_factory.mktemp("sound"))


def test_an_operation_that_is_refused_to_everybody_upholds_no_law_of_credentials() -> None:
    server = harness.sandbox(["--limits", "off", "--fault", "refused-to-everybody"], "quick")
    found = list(by_refusal(server.run(lambda item: item.operation.key == FORCE), FORCE))
    assert len(found) > 5
    assert UPHELD not in {each.verdict for each in found}
    assert any("so far as this run shows to everybody" in (each.reason or "") for each in found)


@pytest.mark.parametrize("key", [FORCE, REFRESH])
def test_where_it_was_granted_refusals_count(sound: Run, key: str) -> None:
    found = list(by_refusal(sound, key))
    assert {each.verdict for each in found} <= {UPHELD, OBSERVED, NOT_OBSERVABLE}
    assert sum(each.verdict == UPHELD for each in found) > 3


def test_it_takes_a_success_of_the_same_operation_and_of_the_same_tenant(sound: Run) -> None:
    for each in (one for one in by_refusal(sound, FORCE) if one.verdict == UPHELD):
        granted = {seq: one for seq, one in sound.exchanges.items() if one.ok and one.operation.key == FORCE}
        foreign = {seq: asked(one, principal="rival") for seq, one in granted.items()}
        stray = {seq: asked(one, method="PUT") for seq, one in granted.items()}
        elsewhere = {seq: one for seq, one in sound.exchanges.items() if one.operation.key != FORCE}
        assert grants.ungranted(each.item, UPHELD, Granted(granted), sound.plan) is None
        for others in (foreign, stray, elsewhere, {}):
            assert "was granted to acme" in (grants.ungranted(each.item, UPHELD, Granted(others), sound.plan) or "")
            assert grants.ungranted(each.item, BROKEN, Granted(others), sound.plan) is None


def test_a_replay_comes_to_the_same_verdicts(sound: Run) -> None:
    evidence = reader.read(sound.out / "evidence.ndjson", sound.plan.contract)
    again = {each.item.id: each.verdict for each in replay_driver.verdicts(sound.plan, evidence)}
    assert all(again[each.item.id] == each.verdict for each in sound.verdicts)


def test_whoever_is_to_be_refused_a_refresh_presents_a_living_token(sound: Run) -> None:
    example = json.dumps(sound.plan.contract.operation(REFRESH).body.examples[0])  # type: ignore[union-attr]
    here = [each.request for each in sound.exchanges.values() if each.operation.key == REFRESH]
    whole = [each.body for each in here if each.principal is None and "refreshToken" in (each.body or "")]
    assert whole
    assert example not in whole
    assert all("$" in str(each) for each in whole)
