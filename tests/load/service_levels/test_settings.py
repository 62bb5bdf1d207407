"""The table [load] of a deployment file, and one clear line for what is wrong in it."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.config.deployment import ConfigError
from load.service_levels.settings import read

BOOKINGS = "GET /v2/organizations/{orgId}/bookings"


def test_an_empty_table_has_weights_for_everything(contract):
    settings = read({}, "f.toml", contract)
    assert settings.thresholds == ()
    assert settings.abort_after == 5.0
    assert all(settings.weight(each) > 0 for each in contract.operations)
    looks, changes = ([each for each in contract.operations if each.safe is safe] for safe in (True, False))
    assert settings.weight(looks[0]) > settings.weight(changes[0])


def test_an_operations_own_weight_wins_over_its_tags(contract):
    settings = read({"weights": {BOOKINGS: 3, "tag bookings": 1, "tag webhooks": 0}}, "f.toml", contract)
    assert settings.weight(contract.operation(BOOKINGS)) == 3.0
    assert {settings.weight(each) for each in contract.operations if "Webhooks" in each.tags} == {0.0}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"treshold": []}, "load.treshold: unknown key"),
        ({"thresholds": "p95 < 1s"}, "load.thresholds: a list"),
        ({"thresholds": ["p95 < 1s", "p95 < 1"]}, "load.thresholds[1]: 'p95 < 1': a time needs a unit"),
        ({"thresholds": ["p95 < 1s", "p95 < 1s"]}, "load.thresholds: 'p95 < 1s' stands twice"),
        ({"weights": []}, "load.weights: a table"),
        ({"weights": {"GET /nowhere": 1}}, "load.weights: the document has no operation or tag 'GET /nowhere'"),
        ({"weights": {BOOKINGS: -1}}, f"load.weights.{BOOKINGS}: a number of at least 0 is needed"),
        ({"abort_after": "now"}, "load.abort_after: a number"),
        ({"rate": 0}, "load.rate: a number above 0 is needed"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(table: dict[str, Any], said, contract):
    with pytest.raises(ConfigError) as caught:
        read(table, "staging.toml", contract)
    assert str(caught.value).startswith(f"staging.toml: {said}")
    assert "\n" not in str(caught.value)


def test_aborting_can_be_left_out(contract):
    assert read({"abort_after": False}, "f.toml", contract).abort_after is None


def test_further_thresholds_come_from_the_command_line(contract):
    settings = read({"thresholds": ["p95 < 1s"]}, "f.toml", contract, ["late < 1%"])
    assert [each.text for each in settings.thresholds] == ["p95 < 1s", "late < 1%"]
