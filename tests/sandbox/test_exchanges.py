"""Single exchanges: validation, errors, caching, methods (rulings W5 to W9, D12, D16, B)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.wire import Wire, created, document, path_of

OPERATIONS = document().operations
LISTS = [operation for operation in OPERATIONS if operation.paging]
BODIES = [operation for operation in OPERATIONS if operation.body]
USER = {"email": "b@people.example", "name": "B"}
WEBHOOK = {"active": True, "subscriberUrl": "https://people.example/hook", "triggers": "BOOKING_CREATED"}
ATTRIBUTE = {"name": "N", "slug": "n", "type": "TEXT", "options": []}
KEYS = [{"private_key": "k", "client_email": "a@people.example", "client_id": "1"}]
CREDENTIAL = {"workspacePlatformSlug": "google_calendar", "domain": "d", "serviceAccountKey": KEYS}


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.key)
@pytest.mark.parametrize(
    ("sizes", "positions"),
    [(["0", "1001", "-1", "x", "NaN", "Infinity", "", "%2B1", "1_0", " 1", "true"], ["-1", "x", "1e999", "%00"])],
)
def test_w5_pages_out_of_bounds_get_400(wire: Wire, operation: Any, sizes: list[str], positions: list[str]) -> None:
    path = path_of(wire.acme, operation.path)
    headers = wire.acme.admin if "orgId" in operation.path else wire.acme.client
    paging = operation.paging
    for name, values in ((paging.size.name, sizes), (paging.position.name, positions)):
        for value in values:
            assert wire.status("GET", f"{path}?{name}={value}", headers) == 400, (name, value)
    assert wire.status("GET", f"{path}?{paging.size.name}=1&{paging.size.name}=2", headers) == 400
    for value in ("1", "1000", "2.0"):
        assert wire.status("GET", f"{path}?{paging.size.name}={value}", headers) == 200


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "status=past,nonsense",
        "attendeeEmail=nonsense",
        "eventTypeIds=1,x",
        "eventTypeIds=0",
        "eventTypeId=0",
        "teamId=x",
        "userIds=1,,2",
        "afterStart=yesterday",
        "afterStart=2025-02-30T00:00:00Z",
        "beforeEnd=2025-03-07T10:00:00",
        "sortStart=ASC",
        "sortStart=up",
        "attendeeName=%ff",
    ],
)
def test_w5_invalid_query_parameters_get_400(wire: Wire, query: str) -> None:
    assert wire.status("GET", f"{wire.acme.bookings}?{query}", wire.acme.admin) == 400


@pytest.mark.parametrize("query", ["unknown=1", "afterStart=2016-12-31T23:59:60Z", "beforeEnd=0000-01-01T00:00:00Z"])
def test_odd_but_valid_queries_get_200(wire: Wire, query: str) -> None:
    assert wire.status("GET", f"{wire.acme.bookings}?{query}", wire.acme.admin) == 200


@pytest.mark.parametrize("bad", ["0", "-1", "abc", "NaN", "1e400", "01", "%20"])
def test_w5_invalid_path_ids_get_400(wire: Wire, bad: str) -> None:
    assert wire.status("GET", f"{wire.acme.users}/{bad}", wire.acme.client) == 400
    assert wire.status("GET", f"/v2/organizations/{bad}/attributes", wire.acme.admin) == 400


@pytest.mark.parametrize("encoded", ["..%2F..", "a%2Fb", "%00", "%E2%98%83", "x" * 3000])
def test_encoded_ids_stay_inside_their_segment(wire: Wire, encoded: str) -> None:
    assert wire.status("GET", f"{wire.acme.attributes}/{encoded}", wire.acme.admin) == 404


NOT_JSON: list[tuple[bytes, str]] = [
    (b"{", "application/json"),
    (b"", "application/json"),
    (b"null", "application/json"),
    (b"[]", "application/json"),
    (b'"text"', "application/json"),
    (b'{"value": NaN}', "application/json"),
    (b'{"value": 1e400}', "application/json"),
    (b'{"value": ' + b"1" * 5000 + b"}", "application/json"),
    (b'{"name": "\\ud800", "value": "\\ud800"}', "application/json"),
    (b"\xff\xfe", "application/json"),
    (b"[" * 100_000, "application/json"),
    (b" " * 1_100_000 + b"{}", "application/json"),
    (b"{}", "text/plain"),
    (b"{}", "application/x-www-form-urlencoded"),
    (b"{}", ""),
]


@pytest.mark.parametrize("operation", BODIES, ids=lambda operation: operation.key)
def test_w5_what_is_not_a_json_object_gets_400(wire: Wire, operation: Any) -> None:
    path = path_of(wire.acme, operation.path)
    credential = wire.acme.admin if "orgId" in operation.path else wire.acme.client
    before = repr(wire.acme.tenant)
    for content, content_type in NOT_JSON:
        headers = credential | ({"content-type": content_type} if content_type else {})
        assert wire.status(operation.method, path, headers, content=content) == 400, (content[:20], content_type)
    assert repr(wire.acme.tenant) == before


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {member: value for member, value in body.items() if member != name}


@pytest.mark.parametrize(
    ("place", "body"),
    [
        *[("users", _without(USER, name)) for name in USER],
        *[("webhooks", _without(WEBHOOK, name)) for name in WEBHOOK],
        *[("attributes", _without(ATTRIBUTE, name)) for name in ATTRIBUTE],
        *[("credentials", _without(CREDENTIAL, name)) for name in CREDENTIAL],
        ("users", USER | {"email": "nonsense"}),
        ("users", USER | {"name": 1}),
        ("users", USER | {"name": None}),
        ("users", USER | {"timeFormat": 13}),
        ("users", USER | {"weekStart": "monday"}),
        ("users", USER | {"metadata": []}),
        ("webhooks", WEBHOOK | {"subscriberUrl": "ftp://people.example"}),
        ("webhooks", WEBHOOK | {"triggers": "NONSENSE"}),
        ("webhooks", WEBHOOK | {"triggers": ["BOOKING_CREATED", "NONSENSE"]}),
        ("webhooks", WEBHOOK | {"active": "true"}),
        ("attributes", ATTRIBUTE | {"type": "text"}),
        ("attributes", ATTRIBUTE | {"options": [{"value": "a"}]}),
        ("attributes", ATTRIBUTE | {"enabled": None}),
        ("memberships", {"role": "MEMBER"}),
        ("memberships", {"userId": 1}),
        ("memberships", {"userId": "1", "role": "MEMBER"}),
        ("memberships", {"userId": 1, "role": "GUEST"}),
        ("credentials", CREDENTIAL | {"workspacePlatformSlug": "icloud"}),
        ("credentials", CREDENTIAL | {"serviceAccountKey": [{}]}),
        ("refresh", {}),
        ("refresh", {"refreshToken": 1}),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:70],
)
def test_w5_bodies_that_violate_their_schema_get_400(wire: Wire, place: str, body: dict[str, Any]) -> None:
    headers = wire.acme.client if place in {"users", "webhooks", "refresh"} else wire.acme.admin
    assert wire.status("POST", getattr(wire.acme, place), headers, json=body) == 400


@pytest.mark.parametrize("triggers", ["MEETING_ENDED", ["MEETING_ENDED"], ["MEETING_ENDED", "OOO_CREATED"], []])
def test_d16_triggers_are_answered_as_an_array(wire: Wire, triggers: str | list[str]) -> None:
    webhook = wire.data("POST", wire.acme.webhooks, wire.acme.client, json=WEBHOOK | {"triggers": triggers})
    assert webhook["triggers"] == ([triggers] if isinstance(triggers, str) else triggers)


def test_undeclared_properties_are_left_alone(wire: Wire) -> None:
    user = created(wire, wire.acme, id=5, createdDate=3)["user"]
    changed = wire.data("PATCH", f"{wire.acme.users}/{user['id']}", wire.acme.client, json={"id": 1, "username": 2})
    assert changed == user


def test_w7_an_error_never_repeats_what_was_sent(wire: Wire) -> None:
    token = created(wire, wire.acme)["accessToken"]
    response = wire.ask("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token})
    assert response.status_code == 400
    assert token not in response.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.key)
def test_w9_undeclared_methods_get_405_with_allow(wire: Wire, operation: Any) -> None:
    response = wire.ask("PUT", path_of(wire.acme, operation.path), wire.acme.admin)
    assert response.status_code == 405
    assert operation.method in response.headers["allow"].split(", ")


@pytest.mark.parametrize(
    "path", ["/", "/v2", "/v2/organizations", "/v2/organizations//attributes", "/%ff", "/v2/nope/1/x"]
)
def test_unknown_paths_get_404(wire: Wire, path: str) -> None:
    assert wire.status("GET", path, wire.acme.admin) == 404


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.method == "GET"], ids=lambda operation: operation.key
)
def test_d12_answers_to_get_may_not_be_stored(wire: Wire, operation: Any) -> None:
    headers = wire.acme.admin if "orgId" in operation.path else wire.acme.client
    answer = wire.ask("GET", path_of(wire.acme, operation.path), headers)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache, private"


def test_answers_with_tokens_are_not_stored(wire: Wire) -> None:
    answer = wire.ask("POST", wire.acme.users, wire.acme.client, json=USER)
    assert answer.headers["cache-control"] == "no-store"
    refreshed = wire.ask("POST", f"{wire.acme.user}/force-refresh", wire.acme.client)
    assert refreshed.headers["cache-control"] == "no-store"


def test_an_unforeseen_error_is_a_500_without_details(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wire.acme.tenant, "attributes", None)
    response = wire.ask("GET", wire.acme.attributes, wire.acme.admin)
    assert response.status_code == 500
    assert "NoneType" not in response.text
    assert "NoneType" in capsys.readouterr().err
