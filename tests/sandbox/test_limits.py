"""Rate limits: numbers, windows, buckets, headers (rulings L)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.build import Options, build
from sandbox.limiter import METERS
from sandbox.switches import SwitchError
from tests.sandbox.wire import START, Wire, bearer, created, document

LIST = document().operation("OrganizationsAttributesController_getOrganizationAttributes")
MINUTE = LIST.limits[0].requests
FORCE = document().operation("OAuthClientUsersController_forceRefresh")
each_window = pytest.mark.parametrize("window", METERS)
each_scale = pytest.mark.parametrize("scale", [1, 60])


def admitted(wire: Wire, count: int) -> int:
    """How many of so many requests in one instant are not refused."""
    return sum(wire.status("GET", wire.acme.attributes, wire.acme.admin) != 429 for _ in range(count))


@each_window
@each_scale
def test_n_are_admitted_then_429_and_again_when_the_window_has_passed(window: str, scale: int) -> None:
    with Wire(window=window, time_scale=scale) as wire:
        assert admitted(wire, MINUTE + 3) == MINUTE
        wire.clock.wait(60 / scale)
        assert admitted(wire, MINUTE + 3) == MINUTE


@each_window
def test_refused_requests_do_not_count_and_the_wait_announced_is_true(window: str) -> None:
    with Wire(window=window) as wire:
        wire.clock.wait(17)
        admitted(wire, MINUTE)
        for _ in range(5):
            refused = wire.ask("GET", wire.acme.attributes, wire.acme.admin)
            assert refused.status_code == 429
        wait = int(refused.headers["retry-after"])
        assert 1 <= wait <= 60
        wire.clock.wait(wait)
        assert admitted(wire, 1) == 1


@each_window
def test_the_headers_tell_the_truth(window: str) -> None:
    with Wire(window=window) as wire:
        for used in range(1, MINUTE + 1):
            answer = wire.ask("GET", wire.acme.attributes, wire.acme.admin)
            assert int(answer.headers["x-ratelimit-limit"]) == MINUTE
            assert int(answer.headers["x-ratelimit-remaining"]) == MINUTE - used
            assert START <= int(answer.headers["x-ratelimit-reset"]) <= START + 60
        refused = wire.ask("GET", wire.acme.attributes, wire.acme.admin)
        assert refused.headers["x-ratelimit-remaining"] == "0"
        wire.clock.now = float(refused.headers["x-ratelimit-reset"])
        assert admitted(wire, 1) == 1


def test_a_fixed_window_is_aligned_and_announced_to_the_second() -> None:
    with Wire() as wire:
        wire.clock.wait(59.5)
        answer = wire.ask("GET", wire.acme.attributes, wire.acme.admin)
        assert int(answer.headers["x-ratelimit-reset"]) == START + 60
        assert admitted(wire, MINUTE) == MINUTE - 1
        wire.clock.wait(0.5)
        assert admitted(wire, MINUTE + 1) == MINUTE


@pytest.mark.parametrize("window", ["sliding"])
def test_a_sliding_window_never_admits_more_in_any_window(window: str) -> None:
    with Wire(window=window) as wire:
        times: list[float] = []
        for step in range(400):
            wire.clock.now = START + step * 0.37
            if admitted(wire, 1):
                times.append(wire.clock.now)
        for first in times:
            assert sum(first <= each < first + 60 for each in times) <= MINUTE


def test_a_bucket_refills_steadily() -> None:
    with Wire(window="bucket") as wire:
        admitted(wire, MINUTE)
        for _ in range(5):
            wire.clock.wait(60 / MINUTE)
            assert admitted(wire, 3) == 1


@each_window
def test_the_hour_binds_where_it_is_tighter(window: str) -> None:
    minute, hour = (limit.requests for limit in FORCE.limits)
    assert hour < 60 * minute
    with Wire(window=window) as wire:
        wire.clock.now = math.ceil(START / 3600) * 3600.0
        path, count = f"{wire.acme.user}/force-refresh", 0
        for _ in range(hour // minute + 2):
            count += sum(wire.status("POST", path, wire.acme.client) == 200 for _ in range(minute))
            wire.clock.wait(60)
        assert hour <= count <= hour + (hour // 3 if window == "bucket" else 0)
        refused = wire.ask("POST", path, wire.acme.client)
        assert window == "bucket" or refused.headers["x-ratelimit-limit"] == str(hour)


def test_every_operation_and_every_credential_has_a_bucket_of_its_own() -> None:
    with Wire() as wire:
        pair = created(wire, wire.acme)
        admitted(wire, MINUTE)
        assert admitted(wire, 1) == 0
        assert wire.status("GET", wire.acme.bookings, wire.acme.admin) == 200
        for headers in (wire.acme.member, bearer(pair["accessToken"])):
            assert wire.status("GET", wire.acme.attributes, headers) == 200
        assert wire.status("GET", wire.rival.attributes, wire.rival.admin) == 200


def test_refused_requests_change_nothing_and_unauthenticated_ones_do_not_count() -> None:
    with Wire() as wire:
        minute = document().operation("OAuthClientWebhooksController_deleteOAuthClientWebhook").limits[0].requests
        for _ in range(minute):
            assert (
                wire.status("DELETE", f"{wire.acme.webhooks}/1", wire.acme.secret | {"x-cal-secret-key": "no"}) == 401
            )
        for _ in range(minute):
            assert wire.status("DELETE", f"{wire.acme.webhooks}/1", wire.acme.client) == 404
        before = len(wire.acme.tenant.webhooks)
        assert wire.status("DELETE", wire.acme.webhook, wire.acme.client) == 429
        assert len(wire.acme.tenant.webhooks) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda wire: wire.ask("GET", f"{wire.acme.attributes}?take=0", wire.acme.admin),
        lambda wire: wire.ask("GET", f"{wire.acme.attributes}/unknown", wire.acme.admin),
        lambda wire: wire.ask("GET", wire.rival.attributes, wire.acme.admin),
        lambda wire: wire.ask("POST", wire.acme.attributes, wire.acme.admin, json={}),
    ],
    ids=["400", "404", "403", "400 of a body"],
)
def test_errors_of_authenticated_requests_carry_the_headers(spoil: Callable[[Wire], Any]) -> None:
    with Wire() as wire:
        answer = spoil(wire)
        assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(answer.headers)


@each_window
def test_a_concurrent_burst_admits_no_more(window: str) -> None:
    with Wire(window=window) as wire:
        burst: list[Any] = [("GET", wire.acme.attributes, wire.acme.admin, {})] * (MINUTE + 20)
        assert sum(answer.status_code == 200 for answer in wire.together(burst)) == MINUTE


@each_window
def test_limits_off_never_refuses_and_still_counts(window: str) -> None:
    with Wire(window=window, limits=False) as wire:
        assert admitted(wire, MINUTE + 5) == MINUTE + 5
        answer = wire.ask("GET", wire.acme.attributes, wire.acme.admin)
        assert answer.headers["x-ratelimit-limit"] == str(MINUTE)
        assert answer.headers["x-ratelimit-remaining"] == "0"


def test_a_fault_can_be_placed_at_one_operation_and_leaves_the_others_alone():
    place = "OrganizationsAttributesController_deleteOrganizationAttribute"
    with Wire(strict=False, faults=(f"limit-one-less@{place}",)) as wire:
        path = f"{wire.acme.attributes}/nobody"
        assert [wire.status("DELETE", path, wire.acme.admin) for _ in range(5)] == [404] * 4 + [429]
        option = f"{path}/options/nothing"
        assert [wire.status("DELETE", option, wire.acme.admin) for _ in range(6)] == [404] * 5 + [429]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("limit-one-less@nowhere", "no operation 'nowhere'"),
        ("page-size-capped@OrganizationsAttributesController_deleteOrganizationAttribute", "only faults of the rate"),
    ],
)
def test_a_fault_placed_wrongly_is_refused_by_name(name, says):
    with pytest.raises(SwitchError, match=says):
        build(Options(faults=(name,)), document())
