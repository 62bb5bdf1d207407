"""A bound is written in other ways, so that who misreads it keeps other items."""

from __future__ import annotations

import attrs

from contracts.core.filter_semantics import keeper, number
from contracts.strategies.time_spellings import spellings, takes_dates, together
from tests.contracts.checks.exchanges import contract

LIST = contract().operation("GET /v2/organizations/{orgId}/routing-forms")
AFTER, BEFORE = (LIST.parameter(name, "query") for name in ("afterCreatedAt", "beforeUpdatedAt"))
ITEMS = [
    {"createdAt": f"2026-01-{day:02}T10:00:00Z", "updatedAt": f"2026-02-{29 - day * 2:02}T20:00:00Z"}
    for day in range(1, 12)
]


def test_each_bound_makes_a_difference_where_it_is_misread_whatever_else_is_sent_along() -> None:
    assert AFTER
    assert BEFORE
    rules = {each.name: each.filter for each in (AFTER, BEFORE) if each.filter}
    for turn in range(2):
        known = spellings(contract(), [AFTER, BEFORE], ITEMS, turn)
        asked = together(rules, known, ITEMS)
        assert {name for each in asked for name in each} == rules.keys()
        for written in asked:
            right = [keeper(rules[name], ITEMS)(each.instant) for name, each in written.items()]
            for place, (name, each) in enumerate(written.items()):
                wrong = [*right]
                wrong[place] = keeper(rules[name], ITEMS)(each.misread)
                assert [all(row) for row in zip(*wrong, strict=True)] != [all(row) for row in zip(*right, strict=True)]


def test_the_same_instant_is_written_for_another_zone() -> None:
    assert AFTER
    for each in spellings(contract(), [AFTER], ITEMS, 0)["afterCreatedAt"]:
        assert number(each.text) == number(each.instant)
        assert each.text.endswith("-05:30")


def test_a_bare_date_is_sent_only_where_the_document_says_what_it_means() -> None:
    assert AFTER
    assert takes_dates(AFTER)
    silent = attrs.evolve(AFTER, description="Created after this time.")
    assert not takes_dates(silent)
    assert not any(each.dated for each in spellings(contract(), [silent], ITEMS, 1)["afterCreatedAt"])
