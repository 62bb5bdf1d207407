"""What people expect of pytest's own options: -rs, --lf, -x, -n, --junitxml."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.contracts.laws.credentials.judging import served

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = """{"openapi": "3.0.3", "info": {"title": "Bells", "version": "1"}, "paths": {
"/bells": {"get": {"responses": {"200": {"description": "All.", "content": {"application/json": {"schema":
{"type": "array", "items": {"type": "integer"}}}}}}}},
"/tones": {"get": {"responses": {"200": {"description": "All.", "content": {"application/json": {"schema":
{"type": "array", "items": {"type": "integer"}}}}}}}}}}"""
CHOSEN = ["-k", "body-fits or not-too-often or method"]


def bells(asked):
    return (200, {"not": "a list"}) if asked.path == "/bells" else (200, [1])


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """Runs the gate on a server with one fault; gives its exit code and what it says."""
    folder = tmp_path_factory.mktemp("bells")
    (folder / "bells.json").write_text(DOCUMENT)
    with served(bells) as address:
        file = folder / "bells.toml"
        file.write_text(f'[deployment]\nbase_url = "{address}"\ndocument = "bells.json"\n')

        def run(*arguments, **environment):
            command = [sys.executable, "-m", "contracts", "gate", "--deployment", str(file), *CHOSEN]
            command += ["-o", f"cache_dir={folder / 'cache'}", "--out", str(folder / "run"), *arguments]
            told = {**os.environ, **environment}
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=told, timeout=120)
            return done.returncode, done.stdout + done.stderr

        yield run


def test_one_run_with_n_and_junitxml_and_rs_tells_why_it_skips(gate, tmp_path):
    code, said = gate("-q", "-rs", "-n", "2", "--color", "no", "--junitxml", str(tmp_path / "junit.xml"))
    assert code == 1
    assert re.search(r": not (?:observable|asked): \w+", said), said
    cases = list(ElementTree.parse(tmp_path / "junit.xml").iter("testcase"))
    failed = [each for each in cases if each.find("failure") is not None]
    assert failed
    assert all("/bells" in each.attrib["name"] for each in failed)
    assert "\x1b" not in said
    # one process, whatever -n says: its requests are recorded once
    assert said.count("judging ") == 1


def test_lf_asks_what_failed_alone_and_x_stops_at_the_first(gate):
    code, said = gate("-q")
    assert code == 1
    code, said = gate("--lf", "-v")
    assert code == 1
    run = [line for line in said.splitlines() if "::test_promise[" in line and ("FAILED" in line or "PASSED" in line)]
    assert run
    assert all("FAILED" in line for line in run)
    code, said = gate("-q", "-x")
    assert code == 1
    assert "stopping after 1 failures" in said
