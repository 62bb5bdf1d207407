"""What a report prints to see a finding again is run as printed, and shows the finding again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.judging.judge import Verdict
from contracts.plan.plan import make

JQ = """#!/bin/sh
exec "{python}" -c 'import functools, json, sys
print(functools.reduce(lambda value, step: value[step], sys.argv[2].strip(".").split("."), json.load(sys.stdin)))' "$@"
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory) -> Path:
    """A folder with a stand-in for jq that understands the paths we print."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "jq").write_text(JQ.format(python=sys.executable))
    (folder / "jq").chmod(0o755)
    return folder


FAULTS = ["refresh-token-reusable", "patch-resets-unsent-members", "foreign-tenant-may-read", "body-enum-ignored"]
SHOWN = {
    "tokens/a-spent-refresh-token-is-refused": 200,
    "tokens/of-refreshes-at-once-one-wins": 200,
    "state/a-change-keeps-what-was-not-sent": 200,
    "credentials/another-tenant-is-refused": 200,
    "input/what-the-document-forbids-is-refused": 201,
}
"""The status that shows the finding, by law."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with several things wrong."""
    made = Sandbox(FAULTS, ["--limits", "off"])
    yield made
    made.stop()


@pytest.fixture(scope="module")
def broken(sandbox: Sandbox, contract, tmp_path_factory) -> dict[str, Verdict]:
    """The first broken line of each law."""
    plan = make(contract, deployments.load(sandbox.deployment), "quick")
    run = Run(plan, tmp_path_factory.mktemp("run"))
    run.start([item.id for item in plan.items if item.rule.id in SHOWN])
    run.wait()
    return {each.item.rule.id: each for each in reversed(run.verdicts) if each.verdict == BROKEN}


def statuses(script: str, sandbox: Sandbox, shell: Path) -> list[int]:
    """The statuses that a script prints, run as it stands with the secrets in the environment."""
    told = tomllib.loads(sandbox.deployment.read_text())
    secrets = {
        f"{principal['name'].upper().replace('-', '_')}_{member.upper()}": str(principal[member])
        for principal in told["principals"]
        for member in ("secret", "key")
        if member in principal
    }
    path = f"{shell}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env={**os.environ, **secrets, "PATH": path}, check=True
    )
    return [int(found) for found in re.findall(r"HTTP/1\.1 (\d+)", done.stdout)]


@pytest.mark.parametrize("law", SHOWN)
def test_the_lines_printed_show_the_finding_again_as_often_as_they_are_run(law, broken, sandbox, shell):
    script = broken[law].reproduce
    assert statuses(script, sandbox, shell)[-1] == SHOWN[law]
    assert statuses(script, sandbox, shell)[-1] == SHOWN[law]


def test_what_the_lines_make_they_remove(broken, sandbox, shell):
    script = broken["tokens/a-spent-refresh-token-is-refused"].reproduce
    made = re.search(r"(\w+_ID)=", script)[1]
    still = script.splitlines()[-1].replace("-X DELETE", "-i").replace(" >/dev/null", "")
    assert statuses(f"{script}\n{still}", sandbox, shell)[-1] == 404
    assert f"${{{made}:-none}}" in still
