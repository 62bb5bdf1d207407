"""What several wrong values in one request say: of each place that the refusal names because of it."""

from __future__ import annotations

import pytest

from contracts.strategies.schemathesis_cases import Case
from contracts.strategies.wrong_together import Refusal, rows, seen


def case(name: str, what: str = "wrong type", value: object = 7) -> Case:
    return Case("body", name, what, False, value)


EMAIL, NAME, ROLE = case("email"), case("name"), case("role")


def test_the_first_ways_of_all_places_are_halved_and_the_later_ones_sent_at_once() -> None:
    null = [case(each.name, "null", None) for each in (EMAIL, NAME, ROLE)]
    assert rows([EMAIL, NAME, ROLE, *null], 2) == [[EMAIL, ROLE], [NAME], null]
    assert rows([EMAIL, NAME, ROLE, *null], 1) == [[EMAIL, ROLE], [NAME]]


def test_one_place_or_one_inside_another_is_sent_by_itself() -> None:
    assert rows([EMAIL, case("email", "null", None), case("keys/0/id")], 3) == []


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("email must be an email, role must be a string", "name must be a string", [EMAIL, ROLE, NAME]),
        ("role must be a string", "name must be a string", [ROLE, NAME]),
        ("email is wrong", "That is not accepted.", [EMAIL]),
        ("That is not accepted.", "That is not accepted.", []),
        ("the role and the name of an email", "the role and the name of an email", []),
        ('{"email": 7, "role": 7} is wrong', "name is wrong", [NAME]),
        ("emails and roles are wrong", "name is wrong", [NAME]),
    ],
    ids=["all", "all but one", "the first", "nothing", "what is always said", "what was sent", "other words"],
)
def test_what_a_refusal_names_was_seen(first: str, second: str, told: list[Case]) -> None:
    assert seen([Refusal((EMAIL, ROLE), first), Refusal((NAME,), second)]) == told


def test_a_name_that_stands_in_every_refusal_counts_where_it_comes_once_more() -> None:
    status = case("status")
    usual = '{"status": "error", "message": "%s"}'
    heard = [Refusal((status,), usual % "status is wrong"), Refusal((NAME,), usual % "name is wrong")]
    assert seen(heard) == [status, NAME]
    assert seen([Refusal((status,), usual % "something is wrong"), heard[1]]) == [NAME]
