"""python -m reports."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.render import RENDERERS

ROOT = Path(__file__).parents[2]


def reports(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reports", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("command", [[], ["render"]])
def test_renders_again_and_prints_the_paths(told: Any, command: list[str]) -> None:
    directory = told.write()
    done = reports(*command, directory)
    assert done.returncode == 0
    assert done.stdout.split() == [str(directory / name) for name in RENDERERS]


@pytest.mark.parametrize("first", [True, False])
def test_makes_it_the_latest_run(told: Any, first: bool) -> None:
    directory = told.write()
    assert reports(*(["--latest", directory] if first else [directory, "--latest"])).returncode == 0
    assert (directory.parent / "latest").resolve() == directory.resolve()
    assert reports(directory.parent / "latest", "--latest").returncode == 0
    assert (directory.parent / "latest").resolve() == directory.resolve()


def test_compares(fabricate: Any) -> None:
    before, after = fabricate("a"), fabricate("b")
    before.verdict("upheld")
    after.verdict("broken")
    worse, better = reports("compare", before.write(), after.write()), reports("compare", after.write(), before.write())
    assert (worse.returncode, better.returncode) == (1, 0)
    assert worse.stdout.startswith("1 new problem\n  major: GET /v1/books: expected no item on both pages")
    assert "\n1 newly broken\n" in worse.stdout
    assert "1 fixed problem\n" in better.stdout
    assert "\n1 mended\n" in better.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["nowhere"], ["compare", "nowhere"], ["compare", "a", "b"], ["--what"], ["a", "b"]]
)
def test_usage_and_unreadable_runs_exit_2(arguments: list[str]) -> None:
    done = reports(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert done.stderr


def test_an_unreadable_run_is_one_line() -> None:
    assert reports("nowhere").stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--help"], ["render", "--help"], ["compare", "--help"]])
def test_help(arguments: list[str]) -> None:
    done = reports(*arguments)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: python -m reports")


def test_reports_that_cannot_be_written_exit_3(told: Any) -> None:
    directory = told.write()
    (directory / "report.html").mkdir()
    done = reports(directory)
    assert done.returncode == 3
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
