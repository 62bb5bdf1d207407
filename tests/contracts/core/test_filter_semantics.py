"""What a filter keeps and what an order is, and where nobody can tell."""

from __future__ import annotations

import pytest

from contracts.core.filter_semantics import keeps, kept, number, out_of_order, shown, text
from specs.contract import Filter

BOOK = {"id": 7, "who": [{"name": "Ada Moss"}, {"name": "Ben"}], "at": "2024-05-06T10:00:00+02:00", "team": None}


def test_values_are_found_at_pointers_and_behind_stars():
    assert shown(BOOK, "/who/*/name") == ["Ada Moss", "Ben"]
    assert shown(BOOK, "/team") == [None]
    assert shown({"who": []}, "/who/*/name") == []
    assert shown({"a/b": {"c~d": 1}}, "/a~1b/c~0d") == [1]


@pytest.mark.parametrize("pointer", ["/missing", "/id/deeper", "/at/*"])
def test_what_an_item_does_not_show_is_not_there(pointer):
    assert shown(BOOK, pointer) is None


@pytest.mark.parametrize(
    ("member", "by", "wanted", "kept_"),
    [
        ("/id", "equals", "7", True),
        ("/id", "equals", "8", False),
        ("/id", "in", ["8", "7"], True),
        ("/who/*/name", "equals", "Ben", True),
        ("/who/*/name", "equals", "ben", None),
        ("/who/*/name", "equals", "Be", False),
        ("/who/*/name", "contains", "a Mo", True),
        ("/who/*/name", "contains", "A MO", None),
        ("/who/*/name", "contains", "zz", False),
        ("/at", "after", "2024-05-06T07:59:59.000Z", True),
        ("/at", "after", "2024-05-06T08:00:00.000Z", None),
        ("/at", "before", "2024-05-06T08:00:01.000Z", True),
        ("/at", "before", "2024-05-06T07:00:00.000Z", False),
        ("/id", "after", "6", True),
        ("/team", "equals", "1", False),
        ("/team", "after", "2024-05-06T08:00:00.000Z", None),
        ("/missing", "equals", "1", None),
    ],
)
def test_a_filter_keeps_an_item_or_not_or_nobody_can_tell(member, by, wanted, kept_):
    assert keeps(Filter(member, by), wanted, BOOK) is kept_


def test_several_filters_keep_what_all_of_them_keep():
    rules = [(Filter("/id", "equals"), "7"), (Filter("/missing", "equals"), "1")]
    assert kept(rules, [BOOK, {**BOOK, "id": 8}]) == [None, False]


@pytest.mark.parametrize(("value", "seconds"), [("2024-05-06", 1714953600.0), (5, 5.0), ("soon", None), (True, None)])
def test_times_and_numbers_have_an_order(value, seconds):
    assert number(value) == seconds


def test_order_is_judged_where_values_have_one():
    items = [{"at": 1}, {"at": None}, {"at": 1}, {}, {"at": 3}]
    assert out_of_order(items, "/at", descending=False) is None
    assert out_of_order(items, "/at", descending=True) == 4


def test_a_whole_number_is_written_without_its_fraction():
    assert [text(each) for each in (5.0, 5.5, "5", True)] == ["5", "5.5", "5", "true"]
