"""Token pairs: contents, rotation, refusal, expiry (rulings T)."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from tests.sandbox.wire import START, Wire, bearer, created, document

RULES = document().tokens


def renew(wire: Wire, token: str) -> dict[str, Any]:
    """Spend a refresh token."""
    result: dict[str, Any] = wire.data("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token})
    return result


def refusal(wire: Wire, token: str) -> int:
    """The status a refresh token is refused with."""
    return wire.status("POST", wire.acme.refresh, wire.acme.client, json={"refreshToken": token})


def works(wire: Wire, pair: dict[str, Any]) -> int:
    """The status an access token gets."""
    return wire.status("GET", wire.acme.attributes, bearer(pair["accessToken"]))


def test_a_pair_expires_as_the_document_says_in_whole_seconds(wire: Wire) -> None:
    wire.clock.wait(0.7)
    pair = created(wire, wire.acme)
    forced = wire.data("POST", f"{wire.acme.users}/{pair['user']['id']}/force-refresh", wire.acme.client)
    for each in (pair, forced, renew(wire, forced["refreshToken"])):
        assert each["accessTokenExpiresAt"] == int(START) + RULES.access.lifetime
        assert each["refreshTokenExpiresAt"] == int(START) + RULES.refresh.lifetime


def test_the_access_token_is_a_jwt_that_agrees_with_its_answer(wire: Wire) -> None:
    pair = created(wire, wire.acme)
    assert jwt.get_unverified_header(pair["accessToken"])["alg"] == "HS256"
    claims = jwt.decode(pair["accessToken"], options={"verify_signature": False, "verify_iat": False})
    assert claims["clientId"] == wire.acme.tenant.client_id
    assert claims["ownerId"] == pair["user"]["id"]
    assert claims["iat"] == START
    assert claims["expiresAt"] == pair["accessTokenExpiresAt"]


def test_two_pairs_of_one_second_differ(wire: Wire) -> None:
    pair = created(wire, wire.acme)
    later = renew(wire, pair["refreshToken"])
    assert len({pair["accessToken"], pair["refreshToken"], later["accessToken"], later["refreshToken"]}) == 4


def test_a_refresh_rotates_and_a_spent_token_gets_401(wire: Wire) -> None:
    pair = created(wire, wire.acme)
    for _ in range(5):
        later = renew(wire, pair["refreshToken"])
        assert works(wire, later) == works(wire, pair) == 200
        assert refusal(wire, pair["refreshToken"]) == 401
        pair = later


def test_of_concurrent_refreshes_exactly_one_succeeds(wire: Wire) -> None:
    pair = created(wire, wire.acme)
    request = ("POST", wire.acme.refresh, wire.acme.client, {"json": {"refreshToken": pair["refreshToken"]}})
    answers = wire.together([request] * 8)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    winner = next(answer.json()["data"] for answer in answers if answer.is_success)
    assert works(wire, winner) == 200
    assert renew(wire, winner["refreshToken"])


def test_force_refresh_ends_the_previous_refresh_token(wire: Wire) -> None:
    pair = created(wire, wire.acme)
    forced = wire.data("POST", f"{wire.acme.users}/{pair['user']['id']}/force-refresh", wire.acme.client)
    assert works(wire, forced) == 200
    assert refusal(wire, pair["refreshToken"]) == 401
    assert renew(wire, forced["refreshToken"])


def test_a_refresh_token_is_bound_to_its_client(wire: Wire) -> None:
    pair = created(wire, wire.rival)
    assert refusal(wire, pair["refreshToken"]) == 400
    spent = wire.status("POST", wire.rival.refresh, wire.rival.client, json={"refreshToken": pair["refreshToken"]})
    assert spent == 200


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_a_text_that_is_no_token_is_refused(wire: Wire, token: str) -> None:
    assert refusal(wire, token) == 400


def test_each_kind_of_token_is_refused_in_place_of_the_other(wire: Wire) -> None:
    pair = created(wire, wire.acme)
    assert refusal(wire, pair["accessToken"]) == 400
    assert works(wire, {"accessToken": pair["refreshToken"]}) == 401


@pytest.mark.parametrize("cut", [slice(None, -1), slice(None, -10), slice(1, None)])
def test_a_tampered_access_token_gets_401(wire: Wire, cut: slice) -> None:
    pair = created(wire, wire.acme)
    assert works(wire, {"accessToken": pair["accessToken"][cut]}) == 401


@pytest.mark.parametrize("scale", [1, 60, 1000])
def test_tokens_die_when_they_said_they_would(scale: int) -> None:
    with Wire(limits=False, time_scale=scale) as wire:
        wire.clock.wait(0.25)
        pair = created(wire, wire.acme)
        expires = pair["accessTokenExpiresAt"]
        assert abs(expires - wire.clock.now - RULES.access.lifetime / scale) <= 1
        wire.clock.now = expires - 0.01
        assert works(wire, pair) == 200
        wire.clock.now = float(expires)
        assert works(wire, pair) == 401
        later = renew(wire, pair["refreshToken"])
        wire.clock.now = float(later["refreshTokenExpiresAt"])
        assert refusal(wire, later["refreshToken"]) == 401


def test_a_deleted_users_tokens_are_dead(wire: Wire) -> None:
    pair = created(wire, wire.acme)
    wire.data("DELETE", f"{wire.acme.users}/{pair['user']['id']}", wire.acme.client)
    assert works(wire, pair) == 401
    assert refusal(wire, pair["refreshToken"]) == 400


def test_refreshing_one_user_leaves_the_others_alone(wire: Wire) -> None:
    one, other = created(wire, wire.acme, "a@people.example"), created(wire, wire.acme, "b@people.example")
    renew(wire, one["refreshToken"])
    wire.data("POST", f"{wire.acme.users}/{one['user']['id']}/force-refresh", wire.acme.client)
    assert works(wire, other) == 200
    assert renew(wire, other["refreshToken"])
