"""Schemathesis's own checks judge recorded answers; what only they find is told, and what both find is told once."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, Request, Response
from specs.contract import Contract, build
from specs.source.document import load
from tests.contracts.checks.exchanges import GET, broken, exchange

CHECK = "schemathesis/schemathesis-finds-nothing-more"
PET = {
    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
    "discriminator": {
        "propertyName": "kind",
        "mapping": {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"},
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets/first": {
            "get": {
                "operationId": "first",
                "responses": {"200": {"description": "A pet.", "content": {"application/json": {"schema": PET}}}},
            }
        },
        "/pets.yaml": {
            "get": {
                "operationId": "all",
                "responses": {
                    "200": {"description": "Pets.", "content": {"application/yaml": {"schema": {"type": "string"}}}}
                },
            }
        },
    },
    "components": {
        "schemas": {
            "Cat": {"type": "object", "required": ["kind", "lives"], "properties": {"lives": {"type": "integer"}}},
            "Dog": {"type": "object", "required": ["kind", "tricks"], "properties": {"tricks": {"type": "integer"}}},
        }
    },
}


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A document with a discriminator, which no check of ours looks at."""
    file = tmp_path_factory.mktemp("pets") / "pets.json"
    file.write_text(json.dumps(DOCUMENT), "utf-8")
    return build(load(str(file)))


def answered(contract: Contract, body: Any, status: int = 200, because: int | None = None) -> Exchange:
    request = Request(contract.operations[0], "/pets/first")
    text = json.dumps(body)
    response = Response(status, (("Content-Type", "application/json"),), text, len(text))
    return Exchange(1, request, response, None, 0.0, 0.1, retry_status=because)


def test_what_only_schemathesis_finds_is_broken_in_its_own_words(pets: Contract) -> None:
    with pytest.raises(Broken) as told:
        checks.load()[CHECK].judge(answered(pets, {"kind": "fish", "lives": 9}), pets)
    assert "response_schema_conformance" in told.value.expected
    assert "kind" in told.value.actual


def test_a_text_that_is_yaml_fits_the_schema_of_a_text(pets: Contract) -> None:
    body = "first:\n  kind: cat\n"
    response = Response(200, (("Content-Type", "application/yaml"),), body, len(body))
    exchange = Exchange(1, Request(pets.operation("GET /pets.yaml"), "/pets.yaml"), response, None, 0.0, 0.1)
    assert not checks.load()[CHECK].judge(exchange, pets)


def test_what_it_finds_nothing_wrong_with_is_upheld(pets: Contract) -> None:
    assert checks.load()[CHECK].judge(answered(pets, {"kind": "cat", "lives": 9}), pets)


def test_a_server_error_that_came_once_and_an_undeclared_status_are_left_to_others(pets: Contract) -> None:
    for each in (answered(pets, {}, 503), answered(pets, {}, 418)):
        assert not checks.load()[CHECK].judge(each, pets)


def test_what_both_find_is_one_finding() -> None:
    assert broken(exchange(GET, 200, {"status": "success"}, ("Cache-Control", "no-cache"))) == {
        "schema/body-fits-its-schema"
    }


def test_a_document_it_cannot_read_has_no_second_opinion(pets: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_: Contract) -> Any:
        raise ValueError("no")

    other = build(load(pets.document.location))
    monkeypatch.setattr("contracts.strategies.schemathesis_cases.schemathesis_of", unreadable)
    assert checks.load()[CHECK].judge(answered(other, {"kind": "fish", "lives": 9}), other)


def test_a_header_of_another_answer_is_not_held_against_one_that_is_the_same_otherwise(tmp_path: Path) -> None:
    header = {"X-RateLimit-Remaining": {"schema": {"type": "integer", "minimum": 0}}}
    told = {"200": {"description": "A pet.", "headers": header, "content": {"application/json": {"schema": {}}}}}
    paths = {"/pets/first": {"get": {"operationId": "first", "responses": told}}}
    file = tmp_path / "pets.json"
    file.write_text(json.dumps({**DOCUMENT, "paths": paths}), "utf-8")
    contract = build(load(str(file)))

    def left(number: int) -> Exchange:
        given = answered(contract, {})
        assert given.response is not None
        headers = (*given.response.headers, ("X-RateLimit-Remaining", str(number)))
        return attrs.evolve(given, response=attrs.evolve(given.response, headers=headers))

    with contextlib.suppress(Broken):
        checks.load()[CHECK].judge(left(-1), contract)
    assert checks.load()[CHECK].judge(left(3), contract)
