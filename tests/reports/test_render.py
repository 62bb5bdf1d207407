"""Writing reports and naming the latest run."""

import os
from pathlib import Path
from typing import Any

import pytest

from reports import ReportError, mark_latest, render
from reports.latest import follow
from reports.render import RENDERERS


def test_writes_the_reports_beside_the_verdicts(told: Any) -> None:
    directory = told.write()
    paths = render(directory)
    assert paths == tuple(directory / name for name in RENDERERS)
    assert all(path.stat().st_size for path in paths)
    assert sorted(path.name for path in directory.iterdir()) == sorted(
        ["evidence.ndjson", "verdicts.json", *(path.name for path in paths)]
    )


def test_lone_surrogates_do_not_stop_it(run: Any) -> None:
    run.verdict("broken", actual="\ud800", reproduce="\udfff", exchanges=[run.exchange("\ud800")])
    render(run.write())


def test_latest_names_the_last_run(fabricate: Any, tmp_path: Path) -> None:
    first, second = (fabricate(f"out/{name}").write() for name in ("one", "two"))
    for directory in (first, second, second):
        latest = mark_latest(tmp_path / "out", directory)
        assert latest == tmp_path / "out" / "latest"
        assert latest.resolve() == directory.resolve()
    assert os.readlink(latest) == "two"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["latest", "one", "two"]


def test_latest_points_out_of_its_directory(fabricate: Any, tmp_path: Path) -> None:
    directory = fabricate("elsewhere").write()
    assert mark_latest(tmp_path / "out", directory).resolve() == directory.resolve()


def test_latest_without_symbolic_links(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refused)
    directory = told.write()
    latest = mark_latest(directory.parent, directory)
    assert latest.read_text(encoding="utf-8") == "run\n"
    assert follow(latest) == directory
    assert render(latest)[0] == directory / "report.html"


def test_latest_never_replaces_a_directory(told: Any) -> None:
    directory = told.write()
    (directory.parent / "latest").mkdir()
    with pytest.raises(ReportError, match="is a directory"):
        mark_latest(directory.parent, directory)
