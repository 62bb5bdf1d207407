"""Swagger 2.0 is read as the OpenAPI 3 that says the same, and its defects are told where they stand in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from specs.contract import Contract, build
from specs.lint.lint import examine
from specs.source.document import load
from tests.specs.samples import written

Raw = dict[str, Any]


def pets() -> Raw:
    """A document of Swagger 2.0 with everything that OpenAPI 3 says otherwise."""
    refused = {"$ref": "#/responses/Refused"}
    return {
        "swagger": "2.0",
        "info": {"title": "Pets", "version": "1"},
        "host": "pets.example",
        "basePath": "/v1",
        "schemes": ["https"],
        "produces": ["application/json"],
        "consumes": ["application/json"],
        "security": [{"key": []}],
        "securityDefinitions": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "plain": {"type": "basic"},
            "grant": {
                "type": "oauth2", "flow": "application", "tokenUrl": "https://pets.example/t", "scopes": {"r": ""},
            },
        },
        "parameters": {"Page": {"name": "page", "in": "query", "type": "integer", "minimum": 1}},
        "responses": {"Refused": {"description": "Refused.", "schema": {"$ref": "#/definitions/Problem"}}},
        "paths": {
            "/pets": {
                "get": {
                    "operationId": "listPets",
                    "parameters": [
                        {"$ref": "#/parameters/Page"},
                        {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"},
                         "collectionFormat": "pipes"},
                        {"name": "ids", "in": "query", "type": "array", "items": {"type": "integer"},
                         "collectionFormat": "multi"},
                    ],
                    "responses": {
                        "200": {
                            "description": "Pets.",
                            "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}},
                            "headers": {"X-Total-Count": {"type": "integer"}},
                            "examples": {"application/json": [{"id": 1, "name": "Rex"}]},
                        },
                        "401": refused,
                    },
                },
                "post": {
                    "operationId": "addPet",
                    "parameters": [
                        {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}}
                    ],
                    "responses": {
                        "201": {"description": "It.", "schema": {"$ref": "#/definitions/Pet"}}, "401": refused,
                    },
                },
            },
            "/pets/{petId}/photo": {
                "parameters": [{"name": "petId", "in": "path", "required": True, "type": "integer"}],
                "put": {
                    "operationId": "setPhoto",
                    "security": [{"plain": []}, {"grant": ["r"]}],
                    "consumes": ["multipart/form-data"],
                    "parameters": [
                        {"name": "photo", "in": "formData", "required": True, "type": "file"},
                        {"name": "note", "in": "formData", "type": "string", "maxLength": 9},
                    ],
                    "responses": {"204": {"description": "Done."}, "401": refused},
                },
            },
        },
        "definitions": {
            "Pet": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"},
                               "nick": {"type": "string", "x-nullable": True}},
            },
            "Problem": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
        },
    }  # fmt: skip


def built(folder: Path, raw: Raw) -> Contract:
    return build(load(written(folder, raw)))


def test_a_sound_document_is_left_in_peace(tmp_path: Path) -> None:
    examination = examine(written(tmp_path, pets()))
    assert (examination.defects, examination.operations) == ((), 3)
    assert examination.openapi.startswith("2.0")


def test_parameters_and_their_styles(tmp_path: Path) -> None:
    contract = built(tmp_path, pets())
    listed = contract.operation("listPets")
    told = {each.name: (each.style, each.explode, each.schema["type"]) for each in listed.parameters}
    assert told == {
        "page": ("form", True, "integer"),
        "tags": ("pipeDelimited", False, "array"),
        "ids": ("form", True, "array"),
    }
    assert listed.paging is not None
    assert (listed.paging.dialect, listed.paging.headers) == ("page", {"total": "X-Total-Count"})


def test_bodies_and_forms(tmp_path: Path) -> None:
    contract = built(tmp_path, pets())
    body, form = contract.operation("addPet").body, contract.operation("setPhoto").body
    assert body is not None
    assert form is not None
    assert (body.media_type, body.required, body.schema) == (
        "application/json", True, {"$ref": "#/components/schemas/Pet"},
    )  # fmt: skip
    assert (form.media_type, form.required) == ("multipart/form-data", True)
    assert form.kinds == {"photo": "binary", "note": "string"}


def test_answers_credentials_and_null(tmp_path: Path) -> None:
    contract = built(tmp_path, pets())
    photo = contract.operation("setPhoto")
    assert [[scheme.kind for scheme in each.schemes] for each in photo.security] == [["basic"], ["oauth2"]]
    answer = contract.operation("addPet").answer(201)
    assert answer is not None
    assert answer.schema is not None
    converted = contract.json_schema(answer.schema)
    assert converted["$defs"]["Pet"]["properties"]["nick"]["type"] == ["string", "null"]
    assert contract.error_schema == {"$ref": "#/components/schemas/Problem"}


def test_a_defect_is_told_where_it_stands(tmp_path: Path) -> None:
    raw = pets()
    raw["definitions"]["Pet"]["properties"]["name"]["pattern"] = "(?i)["
    raw["paths"]["/pets"]["get"]["responses"]["200"]["examples"]["application/json"][0]["id"] = "one"
    raw["paths"]["/pets"]["post"]["parameters"][0]["schema"] = {"$ref": "#/definitions/None"}
    told = {(defect.code, defect.pointer) for defect in examine(written(tmp_path, raw)).defects}
    assert told == {
        ("bad-pattern", "#/definitions/Pet/properties/name/pattern"),
        ("example-mismatch", "#/paths/~1pets/get/responses/200/examples/application~1json"),
        ("dangling-reference", "#/paths/~1pets/post/parameters/0/schema/$ref"),
    }
