"""The strategies of lists: what they draw, what they draw first, and that it means what they say."""

from __future__ import annotations

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from contracts.core.filter_semantics import kept
from contracts.strategies.filters import filter_values, others_only, questions, strange, strange_values, telling
from contracts.strategies.pages import impossible, impossible_pages, offsets, offsets_past, page_sizes, telling_sizes
from contracts.strategies.sorts import both_ways, sorting, sorts
from specs.contract import build
from specs.source.document import as_document
from tests.contracts.laws.pagination.dialects import DIALECTS, document
from tests.contracts.laws.pagination.shop import books

SHOP = build(as_document(document(DIALECTS["skip-take"])))
LIST = SHOP.operation("listBooks")
BOOKS = books("acme")
GENRE, AFTER = LIST.parameter("genre"), LIST.parameter("addedAfter")
BOOKINGS = "OrganizationsBookingsController_getAllOrgTeamBookings"


@given(st.data(), st.integers(1, 200), st.none() | st.integers(1, 50))
def test_page_sizes_can_be_asked_for(data, total, maximum):
    size = data.draw(page_sizes(total, maximum=maximum))
    assert 1 <= size <= (maximum or total + 1)


@pytest.mark.parametrize("total", range(3, 60))
def test_the_first_size_leaves_a_rest_and_the_second_does_not(total):
    first, *others = telling_sizes(total, pages=5)
    assert total % first
    assert {total - 1, total, total + 1} <= {first, *others}


@pytest.mark.parametrize("total", range(3, 60))
def test_a_size_that_a_list_was_read_in_already_is_not_drawn_first(total):
    known = telling_sizes(total)[0]
    assert find(page_sizes(total, known=known), lambda _: True) != known


@given(st.data(), st.integers(1, 100))
def test_offsets_are_inside_and_past_the_end(data, total):
    assert 0 <= data.draw(offsets(total)) < max(total, 2)
    assert data.draw(offsets_past(total)) >= total


def test_impossible_pages_are_below_above_absurd_and_words():
    assert impossible(minimum=1, maximum=1000) == ["1001", "0", "-1", str(2**63), str(2**31), "many"]
    assert impossible(minimum=0, words=False) == ["-1"]
    assert impossible(minimum=None, words=False) == []


@given(impossible_pages(maximum=9))
def test_impossible_pages_never_fit(value):
    assert not (value.isdigit() and 1 <= int(value) <= 9)


@given(filter_values(SHOP, GENRE, BOOKS), filter_values(SHOP, AFTER, BOOKS))
def test_filter_values_keep_some_and_not_all(genre, after):
    for parameter, value in ((GENRE, genre), (AFTER, after)):
        judged = kept([(parameter.filter, value)], BOOKS)
        assert 0 < judged.count(True) < len(BOOKS)
        assert None not in judged


@given(strange_values(SHOP, GENRE, BOOKS))
def test_strange_values_keep_nothing(value):
    assert kept([(GENRE.filter, value)], BOOKS) == [False] * len(BOOKS)


def test_the_first_strange_value_is_part_of_one_that_is_there():
    assert strange(SHOP, GENRE, BOOKS)[0] == "nove"


def test_every_filter_of_a_question_makes_a_difference():
    rules = {each.name: each.filter for each in (GENRE, AFTER)}
    values = {each.name: telling(SHOP, each, BOOKS) for each in (GENRE, AFTER)}
    [asked] = questions(rules, values, BOOKS)
    assert asked.keys() == {"genre", "addedAfter"}
    both = kept([(rules[name], wanted) for name, wanted in asked.items()], BOOKS).count(True)
    assert 0 < both < min(kept([(rules[name], wanted)], BOOKS).count(True) for name, wanted in asked.items())


def test_a_filter_that_no_item_shows_is_left_out():
    assert telling(SHOP, GENRE, [{"id": 1}, {"id": 2}]) == []
    assert questions({"genre": GENRE.filter}, {"genre": []}, BOOKS) == []


def test_several_values_are_asked_at_once_where_a_parameter_takes_them(contract):
    status = contract.operation(BOOKINGS).parameter("status")
    items = [{"status": each} for each in ("past", "upcoming", "past", "cancelled", "past", "no such status")]
    assert telling(contract, status, items)[0] == ["past", "upcoming"]


def test_every_sort_of_the_document_goes_both_ways(contract):
    parameters = sorting(contract.operation(BOOKINGS))
    assert [each.name for each in parameters] == ["sortStart", "sortEnd", "sortCreated", "sortUpdatedAt"]
    assert {both_ways(each) for each in parameters} == {("asc", "desc")}


@given(sorts(LIST, directions=["desc"]))
def test_sorts_are_queries(query):
    assert query == {"order": "desc"}


def test_a_time_is_asked_for_close_to_one_that_items_show_first_behind_it():
    days = [{"id": number, "added": f"2030-01-0{number}T10:00:00Z"} for number in (1, 3, 5)]
    member = AFTER.filter.member.strip("/")
    shown = [{"id": each["id"], member: each["added"]} for each in days]
    found = telling(SHOP, AFTER, shown)
    assert set(found[:2]) == {"2030-01-01T10:01:01.000Z", "2030-01-03T10:01:01.000Z"}
    assert set(found[2:]) == {"2030-01-03T09:58:59.000Z", "2030-01-05T09:58:59.000Z"}


def test_what_only_others_have_is_nothing_of_ones_own():
    others = [*BOOKS, {**BOOKS[0], GENRE.filter.member.strip("/"): "cookery"}]
    assert others_only(SHOP, GENRE, BOOKS, others) == ["cookery"]
    assert others_only(SHOP, AFTER, BOOKS, others) == []
