"""Two tenants may each have something that is called alike: whose it is that is shown is told by its id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contracts.laws.credentials.judging import Asked, answers, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT

LAW = "credentials/another-tenant-is-refused"
HOUSE = {"type": "object", "properties": {"id": TEXT, "slug": TEXT}}
BOTH = ANN + ANN.replace("ann", "bob")


def paths() -> dict[str, Any]:
    parameters = [{"name": "slug", "in": "path", "required": True, "schema": TEXT}]
    return {
        "/houses": {"get": {"responses": answers({"type": "array", "items": HOUSE})}},
        "/houses/{slug}": {"get": {"parameters": parameters, "responses": answers(HOUSE)}},
    }


@pytest.mark.parametrize("leaks", [False, True])
def test_a_thing_of_ones_own_that_is_called_as_anothers_is_no_leak(tmp_path: Path, leaks: bool) -> None:
    def houses(asked: Asked) -> tuple[int, Any]:
        who = {"canary-key-of-ann-1": "ann", "canary-key-of-bob-1": "bob"}.get(asked.headers.get("x-key", ""))
        if who is None:
            return 401, {"error": "who are you"}
        own = {"id": "house-of-ann" if leaks else f"house-of-{who}", "slug": "family"}
        if asked.path == "/houses":
            return 200, [own] if who == "ann" or not leaks else []
        return (200, own) if asked.path == "/houses/family" else (404, {"error": "no"})

    told = document(paths(), KEY, security=[{"key": []}])
    made = judged(tmp_path, houses, told, BOTH, LAW)
    assert (verdicts(made, LAW)["GET /houses/{slug}"] == "broken") is leaks


SAID: list[tuple[dict[str, Any], str]] = [
    ({"private": False}, "observed"),
    ({"visibility": "public"}, "observed"),
    ({"private": True}, "broken"),
    ({"visibility": "team"}, "broken"),
]


@pytest.mark.parametrize(("said", "told"), SAID)
def test_what_says_of_itself_that_all_may_see_it_is_no_leak(tmp_path: Path, said: dict[str, Any], told: str) -> None:
    def houses(asked: Asked) -> tuple[int, Any]:
        if not asked.headers.get("x-key", "").startswith("canary-key-of-"):
            return 401, {"error": "who are you"}
        own = {"id": "7", "slug": "family", "owner": "ann", **said}
        return (200, [own]) if asked.path == "/houses" else (200, own) if "family" in asked.path else (404, {})

    paths_told = paths()
    paths_told["/houses"]["get"]["summary"] = "Your houses, and those that are for everybody"
    made = judged(tmp_path, houses, document(paths_told, KEY, security=[{"key": []}]), BOTH, LAW)
    assert verdicts(made, LAW)["GET /houses/{slug}"] == told
