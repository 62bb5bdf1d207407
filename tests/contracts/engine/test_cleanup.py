"""Everything a run creates is removed: at its end, after Ctrl-C, and after a crash by `python -m contracts clean`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from contracts.config import deployment as deployments
from contracts.engine.run import Run
from contracts.gate.sandbox import ROOT, Sandbox
from contracts.plan.plan import make
from contracts.request.credentials import sign
from contracts.request.url import target

BEGUN = 120
"""Requests after which a run is in the middle of creating things."""
PATIENCE = 120.0


@pytest.fixture
def file(tmp_path):
    """A deployment whose limits keep a run from being over before it is caught, and whose data must not be lost."""
    sandbox = Sandbox(arguments=["--time-scale", "20"])
    written = tmp_path / "kept.toml"
    told = sandbox.deployment.read_text("utf-8")
    written.write_text(told.replace("synthetic = true", "synthetic = true\ndisposable = false"), "utf-8")
    yield written
    sandbox.stop()


def shown(contract, file):
    """The ids in every list whose place is known, as each tenant sees them."""
    told = deployments.load(file)
    found = {}
    for resource in contract.resources:
        for principal in told.principals:
            if resource.list is None or resource.delete is None:
                continue
            values = {name: told.value(principal.tenant, name) for name in resource.list.path_parameters}
            headers = sign(resource.list, principal)[0]
            if headers and all(values.values()):
                url = told.base_url + target(resource.list, values)
                answer = httpx.get(url, headers=[(name, told.vault.reveal(value)) for name, value in headers])
                found[principal.name, resource.name] = {item["id"] for item in answer.json()["data"]}
    assert found
    return found


def begin(file, folder):
    """A gate in a process of its own that has got into the middle."""
    command = [sys.executable, "-m", "pytest", "contracts", "-q", "-p", "no:cacheprovider", "-m", "state"]
    gate = subprocess.Popen(
        [*command, "--deployment", str(file), "--out", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )
    evidence = folder / "evidence.ndjson"
    deadline = time.monotonic() + PATIENCE
    while gate.poll() is None and time.monotonic() < deadline:
        if evidence.exists() and evidence.read_bytes().count(b'{"type": "exchange"') >= BEGUN:
            return gate
        time.sleep(0.01)
    gate.kill()
    raise AssertionError("the gate could not be caught in the middle")


def test_what_a_killed_run_left_behind_can_be_cleaned(contract, file, tmp_path):
    before = shown(contract, file)
    gate = begin(file, tmp_path)
    gate.send_signal(signal.SIGKILL)
    gate.wait()
    assert shown(contract, file) != before
    clean = [sys.executable, "-m", "contracts", "clean", str(tmp_path), "--deployment", str(file)]
    said = subprocess.run(clean, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert " removed" in said.stdout
    assert shown(contract, file) == before


def test_an_interrupted_run_cleans_up_itself(contract, file, tmp_path):
    before = shown(contract, file)
    gate = begin(file, tmp_path)
    gate.send_signal(signal.SIGINT)
    gate.wait(PATIENCE)
    assert b'"ended": "interrupted"' in (tmp_path / "evidence.ndjson").read_bytes()
    assert shown(contract, file) == before


def test_a_finished_run_leaves_nothing_even_where_refusals_create(contract, tmp_path):
    sandbox = Sandbox(["conflicting-creation-stored"], ["--limits", "off"])
    try:
        before = shown(contract, sandbox.deployment)
        plan = make(contract, deployments.load(sandbox.deployment))
        run = Run(plan, tmp_path)
        run.start([item.id for item in plan.items if item.rule.id == "state/a-duplicate-is-refused"])
        run.wait()
        assert shown(contract, sandbox.deployment) == before
    finally:
        sandbox.stop()
