"""Lists: pages, the pagination object, filters and sorts (rulings P)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.document import Operation
from sandbox.times import seconds
from tests.sandbox.wire import Wire, document, path_of

LISTS = [operation for operation in document().operations if operation.paging]
each_list = pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.key)
Row = dict[str, Any]


class Asked:
    """One list, asked as its first declared credential."""

    def __init__(self, wire: Wire, operation: Operation) -> None:
        assert operation.paging
        self.wire, self.paging = wire, operation.paging
        self.path = path_of(wire.acme, operation.path)
        self.headers = wire.acme.admin if "orgId" in operation.path else wire.acme.client

    def answer(self, skip: int | None = None, take: int | None = None, query: str = "") -> Row:
        sent = ((self.paging.position.name, skip), (self.paging.size.name, take))
        parts = [f"{name}={value}" for name, value in sent if value is not None]
        response = self.wire.ask("GET", f"{self.path}?{'&'.join([*parts, query])}", self.headers)
        assert response.status_code == 200
        body: Row = response.json()
        return body

    def rows(self, query: str = "") -> list[Row]:
        rows: list[Row] = self.answer(take=1000, query=query)["data"]
        return rows


@each_list
def test_pages_partition_the_list_whatever_their_size(wire: Wire, operation: Operation) -> None:
    asked = Asked(wire, operation)
    everything = asked.rows()
    assert len({str(row["id"]) for row in everything}) == len(everything) > 3
    for take in (1, 2, 3, 5, len(everything), len(everything) + 1):
        pages = [asked.answer(skip, take)["data"] for skip in range(0, len(everything) + take, take)]
        assert [row for page in pages for row in page] == everything


@each_list
def test_the_default_page_is_that_of_the_document(wire: Wire, operation: Operation) -> None:
    asked = Asked(wire, operation)
    assert asked.answer() == asked.answer(0, asked.paging.size.default)


@each_list
def test_a_page_past_the_end_is_empty(wire: Wire, operation: Operation) -> None:
    asked = Asked(wire, operation)
    for skip in (len(asked.rows()), 10_000, 10**30):
        assert asked.answer(skip, 7)["data"] == []


@each_list
def test_the_pagination_object_adds_up(wire: Wire, operation: Operation) -> None:
    asked = Asked(wire, operation)
    if not asked.paging.object_required:
        assert "pagination" not in asked.answer()
        return
    total = len(asked.rows())
    for skip, take in (
        (0, 1),
        (1, 2),
        (total - 1, 1),
        (total - 1, 4),
        (total, 3),
        (0, total),
        (0, 1000),
        (total + 5, 2),
    ):
        answer = asked.answer(skip, take)
        remaining = max(0, total - skip - len(answer["data"]))
        assert answer["pagination"] == {
            "totalItems": total,
            "remainingItems": remaining,
            "itemsPerPage": take,
            "currentPage": skip // take + 1,
            "totalPages": -(-total // take),
            "hasNextPage": remaining > 0,
            "hasPreviousPage": skip > 0,
        }


def test_an_empty_list_is_on_page_one(wire: Wire) -> None:
    path = f"{wire.acme.bookings}?bookingUid=unknown&skip=20&take=10"
    assert wire.ask("GET", path, wire.acme.admin).json()["pagination"] == {
        "totalItems": 0,
        "remainingItems": 0,
        "itemsPerPage": 10,
        "currentPage": 1,
        "totalPages": 0,
        "hasNextPage": False,
        "hasPreviousPage": True,
    }


def test_the_page_size_may_be_a_thousand(wire: Wire) -> None:
    for index in range(120):
        wire.data("POST", wire.acme.users, wire.acme.client, json={"email": f"u{index}@people.example", "name": "U"})
    assert len(wire.data("GET", wire.acme.users, wire.acme.client)) == 100
    assert len(wire.data("GET", f"{wire.acme.users}?limit=1000", wire.acme.client)) > 120


LIST_OF_BOOKINGS = document().operation("OrganizationsBookingsController_getAllOrgTeamBookings")
LIST_OF_FORMS = document().operation("OrganizationsRoutingFormsController_getOrganizationRoutingForms")
FILTERS: list[tuple[Operation, Callable[[Row], str], Callable[[Row, Row], bool]]] = [
    (LIST_OF_BOOKINGS, lambda row: f"status={row['status']}", lambda a, b: a["status"] == b["status"]),
    (LIST_OF_BOOKINGS, lambda row: f"bookingUid={row['uid']}", lambda a, b: a["uid"] == b["uid"]),
    (
        LIST_OF_BOOKINGS,
        lambda row: f"eventTypeId={row['eventTypeId']}",
        lambda a, b: a["eventTypeId"] == b["eventTypeId"],
    ),
    (
        LIST_OF_BOOKINGS,
        lambda row: f"eventTypeIds={row['eventTypeId']}",
        lambda a, b: a["eventTypeId"] == b["eventTypeId"],
    ),
    (
        LIST_OF_BOOKINGS,
        lambda row: f"attendeeEmail={row['attendees'][0]['email']}",
        lambda a, b: b["attendees"][0]["email"] in [each["email"] for each in a["attendees"]],
    ),
    (
        LIST_OF_BOOKINGS,
        lambda row: f"attendeeName={row['attendees'][0]['name'][1:4]}",
        lambda a, b: any(b["attendees"][0]["name"][1:4] in each["name"] for each in a["attendees"]),
    ),
    (
        LIST_OF_BOOKINGS,
        lambda row: f"userIds={row['hosts'][0]['id']}",
        lambda a, b: b["hosts"][0]["id"] in [each["id"] for each in a["hosts"]],
    ),
    (LIST_OF_BOOKINGS, lambda row: f"afterStart={row['start']}", lambda a, b: a["start"] > b["start"]),
    (LIST_OF_BOOKINGS, lambda row: f"beforeEnd={row['end']}", lambda a, b: a["end"] < b["end"]),
    (LIST_OF_BOOKINGS, lambda row: f"afterCreatedAt={row['createdAt']}", lambda a, b: a["createdAt"] > b["createdAt"]),
    (LIST_OF_BOOKINGS, lambda row: f"beforeCreatedAt={row['createdAt']}", lambda a, b: a["createdAt"] < b["createdAt"]),
    (LIST_OF_BOOKINGS, lambda row: f"afterUpdatedAt={row['updatedAt']}", lambda a, b: a["updatedAt"] > b["updatedAt"]),
    (LIST_OF_BOOKINGS, lambda row: f"beforeUpdatedAt={row['updatedAt']}", lambda a, b: a["updatedAt"] < b["updatedAt"]),
    (LIST_OF_FORMS, lambda row: f"afterCreatedAt={row['createdAt']}", lambda a, b: a["createdAt"] > b["createdAt"]),
    (LIST_OF_FORMS, lambda row: f"beforeCreatedAt={row['createdAt']}", lambda a, b: a["createdAt"] < b["createdAt"]),
    (LIST_OF_FORMS, lambda row: f"afterUpdatedAt={row['updatedAt']}", lambda a, b: a["updatedAt"] > b["updatedAt"]),
    (LIST_OF_FORMS, lambda row: f"beforeUpdatedAt={row['updatedAt']}", lambda a, b: a["updatedAt"] < b["updatedAt"]),
    (LIST_OF_FORMS, lambda row: f"teamIds={row['teamId'] or 1}", lambda a, b: a["teamId"] == (b["teamId"] or 1)),
]


@pytest.mark.parametrize(("operation", "query", "passes"), FILTERS)
def test_a_filter_keeps_exactly_the_items_that_agree(
    wire: Wire, operation: Operation, query: Callable[[Row], str], passes: Callable[[Row, Row], bool]
) -> None:
    asked = Asked(wire, operation)
    everything = asked.rows()
    for model in everything[1::8]:
        expected = [row for row in everything if passes(row, model)]
        answer = asked.answer(take=1000, query=query(model))
        assert answer["data"] == expected
        if operation is LIST_OF_BOOKINGS:
            assert answer["pagination"]["totalItems"] == len(expected)


def test_several_values_and_several_filters(wire: Wire) -> None:
    asked = Asked(wire, LIST_OF_BOOKINGS)
    found = asked.rows("status=past,cancelled&afterStart=2024-05-01T00:00:00%2B02:00")
    assert {row["status"] for row in found} == {"past", "cancelled"}
    assert len(asked.rows("status=past")) + len(asked.rows("status=cancelled")) == len(found)
    assert asked.rows("status=") == asked.rows()


def test_every_status_and_every_filter_of_teams_finds_something(wire: Wire) -> None:
    asked = Asked(wire, LIST_OF_BOOKINGS)
    for status in ("upcoming", "recurring", "past", "cancelled", "unconfirmed"):
        assert asked.rows(f"status={status}")
    teams = {team for booking in wire.acme.tenant.bookings for team in booking.teams}
    for team in teams:
        assert 0 < len(asked.rows(f"teamId={team}")) < 48
        assert asked.rows(f"teamId={team}") == asked.rows(f"teamsIds={team}")
    uid = next(uid for form in wire.acme.tenant.forms for uid in form.booking_uids)
    assert 0 < len(Asked(wire, LIST_OF_FORMS).rows(f"routedToBookingUid={uid}")) < 27


def test_filters_of_managed_users_and_of_assigned_options(wire: Wire) -> None:
    users = wire.data("GET", wire.acme.users, wire.acme.client)
    emails = f"{users[0]['email']},{users[4]['email']},nobody@people.example"
    answer = wire.ask("GET", f"{wire.acme.users}?emails={emails}", wire.acme.client).json()
    assert answer["data"] == [users[0], users[4]]
    assert answer["pagination"]["totalItems"] == 2
    path = f"{wire.acme.attributes}/{wire.acme.attribute('MULTI_SELECT')}/options/assigned"
    options = wire.data("GET", path, wire.acme.admin)
    wanted = ",".join(option["id"] for option in options[1:3])
    assert wire.data("GET", f"{path}?assignedOptionIds={wanted}", wire.acme.admin) == options[1:3]
    team = next(team for teams in wire.acme.tenant.teams_of.values() for team in teams)
    members = {user for user, teams in wire.acme.tenant.teams_of.items() if team in teams}
    found = wire.data("GET", f"{path}?teamIds={team}", wire.acme.admin)
    assert {user for option in found for user in option["assignedUserIds"]} <= members


@pytest.mark.parametrize(
    ("operation", "parameter", "member"),
    [
        (LIST_OF_BOOKINGS, "sortStart", "start"),
        (LIST_OF_BOOKINGS, "sortEnd", "end"),
        (LIST_OF_BOOKINGS, "sortCreated", "createdAt"),
        (LIST_OF_BOOKINGS, "sortUpdatedAt", "updatedAt"),
        (LIST_OF_FORMS, "sortCreatedAt", "createdAt"),
        (LIST_OF_FORMS, "sortUpdatedAt", "updatedAt"),
    ],
)
def test_sorting_orders_the_whole_list_and_has_ties(
    wire: Wire, operation: Operation, parameter: str, member: str
) -> None:
    asked = Asked(wire, operation)
    rising = [seconds(row[member]) for row in asked.rows(f"{parameter}=asc")]
    falling = [seconds(row[member]) for row in asked.rows(f"{parameter}=desc")]
    assert rising == sorted(rising) == falling[::-1]
    assert len(set(rising)) < len(rising)
    pages = [asked.answer(skip, 7, f"{parameter}=desc")["data"] for skip in range(0, 50, 7)]
    assert [row for page in pages for row in page] == asked.rows(f"{parameter}=desc")
