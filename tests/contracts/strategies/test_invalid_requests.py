"""The cases an operation is asked: wrong where they say so, few where requests are scarce, and none that leads away."""

from __future__ import annotations

import json
from functools import cache

import pytest

from contracts.config.deployment import Deployment
from contracts.config.vault import Vault
from contracts.laws.input.rejection import _invalid
from contracts.request.api import RequestFactory
from contracts.strategies.allowed_queries import allowed_rows
from contracts.strategies.invalid_requests import spread, wrong_bodies, wrong_queries
from contracts.strategies.schemathesis_cases import Case, cases, fits, validator
from specs.contract import Contract, Operation, build
from specs.source.document import load

USERS = "POST /v2/oauth-clients/{clientId}/users"


@cache
def contract() -> Contract:
    return build(load("calcom-v2"))


@pytest.mark.parametrize("key", [each.key for each in contract().operations])
def test_wrong_queries_are_wrong(key: str) -> None:
    operation = contract().operation(key)
    for case in wrong_queries(contract(), operation):
        parameter = operation.parameter(case.name, "query")
        assert parameter is not None
        assert fits(contract(), parameter, case.value) is False


@pytest.mark.parametrize("key", [each.key for each in contract().operations if each.body])
def test_wrong_bodies_that_stand_by_themselves_are_wrong(key: str) -> None:
    operation = contract().operation(key)
    for case in wrong_bodies(contract(), operation):
        if case.place == "body" and not case.name:
            assert not validator(contract(), operation).is_valid(case.value)


@pytest.mark.parametrize("key", [each.key for each in contract().operations if each.body])
def test_no_generated_address_leads_out_of_the_house(key: str) -> None:
    for case in [*cases(contract(), contract().operation(key)), *wrong_bodies(contract(), contract().operation(key))]:
        text = json.dumps(case.value)
        assert "://" not in text.replace("://example.com", "").replace("://your-app.com", ""), case


def test_an_empty_body_is_wrong_only_where_an_empty_object_is() -> None:
    lenient = contract().operation("PATCH /v2/organizations/{orgId}/memberships/{membershipId}")
    strict = contract().operation("POST /v2/organizations/{orgId}/memberships")
    assert not _places(lenient) & {"raw ''", "media 'text/plain'"}
    assert {"raw ''", "media 'text/plain'"} <= _places(strict)


def _places(operation: Operation) -> set[str]:
    return {f"{each.place} {each.value!r}" for each in wrong_bodies(contract(), operation)}


def test_every_place_gets_one_case_before_any_gets_two() -> None:
    found = [Case("query", name, what, False, what) for name in "abc" for what in ("x", "y", "z")]
    assert [(case.name, case.what) for case in spread(found, 2, 5)] == [
        ("a", "x"), ("b", "x"), ("c", "x"), ("a", "y"), ("b", "y"),
    ]  # fmt: skip


def test_another_seed_leaves_out_others() -> None:
    found = [Case("query", name, "x", False, name) for name in "abcdef"]
    drawn = [{case.name for case in spread(found, 1, 2, seed)} for seed in range(3)]
    assert set().union(*drawn) == set("abcdef")


@pytest.mark.parametrize("key", [each.key for each in contract().operations])
def test_at_little_depth_an_operation_gets_at_most_25_invalid_requests(key: str) -> None:
    api = RequestFactory(
        contract(), Deployment("d", "http://h", "calcom-v2", (), Vault()), contract().operation(key), None, "t"
    )
    assert sum(len(sent) for group in _invalid(api, "quick") for sent in group.values()) <= 25


def test_limits_and_closed_sets_come_before_types() -> None:
    api = RequestFactory(
        contract(), Deployment("d", "http://h", "calcom-v2", (), Vault()), contract().operation(USERS), None, "t"
    )
    (bodies,) = _invalid(api, "quick")
    named = [each["name"] for each in bodies["alone"] if each["name"]]
    assert set(named[:4]) == {"email", "timeFormat", "weekStart", "avatarUrl"}


def test_only_parameters_that_nothing_but_their_schema_can_refuse_are_held_to_it() -> None:
    bookings = contract().operation("GET /v2/organizations/{orgId}/bookings")
    names = {name for row in allowed_rows(contract(), bookings) for name, _ in row}
    assert {"take", "skip", "status", "sortStart"} <= names
    assert not names & {"teamId", "teamsIds", "attendeeEmail", "attendeeName", "bookingUid", "userIds"}
