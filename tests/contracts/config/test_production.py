"""The guard for production, by the names of hosts and by what the file and the command say."""

from __future__ import annotations

import subprocess
import sys

import attrs
import pytest

from contracts.config.deployment import ConfigError, Deployment
from contracts.config.production import is_test_place, require_consent
from contracts.config.vault import Vault
from contracts.gate.sandbox import ROOT

TESTS = (
    "http://127.0.0.1:8000", "http://[::1]/", "http://10.1.2.3", "http://192.168.0.4:1/v1", "http://localhost",
    "http://api", "https://staging.acme.com", "https://api.dev.acme.com", "https://api-qa.acme.com",
    "https://preview-17.acme.com", "https://acme.test", "https://uat.acme.co.uk", "https://Sandbox.Acme.com",
)  # fmt: skip
OTHERS = (
    "https://acme.com", "https://api.acme.com", "https://latest.acme.com", "https://contest.acme.com",
    "https://testing.acme.com", "https://developer.acme.com", "https://8.8.8.8", "https://attest-dev2.acme.com",
)  # fmt: skip


@pytest.mark.parametrize("address", TESTS)
def test_a_place_for_tests_is_known_by_its_name(address):
    assert is_test_place(address)


@pytest.mark.parametrize("address", OTHERS)
def test_everything_else_may_be_production(address):
    assert not is_test_place(address)


def deployment(**told):
    made = Deployment("acme", "https://api.acme.com", "", (), Vault(), writes=True)
    return attrs.evolve(made, **told)


@pytest.mark.parametrize(
    ("told", "confirmed"),
    [
        ({"writes": False}, False),
        ({"environment": "staging"}, False),
        ({}, True),
        ({"environment": "production"}, True),
    ],
)
def test_who_says_so_may_write(told, confirmed):
    require_consent(deployment(**told), confirmed=confirmed, file="acme.toml")


@pytest.mark.parametrize("told", [{}, {"environment": "production"}])
def test_nobody_writes_to_production_by_accident(told):
    with pytest.raises(ConfigError, match=r"acme\.toml: .*--yes-this-is-production"):
        require_consent(deployment(**told), confirmed=False, file="acme.toml")


def test_the_gate_refuses_with_exit_code_2(tmp_path):
    file = tmp_path / "acme.toml"
    file.write_text('[deployment]\nbase_url = "https://api.acme.com"\ndocument = "calcom-v2"\nwrites = true\n')
    command = [sys.executable, "-m", "contracts", "gate", "-q", "-p", "no:cacheprovider", "--deployment", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "api.acme.com may be production" in done.stderr
