"""What is written can be read, what is deleted is gone, and nothing else moves."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.build import Options, build
from tests.sandbox.wire import Wire, created, document

WEBHOOK = {"active": True, "subscriberUrl": "https://people.example/hook", "triggers": ["BOOKING_CREATED"]}
SELECT = {
    "name": "Colour",
    "slug": "colour",
    "type": "SINGLE_SELECT",
    "options": [{"value": "Red", "slug": "red"}, {"value": "Blue", "slug": "blue"}],
}


def select(wire: Wire, **more: Any) -> tuple[str, list[dict[str, Any]]]:
    """A new select attribute: its path, and its options."""
    made = wire.data("POST", wire.acme.attributes, wire.acme.admin, json=SELECT | more)
    path = f"{wire.acme.attributes}/{made['id']}"
    return path, wire.data("GET", f"{path}/options", wire.acme.admin)


def member(wire: Wire, email: str = "member@people.example") -> tuple[int, str]:
    """A new user who is a member: the user's id and the membership's path."""
    user = created(wire, wire.acme, email)["user"]
    body = {"userId": user["id"], "role": "MEMBER"}
    made = wire.data("POST", wire.acme.memberships, wire.acme.admin, json=body)
    return user["id"], f"{wire.acme.memberships}/{made['id']}"


def test_there_is_enough_to_ask_about(wire: Wire) -> None:
    for keys in (wire.acme, wire.rival):
        tenant = keys.tenant
        assert len(tenant.managed) >= 7
        assert len(tenant.memberships) >= 12
        assert len(tenant.bookings) >= 40
        assert len(tenant.forms) >= 25
        assert {row["type"] for row in tenant.attributes.values()} == {
            "TEXT",
            "NUMBER",
            "SINGLE_SELECT",
            "MULTI_SELECT",
        }
        assert tenant.webhooks
        assert tenant.credentials


def test_the_seed_decides_everything() -> None:
    same = [build(Options(seed=5), document()).world.tenants["acme"] for _ in range(2)]
    assert repr(same[0]) == repr(same[1])
    assert same[0].secret != build(Options(seed=6), document()).world.tenants["acme"].secret


def test_a_user_can_be_read_listed_changed_and_deleted(wire: Wire) -> None:
    made = created(wire, wire.acme, bio="Zoë ☃", metadata={"a": 1})["user"]
    path = f"{wire.acme.users}/{made['id']}"
    assert wire.data("GET", path, wire.acme.client) == made
    assert wire.data("GET", wire.acme.users, wire.acme.client)[-1] == made
    changed = wire.data("PATCH", path, wire.acme.client, json={"metadata": {"b": 2}, "weekStart": "Friday"})
    assert changed == made | {"metadata": {"a": 1, "b": 2}, "weekStart": "Friday"}
    assert wire.data("PATCH", path, wire.acme.client, json={}) == changed
    assert wire.data("DELETE", path, wire.acme.client) == changed
    assert wire.status("GET", path, wire.acme.client) == wire.status("DELETE", path, wire.acme.client) == 404


def test_an_email_is_taken_once_per_client(wire: Wire) -> None:
    made = created(wire, wire.acme, "One@people.example")["user"]
    body = {"email": "one@people.example", "name": "Two"}
    assert wire.status("POST", wire.acme.users, wire.acme.client, json=body) == 409
    assert wire.status("PATCH", wire.acme.user, wire.acme.client, json=body) == 409
    assert wire.status("PATCH", f"{wire.acme.users}/{made['id']}", wire.acme.client, json=body) == 200
    assert created(wire, wire.rival, "one@people.example")


def test_of_concurrent_equal_creates_one_succeeds(wire: Wire) -> None:
    request = ("POST", wire.acme.users, wire.acme.client, {"json": {"email": "c@people.example", "name": "C"}})
    statuses = sorted(answer.status_code for answer in wire.together([request] * 6))
    assert statuses == [201] + [409] * 5


def test_deleting_a_user_ends_memberships_assignments_and_bookings(wire: Wire) -> None:
    user_id, membership = member(wire)
    path, options = select(wire)
    body = {"attributeId": options[0]["attributeId"], "attributeOptionId": options[0]["id"]}
    wire.data("POST", f"{wire.acme.attributes}/options/{user_id}", wire.acme.admin, json=body)
    wire.data("DELETE", f"{wire.acme.users}/{user_id}", wire.acme.client)
    assert wire.status("GET", membership, wire.acme.admin) == 404
    assert wire.data("GET", f"{path}/options/assigned", wire.acme.admin) == []
    host = next(
        host["id"]
        for each in wire.acme.tenant.bookings
        for host in each.row["hosts"]
        if host["id"] in wire.acme.tenant.managed
    )
    wire.data("DELETE", f"{wire.acme.users}/{host}", wire.acme.client)
    assert wire.data("GET", f"{wire.acme.bookings}?userIds={host}", wire.acme.admin) == []


def test_webhooks(wire: Wire) -> None:
    made = wire.data("POST", wire.acme.webhooks, wire.acme.client, json=WEBHOOK)
    path = f"{wire.acme.webhooks}/{made['id']}"
    assert (
        wire.data("GET", path, wire.acme.client) == wire.data("GET", wire.acme.webhooks, wire.acme.client)[-1] == made
    )
    changed = wire.data("PATCH", path, wire.acme.client, json={"active": False, "triggers": "MEETING_ENDED"})
    assert changed == made | {"active": False, "triggers": ["MEETING_ENDED"]}
    assert wire.data("DELETE", path, wire.acme.client) == changed
    assert wire.status("GET", path, wire.acme.client) == 404
    others = wire.data("GET", wire.rival.webhooks, wire.rival.client)
    wire.data("DELETE", wire.acme.webhooks, wire.acme.client)
    assert wire.data("GET", wire.acme.webhooks, wire.acme.client) == []
    assert wire.data("GET", wire.rival.webhooks, wire.rival.client) == others
    assert wire.data("DELETE", wire.acme.webhooks, wire.acme.client)


@pytest.mark.parametrize("webhook_id", ["abc", "01", "٣", "-1", "9" * 30])
def test_a_webhook_id_that_is_none_gets_404(wire: Wire, webhook_id: str) -> None:
    assert wire.status("GET", f"{wire.acme.webhooks}/{webhook_id}", wire.acme.client) == 404


def test_attributes(wire: Wire) -> None:
    path, options = select(wire)
    assert [option["value"] for option in options] == ["Red", "Blue"]
    made = wire.data("GET", path, wire.acme.admin)
    assert wire.data("GET", wire.acme.attributes, wire.acme.member)[-1] == made
    changed = wire.data("PATCH", path, wire.acme.admin, json={"name": "Farbe", "enabled": False})
    assert changed == made | {"name": "Farbe", "enabled": False}
    assert wire.status("PATCH", path, wire.acme.admin, json={"slug": "department"}) == 409
    assert wire.status("PATCH", path, wire.acme.admin, json={"slug": "colour"}) == 200
    assert wire.status("POST", wire.acme.attributes, wire.acme.admin, json=SELECT) == 409
    assert wire.data("DELETE", path, wire.acme.admin) == changed
    assert wire.status("GET", path, wire.acme.admin) == wire.status("GET", f"{path}/options", wire.acme.admin) == 404
    assert not [row for row in wire.acme.tenant.options.values() if row["attributeId"] == made["id"]]


def test_options(wire: Wire) -> None:
    path, options = select(wire)
    made = wire.data("POST", f"{path}/options", wire.acme.admin, json={"value": "Green", "slug": "green"})
    assert wire.data("GET", f"{path}/options", wire.acme.admin) == [*options, made]
    for taken in ({"value": "Red", "slug": "x"}, {"value": "x", "slug": "red"}):
        assert wire.status("POST", f"{path}/options", wire.acme.admin, json=taken) == 409
        assert wire.status("PATCH", f"{path}/options/{made['id']}", wire.acme.admin, json=taken) == 409
    changed = wire.data("PATCH", f"{path}/options/{made['id']}", wire.acme.admin, json={"value": "Lime"})
    assert changed == made | {"value": "Lime"}
    elsewhere = f"{wire.acme.attributes}/{wire.acme.attribute('MULTI_SELECT')}/options/{made['id']}"
    assert wire.status("PATCH", elsewhere, wire.acme.admin, json={}) == 404
    assert wire.data("DELETE", f"{path}/options/{made['id']}", wire.acme.admin) == changed
    text = f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}/options"
    assert wire.status("POST", text, wire.acme.admin, json={"value": "a", "slug": "a"}) == 400


@pytest.mark.parametrize(("kind", "kept"), [("SINGLE_SELECT", ["Blue"]), ("MULTI_SELECT", ["Red", "Blue"])])
def test_assignments(wire: Wire, kind: str, kept: list[str]) -> None:
    user_id, membership = member(wire)
    path, (red, blue) = select(wire, type=kind)
    mine = f"{wire.acme.attributes}/options/{user_id}"
    by_id = {"attributeId": red["attributeId"], "attributeOptionId": red["id"]}
    by_value = {"attributeId": red["attributeId"], "value": "Blue"}
    made = wire.data("POST", mine, wire.acme.admin, json=by_id)
    assert made["memberId"] == int(membership.rpartition("/")[2])
    assert wire.status("POST", mine, wire.acme.admin, json=by_id) == 409
    assert wire.data("POST", mine, wire.acme.admin, json=by_value)["attributeOptionId"] == blue["id"]
    assert [row["value"] for row in wire.data("GET", mine, wire.acme.member)] == kept
    assigned = wire.data("GET", f"{wire.acme.attributes}/slugs/colour/options/assigned", wire.acme.admin)
    assert assigned == wire.data("GET", f"{path}/options/assigned", wire.acme.admin)
    assert [row["assignedUserIds"] for row in assigned] == [[user_id]] * len(kept)
    assert wire.data("DELETE", f"{mine}/{blue['id']}", wire.acme.admin)["attributeOptionId"] == blue["id"]
    assert wire.status("DELETE", f"{mine}/{blue['id']}", wire.acme.admin) == 404
    for bad in ({"value": "Pink"}, {"attributeOptionId": "unknown"}):
        assert wire.status("POST", mine, wire.acme.admin, json={"attributeId": red["attributeId"], **bad}) == 404
    assert wire.status("POST", mine, wire.acme.admin, json={"attributeId": red["attributeId"]}) == 400


def test_a_text_attribute_takes_any_value_one_at_a_time(wire: Wire) -> None:
    user_id, _ = member(wire)
    mine = f"{wire.acme.attributes}/options/{user_id}"
    for value in ("North wing", "☃"):
        wire.data("POST", mine, wire.acme.admin, json={"attributeId": wire.acme.attribute("TEXT"), "value": value})
    assert [row["value"] for row in wire.data("GET", mine, wire.acme.admin)] == ["☃"]


def test_memberships(wire: Wire) -> None:
    user_id, path = member(wire)
    made = wire.data("GET", path, wire.acme.client)
    assert made["accepted"] is False
    assert wire.data("GET", wire.acme.memberships, wire.acme.member)[-1] == made
    body = {"userId": user_id, "role": "ADMIN"}
    assert wire.status("POST", wire.acme.memberships, wire.acme.admin, json=body) == 409
    foreign = {"userId": next(iter(wire.rival.tenant.users)), "role": "MEMBER"}
    assert wire.status("POST", wire.acme.memberships, wire.acme.admin, json=foreign) == 404
    changed = wire.data("PATCH", path, wire.acme.client, json={"accepted": True, "role": "ADMIN"})
    assert changed == made | {"accepted": True, "role": "ADMIN"}
    wire.data("PATCH", f"{wire.acme.users}/{user_id}", wire.acme.client, json={"name": "Renamed"})
    assert wire.data("GET", path, wire.acme.client)["user"]["name"] == "Renamed"
    assert wire.data("DELETE", path, wire.acme.admin)["id"] == made["id"]
    assert wire.status("DELETE", path, wire.acme.admin) == 404
    assert wire.data("POST", wire.acme.memberships, wire.acme.admin, json=body)["role"] == "ADMIN"


def test_delegation_credentials(wire: Wire) -> None:
    key = {"tenantId": "t", "clientId": "c", "clientSecret": "hush"}
    body = {"workspacePlatformSlug": "office365_calendar", "domain": "people.example", "serviceAccountKey": [key]}
    made = wire.data("POST", wire.acme.credentials, wire.acme.client, json=body)
    assert "hush" not in str(made)
    wire.clock.wait(60)
    changed = wire.data("PATCH", f"{wire.acme.credentials}/{made['id']}", wire.acme.admin, json={"enabled": False})
    assert changed["updatedAt"] > made["updatedAt"]
    assert changed == made | {"enabled": False, "updatedAt": changed["updatedAt"]}
