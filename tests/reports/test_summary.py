"""summary.md, as a pull request shows it."""

import re
from typing import Any

from reports import load
from reports.renderers.page import page
from reports.renderers.summary import summary


def test_tells_result_totals_findings_and_what_was_not_seen(told: Any) -> None:
    text = summary(load(told.write()))
    for part in (
        "## staging breaks its document: 1 problem (1 major) on 1 of 2 operations.",
        "Books API 3 on staging (`http://127.0.0.1:8080`): 2 requests in 9.8 s, ",
        "2026-09-21 14:13:20 UTC, depth quick, seed 7.",
        "| broken | blocked | known | observed | upheld | not observable | not asked |",
        "| 1 | 1 | 1 | 1 | 1 | 2 | 1 |",
        "### GET /v1/books: expected no item on both pages, got 2 shared, such as 17",
        "Two neighbouring pages share no item.",
        "- promised: Pages of at most 100 items. (`#/paths/~1v1~1books/get/parameters/0`)",
        "- expected: `no item on both pages`",
        "- got: `2 shared, such as 17`",
        "\n```sh\ncurl -sS 'http://127.0.0.1:8080/v1/books?skip=5' -H \"x-key: $ACME_KEY\"\n```",
        "- 2 not observable: 1 item: a walk needs 2 (2)",
        "- 1 of 2 promises judged by no law or check of this run",
    ):
        assert part in text


def test_is_short_when_nothing_broke(run: Any) -> None:
    run.verdict()
    run.verdict("not asked", "state/a", reason="writes are not allowed")
    assert len(summary(load(run.write())).splitlines()) <= 12


def test_many_findings_are_cut(run: Any) -> None:
    for number in range(25):
        run.verdict("broken", f"state/law-{number:02}", operation=f"GET /v1/{number}", expected="x" * number)
    text = summary(load(run.write()))
    assert text.count("\n### ") == 10
    assert "And 15 more problems in `report.html`." in text


def test_quotes_the_first_promise_a_verdict_names_and_the_documents_own_words(run: Any) -> None:
    quote = {"text": "maximum: 100", "place": "books.yaml:7"}
    pointers = [
        run.promise("#/paths/~1v1~1books/get/parameters/1", text="size may be up to 100.", quote=quote),
        run.promise("#/paths/~1v1~1books/get/parameters/2", text="Another one."),
    ]
    run.verdict("broken", promises=pointers, exchanges=[run.exchange(status=404)])
    told = summary(load(run.write())).split("### ")[1].splitlines()
    assert told[3].startswith("- promised: size may be up to 100.")
    assert told[4] == "- the document: maximum: 100 (`books.yaml:7`)"


def test_nothing_from_a_server_becomes_markup(run: Any) -> None:
    run.verdict(
        "broken", actual="``` <b> @someone | [a](http://x)", expected="`tick", title="*a* <b>@all [x](y) http://z |"
    )
    run.info["deployment"]["name"] = "# x\n## y"
    text = summary(load(run.write()))
    assert "- got: ````` ``` <b> @someone | [a](http://x) `````" not in text
    assert re.search(r"- got: (`+) ``` <b> @someone", text)
    assert "\n## y" not in text
    title = next(line for line in text.splitlines() if line.startswith("### "))
    assert not re.search(r"(?<!\\)[*<>|\[\]]", title)
    assert "@all" not in title
    assert "http://" not in title


def test_a_curl_cannot_leave_its_block(run: Any) -> None:
    run.verdict("broken", reproduce="curl x\n```\n# free")
    assert "\n````sh\ncurl x\n```\n# free\n````\n" in summary(load(run.write()))


def test_says_that_a_run_is_cut(told: Any) -> None:
    assert "**The record has no footer: the run was cut off before its end.**" in summary(
        load(told.write(footer=False))
    )


def test_a_credential_that_died_is_told_with_what_killed_it(run: Any) -> None:
    run.verdict("blocked", reason="the credential of acme died")
    run.info["deaths"] = {"acme": "the credential of acme died during the run; killed by #7 DELETE /v1/keys/1"}
    written = load(run.write())
    assert "The credential of acme died during the run; killed by" in summary(written)
    assert "The credential of acme died during the run; killed by #7 DELETE /v1/keys/1." in page(written)
