"""Nine ways to ask for pages: for each a small document, and how its answers look.

The documents say nothing about their lists but what OpenAPI can say, so that items, totals, cursors and links are
found by inference. What no document can say (what a filter looks at) stands in `x-contract`, where an overlay puts it.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from specs.contract import Contract, build
from specs.source.document import as_document
from specs.source.overlay import apply

MOST, USUAL = 20, 5
_BOOK = {
    "type": "object",
    "required": ["id", "title", "genre", "added"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "genre": {"type": "string"},
        "added": {"type": "string", "format": "date-time"},
    },
}
_SIZE = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
_INTEGER, _TEXT, _FLAG = {"type": "integer"}, {"type": "string", "nullable": True}, {"type": "boolean"}


@frozen
class Dialect:
    """The names a list uses: its page parameters, where the items are, and what tells about the page.

    `kind`: offset, page, cursor, or link where only an address leads on. `told` maps what is told to a member ("a/b" is
    a member of a member); `headers` to a header.
    """

    name: str
    kind: str
    size: str
    position: str | None
    items: str
    told: dict[str, str]
    headers: dict[str, str]
    first: int = 0


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("skip-take", "offset", "take", "skip", "items", {"total": "total"}, {}),
        Dialect(
            "offset-limit",
            "offset",
            "limit",
            "offset",
            "data",
            {"total": "meta/total", "offset": "meta/offset", "size": "meta/limit", "next": "meta/hasMore"},
            {},
        ),
        Dialect(
            "page-per-page",
            "page",
            "per_page",
            "page",
            "results",
            {"total": "total", "page": "page", "pages": "total_pages"},
            {"link": "Link"},
            first=1,
        ),
        Dialect(
            "page-size-links",
            "page",
            "page_size",
            "page",
            "results",
            {"total": "count", "link": "next", "previous_link": "previous"},
            {},
            first=0,
        ),
        Dialect("cursor", "cursor", "limit", "cursor", "data", {"cursor": "nextCursor", "next": "hasMore"}, {}),
        Dialect(
            "token", "cursor", "maxResults", "pageToken", "files", {"cursor": "nextPageToken", "total": "totalSize"}, {}
        ),
        Dialect("next-link", "link", "limit", None, "value", {"link": "nextLink", "total": "count"}, {}),
        Dialect("said-by-overlay", "offset", "amount", "begin", "stuff", {"total": "sum"}, {}),
        Dialect("link-header", "cursor", "limit", "after", "", {}, {"link": "Link", "total": "X-Total-Count"}),
    )
}


OVERLAY = {
    "overlay": "1.0.0",
    "info": {"title": "What nobody could guess of this bookshop", "version": "1.0.0"},
    "actions": [
        {
            "target": "$.paths['/books'].get",
            "update": {"x-contract": {"data": "/stuff", "size": "amount", "position": "begin", "dialect": "offset"}},
        },
        {"target": "$", "update": {"x-contract": {"pagination": "", "pages": {"total": "/sum"}}}},
    ],
}
"""For the shop whose names are like no other's."""


def contract(name: str) -> Contract:
    """The contract of a shop's document, with its overlay where it has one."""
    raw = document(DIALECTS[name])
    return build(as_document(apply(raw, OVERLAY, "overlay") if name == "said-by-overlay" else raw))


def document(dialect: Dialect) -> dict[str, Any]:
    """An OpenAPI document of a bookshop whose one list is paged in this dialect."""
    parameters = [_query(dialect.size, _SIZE)]
    if dialect.position is not None:
        parameters.append(_query(dialect.position, _position(dialect)))
    parameters += [
        _query("genre", {"type": "string"}, filter={"member": "/genre", "by": "equals"}),
        _query("addedAfter", {"type": "string", "format": "date-time"}, filter={"member": "/added", "by": "after"}),
        _query("order", {"type": "string", "enum": ["asc", "desc"]}, sort={"member": "/added"}),
    ]
    listing = {
        "operationId": "listBooks",
        "parameters": parameters,
        "responses": {"200": _answer(_page(dialect), dialect), "400": _answer({"type": "object"}), "401": _answer({})},
    }
    reading = {
        "operationId": "readBook",
        "parameters": [{"name": "bookId", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": _answer(_BOOK), "401": _answer({}), "404": _answer({})},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": f"Bookshop ({dialect.name})", "version": "1"},
        "security": [{"key": []}],
        "x-contract": {"rules": ["past-the-end-is-empty", "pages-are-full"]},
        "paths": {"/books": {"get": listing}, "/books/{bookId}": {"get": reading}},
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Key",
                    "x-contract": {"principal": "api_key", "member": "key"},
                }
            }
        },
    }


def _query(name: str, schema: dict[str, Any], **extension: Any) -> dict[str, Any]:
    said = {"x-contract": extension} if extension else {}
    return {"name": name, "in": "query", "schema": schema, **said}


def _position(dialect: Dialect) -> dict[str, Any]:
    if dialect.kind == "cursor":
        return {"type": "string"}
    return {"type": "integer", "minimum": dialect.first, "default": dialect.first}


def _page(dialect: Dialect) -> dict[str, Any]:
    books = {"type": "array", "items": _BOOK}
    if not dialect.items:
        return books
    page: dict[str, Any] = {"type": "object", "required": [dialect.items], "properties": {dialect.items: books}}
    for role, place in dialect.told.items():
        holder, _, name = place.rpartition("/")
        inside = page["properties"]
        if holder:
            inside = inside.setdefault(holder, {"type": "object", "properties": {}})["properties"]
        texts = ("cursor", "link", "previous_link")
        inside[name] = _TEXT | ({"format": "uri"} if "link" in role else {}) if role in texts else _INTEGER
        if role == "next":
            inside[name] = _FLAG
    return page


def _answer(schema: dict[str, Any], dialect: Dialect | None = None) -> dict[str, Any]:
    names = dialect.headers.values() if dialect else ()
    headers = {name: {"schema": {"type": "string" if name == "Link" else "integer"}} for name in names}
    answer: dict[str, Any] = {"description": "An answer.", "content": {"application/json": {"schema": schema}}}
    return {**answer, "headers": headers} if headers else answer
