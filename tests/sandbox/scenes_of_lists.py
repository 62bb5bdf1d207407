"""The scenes of faults that only lists have: each asks where its fault shows, and often only there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.wire import Keys, Wire

Scene = Callable[[Wire], Any]


def _page(query: str, *, member: str = "", tenant: str = "acme") -> Scene:
    def scene(wire: Wire) -> Any:
        keys: Keys = getattr(wire, tenant)
        answer = wire.ask("GET", f"{keys.bookings}?{query}", keys.admin).json()
        return answer["pagination"][member] if member else [row["id"] for row in answer["data"]]

    return scene


def _users(query: str, *, member: str = "") -> Scene:
    def scene(wire: Wire) -> Any:
        answer = wire.ask("GET", f"{wire.acme.users}?{query}", wire.acme.client).json()
        return answer["pagination"][member] if member else answer["data"]

    return scene


def _forms(query: str) -> Scene:
    return lambda wire: wire.data("GET", f"{wire.acme.forms}?{query}", wire.acme.admin)


def _assigned(place: str, query: str) -> Scene:
    def scene(wire: Wire) -> Any:
        path = f"{wire.acme.attributes}/{place or wire.acme.attribute('MULTI_SELECT')}/options/assigned"
        return wire.data("GET", f"{path}?{query}", wire.acme.admin)

    return scene


def _lists_a_new_attribute(wire: Wire) -> int:
    body = {"name": "New", "slug": "new", "type": "TEXT", "options": []}
    made = wire.data("POST", wire.acme.attributes, wire.acme.admin, json=body)
    return int(wire.data("GET", wire.acme.attributes, wire.acme.admin).count(made))


SCENES_OF_LISTS: dict[str, Scene] = {
    "last-page-filled-up": _page("skip=45&take=10"),
    "offset-rounded-to-page": _page("skip=3&take=10"),
    "deep-offset-refused": lambda wire: wire.status("GET", f"{wire.acme.forms}?skip=10001", wire.acme.admin),
    "page-size-capped": _page("take=10"),
    "page-past-end-shows-last": _page("skip=48"),
    "last-item-lost-for-one-tenant": _page("skip=40&take=10", tenant="rival"),
    "total-wrong-for-one-tenant": _page("take=10", tenant="rival", member="totalItems"),
    "total-counts-so-far": _page("take=10", member="totalItems"),
    "total-counts-other-tenants": _users("limit=5", member="totalItems"),
    "has-next-when-page-is-full": _page("take=48", member="hasNextPage"),
    "has-previous-by-page-number": _page("skip=1&take=10", member="hasPreviousPage"),
    "current-page-rounded-up": _page("skip=1&take=10", member="currentPage"),
    "items-per-page-says-default": _page("take=10", member="itemsPerPage"),
    "remaining-negative-past-end": _page("skip=60", member="remainingItems"),
    "filter-matches-substring": _users("emails=anaged.10@acme.example"),
    "filter-after-paging": _users("limit=1&emails=managed.11@acme.example"),
    "list-differs-from-item": _users("limit=1"),
    "filter-takes-first-value": _page("status=past,upcoming"),
    "only-one-filter-counts": _page("status=cancelled&afterStart=2031-03-05T00:00:00Z"),
    "sort-ignored-with-filter": _page("status=past&sortStart=asc"),
    "ties-unstable": _page("sortCreated=asc"),
    "sort-by-other-member": _page("sortEnd=asc"),
    "impossible-range-shows-all": _page("afterCreatedAt=2024-04-16T00:00:00Z&beforeCreatedAt=2024-04-10T00:00:00Z"),
    "filter-looks-at-other-member": _forms("beforeUpdatedAt=2024-05-20T00:00:00Z"),
    "sorted-list-loses-items": _forms("sortUpdatedAt=asc"),
    "slug-finds-other-tenants": _assigned("slugs/languages", "take=100"),
    "nested-filter-ignored": _assigned("", "assignedOptionIds=nobody"),
    "page-size-250-at-most": lambda wire: [
        wire.status("GET", f"{wire.acme.attributes}?take={size}", wire.acme.admin) for size in (250, 251, 1000)
    ],
    "new-item-listed-twice": _lists_a_new_attribute,
}
