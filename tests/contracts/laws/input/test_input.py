"""What the laws of input find is told by its smallest proof, and only where nothing else can be the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged, verdicts

FORBIDS = "input/what-the-document-forbids-is-refused"
ALLOWS = "input/what-the-document-allows-is-accepted"
THING = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "size": {"type": "integer"}, "note": {"type": "string"}},
}
RIGHT = {"id": "one", "size": 3, "note": "Something to remember"}
KEY = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "canary-key-of-ann-1"\n'


def things() -> dict[str, Any]:
    """A document with one operation that takes a body."""
    body = {"required": True, "content": {"application/json": {"schema": THING, "example": RIGHT}}}
    operation = {"operationId": "add", "requestBody": body, "responses": answers(THING, "201", "400", "401")}
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    return document({"/things": {"post": operation}}, schemes, security=[{"key": []}])


def strict(one: Asked) -> tuple[int, Any]:
    """Takes what the document allows, and nothing else."""
    kinds = {"id": str, "size": int, "note": str}
    body = one.body
    right = isinstance(body, dict) and isinstance(body.get("id"), str) and "json" in one.headers["content-type"]
    if not right or any(type(value) is not kinds[name] for name, value in body.items() if name in kinds):
        return 400, {"error": "invalid"}
    return 201, body


def test_a_deployment_that_does_as_the_document_says_is_blamed_for_nothing(tmp_path: Path) -> None:
    made = judged(tmp_path, strict, things(), KEY, "input/", depth="standard")
    assert broken(made) == {}
    assert set(verdicts(made, ALLOWS).values()) == {"upheld"}


def test_an_accepted_value_is_shown_with_no_more_in_the_body_than_has_to_be(tmp_path: Path) -> None:
    def lenient(one: Asked) -> tuple[int, Any]:
        status, answer = strict(one)
        named = isinstance(one.body, dict) and isinstance(one.body.get("id"), str)
        json = "json" in one.headers["content-type"]
        return (201, one.body) if status == 400 and named and json else (status, answer)

    found = broken(judged(tmp_path, lenient, things(), KEY, FORBIDS))
    verdict = next(each for identity, each in found.items() if identity.startswith(FORBIDS))
    assert verdict.reproduce
    assert "note" not in verdict.reproduce
    assert verdict.confidence == "repeated 2 of 2"
    assert "size" in f"{verdict.expected} {verdict.got}"


def test_a_right_credential_that_is_refused_breaks_what_is_allowed(tmp_path: Path) -> None:
    found = broken(judged(tmp_path, lambda _: (401, {"error": "who are you"}), things(), KEY, ALLOWS))
    assert [each.partition(" ")[0] for each in found] == [ALLOWS]


def naming(one: Asked) -> tuple[int, Any]:
    """Takes what the document allows, and names everything that is wrong."""
    if strict(one)[0] == 201 or not isinstance(one.body, dict):
        return strict(one)
    kinds = {"id": str, "size": int, "note": str}
    wrong = [name for name, kind in kinds.items() if name in one.body and type(one.body[name]) is not kind]
    missing = [] if "id" in one.body else ["id"]
    return 400, {"error": "; ".join(f"{name} is invalid" for name in [*wrong, *missing])}


def test_what_a_refusal_names_is_not_sent_once_more_by_itself(tmp_path: Path) -> None:
    told = judged(tmp_path, naming, things(), KEY, FORBIDS, depth="standard")
    untold = judged(tmp_path, strict, things(), KEY, FORBIDS, depth="standard")
    assert broken(told) == broken(untold) == {}
    assert len(told.exchanges) < len(untold.exchanges)


def test_what_a_refusal_does_not_name_is_found_by_itself(tmp_path: Path) -> None:
    def lenient(one: Asked) -> tuple[int, Any]:
        if not isinstance(one.body, dict):
            return naming(one)
        kept = {name: value for name, value in one.body.items() if value is not None or name != "note"}
        return naming(attrs.evolve(one, body=kept))

    found = broken(judged(tmp_path, lenient, things(), KEY, FORBIDS))
    assert [each.expected for each in found.values()] == ["400 for body note: null (null)"]


def rows() -> dict[str, Any]:
    """A document with a creation whose body has no example, and which takes a truth in its query."""
    made = things()
    operation = made["paths"]["/things"]["post"]
    del operation["requestBody"]["content"]["application/json"]["example"]
    operation["parameters"] = [{"name": "whole", "in": "query", "schema": {"type": "boolean"}}]
    return made


def test_a_parameter_is_not_blamed_for_a_body_that_is_refused(tmp_path: Path) -> None:
    made = judged(tmp_path, lambda _: (400, {"error": "the id is not canonical"}), rows(), KEY, ALLOWS)
    assert broken(made) == {}


def test_a_parameter_that_is_refused_alone_is_blamed(tmp_path: Path) -> None:
    def picky(one: Asked) -> tuple[int, Any]:
        return (400, {"error": "no such thing"}) if one.query.get("whole") == "false" else strict(one)

    found = broken(judged(tmp_path, picky, rows(), KEY, ALLOWS))
    assert [each.expected for each in found.values()] == ["query whole=false to be accepted"]
