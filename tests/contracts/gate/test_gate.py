"""The gate as its users run it: exit codes, outputs, selection, and what it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[3]


def gate(*arguments: str, raw: bool = False, **environment: str) -> subprocess.CompletedProcess[str]:
    """The gate with the suite's exit codes; `raw`: with pytest's."""
    command = ["pytest", "contracts"] if raw else ["contracts", "gate"]
    return subprocess.run(
        [sys.executable, "-m", *command, "-q", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, **environment},
    )


DEAD = """
[deployment]
name = "nowhere"
base_url = "http://127.0.0.1:9"
document = "calcom-v2"
[[principals]]
name = "acme"
tenant = "acme"
kind = "oauth_client"
client_id = "cl"
secret = "secret"
"""


def test_a_fault_fails_the_gate_and_every_output_tells_it(tmp_path):
    done = gate("--fault", "pages-overlap", "--out", str(tmp_path), "-k", "pagination and users")
    assert done.returncode == 1, done.stdout + done.stderr
    scripts = list((tmp_path / "reproduce").glob("*.sh"))
    assert scripts
    assert all("curl -sS" in each.read_text() for each in scripts)
    # a script that takes too many rows, as in a narrow terminal, is named by its file
    assert "curl -sS" in done.stdout or any(each.name in done.stdout for each in scripts)
    assert "expected" in done.stdout
    written = json.loads((tmp_path / "verdicts.json").read_text())
    schema = json.loads((ROOT / "reports" / "schemas" / "verdicts.schema.json").read_text())
    jsonschema_rs.validate(schema, written)
    assert written["totals"]["broken"] > 0
    for name in ("evidence.ndjson", "junit.xml", "summary.md", "report.html"):
        assert (tmp_path / name).stat().st_size > 0
    again = subprocess.run(
        [sys.executable, "-m", "contracts", "judge", str(tmp_path), "--out", str(tmp_path / "again")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 1, again.stderr
    second = json.loads((tmp_path / "again" / "verdicts.json").read_text())
    assert second["verdicts"] == written["verdicts"]


def test_a_deployment_that_is_not_there_blocks_with_one_line_and_a_report(tmp_path):
    path = tmp_path / "dead.toml"
    path.write_text(DEAD)
    done = gate("--deployment", str(path), "--out", str(tmp_path / "run"))
    assert done.returncode == 3
    assert done.stdout.count("does not answer") == 1
    assert json.loads((tmp_path / "run" / "verdicts.json").read_text())["totals"]["upheld"] == 0
    assert (tmp_path / "run" / "report.html").exists()


def test_a_mistake_in_the_deployment_file_is_one_line(tmp_path):
    path = tmp_path / "staging.toml"
    path.write_text(DEAD.replace("base_url", "base_ulr"))
    for raw, code in ((False, 2), (True, 4)):
        done = gate("--deployment", str(path), raw=raw)
        assert done.returncode == code
        assert "staging.toml:4: deployment.base_ulr: unknown key, did you mean 'base_url'" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_lines_are_selected_by_family_tag_and_writes():
    listed = gate("--collect-only", "-m", "pagination and organizations-bookings").stdout
    chosen = [line for line in listed.splitlines() if "::" in line]
    assert chosen
    assert all("pagination/" in item and "/bookings" in item for item in chosen)
    unsafe = gate("--collect-only", "-m", "law and not writes").stdout
    assert "POST /v2" not in unsafe
    assert "GET /v2" in unsafe


def test_without_writes_only_safe_methods_are_sent(sandbox, tmp_path):
    path = tmp_path / "careful.toml"
    path.write_text(sandbox.deployment.read_text().replace("writes = true", "writes = false"))
    done = gate("--deployment", str(path), "--out", str(tmp_path / "run"), "-m", "state or pagination or tokens")
    assert done.returncode == 0, done.stdout
    lines = [json.loads(line) for line in (tmp_path / "run" / "evidence.ndjson").read_text().splitlines()]
    assert {item["request"]["method"] for item in lines if item["type"] == "exchange"} == {"GET"}


def test_interrupted_the_gate_still_cleans_up_and_reports(sandbox, tmp_path):
    path = tmp_path / "slow.toml"
    told = sandbox.deployment.read_text().replace('pace = "none"', 'pace = "declared"')
    path.write_text(told.replace("time_scale = 1.0", "time_scale = 60.0"))
    process = subprocess.Popen(
        [sys.executable, "-m", "contracts", "gate", "-q", "--deployment", str(path), "--out", str(tmp_path / "run")]
        + ["-m", "state or credentials"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )
    evidence = tmp_path / "run" / "evidence.ndjson"
    deadline = time.monotonic() + 60
    while '"method": "POST"' not in (evidence.read_text() if evidence.exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert (tmp_path / "run" / "report.html").exists()
    written = json.loads((tmp_path / "run" / "verdicts.json").read_text())
    assert [left for left in written["run"]["left_behind"] if "no way to remove" not in left] == []


@pytest.mark.parametrize("kind", ["fixed", "sliding", "bucket"])
def test_limits_of_any_kind_blame_nobody(kind, tmp_path):
    arguments = f"--window {kind} --time-scale 60"
    done = gate("--sandbox-args", arguments, "--out", str(tmp_path), "-m", "pagination or limits or headers")
    assert done.returncode == 0, done.stdout


def test_faults_are_given_what_they_need_to_be_seen():
    faults = ("null-accepted", "expired-access-token-accepted", "limit-looser")
    said = gate("--collect-only", *(part for fault in faults for part in ("--fault", fault))).stdout
    assert "null-accepted is seen at depth standard only" in said
    assert "expired-access-token-accepted is seen on a fast clock only" in said
    assert "limit-looser is seen under load only" in said


def test_an_unknown_fault_is_told_in_one_line():
    done = gate("--collect-only", "--fault", "limit-losser")
    assert done.returncode == 2
    assert "did you mean limit-looser" in done.stderr
