"""For every fault a short conversation that differs when it is on.

A scene returns what a client saw; the tests compare it with and without the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.scenes_of_credentials import SCENES_OF_CREDENTIALS
from tests.sandbox.scenes_of_limits import SCENES_OF_LIMITS
from tests.sandbox.scenes_of_lists import SCENES_OF_LISTS
from tests.sandbox.scenes_of_state import SCENES_OF_STATE
from tests.sandbox.wire import Wire, bearer, created

Scene = Callable[[Wire], Any]
USER = {"email": "scene@people.example", "name": "Scene"}
WEBHOOK = {"active": True, "subscriberUrl": "https://people.example/hook", "triggers": "BOOKING_CREATED"}
ATTRIBUTE = {"name": "Scene", "slug": "scene", "type": "TEXT", "options": []}
PAGES = "take=5&skip="


def _bookings(query: str) -> Scene:
    return lambda wire: wire.ask("GET", f"{wire.acme.bookings}?{query}", wire.acme.admin).json()


def _forms(query: str) -> Scene:
    return lambda wire: wire.ask("GET", f"{wire.acme.forms}?{query}", wire.acme.admin).text


def _pagination(query: str, member: str) -> Scene:
    return lambda wire: _bookings(query)(wire)["pagination"][member]


def _walk(wire: Wire) -> list[int]:
    pages = [_bookings(f"{PAGES}{skip}")(wire)["data"] for skip in range(0, 50, 5)]
    return [row["id"] for page in pages for row in page]


def _foreign_write(wire: Wire) -> Any:
    path = f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}"
    assert wire.status("PATCH", path, wire.rival.admin, json={"name": "Taken over"}) == 403
    return wire.data("GET", path, wire.acme.admin)


def _prefix(wire: Wire) -> int:
    headers = wire.acme.client | {"x-cal-secret-key": wire.acme.tenant.secret[:-1] + "#"}
    return wire.status("GET", wire.acme.users, headers)


def _refresh(wire: Wire, token: str) -> int:
    return wire.status("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token})


def _twice(wire: Wire) -> list[int]:
    token = created(wire, wire.acme)["refreshToken"]
    return [_refresh(wire, token), _refresh(wire, token)]


def _rotated(wire: Wire) -> bool:
    token = created(wire, wire.acme)["refreshToken"]
    answer = wire.data("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token})
    return bool(answer["refreshToken"] != token)


def _race(wire: Wire) -> int:
    token = created(wire, wire.acme)["refreshToken"]
    request = ("POST", wire.acme.refresh, wire.acme.client, {"json": {"refreshToken": token}})
    return sum(answer.is_success for answer in wire.together([request] * 4))


def _forced(wire: Wire) -> int:
    pair = created(wire, wire.acme)
    wire.data("POST", f"{wire.acme.users}/{pair['user']['id']}/force-refresh", wire.acme.client)
    return _refresh(wire, pair["refreshToken"])


def _refreshed(wire: Wire) -> int:
    token = created(wire, wire.acme)["refreshToken"]
    answer = wire.data("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token})
    return wire.status("GET", wire.acme.attributes, bearer(answer["accessToken"]))


def _expired(wire: Wire) -> int:
    pair = created(wire, wire.acme)
    wire.clock.now = pair["accessTokenExpiresAt"] + 1.0
    return wire.status("GET", wire.acme.attributes, bearer(pair["accessToken"]))


def _deleted_user(wire: Wire) -> int:
    pair = created(wire, wire.acme)
    wire.data("DELETE", f"{wire.acme.users}/{pair['user']['id']}", wire.acme.client)
    return wire.status("GET", wire.acme.attributes, bearer(pair["accessToken"]))


def _patched(wire: Wire) -> Any:
    path = f"{wire.acme.users}/{created(wire, wire.acme, bio='Kept')['user']['id']}"
    wire.data("PATCH", path, wire.acme.client, json={"name": "Changed"})
    return wire.data("GET", path, wire.acme.client)


def _deleted_webhook(wire: Wire) -> int:
    path = wire.acme.webhook
    wire.data("DELETE", path, wire.acme.client)
    return wire.status("GET", path, wire.acme.client)


def _deleted_webhooks(wire: Wire) -> Any:
    wire.data("DELETE", wire.acme.webhooks, wire.acme.client)
    return [wire.data("GET", keys.webhooks, keys.client) for keys in (wire.acme, wire.rival)]


def _duplicate(wire: Wire) -> list[int]:
    return [wire.status("POST", wire.acme.users, wire.acme.client, json=USER) for _ in range(2)]


def _listed(wire: Wire) -> bool:
    made = created(wire, wire.acme)["user"]
    return made in wire.data("GET", wire.acme.users, wire.acme.client)


def _deleted_attribute(wire: Wire) -> int:
    path = f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}"
    wire.data("DELETE", path, wire.acme.admin)
    return wire.status("GET", path, wire.acme.admin)


def _deleted_membership(wire: Wire) -> int:
    path = wire.acme.membership
    wire.data("DELETE", path, wire.acme.admin)
    return wire.status("DELETE", path, wire.acme.admin)


def _member(wire: Wire) -> Any:
    user = created(wire, wire.acme)["user"]
    return wire.data("POST", wire.acme.memberships, wire.acme.admin, json={"userId": user["id"], "role": "ADMIN"})


def _option(wire: Wire, body: dict[str, Any]) -> int:
    path = f"{wire.acme.attributes}/{wire.acme.attribute('SINGLE_SELECT')}/options"
    return wire.status("POST", path, wire.acme.admin, json=body)


def _option_changed(wire: Wire) -> int:
    attribute = wire.acme.attribute("SINGLE_SELECT")
    option = next(wire.acme.tenant.options_of(attribute))["id"]
    path = f"{wire.acme.attributes}/{attribute}/options/{option}"
    return [wire.status("PATCH", path, wire.acme.admin, json={"value": value}) for value in ("One", "Two")][1]


def _assigned(wire: Wire) -> Any:
    attribute = wire.acme.attribute("SINGLE_SELECT")
    options = list(wire.acme.tenant.options_of(attribute))
    mine = f"{wire.acme.attributes}/options/{_member(wire)['userId']}"
    bodies = [{"attributeId": attribute, "attributeOptionId": options[index]["id"]} for index in (0, 1, 1)]
    statuses = [wire.status("POST", mine, wire.acme.admin, json=body) for body in bodies]
    return statuses, [row["value"] for row in wire.data("GET", mine, wire.acme.admin)]


def _credential(wire: Wire) -> str:
    path = f"{wire.acme.credentials}/{next(iter(wire.acme.tenant.credentials))}"
    return str(wire.data("PATCH", path, wire.acme.admin, json={})["updatedAt"])


def _burst(path: Callable[[Wire], str], count: int = 130, method: str = "GET") -> Scene:
    def scene(wire: Wire) -> list[int]:
        headers = wire.acme.client if "clients" in path(wire) else wire.acme.admin
        return [wire.status(method, path(wire), headers, json={}) for _ in range(count)]

    return scene


def _shared(wire: Wire) -> int:
    for _ in range(60):
        wire.ask("GET", wire.acme.memberships, wire.acme.admin)
    return wire.status("GET", wire.acme.membership, wire.acme.admin)


def _one_bucket(wire: Wire) -> list[int]:
    for _ in range(61):
        wire.ask("GET", wire.acme.attributes, wire.acme.admin)
    return [wire.status("GET", wire.acme.forms, wire.acme.admin) for _ in range(60)]


def _refused(wire: Wire) -> Any:
    _burst(lambda wire: wire.acme.forms, 60)(wire)
    answer = wire.ask("GET", wire.acme.forms, wire.acme.admin)
    assert answer.status_code == 429
    return {name: value for name, value in answer.headers.items() if name.startswith("x-ratelimit")}


def _headers(wire: Wire) -> Any:
    answers = [
        wire.ask("GET", wire.acme.users, wire.acme.client),
        wire.ask("GET", f"{wire.acme.users}?limit=0", wire.acme.client),
        wire.ask("GET", f"{wire.acme.users}/999999", wire.acme.client),
        wire.ask("GET", wire.acme.users),
    ]
    told = [{name: value for name, value in answer.headers.items() if name != "date"} for answer in answers]
    return [(headers, answer.text) for headers, answer in zip(told, answers, strict=True)]


def _created(part: str) -> Scene:
    return lambda wire: created(wire, wire.acme)[part]


SCENES: dict[str, Scene] = {
    **SCENES_OF_LISTS,
    **SCENES_OF_LIMITS,
    **SCENES_OF_CREDENTIALS,
    **SCENES_OF_STATE,
    # pagination
    "pages-overlap": _walk,
    "last-item-lost": _walk,
    "order-unstable": _walk,
    "default-page-size-wrong": _pagination("", "itemsPerPage"),
    "page-size-maximum-not-enforced": lambda wire: wire.status(
        "GET", f"{wire.acme.attributes}?take=99999", wire.acme.admin
    ),
    "total-ignores-filter": _pagination("status=past", "totalItems"),
    "has-next-on-last-page": _pagination("take=1000", "hasNextPage"),
    "page-past-end-404": lambda wire: wire.status("GET", f"{wire.acme.forms}?skip=500", wire.acme.admin),
    "remaining-items-wrong": _pagination("take=5", "remainingItems"),
    "total-pages-rounded-down": _pagination("take=5", "totalPages"),
    "current-page-from-zero": _pagination("take=5&skip=5", "currentPage"),
    "filter-ignored": lambda wire: wire.ask("GET", f"{wire.acme.users}?emails=a@b.example", wire.acme.client).text,
    "status-filter-leaks": _bookings("status=past"),
    "descending-is-ascending": _bookings("sortStart=desc"),
    "after-filter-inverted": _forms("afterCreatedAt=2024-05-20T00:00:00Z"),
    "sort-ignored": _forms("sortCreatedAt=desc"),
    # credentials
    "no-credential-needed": lambda wire: wire.status(
        "GET", f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}/options"
    ),
    "any-bearer-accepted": lambda wire: wire.status("GET", wire.acme.attributes, bearer("anything")),
    "secret-checked-by-prefix": _prefix,
    "secret-without-client-id-accepted": lambda wire: wire.status("GET", wire.acme.memberships, wire.acme.secret),
    "foreign-tenant-may-read": lambda wire: wire.status("GET", wire.acme.membership, wire.rival.admin),
    "foreign-write-applied": _foreign_write,
    "member-may-write": lambda wire: wire.status("POST", wire.acme.attributes, wire.acme.member, json=ATTRIBUTE),
    "other-tenants-rows-in-list": _bookings("take=1000"),
    "validation-before-authentication": lambda wire: wire.status("GET", f"{wire.acme.attributes}?take=0"),
    # tokens
    "refresh-token-reusable": _twice,
    "spent-token-500": _twice,
    "refresh-token-not-rotated": _rotated,
    "concurrent-refresh-both-succeed": _race,
    "access-token-accepted-as-refresh": lambda wire: _refresh(wire, created(wire, wire.acme)["accessToken"]),
    "refresh-token-not-bound-to-client": lambda wire: _refresh(wire, created(wire, wire.rival)["refreshToken"]),
    "token-expiry-in-milliseconds": _created("accessTokenExpiresAt"),
    "token-claims-disagree": _created("accessToken"),
    "force-refresh-keeps-old-token": _forced,
    "new-access-token-dead": _refreshed,
    "expired-access-token-accepted": _expired,
    # state
    "patch-resets-unsent-members": _patched,
    "patch-loses-sent-member": _patched,
    "patch-changes-id": _option_changed,
    "delete-is-a-no-op": _deleted_webhook,
    "delete-all-empties-other-tenants": _deleted_webhooks,
    "delete-all-keeps-one": _deleted_webhooks,
    "delete-unknown-succeeds": _deleted_membership,
    "deleted-attribute-readable": _deleted_attribute,
    "duplicate-accepted": _duplicate,
    "created-not-in-list": _listed,
    "created-with-other-value": lambda wire: _member(wire)["role"],
    "assigned-twice": _assigned,
    "token-survives-deletion": _deleted_user,
    # exchange
    "unicode-name-500": lambda wire: wire.status(
        "POST", wire.acme.attributes, wire.acme.admin, json=ATTRIBUTE | {"name": "☃"}
    ),
    "error-content-type-wrong": _headers,
    "error-envelope-differs": _headers,
    "stack-trace-in-400": _headers,
    "credential-echoed": _headers,
    "html-404": _headers,
    "cache-control-public": _headers,
    "cache-control-missing": _headers,
    "rate-headers-missing": _headers,
    "required-member-missing": lambda wire: wire.data("GET", wire.acme.membership, wire.acme.admin),
    "null-for-non-nullable": lambda wire: wire.data(
        "GET", f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}", wire.acme.admin
    ),
    "undeclared-status-202": lambda wire: wire.status("PATCH", wire.acme.webhook, wire.acme.client, json={}),
    "conflict-500": lambda wire: _option(wire, {"value": "Junior", "slug": "junior"}),
    "time-without-zone": _credential,
    "triggers-answered-as-string": lambda wire: wire.data("POST", wire.acme.webhooks, wire.acme.client, json=WEBHOOK),
    # input
    "maximum-plus-one-accepted": lambda wire: wire.status("GET", f"{wire.acme.users}?limit=1001", wire.acme.client),
    "non-numeric-page-accepted": lambda wire: wire.status("GET", f"{wire.acme.memberships}?take=x", wire.acme.admin),
    "enum-ignored": lambda wire: wire.status("GET", f"{wire.acme.forms}?sortCreatedAt=up", wire.acme.admin),
    "required-property-ignored": lambda wire: _option(wire, {"value": "No slug"}),
    "format-ignored": lambda wire: wire.status(
        "POST", wire.acme.users, wire.acme.client, json=USER | {"email": "none"}
    ),
    "malformed-json-500": lambda wire: wire.status(
        "POST", wire.acme.users, wire.acme.client | {"content-type": "application/json"}, content=b"{"
    ),
    # limits
    "limit-not-enforced": _burst(lambda wire: f"{wire.acme.attributes}/{wire.acme.attribute('TEXT')}"),
    "limit-looser": _burst(lambda wire: wire.acme.webhook),
    "limit-tighter": _burst(lambda wire: wire.acme.user),
    "limit-off-by-one": _burst(lambda wire: wire.acme.membership, 15, "PATCH"),
    "limit-shared-between-operations": _shared,
    "one-bucket-of-twice-the-limit": _one_bucket,
    "remaining-negative": _refused,
    "rate-headers-missing-on-429": _refused,
    "reset-in-milliseconds": _refused,
}
