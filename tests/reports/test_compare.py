"""Two runs side by side."""

from typing import Any

import pytest

from reports import load
from reports.compare import compare, described


def pair(fabricate: Any, before: str | None, after: str | None) -> Any:
    runs = []
    for name, word in (("a", before), ("b", after)):
        run = fabricate(name)
        run.verdict("upheld", "state/always")
        if word:
            run.verdict(word, reason=f"because {name}")
        runs.append(load(run.write(), evidence=False))
    return compare(*runs)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("upheld", "broken", "newly_broken"),
        ("not asked", "broken", "newly_broken"),
        ("known", "broken", "newly_broken"),
        (None, "broken", "newly_broken"),
        ("broken", "upheld", "mended"),
        ("broken", "observed", "mended"),
        ("upheld", "blocked", "newly_unseen"),
        ("observed", "not observable", "newly_unseen"),
        ("broken", "not asked", "newly_unseen"),
        ("broken", None, "newly_unseen"),
        ("broken", "known", "otherwise"),
        ("blocked", "upheld", "otherwise"),
        ("upheld", "observed", "otherwise"),
        (None, "not asked", "otherwise"),
    ],
)
def test_changes(fabricate: Any, before: str | None, after: str | None, kind: str) -> None:
    comparison = pair(fabricate, before, after)
    kinds = ("newly_broken", "mended", "newly_unseen", "otherwise")
    assert [name for name in kinds if getattr(comparison, name)] == [kind]
    (change,) = getattr(comparison, kind)
    assert change.line.law == "pagination/pages-do-not-overlap"


def test_what_stays_is_no_change(fabricate: Any) -> None:
    comparison = pair(fabricate, "broken", "broken")
    assert comparison.still_broken == 1
    assert described(comparison).splitlines() == ["0 newly broken", "0 mended", "0 newly unseen", "1 still broken"]


def test_says_what_broke(fabricate: Any) -> None:
    text = described(pair(fabricate, "upheld", "broken"))
    assert "pagination/pages-do-not-overlap GET /v1/books acme (upheld → broken)" in text
    assert "expected no item on both pages, got 2 shared, such as 17" in text


def test_says_why_it_is_unseen(fabricate: Any) -> None:
    assert "(broken → blocked)\n      because b" in described(pair(fabricate, "broken", "blocked"))
    assert "(broken → no longer in the plan)" in described(pair(fabricate, "broken", None))


def test_says_that_the_documents_differ(fabricate: Any) -> None:
    before, after = fabricate("a"), fabricate("b")
    after.info["document"]["digest"] = "e" * 64
    comparison = compare(load(before.write()), load(after.write()))
    assert "different documents" in described(comparison)


def test_a_terminal_is_not_steered_by_a_server(fabricate: Any) -> None:
    before, after = fabricate("a"), fabricate("b")
    after.verdict("broken", actual="\x1b[2J")
    assert "\x1b" not in described(compare(load(before.write()), load(after.write())))
