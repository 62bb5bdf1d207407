"""Each law of recorded traffic: broken by two sightings, observed by one, upheld by an answer that kept it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts.traffic.laws import LAWS
from tests.contracts.traffic.recording import BEGAN, BOOKINGS, CLIENT, REFRESH, WEBHOOK, Call, client, verdict

ERROR = {"status": "error", "message": "no"}
LIST = "GET /v2/organizations/{orgId}/bookings"
TRADE = "POST /v2/oauth/{clientId}/refresh"
ATTRIBUTES = "/v2/organizations/1000/attributes"
USER = f"/v2/oauth-clients/{CLIENT}/users"
Scene = Callable[[int], list[Call]]
"""Calls that show a law broken so many times; kept, where none."""


def pair(number: int) -> dict[str, object]:
    tokens = {"accessToken": f"acc-{number:04d}-5f0e2b7d34a5", "refreshToken": f"ref-{number:04d}-91b7d34a55cc"}
    return {
        "status": "success",
        "data": {**tokens, "accessTokenExpiresAt": BEGAN + 3600, "refreshTokenExpiresAt": BEGAN + 9e6},
    }


def refresh(presented: int, status: int, gives: int = 0, at: float = 0.0) -> Call:
    body = {"refreshToken": f"ref-{presented:04d}-91b7d34a55cc"}
    return client(REFRESH, status, pair(gives) if status == 200 else ERROR, method="POST", at=at, body=body)


def limits(times: int) -> list[Call]:
    granted = [
        Call("GET", BOOKINGS, 200, {}, at=600 * burst + each * 0.1) for burst in range(times) for each in range(121)
    ]
    return granted or [Call("GET", BOOKINGS, 200, {}, at=each) for each in range(3)] + [
        Call("GET", BOOKINGS, 429, ERROR, at=9)
    ]


def anonymous(times: int) -> list[Call]:
    bare = [Call("GET", BOOKINGS, 200, {}, at=each, headers={}) for each in range(times)]
    return [Call("GET", BOOKINGS, 200, {}), *(bare or [Call("GET", BOOKINGS, 401, ERROR, headers={})])]


def pages(times: int) -> list[Call]:
    full = {"status": "success", "data": [{"id": "a"}, {"id": "b"}]}
    return [Call("GET", f"{ATTRIBUTES}?take=1", 200, full, at=each) for each in range(times)] or [
        Call("GET", f"{ATTRIBUTES}?take=2", 200, full)
    ]


def deleted(times: int) -> list[Call]:
    ends = [client(WEBHOOK, 200, {}, method="DELETE", at=100 * each) for each in range(max(1, times))]
    status = 200 if times else 404
    return [*ends, *(client(WEBHOOK, status, {} if times else ERROR, at=100 * each + 50) for each in range(len(ends)))]


def spent(times: int) -> list[Call]:
    first = [refresh(each, 200, 10 + each, at=each) for each in range(max(1, times))]
    again = [refresh(each, 200 if times else 401, 20 + each, at=50 + each) for each in range(len(first))]
    return [*first, *again]


def renewed(times: int) -> list[Call]:
    return [refresh(each, 200, each, at=each) for each in range(times)] or [refresh(1, 200, 2)]


def twice_issued(times: int) -> list[Call]:
    made = [client(USER, 201, pair(each), method="POST", at=each, body={}) for each in (1, 2)]
    return [*made, *(refresh(7 + each, 200, 1, at=5 + each) for each in range(times and 1))] if times != 0 else made


def expired(times: int) -> list[Call]:
    late = {"Authorization": "Bearer acc-0001-5f0e2b7d34a5"}
    status = 200 if times else 401
    calls = [
        Call("GET", BOOKINGS, status, {} if times else ERROR, at=4000 + each, headers=late)
        for each in range(max(1, times))
    ]
    return [client(USER, 201, pair(1), method="POST", body={}), *calls]


SCENES: dict[str, tuple[str, Scene]] = {
    "limits/the-declared-limit-is-enforced": (LIST, limits),
    "credentials/nothing-without-a-credential": (LIST, anonymous),
    "pagination/pages-have-the-size-asked-for": ("GET /v2/organizations/{orgId}/attributes", pages),
    "state/what-was-deleted-is-gone": ("DELETE /v2/oauth-clients/{clientId}/webhooks/{webhookId}", deleted),
    "tokens/a-spent-refresh-token-is-refused": (TRADE, spent),
    "tokens/a-refresh-gives-a-new-pair": (TRADE, renewed),
    "tokens/tokens-are-never-issued-twice": ("POST /v2/oauth-clients/{clientId}/users", twice_issued),
    "tokens/an-expired-access-token-is-refused": (LIST, expired),
}


def test_every_law_of_recorded_traffic_has_its_scene():
    assert SCENES.keys() == LAWS.keys()


@pytest.mark.parametrize("law", SCENES)
def test_a_law_is_broken_by_two_sightings_and_upheld_by_an_answer_that_kept_it(tmp_path, contract, law):
    operation, scene = SCENES[law]
    wrong, kept = (verdict(tmp_path, contract, law, operation, *scene(times)) for times in (2, 0))
    assert (wrong.verdict, kept.verdict) == ("broken", "upheld")
    assert wrong.exchanges
    assert "curl" in (wrong.reproduce or "")


@pytest.mark.parametrize("law", [each for each in SCENES if each != "tokens/tokens-are-never-issued-twice"])
def test_one_sighting_is_observed(tmp_path, contract, law):
    operation, scene = SCENES[law]
    found = verdict(tmp_path, contract, law, operation, *scene(1))
    assert found.verdict == "observed"
    assert (found.reason or "").startswith("seen once: expected ")


def test_a_law_of_an_operation_that_nobody_called_is_not_asked(tmp_path, contract):
    found = verdict(tmp_path, contract, "limits/the-declared-limit-is-enforced", LIST, *pages(0))
    assert (found.verdict, found.reason) == ("not asked", "the recording has no request to this operation")


def test_what_was_made_anew_meanwhile_was_not_kept(tmp_path, contract):
    place = WEBHOOK.rpartition("/")[0]
    made = [client(place, 201, {}, method="POST", at=100 * each + 20, body={}) for each in (0, 1)]
    law, (operation, _) = "state/what-was-deleted-is-gone", SCENES["state/what-was-deleted-is-gone"]
    assert verdict(tmp_path, contract, law, operation, *deleted(2), *made).verdict == "not observable"


@pytest.mark.parametrize("law", ["limits/the-declared-limit-is-enforced", "credentials/nothing-without-a-credential"])
def test_credentials_that_the_recorder_has_taken_out_are_nobodys(tmp_path, contract, law):
    taken = {"Authorization": "[Filtered]"}
    calls = [Call("GET", BOOKINGS, 200, {}, at=each * 0.1, headers=taken) for each in range(400)]
    assert verdict(tmp_path, contract, law, LIST, *calls).verdict == "not observable"
