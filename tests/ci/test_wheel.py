"""The wheel: one import name, every file that the suite reads, and a command that works from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.ci.act import ROOT

FOLDERS = ("specs", "contracts", "load", "reports", "sandbox")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked, as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "from setuptools.build_meta import build_wheel; print(build_wheel(__import__('sys').argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=_clean_copy(folder), capture_output=True, text=True, check=True
    )
    site = folder / "site"
    with zipfile.ZipFile(folder / made.stdout.split()[-1]) as wheel:
        wheel.extractall(site)
    return site


def _clean_copy(folder: Path) -> Path:
    """The files of the project, so that building leaves nothing among them."""
    copy = folder / "checkout"
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in files.stdout.splitlines():
        if not name.startswith(("tests/", "docs/")) and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    return copy


def test_everything_stands_below_one_name(site):
    assert {path.name.partition("-")[0] for path in site.iterdir()} == {"calcom_contracts"}


def test_it_has_every_file_that_the_suite_has(site):
    def files(root: Path) -> set[str]:
        found = (path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file())
        names = {path.relative_to(root).as_posix() for path in found}
        return {each for each in names if "__pycache__" not in each and not each.startswith("reports/out/")}

    assert files(site / "calcom_contracts") == files(ROOT)


def run(site: Path, cwd: Path, *arguments: str, **environment: str) -> str:
    cwd.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "calcom_contracts", *arguments],
        cwd=cwd, env={**os.environ, "PYTHONPATH": str(site), **environment}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_the_gate_runs_from_another_folder_and_writes_there(site, tmp_path):
    told = run(site, tmp_path / "elsewhere", "gate", "-q", "-m", "caching and organizations-bookings")
    assert "upheld" in told
    (folder,) = (each for each in (tmp_path / "elsewhere" / "reports" / "out").iterdir() if each.name[0].isdigit())
    assert (folder / "report.html").is_file()
    assert not (site / "calcom_contracts" / "reports" / "out").exists()


def test_the_shell_completes_its_commands(site, tmp_path):
    told = run(
        site, tmp_path / "elsewhere", COMP_WORDS="calcom-contracts ju", COMP_CWORD="1",
        _CALCOM_CONTRACTS_COMPLETE="bash_complete",
    )  # fmt: skip
    assert told.split() == ["plain,judge"]
