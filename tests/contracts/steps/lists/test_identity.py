"""An item is told from the others by its id, by what it was made with, or by the marks of who made it."""

from __future__ import annotations

import pytest

from contracts.core.conversation import NotObservable
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made
from contracts.steps.lists.identity import alike, bears, find_in, has_id, identities, mentions, require_identifiable
from tests.contracts.laws.state.notebook import CONTRACT, deployment, principals

API = RequestFactory(CONTRACT, deployment(), CONTRACT.operation("listNotebooks"), principals()[0], "ct000000-1")
ONE, OTHER = {"notebook_id": "nb-1", "title": "Ideas"}, {"notebook_id": "nb-2", "title": "Ideas"}


def made(thing: object) -> Made:
    return Made(API.resource, None, thing, {})  # type: ignore[arg-type]


def test_items_are_named_by_their_id_and_without_one_by_all_they_say() -> None:
    assert identities(API, [ONE, {"title": "x"}]) == ['"nb-1"', '{"title": "x"}']


@pytest.mark.parametrize(
    ("thing", "items", "found"),
    [
        (ONE, [OTHER, ONE], [ONE]),
        ({"id": 7}, [{"id": "7"}, {"id": 8}], [{"id": "7"}]),
        ({"notebook_id": None}, [{"notebook_id": None}], []),
        ({}, [{}], []),
    ],
)
def test_a_made_thing_is_found_by_an_id_that_both_show(thing: object, items: list[object], found: list[object]) -> None:
    assert find_in(items, made(thing)) == found


def test_where_no_id_is_shown_nobody_can_tell() -> None:
    require_identifiable([], made({}))
    require_identifiable([OTHER], made(ONE))
    with pytest.raises(NotObservable):
        require_identifiable([{"title": "Ideas"}], made(ONE))


def test_an_id_may_stand_in_another_member_of_a_list() -> None:
    assert has_id(ONE, API.resource, "nb-1")
    assert has_id({"key": 7}, API.resource, "7")
    assert not has_id({**OTHER, "title": "nb-1"}, API.resource, "nb-1")


def test_what_was_made_anew_tells_things_apart() -> None:
    sent = {"title": "ct000000-1-1", "colour": "red"}
    assert alike(API, [ONE, {**OTHER, "title": "ct000000-1-1"}], sent) == [{**OTHER, "title": "ct000000-1-1"}]
    with pytest.raises(NotObservable):
        alike(API, [{"colour": "red"}], sent)


def test_a_mark_counts_in_an_items_own_texts_and_a_name_anywhere() -> None:
    own, inside = {"title": "x ct000000-12-1"}, {"by": {"title": "ct000000-12-1"}}
    assert [bears(each, "ct000000") for each in (own, inside, {"title": "act000000-1"}, "text")] == [True, *[False] * 3]
    assert bears({"title": "ld000000-w2-1"}, "ld000000")
    assert [mentions(each, {"ct000000-12-1"}) for each in (own, inside, ONE)] == [True, True, False]
