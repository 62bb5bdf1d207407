"""The findings of the run under load, taken over into the gate's."""

from __future__ import annotations

from contracts.gate.load_run import LoadSubRun, summary

LIMIT = "#/paths/~1a/get/limits/0"


def verdict(word, law="limits/declared-limit-is-enforced", kind="law", **more):
    told = {"expected": "5 in 6 s", "actual": "7", "reason": "why", "confidence": "proven", "reproduce": "curl x"}
    line = {"id": f"{law} GET /a", "law": law, "kind": kind, "operation": "GET /a", "title": "T.", "exchanges": [3]}
    return {**line, "verdict": word, **told, **more}


def content(*verdicts, word="none yet", laws=()):
    promise = {"kind": "limit", "operation": "GET /a", "text": "", "verdict": word, "laws": list(laws)}
    run = dict.fromkeys(("requests", "started", "finished", "ended", "deployment", "depth"), 1)
    return {"verdicts": list(verdicts), "totals": {}, "limits": [], "promises": {LIMIT: promise}, "run": run}


def merged(mine, theirs, tmp_path):
    beside = LoadSubRun(tmp_path)
    beside.content = {**theirs, "limits": [{"operation": "GET /a"}]}
    beside.merge(mine)
    return mine


def test_laws_under_load_become_lines_of_the_run(tmp_path):
    told = merged(content(), content(verdict("upheld"), word="upheld", laws=["limits/x"]), tmp_path)
    assert [each["verdict"] for each in told["verdicts"]] == ["upheld"]
    assert told["verdicts"][0]["exchanges"] == []
    assert told["totals"]["upheld"] == 1
    assert told["limits"] == [{"operation": "GET /a"}]
    assert told["promises"][LIMIT]["verdict"] == "upheld"
    assert told["promises"][LIMIT]["laws"] == ["limits/x"]
    assert told["run"]["load"]["folder"] == "load"


def test_a_check_that_breaks_only_under_load_is_broken(tmp_path):
    check = {"law": "status/declared", "kind": "check"}
    told = merged(content(verdict("upheld", **check)), content(verdict("broken", **check)), tmp_path)
    assert [each["verdict"] for each in told["verdicts"]] == ["broken"]
    again = merged(content(verdict("broken", **check)), content(verdict("upheld", **check)), tmp_path)
    assert [each["verdict"] for each in again["verdicts"]] == ["broken"]


def test_without_a_run_under_load_nothing_changes(tmp_path):
    mine = content(verdict("upheld"))
    LoadSubRun(tmp_path).merge(mine)
    assert "load" not in mine["run"]


def test_one_broken_law_decides_what_is_said_of_an_operation():
    word, told = summary([verdict("upheld"), verdict("broken", law="limits/recovery")])
    assert word == "broken"
    assert "expected  5 in 6 s" in told
    assert "$ curl x" in told


def test_an_operation_of_which_nothing_was_seen_is_not_observable():
    assert summary([verdict("not observable"), verdict("upheld", kind="check")]) == ("not observable", "why")
    assert summary([verdict("blocked")])[0] == "blocked"
    assert summary([verdict("upheld"), verdict("not observable")]) == ("", "")
