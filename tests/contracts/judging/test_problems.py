"""Findings of one cause are one problem, and no others are."""

from __future__ import annotations

import random
from typing import Any

import pytest

from contracts.judging.problems import grouped

PLACES = ("/v1/books", "/v1/authors", "/v1/shelves", "/v1/loans")


def broken(law: str, operation: str, expected: str, got: str, **more: Any) -> dict[str, Any]:
    """A broken line of verdicts.json."""
    return {
        "id": f"{law} {operation} acme", "law": law, "family": law.partition("/")[0], "title": "It is so.",
        "operation": operation, "verdict": "broken", "expected": expected, "actual": got, "exchanges": [],
        "severity": {"level": "major", "reason": ""}, **more,
    }  # fmt: skip


def everywhere(law: str, expected: str, got: str, **more: Any) -> list[dict[str, Any]]:
    return [broken(law, f"GET {place}", expected, got, **more) for place in PLACES]


HTML = everywhere("schema/content-type-is-declared", "application/json", "text/html")
OVERLAP = everywhere("pagination/pages-do-not-overlap", "no item on both pages", "2 shared, such as 17")
WALK = everywhere("pagination/every-walk-gives-the-same-items", "the 10 items of all pages", "11 items, 1 twice")
SORTED = [broken("sorting/descending-is-ascending-backwards", "GET /v1/books", "sort=asc in order", "item 2 is not")]
GONE = broken("state/what-was-deleted-is-gone", "DELETE /v1/books/{bookId}", "it to be gone", "it can still be read")
STAYS = broken("state/what-was-deleted-stays-deleted", "DELETE /v1/books/{bookId}", "404 for a change of it", "200")
FAILS = broken("status/no-server-error", "POST /v1/books", "an answer below 500", "500 ('oh'), twice")
ODD = broken("input/an-odd-body-is-no-server-error", "POST /v1/books", "a 2xx or 4xx for body title: 5", "500 ('oh')")
TENANT = broken("credentials/another-tenant-is-refused", "GET /v1/loans", "403 or 404 for rival", "200")
LENIENT = broken("pagination/an-impossible-page-is-refused", "GET /v1/books", "400 for take=1001", "200 with 9 items")


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (HTML, 1),
        (OVERLAP + WALK + SORTED, 1),
        ([GONE, STAYS], 1),
        ([FAILS, ODD], 1),
        ([TENANT, LENIENT], 2),
        ([*HTML, *OVERLAP, TENANT], 3),
        ([*OVERLAP, LENIENT], 2),
        ([GONE, FAILS], 2),
        ([], 0),
    ],
    ids=["middleware", "explained", "one resource", "failure", "apart", "mixed", "lenience", "two operations", "none"],
)
def test_as_many_problems_as_causes(lines: list[dict[str, Any]], count: int) -> None:
    found = grouped(lines)
    assert len(found) == count
    assert sorted(line["id"] for each in found for finding in each.findings for line in finding.lines) == sorted(
        line["id"] for line in lines
    )


def test_a_member_told_wrongly_is_one_problem_whoever_sees_it() -> None:
    lines = everywhere("pagination/the-pagination-object-adds-up", "hasMore false (page of 4 from 2)", "True")
    lines += everywhere("filters/what-nobody-has-is-not-found", "hasMore false of no item", "True")[:1]
    schema = "a body that fits the schema at /page/hasMore"
    lines.append(broken("schema/body-fits-its-schema", "GET /v1/books", schema, "'x' is not of type \"boolean\""))
    (problem,) = grouped(lines)
    assert "about hasMore" in problem.why
    assert "4 operations" in problem.sentence


def test_a_header_is_one_whether_its_letters_are_large_or_small() -> None:
    untrue = everywhere("limits/rate-headers-tell-the-truth", "x-ratelimit-limit: a whole number", "'60, 60'")
    odd = broken("headers/headers-fit-their-schemas", "GET /v1/loans", "X-RateLimit-Limit: integer", "'60, 60'")
    assert len(grouped([*untrue, odd])) == 1


def test_a_dead_token_that_works_is_one_problem_wherever_it_does() -> None:
    lines = [
        broken("tokens/a-spent-token-is-refused", "POST /v1/refresh", "400 or 401 for a token that was used", "200"),
        broken("tokens/a-forced-refresh-ends-it", "POST /v1/users/{id}/refresh", "400 or 401 for the old one", "200"),
        broken("tokens/tokens-say-when-they-expire", "POST /v1/refresh", "expiresAt in seconds", "milliseconds"),
    ]
    assert [len(each.findings) for each in grouped(lines)] == [2, 1]


def test_a_dead_token_is_none_of_its_own_where_forged_ones_work_everywhere() -> None:
    forged = everywhere("tokens/a-forged-access-token-is-refused", "401 for an access token with alg none", "200")
    expected = "401 for the access token of a deleted user"
    dead = broken("tokens/a-deleted-owners-tokens-are-dead", "DELETE /v1/users/{userId}", expected, "200")
    assert len(grouped([*forged, dead])) == 1
    assert len(grouped([forged[0], dead])) == 2


def test_what_heads_and_bodies_of_the_same_answers_show_are_two_problems() -> None:
    shown = {"exchanges": [1, 2]}
    leak = everywhere("errors/errors-hide-the-inside", "no stack trace in an answer", "'Traceback (most…'", **shown)
    late = everywhere(
        "protocol/the-date-is-now", "a Date that is now", "Mon, 30 Nov 2026 14:33:39 GMT, 300 s away", **shown
    )
    html = everywhere("errors/error-fits-its-schema", "an error as JSON", "text/html: '<p>'", **shown)
    assert len(grouped(leak + late)) == 2
    assert len(grouped(html + [{**line, "exchanges": [1]} for line in HTML])) == 1


