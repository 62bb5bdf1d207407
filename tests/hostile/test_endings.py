"""Full disks, and two runs that begin in one second."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.config.deployment import ConfigError
from contracts.evidence.recorder import Recorder
from contracts.judging import outputs
from tests.hostile.judging import judged
from tests.hostile.notes import FEW, KEYS


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow above 20 kB in this process."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_ends_the_run_and_what_was_made_is_removed_all_the_same(tmp_path: Path) -> None:
    outcome = judged("well", tmp_path)
    assert (
        outcome.run.recorder.failure == f"{tmp_path}/run/evidence.ndjson: cannot be written any more (File too large)"
    )
    assert outcome.run.ended == "interrupted"
    assert len(outcome.server.notes.notes) == FEW * len(KEYS)
    assert outcome.run.left_behind == []


@pytest.mark.usefixtures("small_files")
def test_a_recorder_that_cannot_write_says_so_once_and_goes_on_counting(tmp_path: Path) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path / "evidence.ndjson", lambda: told.append("failed"))
    for number in range(100):
        recorder.write("exchange", number=number, text="x" * 1000)
    recorder.close()
    assert told == ["failed"]
    assert recorder.requests == 100


def test_two_runs_in_one_second_have_two_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "OUT", tmp_path)
    monkeypatch.setattr(outputs.time, "strftime", lambda _: "20260101-000000")
    assert [outputs.run_folder(None).name for _ in range(3)] == [
        "20260101-000000",
        "20260101-000000-2",
        "20260101-000000-3",
    ]


def test_a_folder_that_cannot_be_made_is_told_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(outputs, "OUT", tmp_path / "file" / "out")
    with pytest.raises(ConfigError, match="cannot be made a folder"):
        outputs.run_folder(None)
