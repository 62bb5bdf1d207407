"""Small documents of our own that the tests of `specs` read, break and cut."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from specs.contract import Contract, Operation, build
from specs.source.document import as_document

_ERRORS: dict[str, Any] = {
    "401": {"$ref": "#/components/responses/Refused"},
    "404": {"$ref": "#/components/responses/Refused"},
    "429": {"$ref": "#/components/responses/Refused"},
}
_BOOK = {"id": 7, "title": "Emma", "isbn": "9780141439587"}
_SHOP: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Bookshop", "version": "1.2", "description": "Sells books."},
    "servers": [{"url": "https://books.example"}],
    "security": [{"key": []}],
    "paths": {
        "/shelves/{shelfId}/books": {
            "parameters": [{"$ref": "#/components/parameters/Shelf"}],
            "get": {
                "operationId": "listBooks",
                "tags": ["Books"],
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20},
                        "example": 10,
                    },
                    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
                ],
                "responses": {
                    "200": {
                        "description": "A page of books.",
                        "headers": {"Cache-Control": {"required": True, "schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Books"},
                                "example": {"items": [_BOOK], "meta": {"total": 1, "hasMore": False}},
                            }
                        },
                    },
                    **_ERRORS,
                },
                "x-contract": {"limits": [{"requests": 10, "window": 1}, {"requests": 100, "window": 60}]},
            },
            "post": {
                "operationId": "addBook",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Book"},
                            "example": {"title": "Emma", "isbn": "9780141439587"},
                        }
                    },
                },
                "responses": {
                    "201": {
                        "description": "The new book.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Book"}, "example": _BOOK}
                        },
                    },
                    **_ERRORS,
                },
            },
        },
        "/shelves/{shelfId}/books/{bookId}": {
            "parameters": [
                {"$ref": "#/components/parameters/Shelf"},
                {"name": "bookId", "in": "path", "required": True, "schema": {"type": "integer"}},
            ],
            "get": {
                "operationId": "getBook",
                "responses": {
                    "200": {
                        "description": "The book.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Book"}, "example": _BOOK}
                        },
                    },
                    **_ERRORS,
                },
            },
            "patch": {
                "operationId": "changeBook",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}}},
                "responses": {
                    "200": {
                        "description": "The book as it is now.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}},
                    },
                    **_ERRORS,
                },
            },
            "delete": {
                "operationId": "removeBook",
                "responses": {"204": {"description": "It is gone."}, **_ERRORS},
            },
        },
    },
    "components": {
        "parameters": {
            "Shelf": {"name": "shelfId", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        },
        "responses": {
            "Refused": {
                "description": "Refused.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        },
        "schemas": {
            "Book": {
                "type": "object",
                "required": ["id", "title"],
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "title": {"type": "string"},
                    "isbn": {"type": "string", "nullable": True},
                    "sequel": {"allOf": [{"$ref": "#/components/schemas/Book"}], "nullable": True},
                },
            },
            "Books": {
                "type": "object",
                "required": ["items", "meta"],
                "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Book"}},
                    "meta": {
                        "type": "object",
                        "properties": {"total": {"type": "integer"}, "hasMore": {"type": "boolean"}},
                    },
                },
            },
            "Problem": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    },
}


def shop() -> dict[str, Any]:
    """Give a sound document: one shelf of books with list, create, read, update and delete."""
    return copy.deepcopy(_SHOP)


def contract(raw: dict[str, Any]) -> Contract:
    """Build the contract of a document given as plain data."""
    return build(as_document(raw))


def written(folder: Path, raw: dict[str, Any], name: str = "shop.json") -> Path:
    """Write a document to a file."""
    path = folder / name
    path.write_text(json.dumps(raw, indent=2), encoding="utf-8")
    return path


def listing(*parameters: dict[str, Any], schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give a document with one GET at /things that takes query parameters and answers with a schema."""
    success: dict[str, Any] = {"description": "Things.", "content": {"application/json": {"schema": schema}}}
    success.update(more)
    stated = [{"in": "query", "schema": {"type": "integer"}, **parameter} for parameter in parameters]
    operation = {"operationId": "listThings", "parameters": stated, "responses": {"200": success}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"get": operation}},
    }


def obj(**properties: Any) -> dict[str, Any]:
    """Give an object schema with required members; a text names a type."""
    members = {name: {"type": value} if isinstance(value, str) else value for name, value in properties.items()}
    return {"type": "object", "required": list(members), "properties": members}


THINGS = {"type": "array", "items": obj(id="integer", name="string")}
INTEGER = {"type": "integer"}
LINK = {"type": "string", "format": "uri"}


def things(raw: dict[str, Any]) -> Operation:
    """The one operation of a document that `listing` has made."""
    return contract(raw).operation("listThings")
