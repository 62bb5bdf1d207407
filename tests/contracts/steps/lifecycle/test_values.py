"""What counts as the same value, and which values are sent so that an effect can be seen."""

from __future__ import annotations

import pytest

from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.comparison import differences, kept
from contracts.steps.lifecycle.forged_ids import owners
from contracts.steps.lifecycle.full_bodies import full_body, other_choices
from contracts.steps.lifecycle.values import changes, invalid_member
from contracts.strategies.body_forms import minimal_body
from tests.contracts.laws.state.notebook import CONTRACT, deployment, principals

THING = {
    "notebook_id": "nb-1",
    "title": "Ideas",
    "colour": "red",
    "pinned": False,
    "labels": ["a"],
    "owner_id": "anne",
    "updated_at": "2030-01-01T00:00:00Z",
}


def api(operation):
    return RequestFactory(CONTRACT, deployment(), CONTRACT.operation(operation), principals()[0], "ct000000-1")


def steps(conversation):
    """What steps return that ask nothing."""
    try:
        next(conversation)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("it asked something")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("x", "x"),
        ("BOOKING_CREATED", ["BOOKING_CREATED"]),
        (105, "105"),
        (1, 1.0),
        ("https://example.com", "https://example.com/"),
        ("2030-01-01T10:00:00+01:00", "2030-01-01T09:00:00.000Z"),
        ({"a": "1"}, {"a": "1", "b": "2"}),
        ("PT0S", 0.0),
        ("PT1M30S", "00:01:30"),
        (["a", "b"], ["b", "a"]),
        ([{"value": "x"}], [{"id": 1}]),
        ({"street": "x", "secret": "y"}, {"street": "x"}),
        ({"card": "4111"}, {"last4": "1111"}),
        ("whole", {"id": 1}),
        ({"id": 1}, "whole"),
    ],
)
def test_a_value_may_be_shown_in_another_way(sent, shown):
    assert kept(sent, shown)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("x", "y"),
        ("x", None),
        (True, False),
        (True, 1),
        ("BOOKING_CREATED", []),
        ("BOOKING_CREATED", ["BOOKING_CREATED", "BOOKING_PAID"]),
        ("2030-01-01T10:00:00Z", "2030-01-01T11:00:00Z"),
        ({"a": "1"}, {}),
        ({"a": "1"}, {"a": "2"}),
        (["a", "b"], ["a"]),
    ],
)
def test_another_value_is_no_way_of_showing_it(sent, shown):
    assert not kept(sent, shown)


def test_members_that_move_by_themselves_are_no_difference():
    assert list(differences(THING, {**THING, "updated_at": "2031-01-01T00:00:00Z"}, alike=True)) == []


def test_a_secret_may_be_shown_once_but_not_change():
    before, after = {"webhookSecret": "abc"}, {"webhookSecret": "***"}
    assert list(differences(before, after)) == []
    assert list(differences(before, after, alike=True)) == ["webhookSecret"]


def test_nested_members_count():
    before, after = {"metadata": {"a": "1"}}, {"metadata": {}}
    assert list(differences(before, after, alike=True)) == ["metadata"]


def test_a_time_may_be_rounded_between_two_operations():
    before, after = {"createdAt": "2030-01-01T00:00:00.999Z"}, {"createdAt": "2030-01-01T00:00:01Z"}
    assert list(differences(before, after)) == []


def test_changes_are_other_values_than_those_shown():
    found = steps(changes(api("changeNotebook"), CONTRACT.operation("changeNotebook"), {}, THING))
    assert {each.name for each in found} == {"title", "colour", "pinned"}
    assert all(each.value != THING[each.name] for each in found)
    assert found[0].name == "title"


def test_nothing_is_made_up_for_references_and_secrets():
    thing = {**THING, "token": "x", "scheduleId": 1}
    found = steps(changes(api("changeNotebook"), CONTRACT.operation("changeNotebook"), {}, thing))
    assert not {"token", "scheduleId", "owner_id"} & {each.name for each in found}


def test_a_lean_body_has_what_is_required():
    example = CONTRACT.operation("addNotebook").body.examples[0]
    assert minimal_body(CONTRACT, CONTRACT.operation("addNotebook"), example) == {"title": "Ideas"}


def test_a_rich_body_makes_other_choices_than_the_example():
    create = CONTRACT.operation("addNotebook")
    found = full_body(api("addNotebook"), create, create.body.examples[0], bold=True)
    assert (found["colour"], found["pinned"]) == ("green", True)
    tame = full_body(api("addNotebook"), create, create.body.examples[0], bold=False)
    assert tame["colour"] == "red"


@pytest.mark.parametrize(("turn", "chosen"), [(0, "c"), (1, "d"), (2, "a")])
def test_other_choices_are_those_that_no_earlier_creation_has_made(turn, chosen):
    rules = {"many": {"enum": [*"abcd"]}, "few": {"enum": [*"ab"]}, "free": {"type": "string"}}
    like = {"many": "a", "few": "a", "free": "a"}
    assert other_choices(rules, like, turn) == {**like, "many": chosen}


def test_a_member_that_replaces_another_is_not_sent_beside_it(contract):
    assign = contract.operation("OrganizationsAttributesOptionsController_assignOrganizationAttributeOptionToUser")
    view = RequestFactory(contract, deployment(), assign, principals()[0], "ct000000-1")
    content = {"attributeId": "a", "attributeOptionId": "o"}
    assert full_body(view, assign, content, bold=True) == content


def test_a_wrong_member_is_one_a_server_may_notice_late():
    create = CONTRACT.operation("addNotebook")
    assert invalid_member(api("addNotebook"), create, create.body.examples[0]) == ("colour", "none of these")


def test_owners_are_members_the_update_does_not_offer():
    assert owners(api("changeNotebook"), THING, CONTRACT.operation("changeNotebook")) == {
        "notebook_id": "nobody-0000",
        "owner_id": "nobody-0000",
    }


@pytest.mark.parametrize(
    ("whole", "found"), [({"id": 7, "name": "seven"}, []), ({"id": 8, "name": "eight"}, ["owner"]), ([7], ["owner"])]
)
def test_one_operation_may_show_a_thing_where_another_shows_its_id(whole, found):
    assert list(differences({"id": 1, "owner": 7}, {"id": 1, "owner": whole})) == found
    assert list(differences({"id": 1, "owner": whole}, {"id": 1, "owner": 7})) == found
    assert list(differences({"id": 1, "owner": 7}, {"id": 1, "owner": whole}, alike=True)) == ["owner"]


@pytest.mark.parametrize("alike", [True, False])
def test_a_thing_inside_of_another_may_move_by_itself_and_not_be_another(alike):
    before = {"id": 1, "parent": {"id": 7, "children": 3}}
    assert list(differences(before, {"id": 1, "parent": {"id": 7, "children": 4}}, alike=alike)) == []
    assert list(differences(before, {"id": 1, "parent": {"id": 8, "children": 3}}, alike=alike)) == ["parent"]
    assert list(differences({"id": 1, "size": {"w": 3}}, {"id": 1, "size": {"w": 4}}, alike=alike)) == ["size"]
