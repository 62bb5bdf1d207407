"""Laws of credentials share what they ask, and still blame the one promise that is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged, on_sandbox

THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
FIRST = (
    "credentials/nothing-without-a-credential",
    "credentials/the-credential-comes-before-the-body",
    "credentials/the-credential-comes-before-the-parameters",
)
DAMAGED = "credentials/nothing-with-a-damaged-credential"
KEY = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "canary-key-of-ann-1"\n'


def things(*, credential_first: bool = True) -> dict[str, Any]:
    """A document with one operation that wants a credential, a parameter and a body."""
    size = {"name": "size", "in": "query", "schema": {"type": "integer"}}
    body = {"required": True, "content": {"application/json": {"schema": THING, "example": {"id": "one"}}}}
    operation = {"operationId": "add", "parameters": [size], "requestBody": body, "responses": answers(THING, "201")}
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    stated = {"x-contract": {"rules": ["credential-first"]}} if credential_first else {}
    return document({"/things": {"post": operation}}, schemes, security=[{"key": []}], **stated)


def test_one_question_that_is_wrong_everywhere_upholds_three_laws(tmp_path: Path) -> None:
    asked: list[Asked] = []

    def stub(one: Asked) -> tuple[int, Any]:
        asked.append(one)
        known = one.headers.get("x-key") == "canary-key-of-ann-1"
        return (404, {"error": "nothing"}) if known else (401, {"error": "who are you"})

    made = judged(tmp_path, stub, things(), KEY, *FIRST)
    assert broken(made) == {}
    wrong = {"size": "nonsense", "X-Key": "canary-key-of-ann-1"}  # the key in the query counts no more than none
    assert [(each.query, each.body) for each in asked if "x-key" not in each.headers] == [(wrong, None)]


def test_validation_before_the_credential_breaks_the_laws_of_order_alone(tmp_path: Path) -> None:
    def stub(one: Asked) -> tuple[int, Any]:
        if not isinstance(one.body, dict):
            return 400, {"error": "an object is needed"}
        return 401, {"error": "who are you"}

    made = judged(tmp_path, stub, things(), KEY, *FIRST)
    assert {each.partition(" ")[0] for each in broken(made)} == {FIRST[1]}


def test_a_body_that_cannot_be_read_comes_after_the_credential_too(tmp_path: Path) -> None:
    def stub(one: Asked) -> tuple[int, Any]:
        return (400, {"error": "no JSON"}) if one.body is None else (401, {"error": "who are you"})

    made = judged(tmp_path, stub, things(), KEY, *FIRST)
    assert {each.partition(" ")[0] for each in broken(made)} == {FIRST[1]}


@pytest.mark.parametrize("odd", ["list", "media type"])
def test_a_damaged_key_shows_that_a_list_and_another_media_type_come_after_the_credential(tmp_path: Path, odd: str):
    def stub(one: Asked) -> tuple[int, Any]:
        other = "json" not in one.headers.get("content-type", "json")
        if isinstance(one.body, list) if odd == "list" else other:
            return 400, {"error": "no such body"}
        known = one.headers.get("x-key") == "canary-key-of-ann-1"
        return (404, {"error": "nothing"}) if known else (401, {"error": "who are you"})

    made = judged(tmp_path, stub, things(), KEY, *FIRST, DAMAGED)
    assert {each.partition(" ")[0] for each in broken(made)} == {FIRST[1]}


def test_a_damage_that_is_accepted_is_seen_behind_an_odd_body(tmp_path: Path) -> None:
    def stub(one: Asked) -> tuple[int, Any]:
        if not one.headers.get("x-key", "").startswith("canary-key"):
            return 401, {"error": "who are you"}
        return (201, {"id": "one"}) if isinstance(one.body, dict) else (400, {"error": "no object"})

    made = judged(tmp_path, stub, things(), KEY, *FIRST, DAMAGED)
    assert {each.partition(" ")[0] for each in broken(made)} == {DAMAGED}


def test_the_order_of_checks_is_a_law_only_where_the_document_states_it(tmp_path: Path) -> None:
    def stub(one: Asked) -> tuple[int, Any]:
        if one.query or not isinstance(one.body, dict):
            return 400, {"error": "invalid"}
        return 401, {"error": "who are you"}

    made = judged(tmp_path, stub, things(credential_first=False), KEY, *FIRST)
    assert broken(made) == {}
    verdicts = {each.item.rule.id: each.verdict for each in made.verdicts if each.item.rule.id in FIRST}
    assert verdicts == {FIRST[0]: "not observable", FIRST[1]: "observed", FIRST[2]: "observed"}


def test_what_needs_no_credential_is_seen_though_the_hardest_question_is_refused(tmp_path: Path) -> None:
    def stub(one: Asked) -> tuple[int, Any]:
        if one.query or not isinstance(one.body, dict):
            return 400, {"error": "invalid"}
        return 201, {"id": "one"}

    made = judged(tmp_path, stub, things(), KEY, *FIRST)
    assert {each.partition(" ")[0] for each in broken(made)} == set(FIRST)


def test_what_one_intruder_did_is_held_against_nobody_else(tmp_path: Path) -> None:
    made = on_sandbox(tmp_path, ["option-of-any-organization"], ["-is-refused", "a-reader-changes-nothing"])
    option = "/v2/organizations/{orgId}/attributes/{attributeId}/options/{optionId}"
    assert set(broken(made)) == {f"credentials/a-path-that-mixes-tenants-is-refused PATCH {option} acme-admin"}
