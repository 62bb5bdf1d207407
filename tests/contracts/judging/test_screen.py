"""What the gate says at its end: few rows, narrow ones, and the totals of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import VERDICTS
from contracts.judging.problems import grouped
from contracts.judging.screen import Screen, outcome

OUT = Path("reports/out/run")
POINTER = "#/paths/~1v1~1books/get"
SCRIPT = "curl -sS -i 'http://127.0.0.1:8080/v1/books?take=1001' -H \"x-key: $ACME_KEY\""


def line(word: str, law: str, operation: str, **more: Any) -> dict[str, Any]:
    told = {"expected": "no item on both pages", "actual": "2 shared, such as 17", "reproduce": SCRIPT}
    return {
        "id": f"{law} {operation}", "law": law, "family": law.partition("/")[0], "title": "Pages share no item.",
        "operation": operation, "verdict": word, "reason": None, "exchanges": [], "expected": None, "actual": None,
        "reproduce": None, "promises": [POINTER], "severity": {"level": "major", "reason": ""},
        **(told if word == "broken" else {}), **more,
    }  # fmt: skip


def content(*lines: dict[str, Any]) -> dict[str, Any]:
    """What verdicts.json holds, as far as a terminal tells it."""
    totals = {word: sum(each["verdict"] == word for each in lines) for word in VERDICTS}
    run = {"depth": "quick", "requests": 812, "started": 1.0, "finished": 10.5}
    problems = [each.written() for each in grouped(lines)]
    own = {"place": "books.yaml:12", "text": "Pages share no book."}
    return {
        "verdicts": list(lines), "totals": totals, "run": run, "problems": problems,
        "promises": {POINTER: {"quote": own}},
    }  # fmt: skip


def rows(told: dict[str, Any], width: int = 120, most: int | None = 44) -> list[str]:
    return [each.text for each in outcome(told, OUT, Screen(width, most))]


MANY = [
    line(
        "broken",
        f"state/law-{number}",
        f"DELETE /v1/things-{number}/{{id}}",
        expected="a" * number,
        actual="b" * number,
    )
    for number in range(1, 150)
]


def test_a_problem_is_told_with_how_to_see_it() -> None:
    said = rows(content(line("broken", "pagination/pages-do-not-overlap", "GET /v1/books")))
    assert said[0] == "1 problem (1 major), 1 finding"
    assert said[1] == "major: GET /v1/books: expected no item on both pages, got 2 shared, such as 17"
    assert said[2] == '  books.yaml:12 says: "Pages share no book."'
    assert said[3] == f"  {SCRIPT}"
    assert said[-1] == "1 broken; 812 requests, 9.5 s"


def test_where_the_document_has_no_words_the_promise_is_told() -> None:
    said = rows(content(line("broken", "pagination/pages-do-not-overlap", "GET /v1/books", promises=[])))
    assert said[2] == "  promised: Pages share no item."


@pytest.mark.parametrize("width", [40, 80, 4000])
def test_no_run_takes_more_rows_than_there_are(width: int) -> None:
    lines = [{**each, "reproduce": f"{SCRIPT}\n" * 30} for each in MANY]
    lines += [line("not observable", f"state/a-{number}", "GET /v1", reason="word " * 200) for number in range(9)]
    said = rows(content(*lines), width)
    assert len(said) <= 44
    assert any(each.startswith("and ") and each.endswith("more in reports/out/run/report.html") for each in said)
    assert "9 not observable" in "".join(said[-3:])


def test_all_is_told_where_rows_do_not_count() -> None:
    said = rows(content(*MANY), most=None)
    assert sum(each.startswith("major: ") for each in said) == len(grouped(MANY))
    assert sum(SCRIPT in each for each in said) == len(grouped(MANY))


def test_texts_fit_forty_columns() -> None:
    said = rows(
        content(line("broken", "state/a", "DELETE /v1/books/{bookId}"), line("upheld", "state/b", "GET /v1")), 40
    )
    assert all(len(each) <= 40 for each in said if "curl" not in each and "bash" not in each)


def test_a_long_script_is_named_by_its_file() -> None:
    told = content(line("broken", "state/a", "GET /v1", reproduce="\n".join([SCRIPT] * 40)))
    (problem,) = told["problems"]
    assert f"  bash reports/out/run/reproduce/{problem['id']}.sh" in rows(told)


def test_says_what_would_make_observable_what_was_not() -> None:
    second = "the deployment file names no second tenant that may call this operation"
    unseen = [line("not observable", f"credentials/{number}", "GET /v1", reason=second) for number in range(3)]
    few = [
        line("not observable", f"pagination/{n}", "GET /v1", reason=f"the list has {n} items, 2 are needed")
        for n in (0, 1)
    ]
    said = rows(content(*unseen, *few), 400)
    assert (
        said[0] == f"not observable: 3 × {second}; add a second tenant with resources of its own to the deployment file"
    )
    assert said[1].startswith("not observable: 2 × the list has 0 items, 2 are needed; put more items")


def test_no_server_steers_the_terminal() -> None:
    hostile = "\x1b[2J\u202e\x00<script>"
    told = content(line("broken", "state/a", f"GET /{hostile}", actual=hostile, expected=hostile, reproduce=hostile))
    said = "\n".join(rows(told))
    assert not {"\x1b", "\u202e", "\x00"} & set(said)
    assert "\\x1b[2J" in said


def test_says_what_is_new_and_how_much_is_fixed() -> None:
    told = content(line("broken", "state/a", "GET /v1"))
    states = {told["problems"][0]["id"]: "new", "p-0000000000": "fixed"}
    said = [each.text for each in outcome(told, OUT, Screen(120, 44), states)]
    assert said[1].startswith("major, new: GET /v1: ")
    assert "1 problem fixed since earlier runs" in said