def test_a_creation_that_is_refused_and_one_that_answers_in_another_form_are_two_problems() -> None:
    shape = "schema/body-fits-its-schema", "POST /things", "a body that fits the schema", "[{'id': 3}] is not an object"
    kept = "state/what-is-created-is-found", "POST /things", "a body with name", "a body without it"
    refused = "state/the-required-members-suffice", "POST /things", "a creation without the optional name", "422"
    assert len(grouped([broken(*shape), broken(*refused)])) == 2
    assert len(grouped([broken(*shape), broken(*kept)])) == 1


def test_what_became_of_a_value_that_is_accepted_by_mistake_is_one_with_that_and_nothing_else_of_the_resource() -> None:
    place = "PATCH /v1/books/{bookId}"
    lost = broken("state/a-change-keeps-what-was-not-sent", place, "notes as before: {'a': 1}", "{}")
    accepted = broken("input/what-is-forbidden-is-refused", place, "400 for body weekStart: 'Noday'", "200")
    shown = broken("state/an-answer-shows-what-was-sent", place, "weekStart as sent: 'Noday'", "'Monday'")
    found = {frozenset(each.laws) for each in grouped([lost, accepted, shown])}
    assert found == {frozenset({lost["law"]}), frozenset({accepted["law"], shown["law"]})}


def test_lists_that_are_refused_are_apart_from_lists_in_the_wrong_order() -> None:
    refused = everywhere("pagination/pages-have-the-size-asked-for", "a page of 1000, the declared maximum", "400")
    assert len(grouped([*OVERLAP, *WALK, *refused])) == 2


def test_a_list_in_the_wrong_order_is_one_problem_whatever_it_is_sorted_by() -> None:
    lines = [*OVERLAP, *SORTED]
    lines.append(broken("sorting/a-filtered-list-is-sorted", "GET /v1/books", "sort=asc in order of createdAt", "no"))
    assert len(grouped(lines)) == 1


def test_what_two_members_say_wrongly_are_two_problems() -> None:
    first = everywhere("pagination/the-pagination-object-adds-up", "totalPages 2", "1")
    second = everywhere("filters/what-nobody-has-is-not-found", "itemsPerPage 2", "100")
    assert len(grouped(first + second)) == 2


def test_the_gravest_comes_first_and_stands_for_its_problem() -> None:
    critical = {**TENANT, "severity": {"level": "critical", "reason": "A tenant reaches what belongs to another."}}
    found = grouped([*HTML, critical])
    assert [each.root.level for each in found] == ["critical", "major"]
    assert found[0].written()["severity"]["level"] == "critical"
    assert found[0].sentence == "GET /v1/loans: expected 403 or 404 for rival, got 200"


def test_names_stay_whatever_the_order_the_seed_and_the_wording() -> None:
    lines = [*HTML, *OVERLAP, *WALK, GONE, STAYS, TENANT]
    names = {each.id for each in grouped(lines)}
    other = [
        {**line, "title": "Otherwise.", "actual": line["actual"].replace("17", "4711").replace("2 shared", "9 shared")}
        for line in lines
    ]
    random.Random(3).shuffle(other)
    assert {each.id for each in grouped(other)} == names
    reworded = [{**line, "expected": f"that {line['expected']}", "actual": f"this: {line['actual']}"} for line in HTML]
    assert {each.id for each in grouped(reworded)} <= names


def test_the_finding_that_is_the_simplest_to_see_stands_for_all() -> None:
    long, short = "\n".join(["curl"] * 5), "curl"
    lines = [{**line, "reproduce": short if "loans" in line["operation"] else long} for line in HTML]
    (problem,) = grouped(lines)
    assert problem.sentence.startswith("4 operations, such as GET /v1/loans: ")
    assert problem.written()["findings"][0] == problem.root.first["id"]


def test_names_stay_when_everything_is_said_in_other_words() -> None:
    lines = [*HTML, GONE, TENANT, LENIENT, FAILS]
    said = {"title": "So.", "expected": "one thing", "reproduce": "other"}
    reworded = [{**line, **said, "actual": f"another: {line['law']}", "confidence": "sure"} for line in lines]
    assert {each.id for each in grouped(reworded)} == {each.id for each in grouped(lines)}


def test_two_problems_never_share_a_name() -> None:
    twice = [
        broken(
            "schema/body-fits-its-schema", "GET /v1/books", f"a body that fits the schema at /{name}", "5 is no text"
        )
        for name in ("title", "isbn")
    ]
    lines = [{**line, "id": f"{line['id']} {number}"} for number, line in enumerate(twice)]
    lines[1]["law"] = "schema/other"
    names = [each.id for each in grouped(lines)]
    assert len(names) == len(set(names)) == 2


def test_lines_of_several_principals_are_one_finding() -> None:
    lines = [TENANT, {**TENANT, "id": "other", "principal": "rival"}]
    (problem,) = grouped(lines)
    assert problem.written()["findings"] == sorted(line["id"] for line in lines)
    assert problem.why == "a finding of its own"


def test_only_lines_of_the_word_asked_for() -> None:
    known = {**TENANT, "verdict": "known"}
    assert [each.root.law for each in grouped([known, GONE])] == [GONE["law"]]
    assert [each.root.law for each in grouped([known, GONE], "known")] == [TENANT["law"]]
