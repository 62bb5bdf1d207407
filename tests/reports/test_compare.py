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
    problems = ["0 new problems", "0 fixed problems", "1 problem still there", ""]
    lines = ["0 newly broken", "0 mended", "0 newly unseen", "1 still broken"]
    assert described(comparison).splitlines() == problems + lines


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


def switched(fabricate: Any, name: str, *faults: str) -> Any:
    """A run in which some of three things are broken, each at several lines."""
    run = fabricate(name)
    for operation in ("GET /v1/books", "GET /v1/loans", "GET /v1/shelves"):
        html = "text/html" if "html" in faults else None
        told = {"expected": "application/json", "actual": html, "operation": operation}
        run.verdict("broken" if html else "upheld", "schema/content-type", **told)
    gone = {"operation": "DELETE /v1/books/{bookId}", "expected": "it to be gone", "actual": "it can still be read"}
    for law in ("state/what-was-deleted-is-gone", "state/what-was-deleted-stays-deleted"):
        run.verdict("broken" if "deletion" in faults else "upheld", law, **gone)
    tenant = {"operation": "GET /v1/books", "expected": "403 or 404 for rival", "actual": "200"}
    run.verdict("broken" if "tenant" in faults else "upheld", "credentials/another-tenant-is-refused", **tenant)
    return load(run.write(), evidence=False)


@pytest.mark.parametrize(
    ("before", "after", "new", "fixed", "still"),
    [
        (("html",), ("html", "deletion"), ["DELETE /v1/books/{bookId}"], [], 1),
        (("html", "tenant"), ("tenant",), [], ["3 operations, such as GET /v1/books"], 1),
        (("deletion",), ("tenant",), ["GET /v1/books"], ["DELETE /v1/books/{bookId}"], 0),
        ((), ("html", "tenant", "deletion"), [], [], 0),
    ],
)
def test_names_exactly_what_was_switched(
    fabricate: Any, before: tuple[str, ...], after: tuple[str, ...], new: list[str], fixed: list[str], still: int
) -> None:
    comparison = compare(switched(fabricate, "a", *before), switched(fabricate, "b", *after))
    if new or fixed:
        assert [each.sentence.partition(":")[0] for each in comparison.new] == new
        assert [each.sentence.partition(":")[0] for each in comparison.fixed] == fixed
    else:
        assert len(comparison.new) == len(after)
    assert comparison.still == still


def test_says_where_a_problem_shows_that_did_not_before(fabricate: Any) -> None:
    before, after = fabricate("a"), fabricate("b")
    law, told = "schema/content-type", {"expected": "application/json", "actual": "text/html"}
    for name in ("books", "loans", "shelves", "rooms"):
        after.verdict("broken", law, operation=f"GET /v1/{name}", **told)
        before.verdict("upheld" if name == "rooms" else "broken", law, operation=f"GET /v1/{name}", **told)
    text = described(compare(load(before.write()), load(after.write())))
    assert "0 new problems\n0 fixed problems\n1 problem shows in more places: 4 operations" in text
    assert "schema/content-type GET /v1/rooms acme (upheld → broken)" in text
