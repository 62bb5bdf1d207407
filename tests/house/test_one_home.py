"""What the gate and the load both need exists once, and both use it."""

from __future__ import annotations

import attrs
import pytest

from contracts.laws.law import Law, Options
from tests.house.modules import FILES, calls, imported, names

OURS = [name for name in FILES if name.startswith(("contracts", "load"))]
CLIENTS = ("contracts.transport.client", "load.runtime.transport")
ONCE = {
    "Law": {"contracts.laws.law"},
    "Allowance": {"contracts.transport.pacing"},
    "removals": {"contracts.steps.cleanup"},
}
"""What is made or asked for in one place only."""
SPELLING = {"reveal_json", "reveal_url", "hide_answer"}
"""What turns placeholders into secrets as they stand on the wire, and back."""


@pytest.mark.parametrize("name", ONCE)
def test_laws_are_registered_and_rates_and_removals_counted_in_one_place(name):
    assert {module for module in OURS if name in calls(FILES[module])} == ONCE[name]


def test_only_the_wire_format_spells_secrets():
    users = {module for module in OURS if SPELLING & names(FILES[module])} - {"contracts.config.vault"}
    assert users == {"contracts.transport.wire_format"}


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_uses_the_wire_format(name):
    assert "contracts.transport.wire_format" in imported(FILES[name])


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("load.runtime.run", "contracts.transport.pacing"),
        ("load.runtime.removal", "contracts.steps.cleanup"),
        ("load.runtime.removal", "contracts.transport.retries"),
        ("contracts.engine.cleanup", "contracts.steps.cleanup"),
        ("load.scenarios.limits.laws", "contracts.laws.law"),
        ("load.scenarios.mixed.registry", "contracts.laws.law"),
        ("load.scenarios.tokens.laws", "contracts.laws.law"),
    ],
)
def test_the_load_uses_what_the_gate_uses(name, home):
    assert home in imported(FILES[name])


@pytest.mark.parametrize("name", [each for each in FILES if each.startswith("load")])
def test_the_load_comes_near_no_client_of_the_gate(name):
    """Not through others either: the sockets of a process under load are not those an HTTP client expects."""
    seen, waiting = set(), [name]
    while waiting:
        if (module := waiting.pop()) not in seen:
            seen.add(module)
            waiting += imported(FILES[module]) & FILES.keys()
    assert not seen & {"contracts.transport.client", "contracts.transport.token_auth", "contracts.transport.sender"}


@pytest.mark.parametrize("name", [each for each in FILES if each.startswith("contracts.steps.")])
def test_steps_of_conversations_send_nothing_and_wait_for_nothing(name):
    assert not {each.partition(".")[0] for each in imported(FILES[name])} & {"asyncio", "time", "socket", "subprocess"}


def test_every_option_of_a_law_has_its_type():
    optional = {each.name for each in attrs.fields(Law) if each.default is not attrs.NOTHING}
    assert set(Options.__annotations__) == optional - {"judge"}
