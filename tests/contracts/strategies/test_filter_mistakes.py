"""What filters that are sent together hide of each other is asked by questions of its own."""

from __future__ import annotations

import pytest

from contracts.strategies.filter_mistakes import Filters, mistakes, revealing
from specs.contract import Filter

DAYS = [f"2026-01-{day:02}T10:00:00Z" for day in range(1, 9)]
ITEMS = [
    {"id": number, "state": "open" if number % 2 else "done", "start": day, "end": day.replace("T10", "T11")}
    for number, day in enumerate(DAYS)
]
RULES = {"state": Filter("/state", "in", inferred=False), "before": Filter("/end", "before", inferred=False)}
WORDS = {"state": ["open", "done"]}
BETWEEN = "2026-01-04T10:30:00Z"
FILTERS = Filters(RULES, {"state": [["open"], ["done"]], "before": [BETWEEN, "2026-01-04T12:00:00Z"]}, ITEMS)


def shown_by(question: dict[str, str | list[str]]) -> set[str]:
    return {f"{each.name} {each.what}" for each in mistakes(FILTERS, WORDS) if FILTERS.shows(question, each)}


def test_a_mistake_is_shown_where_the_answer_would_be_another() -> None:
    assert shown_by({"before": BETWEEN}) == {"before looks at /start", "before looks an hour late"}
    assert shown_by({"before": "2026-01-04T12:30:00Z"}) == set()
    assert shown_by({"state": ["open"]}) == {"state open lets done through", "state open finds nothing"}
    assert shown_by({"state": ["open", "done"]}) == {"state uses the first", "state uses the last"}


def test_a_filter_beside_it_can_hide_a_mistake() -> None:
    assert shown_by({"before": BETWEEN, "state": ["open"]}) == {
        "before looks at /start",
        "before looks an hour late",
        "state open lets done through",
        "state open finds nothing",
    }
    assert shown_by({"before": BETWEEN, "state": ["done"]}) == {
        "state done lets open through",
        "state done finds nothing",
    }


@pytest.mark.parametrize("asked", [[], [{"before": BETWEEN, "state": ["done"]}]])
def test_what_is_hidden_is_asked_in_few_questions_until_everything_shows(
    asked: list[dict[str, str | list[str]]],
) -> None:
    found = revealing(FILTERS, asked, WORDS, 9)
    told = set().union(*map(shown_by, [*asked, *found]))
    assert told == {f"{each.name} {each.what}" for each in mistakes(FILTERS, WORDS)}
    assert len(found) <= 3
    assert len(revealing(FILTERS, asked, WORDS, 1)) == 1


def test_nothing_is_asked_twice() -> None:
    asked = revealing(FILTERS, [], WORDS, 9)
    assert revealing(FILTERS, asked, WORDS, 9) == []


def test_what_looks_at_the_first_of_several_things_inside_an_item_alone_is_shown_by_the_others() -> None:
    guests = [{"guests": [{"name": "Ann"}, {"name": "Bo"}]}, {"guests": [{"name": "Cy"}]}]
    rules = {"guest": Filter("/guests/*/name", "equals", inferred=False)}
    filters = Filters(rules, {"guest": ["Ann", "Bo", "Cy"]}, guests)
    wrong = next(each for each in mistakes(filters, {}) if each.what == "looks at the first inside")
    assert [filters.shows({"guest": name}, wrong) for name in ("Ann", "Bo", "Cy")] == [False, True, False]
