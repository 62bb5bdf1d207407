"""Who is let in, who is not, and in which order that is found out (rulings W1 to W4, W11, W12)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from sandbox.document import Operation
from tests.sandbox.wire import Headers, Keys, Wire, bearer, created, document, path_of

OPERATIONS = document().operations


def each(chosen: Iterable[Operation]) -> pytest.MarkDecorator:
    """Runs a test for each of some operations."""
    return pytest.mark.parametrize("operation", list(chosen), ids=lambda operation: operation.key)


each_operation = each(OPERATIONS)


def kinds(operation: Operation) -> set[str]:
    """The kinds of principal an operation declares."""
    return {scheme.principal for alternative in operation.alternatives for scheme in alternative}


def declared(operation: Operation, keys: Keys) -> Headers:
    """A good credential for an operation."""
    return keys.client if "oauth_client" in kinds(operation) else keys.admin


NO_CREDENTIAL: list[Headers] = [
    {},
    bearer("cal_live_unknown"),
    bearer("a.b.c"),
    bearer(""),
    {"authorization": "nonsense"},
    {"authorization": "Basic YTpi"},
    {"x-cal-secret-key": "unknown"},
    {"x-cal-secret-key": ""},
]


@each_operation
def test_w1_no_or_unknown_credential_gets_401_whatever_else_is_wrong(wire: Wire, operation: Operation) -> None:
    path = path_of(wire.acme, operation.path)
    for headers in NO_CREDENTIAL:
        response = wire.ask(operation.method, f"{path}?take=nonsense&limit=0", headers, content=b"{")
        assert response.status_code == 401, headers
        assert not [name for name in response.headers if name.startswith("x-ratelimit")]


@each_operation
def test_w1_a_wrong_secret_with_the_right_client_id_gets_401(wire: Wire, operation: Operation) -> None:
    headers = wire.acme.client | {"x-cal-secret-key": wire.acme.tenant.secret + "x"}
    assert wire.status(operation.method, path_of(wire.acme, operation.path), headers) == 401
    mixed = wire.acme.client | {"x-cal-secret-key": wire.rival.tenant.secret}
    assert wire.status(operation.method, path_of(wire.acme, operation.path), mixed) == 401


@each(operation for operation in OPERATIONS if operation.method == "GET")
def test_w1_a_secret_alone_suffices_exactly_where_the_path_names_the_client(wire: Wire, operation: Operation) -> None:
    expected = 200 if "clientId" in operation.path else 401
    assert wire.status("GET", path_of(wire.acme, operation.path), wire.acme.secret) == expected


@each_operation
def test_w2_another_tenants_credential_gets_403_and_changes_nothing(wire: Wire, operation: Operation) -> None:
    before = repr(wire.acme.tenant)
    for headers in (declared(operation, wire.rival), wire.rival.secret if "clientId" in operation.path else {}):
        if headers:
            assert wire.status(operation.method, path_of(wire.acme, operation.path), headers, content=b"{") == 403
    assert repr(wire.acme.tenant) == before


def test_w2_a_managed_users_token_does_not_reach_another_organization(wire: Wire) -> None:
    token = created(wire, wire.rival)["accessToken"]
    assert wire.status("GET", wire.rival.attributes, bearer(token)) == 200
    assert wire.status("GET", wire.acme.attributes, bearer(token)) == 403


@pytest.mark.parametrize("other", ["unknown-client", "rival"])
def test_w3_a_client_header_that_differs_from_the_path_is_refused(wire: Wire, other: str) -> None:
    client_id = wire.rival.tenant.client_id if other == "rival" else other
    headers = wire.acme.secret | {"x-cal-client-id": client_id}
    assert wire.status("GET", wire.acme.users, headers) == 403
    assert wire.status("GET", f"/v2/oauth-clients/{client_id}/users", wire.acme.client) == 403


@each_operation
def test_w4_what_does_not_exist_gets_404_where_that_is_declared(wire: Wire, operation: Operation) -> None:
    names = [name for name in operation.path_parameters if name not in {"clientId", "orgId"}]
    for name in names:
        unknown = (
            "999999" if operation.path_parameters[name].kind == "number" else "00000000-0000-4000-8000-000000000000"
        )
        path = path_of(wire.acme, operation.path.replace(f"{{{name}}}", unknown))
        body = {"json": {"attributeId": "x", "value": "y"}} if "options/{userId}" in operation.path else {"json": {}}
        slug = {"json": {"value": "v", "slug": "s"}} if operation.path.endswith("/options") else body
        assert wire.status(operation.method, path, declared(operation, wire.acme), **slug) == 404


def test_w4_unknown_clients_and_organizations(wire: Wire) -> None:
    assert wire.status("GET", "/v2/organizations/999999/bookings", wire.acme.admin) == 404
    assert wire.status("POST", "/v2/organizations/999999/delegation-credentials", wire.acme.admin, json={}) == 403
    assert wire.status("GET", "/v2/oauth-clients/unknown/users", wire.acme.secret) == 404
    assert wire.status("POST", "/v2/oauth-clients/unknown/users", wire.acme.secret, json={}) == 403


@each_operation
def test_w11_a_kind_of_credential_that_is_not_declared_gets_401(wire: Wire, operation: Operation) -> None:
    token = created(wire, wire.acme)["accessToken"]
    offered = {"oauth_client": wire.acme.client, "api_key": wire.acme.admin, "managed_user": bearer(token)}
    for kind in offered.keys() - kinds(operation):
        assert wire.status(operation.method, path_of(wire.acme, operation.path), offered[kind]) == 401


@each(operation for operation in OPERATIONS if operation.body)
def test_w12_permission_is_decided_before_the_body_is_looked_at(wire: Wire, operation: Operation) -> None:
    path = path_of(wire.acme, operation.path)
    assert wire.status(operation.method, path, declared(operation, wire.rival), content=b"{") == 403
    assert wire.status(operation.method, path, declared(operation, wire.acme), content=b"{") == 400


@each(operation for operation in OPERATIONS if "orgId" in operation.path)
def test_members_and_managed_users_read_and_do_not_change(wire: Wire, operation: Operation) -> None:
    token = created(wire, wire.acme)["accessToken"]
    offered = {"api_key": wire.acme.member, "managed_user": bearer(token)}
    for kind in offered.keys() & kinds(operation):
        expected = 200 if operation.method == "GET" else 403
        assert wire.status(operation.method, path_of(wire.acme, operation.path), offered[kind]) == expected


@pytest.mark.parametrize("seed", [0, 1, 2, 77])
def test_every_read_works_with_every_declared_credential_whatever_the_seed(seed: int) -> None:
    with Wire(seed=seed, limits=False) as wire:
        for keys in (wire.acme, wire.rival):
            token = created(wire, keys)["accessToken"]
            offered = {"oauth_client": keys.client, "api_key": keys.admin, "managed_user": bearer(token)}
            for operation in OPERATIONS:
                if operation.method == "GET":
                    for kind in kinds(operation):
                        wire.data("GET", path_of(keys, operation.path), offered[kind])
