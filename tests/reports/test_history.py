"""Since when a finding is seen, and what runs have found one after the other."""

from pathlib import Path
from typing import Any

import pytest

from reports import ReportError, history, load, render
from reports.model import Run

LINE = "pagination/pages-do-not-overlap GET /v1/books acme"


def remembered(fabricate: Any, *words: str) -> list[Run]:
    """Runs an hour apart, each with one verdict, all in the history but the last."""
    runs = []
    for number, word in enumerate(words):
        made = fabricate(f"run-{number}")
        made.info["started"] = 1_000_000.0 + 3600 * number
        made.verdict(word, reason="because")
        runs.append(load(made.write(), evidence=False))
    for run in runs[:-1]:
        history.add(run.directory.parent, run)
    return runs


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("upheld", "broken", "broken", "broken"), 1),
        (("broken", "not asked", "blocked", "broken"), 0),
        (("broken", "upheld", "broken", "broken"), 2),
        (("broken", "upheld", "broken"), None),
        (("broken", "broken", "upheld"), None),
    ],
)
def test_a_finding_is_as_old_as_the_runs_that_saw_it_since_it_was_last_kept(fabricate, words, first):
    runs = remembered(fabricate, *words)
    found = history.since(runs[-1].directory.parent, runs[-1])
    assert found == ({} if first is None else {LINE: runs[first].info.started})


def test_runs_of_another_deployment_do_not_count(fabricate):
    runs = remembered(fabricate, "broken", "broken")
    other = fabricate("other")
    other.info["deployment"] = {**other.info["deployment"], "name": "elsewhere"}
    other.info["started"] = 2_000_000.0
    other.verdict("broken")
    run = load(other.write(), evidence=False)
    assert history.since(runs[0].directory.parent, run) == {}


def test_reports_say_since_when(fabricate):
    runs = remembered(fabricate, "broken", "broken")
    render(runs[-1].directory)
    for name in ("report.html", "summary.md"):
        assert "seen since 1970-01-12 13:46:40 UTC" in (runs[-1].directory / name).read_text(encoding="utf-8")


def test_the_table_tells_what_broke_and_what_was_mended(fabricate):
    runs = remembered(fabricate, "upheld", "broken", "upheld")
    history.add(runs[-1].directory.parent, runs[-1])
    latest, middle, first = history.past(runs[0].directory.parent)
    assert [(each.broke, each.mended) for each in (first, middle, latest)] == [(0, 0), (1, 0), (0, 1)]
    lines = history.as_text((latest, middle, first)).splitlines()
    assert [item.split()[0] for item in lines] == ["run", "run-2", "run-1", "run-0"]
    assert len({len(item) for item in lines}) == 1


def test_a_run_rendered_again_is_remembered_once(fabricate):
    (run,) = remembered(fabricate, "broken")
    for _ in range(2):
        history.add(run.directory.parent, run)
    assert len(history.past(run.directory.parent)) == 1


def test_no_history_and_a_broken_one_are_told(fabricate, tmp_path: Path):
    with pytest.raises(ReportError, match="no history yet"):
        history.past(tmp_path)
    (run,) = remembered(fabricate, "broken")
    (run.directory.parent / "history.sqlite").write_text("this is no database, " * 100)
    assert history.since(run.directory.parent, run) == {}
    for told in (lambda: history.past(run.directory.parent), lambda: history.add(run.directory.parent, run)):
        with pytest.raises(ReportError, match=r"history\.sqlite"):
            told()
