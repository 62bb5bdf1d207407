"""A secret that is known from the deployment file, or that an answer reveals, stands in nothing a run puts out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.gate.sandbox import ROOT, Sandbox

SECRETS = ("secret", "key")


def through_the_environment(file: Path) -> tuple[str, dict[str, str]]:
    """A deployment file whose secrets come from variables, and those variables."""
    told = tomllib.loads(file.read_text())
    variables: dict[str, str] = {}
    for principal in told["principals"]:
        for key in SECRETS:
            if key in principal:
                name = re.sub(r"\W", "_", f"CANARY_{principal['name']}_{key}").upper()
                variables[name] = principal[key]
                principal[key] = f"env:{name}"
    for key, value in told["tokens"].items():
        variables[f"CANARY_{key.upper()}"] = value
        told["tokens"][key] = f"env:CANARY_{key.upper()}"
    return "\n".join(_written(told)), variables


def _written(told: dict[str, Any]) -> Iterator[str]:
    for name, table in told.items():
        for each in table if isinstance(table, list) else [table]:
            yield f"[[{name}]]" if isinstance(table, list) else f"[{name}]"
            yield from (f"{key} = {json.dumps(value)}" for key, value in each.items())


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    """The secrets of a run against a deployment that echoes them, and everything the run put out."""
    folder = tmp_path_factory.mktemp("canary")
    sandbox = Sandbox(["credential-echoed", "refresh-token-reusable"], ["--limits", "off"])
    try:
        text, secrets = through_the_environment(sandbox.deployment)
        (folder / "deployment.toml").write_text(text)
        command = ["-m", "pytest", "contracts", "-q", "-p", "no:cacheprovider", "-k", "tokens or credentials or errors"]
        told = ["--deployment", str(folder / "deployment.toml"), "--out", str(folder / "run"), "-vv", "--full-trace"]
        done = subprocess.run(
            [sys.executable, *command, *told], cwd=ROOT, env={**os.environ, **secrets}, capture_output=True, text=True
        )
    finally:
        sandbox.stop()
    files = "".join(path.read_text("utf-8", "replace") for path in (folder / "run").rglob("*") if path.is_file())
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr
    return secrets, done.stdout + done.stderr + files


def test_no_secret_of_the_deployment_file_is_put_out(outputs: tuple[dict[str, str], str]) -> None:
    secrets, text = outputs
    assert len(secrets) == 8
    assert "$CANARY_" in text
    for name, value in secrets.items():
        for part in (value, value[:-1], value[1:], value.swapcase(), value.rpartition(".")[2]):
            assert part not in text, name


def test_no_signature_of_an_issued_token_is_put_out(outputs: tuple[dict[str, str], str]) -> None:
    _, text = outputs
    shown = set(re.findall(r"eyJ[\w-]+\.eyJ[\w-]+\.([\w$%{}?-]*)", text))
    assert any(each.startswith(("$SIGNATURE_", "${SIGNATURE_")) for each in shown)
    made_up = {each for each in shown if len(each) > 20 and "SIGNATURE_" not in each}
    forged = set(re.findall(r"Bearer eyJ[\w-]+\.eyJ[\w-]+\.([\w-]{40,})", text))
    presented = set(re.findall(r'refreshToken\\*": *\\*"eyJ[\w-]+\.eyJ[\w-]+\.([\w-]{40,})', text))
    assert made_up <= forged | presented  # what the suite signed itself, to be refused
