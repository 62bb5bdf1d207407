"""Since when a finding is seen, and what runs have found one after the other."""

from pathlib import Path
from typing import Any

import attrs
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


GONE = {"operation": "DELETE /v1/books/{bookId}", "expected": "it to be gone", "actual": "it can still be read"}


def runs_with(fabricate: Any, *words: str | None) -> list[Run]:
    """Runs an hour apart that judge one law each time, or not at all, and always another one."""
    runs = []
    for number, word in enumerate(words):
        made = fabricate(f"run-{number}")
        made.info["started"] = 1_000_000.0 + 3600 * number
        made.verdict("upheld", "state/always")
        if word:
            made.verdict(word, "state/what-was-deleted-is-gone", **GONE)
        runs.append(load(made.write(), evidence=False))
    return runs


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("upheld", "broken"), "new"),
        ((None, "broken"), "new"),
        (("broken", "broken"), "still"),
        (("broken", None, "broken"), "still"),
        (("upheld", "broken", "broken"), "still"),
        (("broken", "upheld"), "fixed"),
        (("broken", "broken", "upheld"), "fixed"),
        (("broken", "upheld", "broken"), "flaky"),
        (("upheld", "broken", "upheld", "broken", "upheld"), "flaky"),
        (("broken", "upheld", "upheld"), None),
        (("broken", None), None),
        (("upheld", "upheld"), None),
    ],
)
def test_what_became_of_a_problem(fabricate: Any, tmp_path: Path, words: tuple[str | None, ...], state: str | None):
    runs = runs_with(fabricate, *words)
    file = tmp_path / "elsewhere.sqlite"
    for run in runs[:-1]:
        history.add(file, run)
    assert [each.word for each in history.states(file, runs[-1])] == ([state] if state else [])


def test_a_problem_is_known_by_what_it_breaks_when_its_name_changes(fabricate: Any, tmp_path: Path):
    first, second = runs_with(fabricate, "broken", "broken")
    second = attrs.evolve(second, problems=(attrs.evolve(second.problems[0], id="p-0000000000"),))
    history.add(tmp_path / "h.sqlite", first)
    (state,) = history.states(tmp_path / "h.sqlite", second)
    assert (state.word, state.since) == ("still", first.info.started)


@pytest.mark.parametrize(
    ("way", "words"), [("it to have a body", ["still", "new"]), ("it to be gone", ["still", "still"])]
)
def test_what_takes_over_what_another_problem_broke_is_new_if_it_breaks_it_in_another_way(
    fabricate: Any, tmp_path: Path, way: str, words: list[str]
):
    places = [f"GET /v1/{name}" for name in ("books", "authors", "loans", "shelves")]
    runs = []
    for number, expected in enumerate(("it to be gone", way)):
        made = fabricate(f"run-{number}")
        made.info["started"] = 1_000_000.0 + number
        for place in places:
            wanted = expected if place == places[-1] else "it to be gone"
            made.verdict("broken", "state/as-it-was", operation=place, expected=wanted, actual="it is not")
        runs.append(load(made.write(), evidence=False))
    shared = runs[0].problems[0]
    held = [
        tuple(each.id for each in runs[1].verdicts if (each.operation == places[-1]) == last) for last in (False, True)
    ]
    split = (attrs.evolve(shared, findings=held[0]), attrs.evolve(shared, id="p-0000000000", findings=held[1]))
    history.add(tmp_path / "h.sqlite", attrs.evolve(runs[0], problems=(shared,)))
    found = history.states(tmp_path / "h.sqlite", attrs.evolve(runs[1], problems=split))
    assert [each.word for each in found] == words


def test_runs_of_one_folder_are_kept_apart(fabricate: Any, tmp_path: Path):
    made = fabricate("out")
    for number in range(3):
        made.info["started"] = 1_000_000.0 + number
        history.add(tmp_path / "h.sqlite", load(made.write(), evidence=False))
    assert len(history.past(tmp_path / "h.sqlite")) == 3


def test_the_problems_of_the_latest_run_are_listed(fabricate: Any, tmp_path: Path):
    for run in runs_with(fabricate, "broken", "broken"):
        history.add(tmp_path / "h.sqlite", run)
    text = history.problems_text(history.past(tmp_path / "h.sqlite"))
    assert "Books API on staging: 1 problem" in text
    assert "still  since 1970-01-12" in text
    assert "DELETE /v1/books/{bookId}: expected it to be gone, got it can still be read" in text
