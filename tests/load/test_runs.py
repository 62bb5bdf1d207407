"""Whole runs on the sandbox, small ones: what they write, how they end, and that nothing stays behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from contracts.evidence.reader import read
from contracts.steps.created import Ledger
from tests.power.policies import in_order, measured, share

ROOT = Path(__file__).resolve().parents[2]


@attrs.frozen
class Run:
    code: int
    said: str
    folder: Path

    @property
    def verdicts(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "verdicts.json").read_text("utf-8"))
        return told

    @property
    def broken(self) -> list[str]:
        return [each["id"] for each in self.verdicts["verdicts"] if each["verdict"] == "broken"]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "evidence.ndjson").read_text("utf-8").splitlines()]


def run(folder: Path, *arguments: str) -> Run:
    command = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--only-summary"]
    done = subprocess.run([*command, "--out", str(folder), *arguments], cwd=ROOT, capture_output=True, text=True)
    return Run(done.returncode, done.stdout + done.stderr, folder)


def test_two_processes_write_a_row_for_every_request_and_leave_nothing(tmp_path, contract):
    made = run(tmp_path, "--scenario", "mixed", "--seconds", "8", "--rate", "30", "--sample", "0.5", "--processes", "2")
    assert (made.code, made.broken) == (0, [])
    footer = made.lines[-1]
    rows = [each for each in made.lines if each["type"] in ("exchange", "row")]
    assert len(rows) == footer["requests"] == sum(each["sent"] for each in footer["workers"])
    assert {each["type"] for each in rows} == {"exchange", "row"}
    assert sorted(each["seq"] for each in rows) == list(range(1, len(rows) + 1))
    assert [each["gap"] for each in footer["workers"]] == [None, None]
    ledger = Ledger(contract)
    recorded = read(tmp_path / "evidence.ndjson", contract)
    for each in sorted(recorded.exchanges.values(), key=lambda each: each.received):
        ledger.note(each)
    assert not ledger.standing
    assert made.verdicts["load"]["requests"] == sum("due" in each for each in rows)


def of_the_gate(made: Run, verdict: str) -> dict[str, str]:
    """The lines of the gate's own laws that were driven under load and ended so, with their laws."""
    found = [each for each in made.verdicts["verdicts"] if each["kind"] == "law" and each["principal"]]
    return {each["id"]: each["law"] for each in found if each["verdict"] == verdict}


def test_laws_of_the_gate_hold_under_load_and_find_a_fault_there(tmp_path):
    seconds = ("--scenario", "mixed", "--seconds", "20")
    quiet = run(tmp_path / "quiet", *seconds)
    assert (quiet.code, quiet.broken) == (0, [])
    upheld = of_the_gate(quiet, "upheld")
    assert {"pagination/pages-do-not-overlap", "state/what-never-was-is-not-found"} <= set(upheld.values())
    faulty = run(tmp_path / "faulty", *seconds, "--fault", "default-page-size-wrong")
    assert faulty.code == 1
    assert set(of_the_gate(faulty, "broken").values()) == {"pagination/the-default-page-size-is-as-declared"}
    assert faulty.broken == list(of_the_gate(faulty, "broken"))


def test_a_broken_level_ends_the_run_with_1_and_is_shown(tmp_path):
    made = run(
        tmp_path, "--scenario", "mixed", "--shape", "soak", "--seconds", "60", "--rate", "40",
        "--threshold", "p95 < 300ms", "--threshold", "errors < 50%", "--fault", "slow-above-a-rate",
    )  # fmt: skip
    told = made.verdicts["load"]
    assert made.code == 1
    assert told["aborted"]["threshold"] == "p95 < 300ms"
    assert told["aborted"]["after"] < 30
    assert [each["kept"] for each in told["thresholds"]] == [False, True]
    assert [each.partition(" ")[0] for each in made.broken] == ["service-level/p95-under-300ms"]
    footer = made.lines[-1]
    assert footer["finished"] - (told["began"] + told["aborted"]["after"]) < 5
    assert "p95 &lt; 300ms" in (tmp_path / "report.html").read_text("utf-8")


def test_a_wrong_threshold_is_one_line_and_exit_2(tmp_path):
    made = run(tmp_path, "--scenario", "mixed", "--threshold", "p95 < 300")
    assert made.code == 2
    (told,) = [line for line in made.said.splitlines() if line.startswith("error:")]
    assert "'p95 < 300': a time needs a unit" in told
    assert "Traceback" not in made.said


def test_policies_of_refresh_cost_what_they_are_known_to_cost():
    found = measured("reuse refused", ["stampede", "single-flight"], callers=30, seconds=8)
    naive, single = found["stampede"], found["single-flight"]
    assert share(single) == 0
    assert naive["refreshes"] > 3 * single["refreshes"]
    assert share(naive) >= share(single)


def test_the_order_of_the_table_is_told_from_another_one():
    def row(failed: int, refreshes: int, refused: int) -> tuple[str, str, dict[str, Any]]:
        return "", "", {"calls": 100, "failed": failed, "refreshes": refreshes, "refused_first": refused}

    known = [row(75, 2405, 90), row(52, 1700, 80), row(1, 160, 30), row(0, 4, 20), row(0, 7, 0)]
    assert in_order(known)
    assert not in_order([known[1], known[0], *known[2:]])
    assert not in_order([*known[:3], row(1, 4, 20), known[4]])


@pytest.mark.parametrize("name", ["nonsense", "bell"])
def test_an_unknown_shape_is_refused(tmp_path, name):
    assert run(tmp_path, "--scenario", "mixed", "--shape", name).code == 2
