"""A bookshop that keeps the documents of `dialects`, as an ASGI application; and ways in which it does not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from attrs import frozen

from tests.contracts.laws.pagination.dialects import MOST, USUAL, Dialect

BASE = "http://shop.test"
TENANTS = {"acme": 11, "rival": 9}
_GENRES = ("novel", "poetry", "novel", "essay")
_START = datetime(2024, 5, 6, tzinfo=UTC)
Query = dict[str, str]
Book = dict[str, Any]


def books(tenant: str) -> list[Book]:
    """What a tenant sells; every third book was added at the same time as the one before."""
    return [
        {
            "id": f"{tenant}-{number}",
            "title": f"Volume {number} of {tenant}",
            "genre": _GENRES[number % len(_GENRES)],
            "added": (_START + timedelta(days=(number * 7 % 11) // 2)).isoformat().replace("+00:00", "Z"),
        }
        for number in range(TENANTS[tenant])
    ]


class RefusedError(Exception):
    """The question is answered with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@frozen
class Cut:
    """A page: its books, where it begins, its size, and how many books there are in all."""

    rows: list[Book]
    start: int
    size: int
    total: int

    @property
    def more(self) -> bool:
        return self.start + len(self.rows) < self.total


class Shop:
    """Answers `GET /books` and `GET /books/{id}` in one dialect, perhaps with a fault."""

    def __init__(self, dialect: Dialect, fault: str = "") -> None:
        self.dialect = dialect
        self.fault = fault

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        try:
            body, told = self._answer(scope["path"], headers.get("x-key", ""), query)
            status = 200
        except RefusedError as refused:
            status, body, told = refused.status, {"message": "no"}, {}
        content = json.dumps(body).encode()
        sent = [(b"content-type", b"application/json"), *((n.encode(), v.encode()) for n, v in told.items())]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, path: str, key: str, query: Query) -> tuple[Any, dict[str, str]]:
        tenant = {f"{name}-key": name for name in TENANTS}.get(key)
        if tenant is None:
            raise RefusedError(401)
        if path == "/books":
            cut = self._cut(tenant, query)
            return self._told(tenant, cut, query)
        found = [book for book in self.books(tenant) if path == f"/books/{book['id']}"]
        if not found:
            raise RefusedError(404)
        shown = {**found[0], "title": "Another"} if self.fault == "item-differs" else found[0]
        return shown, {}

    def books(self, tenant: str) -> list[Book]:
        """What a tenant sells at the moment."""
        return books(tenant)

    # -- which books ----------------------------------------------------------------------------------------------

    def _rows(self, tenant: str, query: Query) -> list[Book]:
        rows = self.books(tenant)
        if "genre" in query and self.fault != "filter-ignored":
            genre, within = query["genre"], self.fault == "filter-substring"
            rows = [row for row in rows if genre == row["genre"] or (within and genre in row["genre"])]
        if "addedAfter" in query:
            after = self.fault != "after-is-before"
            rows = [row for row in rows if (_moment(row["added"]) > _moment(query["addedAfter"])) is after]
        if order := query.get("order"):
            if order not in {"asc", "desc"}:
                raise RefusedError(400)
            backwards = order == "desc" and self.fault != "order-ignored"
            rows = sorted(rows, key=lambda row: str(row["added"]), reverse=backwards)
        if self.fault == "foreign-row":
            rows = rows + books("rival" if tenant == "acme" else "acme")[:1]
        return rows

    def _cut(self, tenant: str, query: Query) -> Cut:
        size = self._number(query, self.dialect.size, USUAL, 1)
        if size > MOST:
            if self.fault != "too-large-accepted":
                raise RefusedError(400)
            size = MOST
        kind = self.dialect.kind
        start, owner = self._position(query, size) if kind in {"offset", "page"} else self._behind(query)
        rows = self._rows(owner if owner and self.fault == "foreign-cursor" else tenant, query)
        if self.fault == "past-end-404" and start >= len(rows) and start:
            raise RefusedError(404)
        return self._sliced(rows, start, size)

    def _sliced(self, rows: list[Book], start: int, size: int) -> Cut:
        total = len(rows)
        if self.fault == "lost-last" and total % size and size < total:
            rows = rows[:-1]
        begin = start - 1 if self.fault == "overlap" and start else start
        length = min(size, 4) if self.fault == "size-capped" else size
        return Cut(rows[begin : begin + length], start, size, total)

    def _number(self, query: Query, name: str, default: int, least: int) -> int:
        text = query.get(name, str(default))
        if not text.lstrip("-").isdigit() or int(text) < least:
            raise RefusedError(400)
        return int(text)

    def _position(self, query: Query, size: int) -> tuple[int, str]:
        first = self.dialect.first
        number = self._number(query, self.dialect.position or "", first, first)
        return ((number - first) * size if self.dialect.kind == "page" else number), ""

    def _behind(self, query: Query) -> tuple[int, str]:
        text = query.get(self.dialect.position or "cursor", "")
        if not text:
            return 0, ""
        try:
            owner, _, number = base64.urlsafe_b64decode(text.encode()).decode().partition(":")
            return int(number), owner
        except ValueError:
            raise RefusedError(500 if self.fault == "damaged-cursor-500" else 400) from None

    # -- what is told ---------------------------------------------------------------------------------------------

    def _told(self, tenant: str, cut: Cut, query: Query) -> tuple[Any, dict[str, str]]:
        facts = self._facts(tenant, cut, query)
        if not self.dialect.items:
            body: Any = cut.rows
        else:
            body = {self.dialect.items: cut.rows}
            for role, place in self.dialect.told.items():
                holder, _, name = place.rpartition("/")
                inside = body.setdefault(holder, {}) if holder else body
                inside[name] = facts[role]
        headers = {name: str(facts[role]) for role, name in self.dialect.headers.items() if role != "link"}
        if "link" in self.dialect.headers and facts["link"]:
            headers[self.dialect.headers["link"]] = f'<{facts["link"]}>; rel="next", <{BASE}/books>; rel="first"'
        return body, headers

    def _facts(self, tenant: str, cut: Cut, query: Query) -> dict[str, Any]:
        more = cut.more or self.fault == "more-on-last"
        behind = cut.start + len(cut.rows) + (self.fault == "cursor-skips")
        cursor = self._cursor(tenant, 0 if self.fault == "cursor-loops" and cut.start else behind) if more else None
        page = cut.start // cut.size + self.dialect.first
        before = page if self.fault == "previous-is-self" else page - 1
        return {
            "total": cut.total + (self.fault == "total-wrong"),
            "offset": cut.start,
            "size": cut.size,
            "page": page + (self.fault == "page-wrong"),
            "pages": -(-cut.total // cut.size),
            "next": more,
            "cursor": cursor,
            "link": self._link(query, cut, page + 1, cursor) if more or self.fault == "link-on-last" else None,
            "previous_link": self._link(query, cut, before, None) if cut.start else None,
        }

    def _cursor(self, tenant: str, behind: int) -> str:
        return base64.urlsafe_b64encode(f"{tenant}:{behind}".encode()).decode()

    def _link(self, query: Query, cut: Cut, page: int, cursor: str | None) -> str:
        kept = {} if self.fault == "link-forgets-filter" else query
        position = self.dialect.position or "cursor"
        led = self.dialect.kind in {"cursor", "link"}
        asked = {**kept, self.dialect.size: str(cut.size), position: str(cursor if led else page)}
        server = "https://internal:8443" if self.fault == "link-elsewhere" else BASE
        return f"{server}/books?{urlencode(asked)}"


class BusyShop(Shop):
    """The same shop while somebody else is at work in it: books come, go and change between two questions."""

    def __init__(self, dialect: Dialect, every: int) -> None:
        """`every`: so many questions between two changes."""
        super().__init__(dialect)
        self.every = every
        self.asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await super().__call__(scope, receive, send)

    def books(self, tenant: str) -> list[Book]:
        changes = self.asked // self.every
        new = [{**book, "id": f"{tenant}-new-{number}"} for number, book in enumerate(books(tenant)[:changes] * 9)]
        old = books(tenant)[changes // 2 % 5 :]
        return [*reversed(new[:changes]), *({**book, "title": f"Edition {changes}"} for book in old)]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
