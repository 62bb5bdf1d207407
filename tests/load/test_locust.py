"""The run under load as its users start it: exit codes, outputs, several processes, and what is said of lost rows."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCUST = [sys.executable, "-m", "locust", "-f", "load/locustfile.py"]
HEADLESS = [*LOCUST, "--headless", "--only-summary"]
WITHIN = 150
ONE = "GET /v2/organizations/{orgId}/attributes"


def started(*arguments: str, to: Path, within: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*(within or HEADLESS), *arguments],
        cwd=ROOT,
        stdout=to.open("w"),
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )


def ended(process: subprocess.Popen[str]) -> int:
    try:
        return process.wait(WITHIN)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def said(log: Path, words: str) -> bool:
    """Wait until a process has said something."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        if log.exists() and words in log.read_text("utf-8", "replace"):
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def split() -> list[str]:
    """Two worker processes, on a port of their own, since several tests may run at the same time."""
    port = str(free_port())
    return ["--processes", "2", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--master-port", port]


def verdicts(folder: Path) -> dict:
    return json.loads((folder / "verdicts.json").read_text("utf-8"))


def rows(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "evidence.ndjson").read_text("utf-8").splitlines()]


def words(folder: Path) -> dict[str, str]:
    """What was said of every limited operation: whether its number is kept."""
    law = "limits/declared-limit-is-enforced"
    return {each["operation"]: each["verdict"] for each in verdicts(folder)["verdicts"] if each["law"] == law}


FAULTS = ("limit-one-less", "limit-looser", "limit-not-enforced")
PLACES = (
    "OrganizationsAttributesController_getOrganizationAttributes",
    "OAuthClientWebhooksController_getOAuthClientWebhooks",
    "OrganizationsMembershipsController_getAllMemberships",
)


