"""The command line, as a process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from sandbox.faults import FAULTS
from sandbox.server import AddressError, listen

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sandbox"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run to the end."""
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running sandbox and its URL."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        line = process.stdout.readline().split()
        assert line[:1] == ["READY"], process.stderr and process.stderr.read()
        yield line[1], process
    finally:
        process.kill()
        process.communicate()


def test_it_serves_what_its_deployment_file_says(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.toml"
    with served("--deployment-out", str(file), "--time-scale", "60", "--seed", "3") as (url, _):
        deployment = tomllib.loads(file.read_text("utf-8"))
        assert deployment["deployment"] == {
            "name": "sandbox",
            "base_url": url,
            "document": "calcom-v2",
            "time_scale": 60.0,
            "writes": True,
            "synthetic": True,
        }
        assert deployment["budget"] == {"pace": "declared"}
        principals = deployment["principals"]
        assert [each["tenant"] for each in principals] == ["acme"] * 3 + ["rival"] * 3
        assert [each.get("role") for each in principals] == [None, "admin", "member"] * 2
        for each in principals:
            headers = (
                {"authorization": f"Bearer {each['key']}"}
                if each["kind"] == "api_key"
                else {"x-cal-secret-key": each["secret"], "x-cal-client-id": each["client_id"]}
            )
            answer = httpx.get(f"{url}/v2/organizations/{each['org_id']}/bookings", headers=headers)
            assert answer.status_code == 200
            assert abs(parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()) < 5
            assert "server" not in answer.headers
            assert int(answer.headers["x-ratelimit-reset"]) <= time.time() + 2.1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_it_said_one_line(number: signal.Signals) -> None:
    with served() as (url, process):
        assert httpx.get(f"{url}/v2/nothing").status_code == 404
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


def test_limits_off_is_told_to_the_suite(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.toml"
    with served("--deployment-out", str(file), "--limits", "off", "--fault", "pages-overlap"):
        deployment = tomllib.loads(file.read_text("utf-8"))
        assert deployment["deployment"]["limits"] == "off"
        assert deployment["budget"] == {"pace": "none"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "pages-overlp"], "no fault named 'pages-overlp'; did you mean pages-overlap"),
        (["--variation", "qqqqq"], "no variation named 'qqqqq'; see --list-variations"),
        (["--host", "0.0.0.0"], "loopback"),
        (["--host", "192.0.2.1"], "loopback"),
        (["--host", "cal.com"], "not an IP address"),
        (["--document", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--document", "pyproject.toml"], "pyproject.toml: "),
        (["--deployment-out", "/nowhere/at/all.toml"], "/nowhere/at/all.toml"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_exit_2(arguments: list[str], said: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--window", "x"], ["--time-scale", "0"], ["--nonsense"]])
def test_wrong_usage_is_exit_2_without_a_traceback(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("--port", str(taken.getsockname()[1]))
    assert ended.returncode == 2
    assert "Address already in use" in ended.stderr


def test_the_faults_are_listed_for_people_and_for_programs() -> None:
    text, data = run("--list-faults"), run("--list-faults", "--json")
    listed = json.loads(data.stdout)
    assert {each["name"] for each in listed} == set(FAULTS.switches)
    for each in listed:
        assert each.keys() == {"name", "family", "scope", "operations", "needs", "text", "place"}
        assert each["name"] in text.stdout
        assert each["text"] in text.stdout
        assert each["place"] in text.stdout
        file, _, line = each["place"].partition(":")
        assert int(line) <= len((ROOT / file).read_text("utf-8").splitlines())
    assert "foreign-404" in run("--list-variations").stdout


def test_help_says_what_it_is() -> None:
    assert "READY" in run("--help").stdout


def test_other_addresses_are_never_bound() -> None:
    for host in ("0.0.0.0", "::", "10.0.0.1"):
        with pytest.raises(AddressError):
            listen(host, 0)
    listen("localhost", 0).close()
