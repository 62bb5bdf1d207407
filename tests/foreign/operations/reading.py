"""How queries are read and lists are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from tests.foreign import rules
from tests.foreign.service import Ask, RefusedError, Service
from tests.foreign.store import Row, stamp

CLIENT, ORG = "/v2/oauth-clients/{clientId}", "/v2/organizations/{orgId}"


def whole(low: int, high: float = float("inf")) -> Callable[[str], int]:
    """Reads a whole number in a range."""

    def read(text: str) -> int:
        value = rules.whole(text)
        if value is None or not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def several(one: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    """Reads values with commas between them."""
    return lambda text: [one(part) for part in text.split(",")]


def those(allowed: Callable[[str], bool]) -> Callable[[str], str]:
    """Reads a text that passes a test."""

    def read(text: str) -> str:
        if not allowed(text):
            raise ValueError(text)
        return text

    return read


def when(*, late: bool) -> Callable[[str], str]:
    """Reads a time; told in the form in which times are kept."""

    def read(text: str) -> str:
        if (moment := rules.moment(text, late=late)) is None:
            raise ValueError(text)
        return stamp(moment)

    return read


WAY = those(lambda text: text in ("asc", "desc"))
SKIP = {"take": whole(1, 1000), "skip": whole(0)}
OFFSET = {"limit": whole(1, 1000), "offset": whole(0)}
TIMES = {
    f"{side}{member}": when(late=side == "before")
    for side, member in (
        *(("after", each) for each in ("Start", "CreatedAt", "UpdatedAt")),
        *(("before", each) for each in ("End", "CreatedAt", "UpdatedAt")),
    )
}


def paged(service: Service, ask: Ask, rows: list[Row], *, told: bool = True) -> list[Row]:
    """One page of the rows; what is told of it goes into the envelope."""
    size, start = ask.query.get("take", ask.query.get("limit", 100)), ask.query.get("skip", ask.query.get("offset", 0))
    if "newest-first" in service.choices and not any(name.startswith("sort") for name in ask.query):
        rows = rows[::-1]
    page, total = rows[start : start + size], len(rows)
    if told and not (service.faulty("pagination-missing-when-empty") and not page):
        ask.answered["pagination"] = {
            "totalItems": total,
            "remainingItems": max(0, total - start - len(page)),
            "itemsPerPage": len(page) if "size-of-the-page" in service.choices and len(page) < size else size,
            "currentPage": 0 if total == 0 and "page-zero" in service.choices else start // size + 1,
            "totalPages": -(-total // size),
            "hasNextPage": total - start - len(page) > 0,
            "hasPreviousPage": start > 0,
        }
    return page


def ordered(ask: Ask, rows: list[Row], members: dict[str, str]) -> list[Row]:
    """The rows in the order asked for; the first sort counts most."""
    for name, way in reversed(ask.query.items()):
        if name in members:
            rows = sorted(rows, key=lambda row: row[members[name]], reverse=way == "desc")
    return rows


def between(ask: Ask, rows: list[Row], members: dict[str, str]) -> list[Row]:
    """The rows within the times asked for, the borders included."""
    for name, limit in ask.query.items():
        if (member := members.get(name)) is not None:
            after = name.startswith("after")
            rows = [row for row in rows if (row[member] >= limit if after else row[member] <= limit)]
    return rows


def optional(service: Service) -> bool:
    """Whether pagination is told where it need not be."""
    return "no-optional-pagination" not in service.choices


def one(rows: dict[Any, Row], identity: Any, what: str) -> Row:
    """A row by its id. Raises RefusedError."""
    if (row := rows.get(identity)) is None:
        raise RefusedError(404, f"No such {what}.")
    return row


def stored(service: Service, body: Row) -> Row:
    """Values as they are kept."""
    if "normalised" not in service.choices:
        return dict(body)
    return {name: _normal(name, value) for name, value in body.items()}


def _normal(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return sorted(set(value)) if name == "triggers" and isinstance(value, list) else value
    if name == "email":
        return value.lower()
    if name in ("name", "bio", "value"):
        return unicodedata.normalize("NFC", value.strip())
    if name == "slug":
        return "-".join(value.lower().split())
    if name == "subscriberUrl":
        return value if value.count("/") > 2 else value + "/"
    return value