def placed() -> list[str]:
    return [part for fault, place in zip(FAULTS, PLACES, strict=True) for part in ("--fault", f"{fault}@{place}")]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One process, some faults."""
    folder = tmp_path_factory.mktemp("alone")
    assert ended(started("--out", str(folder / "run"), *placed(), to=folder / "log")) == 1
    return folder / "run"


def test_one_process_writes_what_the_gate_writes(alone):
    written = verdicts(alone)
    schemas = ROOT / "reports" / "schemas"
    jsonschema_rs.validate(json.loads((schemas / "verdicts.schema.json").read_text()), written)
    validator = jsonschema_rs.validator_for(json.loads((schemas / "evidence.schema.json").read_text()))
    lines = rows(alone)
    for item in lines:
        validator.validate(item)
    assert written["run"]["requests"] == sum(item["type"] == "exchange" for item in lines)
    assert written["run"]["ended"] == "complete"
    assert (alone / "report.html").stat().st_size > 0
    assert {each["verdict"] for each in written["limits"]} >= {"looser", "not enforced", "implied"}


def test_two_processes_say_what_one_says(alone, tmp_path):
    code = ended(started(*split(), "--out", str(tmp_path / "run"), *placed(), to=tmp_path / "log"))
    assert code == 1, (tmp_path / "log").read_text()
    _same(alone, tmp_path / "run")


def test_a_master_and_two_workers_say_what_one_process_says(alone, tmp_path):
    port = str(free_port())
    workers = [started("--worker", "--master-port", port, to=tmp_path / f"worker{number}") for number in (1, 2)]
    master = ["--master", "--expect-workers", "2", "--master-bind-port", port, "--master-bind-host", "127.0.0.1"]
    code = ended(started(*master, "--out", str(tmp_path / "run"), *placed(), to=tmp_path / "log"))
    assert code == 1, (tmp_path / "log").read_text()
    assert [ended(worker) for worker in workers] == [0, 0]
    _same(alone, tmp_path / "run")


def _same(alone: Path, other: Path) -> None:
    """The same verdicts on the number of every limit; every row of every worker in one record, none lost."""
    one, two = words(alone), words(other)
    told = {operation for operation in one if "not observable" not in (one[operation], two[operation])}
    assert {operation: one[operation] for operation in told} == {operation: two[operation] for operation in told}
    assert {operation for operation in told if one[operation] == "broken"}
    run, lines = verdicts(other)["run"], rows(other)
    exchanges = [item for item in lines if item["type"] == "exchange"]
    assert [line["seq"] for line in exchanges] == list(range(1, len(exchanges) + 1))
    assert {line["worker"] for line in exchanges} == {"1", "2"}
    assert [each["gap"] for each in run["workers"]] == [None, None]
    assert sum(each["sent"] for each in run["workers"]) == len(exchanges) == run["requests"]


def test_a_worker_that_is_killed_leaves_a_gap_that_is_said(tmp_path):
    port = str(free_port())
    workers = [started("--worker", "--master-port", port, to=tmp_path / f"worker{number}") for number in (1, 2)]
    options = ["--master", "--expect-workers", "2", "--master-bind-port", port, "--master-bind-host", "127.0.0.1"]
    master = started(*options, "--out", str(tmp_path / "run"), to=tmp_path / "log")
    assert said(tmp_path / "log", "Sending spawn jobs")
    os.killpg(workers[1].pid, signal.SIGKILL)
    assert ended(master) == 4  # what the lost worker would have shown is unproven
    assert ended(workers[0]) == 0
    run = verdicts(tmp_path / "run")["run"]
    assert run["ended"] == "incomplete"
    assert sum("fell silent" in (each["gap"] or "") for each in run["workers"]) == 1


def test_the_run_time_is_what_was_asked_for(tmp_path):
    code = ended(started("-t", "2s", "--out", str(tmp_path / "run"), to=tmp_path / "log"))
    assert code in {0, 3, 4}, (tmp_path / "log").read_text()  # by how much was answered within two seconds, if anything
    stamps = re.findall(r"\d\d:(\d\d:\d\d,\d{3})\].*(?:Ramping to|limit reached)", (tmp_path / "log").read_text())
    begun, over = (int(m) * 60 + float(s.replace(",", ".")) for m, s in (stamp.split(":") for stamp in stamps[:2]))
    assert 1.8 < (over - begun) % 3600 < 2.6
    assert verdicts(tmp_path / "run")["run"]["ended"] == "interrupted"


def test_ctrl_c_still_writes_the_report(tmp_path):
    process = started(*split(), "--out", str(tmp_path / "run"), to=tmp_path / "log")
    assert said(tmp_path / "log", "All users spawned")
    os.killpg(process.pid, signal.SIGINT)
    assert ended(process) == 130
    written = verdicts(tmp_path / "run")
    assert written["run"]["ended"] == "interrupted"
    assert [each["gap"] for each in written["run"]["workers"]] == [None, None]
    assert (tmp_path / "run" / "report.html").exists()


NOBODY = """
[deployment]
name = "nobody"
base_url = "http://127.0.0.1:9"
document = "calcom-v2"
"""


def test_a_run_without_a_request_fails(tmp_path):
    (tmp_path / "nobody.toml").write_text(NOBODY)
    code = ended(
        started("--deployment", str(tmp_path / "nobody.toml"), "--out", str(tmp_path / "run"), to=tmp_path / "log")
    )
    assert code == 3


@pytest.mark.parametrize("processes", [list, split])
def test_a_mistake_in_a_file_is_told_in_one_line(processes, tmp_path):
    (tmp_path / "bad.toml").write_text(NOBODY + "bass_url = 1\n")
    log = tmp_path / "log"
    assert ended(started("--deployment", str(tmp_path / "bad.toml"), *processes(), to=log)) == 2
    assert "bass_url: unknown key, did you mean 'base_url'?" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_web_ui_shows_verdicts_and_the_report(tmp_path):
    port, log = free_port(), tmp_path / "log"
    base = f"http://127.0.0.1:{port}"
    web = ["--web-host", "127.0.0.1", "--web-port", str(port), "--out", str(tmp_path / "run")]
    process = started(*web, to=log, within=tuple(LOCUST))
    try:
        assert said(log, "Starting web interface")
        assert '"key": "verdicts"' in _fetched(f"{base}/")
        _fetched(f"{base}/swarm", user_count="37", spawn_rate="37")
        until = time.monotonic() + WITHIN
        while not (told := json.loads(_fetched(f"{base}/verdicts.json")))["ended"] and time.monotonic() < until:
            time.sleep(0.3)
        assert {row["verdict"] for row in told["rows"]} >= {"implied"}
        assert json.loads(_fetched(f"{base}/stats/requests"))["extended_stats"][0]["key"] == "verdicts"
        assert ONE in _fetched(f"{base}/verdicts")
        assert "</html>" in _fetched(f"{base}/verdicts/report")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        assert ended(process) == 130


def _fetched(url: str, **form: str) -> str:
    data = urllib.parse.urlencode(form).encode() if form else None
    until = time.monotonic() + WITHIN
    while True:
        try:
            with urllib.request.urlopen(url, data, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_the_help_lists_the_options_of_the_suite():
    told = subprocess.run(
        [sys.executable, "-m", "load", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {"--deployment", "--scenario", "--depth", "--out", "--fault"} <= set(re.findall(r"--[a-z-]+", told.stdout))
