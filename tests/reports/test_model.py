"""Reading a run: what is forgiven, what is refused, and in which words."""

import json
from pathlib import Path
from typing import Any

import pytest

from reports import ReportError, load


def test_reads_a_run(told: Any) -> None:
    run = load(told.write())
    assert run.info.deployment.name == "staging"
    assert run.totals == {
        "broken": 1, "blocked": 1, "known": 1, "observed": 1, "upheld": 1, "not observable": 2, "not asked": 1,
    }  # fmt: skip
    assert run.operations == ("GET /v1/books", "DELETE /v1/books/{bookId}")
    assert run.notes == ()


def test_keeps_whole_only_what_a_report_shows(run: Any) -> None:
    shown, other = run.exchange(), run.exchange()
    run.verdict("broken", exchanges=[shown])
    run.verdict("upheld", "pagination/other", exchanges=[other])
    evidence = load(run.write()).evidence
    assert set(evidence.exchanges) == {shown}
    assert evidence.seconds == {shown: 0.25, other: 0.25}


def test_later_members_are_left_out(told: Any) -> None:
    told.info["workers"] = 4
    told.evidence[-1]["repeats"] = 3
    assert load(told.write()).info.seed == 7


@pytest.mark.parametrize("tail", ['{"type": "exch', "{\n", "\x00\x00\n"])
def test_a_half_written_last_line_is_a_note(told: Any, tail: str) -> None:
    notes = load(told.write(footer=False, tail=tail)).notes
    assert any("half-written" in note for note in notes)
    assert any("no footer" in note for note in notes)


def test_a_last_line_without_its_line_end_counts(told: Any) -> None:
    assert load(told.write(footer=False, tail=json.dumps(told.footer()))).notes == ()


def test_a_bad_line_before_the_last_is_left_out_and_told(told: Any) -> None:
    notes = load(told.write(tail="{\n" + json.dumps(told.footer()))).notes
    number = len(told.evidence) + 3
    assert any("1 lines" in note and f"evidence.ndjson line {number}: not JSON" in note for note in notes)


def test_a_line_that_breaks_the_schema_is_left_out_and_told(told: Any) -> None:
    told.evidence.append({"type": "exchange", "seq": "one"})
    notes = load(told.write()).notes
    assert any("1 lines" in note and f"line {len(told.evidence) + 1}: " in note for note in notes)


def test_without_evidence_the_verdicts_still_count(told: Any) -> None:
    directory = told.write()
    (directory / "evidence.ndjson").unlink()
    run = load(directory)
    assert run.totals["broken"] == 1
    assert "no exchange can be shown" in run.notes[0]


def test_evidence_of_another_plan_is_a_note(told: Any) -> None:
    directory = told.write(run={**told.info, "plan": "p2"})
    assert any("another plan" in note for note in load(directory).notes)


def test_totals_that_do_not_match_are_a_note(told: Any) -> None:
    directory = told.write(totals={**told.raw()["totals"], "broken": 0})
    run = load(directory)
    assert run.totals["broken"] == 1
    assert any("0 broken where the lines show 1" in note for note in run.notes)


def test_a_verdict_twice_is_refused(run: Any) -> None:
    run.verdict()
    run.verdict()
    with pytest.raises(ReportError, match="stands twice"):
        load(run.write())


def test_no_run_directory(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"there is no such file; is .* a run directory"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not JSON"),
        ('{"schema": 1', "not JSON"),
        ("[" * 5_000, "not JSON"),
        ("[]", "not of type"),
        ('{"schema": 2}', "schema version 2; this suite reads version 1"),
        ('{"schema": 1}', "required property"),
    ],
)
def test_unreadable_verdicts(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "verdicts.json").write_text(text, encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        load(tmp_path)
    assert complaint in str(caught.value)
    assert "verdicts.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_conversation_that_showed_it(run: Any) -> None:
    first, second = run.exchange(line="a"), run.exchange(line="a")
    run.evidence.append({"type": "reused", "conversation": first, "seq": second})
    run.verdict("broken", id="a", exchanges=[first])
    evidence = load(run.write()).evidence
    for exchanges, conversation in ([first], first), ([second], second), ([], second):
        asked = evidence.asked("a", exchanges)
        assert asked is not None
        assert asked.id == conversation
    assert evidence.asked("b", [first]) is None
