"""`[gate] fail_on_new`: what was broken before does not fail the gate, what is new does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.gate.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[3]


def gate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "contracts", "-q", "-k", "what-was-deleted and users", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ, "COLUMNS": "40"}, check=False,
    )  # fmt: skip


@pytest.fixture
def broken_sandbox():
    started = Sandbox(["user-not-deleted"], ["--limits", "off"])
    yield started
    started.stop()


def test_only_what_is_new_fails_the_gate(broken_sandbox, tmp_path):
    file, past = tmp_path / "staging.toml", tmp_path / "history.sqlite"
    file.write_text(f"{broken_sandbox.deployment.read_text()}\n[gate]\nfail_on_new = true\n")
    chosen = ("--deployment", str(file), "--history", str(past), "--out")
    first = gate(*chosen, str(tmp_path / "first"))
    assert first.returncode == 1, first.stdout + first.stderr
    second = gate(*chosen, str(tmp_path / "second"))
    assert second.returncode == 0, second.stdout + second.stderr
    assert "1 problem (1 critical)" in second.stdout
    assert "critical, new: " in first.stdout
    assert "critical, still: " in second.stdout
    summary = (tmp_path / "second" / "summary.md").read_text()
    assert "seen since" in summary
    assert len(first.stdout.splitlines()) <= 60
    assert "FAILURES" not in first.stdout
    listed = subprocess.run(
        [sys.executable, "-m", "reports", "history", str(past)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "still  since" in listed.stdout


def test_a_history_that_is_none_is_told_before_anything_is_sent(tmp_path):
    (tmp_path / "h.sqlite").write_text("this is no database, " * 100)
    done = gate("--history", str(tmp_path / "h.sqlite"), "--out", str(tmp_path / "run"))
    assert done.returncode in (2, 4)
    assert "move it away to begin a new history" in done.stderr
    assert not (tmp_path / "run" / "evidence.ndjson").exists()
