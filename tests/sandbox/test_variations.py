"""Every variation behaves differently and keeps every rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.variations import VARIATIONS
from tests.sandbox.test_tokens import works
from tests.sandbox.wire import Wire, bearer, created, path_of

FORMS_DAY = "afterCreatedAt=2024-05-20"


def _spent(wire: Wire) -> int:
    token = created(wire, wire.acme)["refreshToken"]
    statuses = [wire.status("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token}) for _ in "12"]
    return statuses[1]


def _losers(wire: Wire) -> list[int]:
    token = created(wire, wire.acme)["refreshToken"]
    request = ("POST", wire.acme.refresh, wire.acme.client, {"json": {"refreshToken": token}})
    statuses = sorted(answer.status_code for answer in wire.together([request] * 4))
    return [*statuses, wire.status("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token})]


def _family(wire: Wire) -> int:
    first = created(wire, wire.acme)["refreshToken"]
    second = wire.data("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": first})["refreshToken"]
    wire.ask("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": first})
    return wire.status("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": second})


def _old_access(wire: Wire) -> int:
    pair = created(wire, wire.acme)
    wire.data("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": pair["refreshToken"]})
    return works(wire, pair)


def _expiry(wire: Wire) -> tuple[int, int]:
    wire.clock.wait(31)
    pair = created(wire, wire.acme)
    return pair["accessTokenExpiresAt"] % 60, pair["refreshTokenExpiresAt"] % 86400


def _refused(wire: Wire) -> list[bool]:
    answers = [wire.ask("GET", wire.acme.forms, wire.acme.admin) for _ in range(61)]
    return ["retry-after" in answers[-1].headers, "x-ratelimit-reset" in answers[0].headers]


def _page(wire: Wire, query: str, member: str) -> Any:
    return wire.ask("GET", f"{wire.acme.bookings}?{query}", wire.acme.admin).json()["pagination"][member]


def _header_401(wire: Wire) -> int:
    return wire.status("GET", wire.acme.users, wire.acme.secret | {"x-cal-client-id": "other"})


def _member_at_once(wire: Wire) -> int:
    body = {"userId": created(wire, wire.acme)["user"]["id"], "role": "MEMBER"}
    return wire.status("POST", wire.acme.memberships, wire.acme.admin, json=body)


def _scalars(wire: Wire) -> list[str | None]:
    path = f"{wire.acme.credentials}/{next(iter(wire.acme.tenant.credentials))}"
    answers = [wire.ask("PATCH", path, wire.acme.admin, json=body) for body in ("text", ["list"])]
    return [answer.headers.get("x-ratelimit-remaining") for answer in answers]


def _vanishing(wire: Wire) -> int:
    attribute = f"{wire.acme.attributes}/{wire.acme.attribute('SINGLE_SELECT')}"
    wire.ask("POST", f"{attribute}/options", wire.acme.admin, json={"value": "Last", "slug": "last"})
    return wire.status("GET", attribute, wire.acme.admin)


# What a client sees with the variation, and without it.
SEEN: dict[str, tuple[Callable[[Wire], Any], Any, Any]] = {
    "foreign-404": (lambda wire: wire.status("GET", wire.acme.bookings, wire.rival.admin), 404, 403),
    "wrong-kind-403": (lambda wire: wire.status("GET", wire.acme.users, wire.acme.admin), 403, 401),
    "wrong-client-header-401": (_header_401, 401, 403),
    "wrong-client-header-400": (_header_401, 400, 403),
    "unknown-400-where-404-undeclared": (
        lambda wire: wire.status("POST", "/v2/organizations/999999/delegation-credentials", wire.acme.admin, json={}),
        400,
        403,
    ),
    "errors-with-more-members": (
        lambda wire: len(wire.ask("GET", wire.acme.bookings).json()),
        4,
        2,
    ),
    "no-optional-rate-headers": (_refused, [True, False], [True, True]),
    "no-retry-after": (_refused, [False, True], [True, True]),
    "no-store-caching": (
        lambda wire: wire.ask("GET", wire.acme.bookings, wire.acme.admin).headers["cache-control"],
        "no-store",
        "no-cache, private",
    ),
    "string-webhook-ids": (
        lambda wire: type(wire.data("GET", wire.acme.webhook, wire.acme.client)["id"]),
        str,
        int,
    ),
    "bare-dates-accepted": (
        lambda wire: wire.status("GET", f"{wire.acme.forms}?{FORMS_DAY}", wire.acme.admin),
        200,
        400,
    ),
    "invalid-path-id-404": (lambda wire: wire.status("GET", f"{wire.acme.users}/x", wire.acme.client), 404, 400),
    "non-uuid-path-400": (lambda wire: wire.status("GET", f"{wire.acme.attributes}/x", wire.acme.admin), 400, 404),
    "current-page-zero-when-empty": (lambda wire: _page(wire, "bookingUid=none", "currentPage"), 0, 1),
    "short-page-items-per-page": (lambda wire: _page(wire, "take=100", "itemsPerPage"), 48, 100),
    "pagination-where-optional": (
        lambda wire: "pagination" in wire.ask("GET", wire.acme.webhooks, wire.acme.client).json(),
        True,
        False,
    ),
    "expiry-rounded": (_expiry, (0, 0), (31, 64051)),
    "loser-404": (_losers, [200, 404, 404, 404, 401], [200, 401, 401, 401, 401]),
    "old-access-token-dies": (_old_access, 401, 200),
    "spent-token-400": (_spent, 400, 401),
    "foreign-thing-403": (
        lambda wire: wire.status(
            "GET", f"{wire.acme.memberships}/{next(iter(wire.rival.tenant.memberships))}", wire.acme.admin
        ),
        403,
        404,
    ),
    "foreign-client-404": (lambda wire: wire.status("GET", wire.acme.users, wire.rival.secret), 404, 403),
    "reuse-revokes-the-family": (_family, 401, 200),
    "loser-409": (_losers, [200, 409, 409, 409, 401], [200, 401, 401, 401, 401]),
    "creation-makes-a-member": (_member_at_once, 409, 201),
    "member-derived-from-another": (
        lambda wire: wire.data("GET", wire.acme.membership, wire.acme.admin).get("customRoleId"),
        "owner_role",
        None,
    ),
    "foreign-404-undeclared": (
        lambda wire: wire.status("POST", wire.acme.credentials, wire.rival.admin, json={}),
        404,
        403,
    ),
    "scalar-bodies-uncounted": (_scalars, [None, "4"], ["4", "3"]),
    "a-place-vanishes": (_vanishing, 404, 200),
    "arrays-uncounted": (_scalars, [None, None], ["4", "3"]),
    "unknown-refresh-token-401": (
        lambda wire: wire.status("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": "none"}),
        401,
        400,
    ),
}


def test_every_variation_is_looked_at() -> None:
    assert SEEN.keys() == VARIATIONS.switches.keys()


@pytest.mark.parametrize("name", SEEN)
def test_a_variation_differs_as_it_says_and_stays_as_declared(name: str) -> None:
    look, with_it, without = SEEN[name]
    with Wire(variations=(name,)) as wire:
        assert look(wire) == with_it
    with Wire() as wire:
        assert look(wire) == without


@pytest.mark.parametrize("name", [None, *SEEN])
def test_an_ordinary_day_works_with_every_variation(name: str | None) -> None:
    with Wire(limits=False, variations=(name,) if name else ()) as wire:
        for method, path, answered in _DAY:
            headers = wire.acme.admin if "orgId" in path else wire.acme.client
            body: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
            assert wire.status(method, path_of(wire.acme, path), headers, **body) == answered
        pair = created(wire, wire.acme)
        assert wire.status("GET", wire.acme.attributes, bearer(pair["accessToken"])) == 200
        assert wire.status("GET", wire.acme.bookings, wire.rival.client) in {403, 404}
        assert wire.status("GET", wire.acme.users, wire.rival.client) in {403, 404}


_ORG = "/v2/organizations/{orgId}"
_DAY = [
    ("GET", "/v2/oauth-clients/{clientId}/users", 200),
    ("PATCH", "/v2/oauth-clients/{clientId}/users/{userId}", 200),
    ("GET", "/v2/oauth-clients/{clientId}/webhooks", 200),
    ("PATCH", "/v2/oauth-clients/{clientId}/webhooks/{webhookId}", 200),
    ("DELETE", "/v2/oauth-clients/{clientId}/webhooks/{webhookId}", 200),
    ("GET", f"{_ORG}/bookings", 200),
    ("GET", f"{_ORG}/routing-forms", 200),
    ("GET", f"{_ORG}/memberships/{{membershipId}}", 200),
    ("PATCH", f"{_ORG}/attributes/{{attributeId}}", 200),
    ("GET", f"{_ORG}/attributes/{{attributeId}}/options/assigned", 200),
    ("DELETE", f"{_ORG}/attributes/{{attributeId}}/options/{{optionId}}", 200),
    ("PATCH", f"{_ORG}/delegation-credentials/{{credentialId}}", 200),
]
