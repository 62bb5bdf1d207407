"""Library: what frameworks write by themselves. Errors hardly declared, members to read only, no page past the last."""

from __future__ import annotations

import math
from typing import Any

from tests.others.serving import Answer, Asked, Server, answers

_USERS = {"Bearer acme-token-0123456789": "acme", "Bearer rival-token-987654321": "rival"}


class Library(Server):
    """Keeps `library.yaml`, but for the faults of `FAULTS`. One shape is declared for one error; others have theirs."""

    document = "library.yaml"
    principals = (
        ("acme", "bearer", "token", "acme-token-0123456789"),
        ("rival", "bearer", "token", "rival-token-987654321"),
    )

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.authors: dict[int, dict[str, Any]] = {}
        self.loans: dict[int, dict[str, Any]] = {}
        self.owners: dict[int, str] = {}
        self.terse = False
        for user in ("acme", "rival"):
            for number in range(7):
                self._author(user, {"name": f"{user} {number}"})
                self._kept(self.loans, user, {"title": f"Book {number}", "days": 14})

    def error(self, status: int, message: str, **more: Any) -> Answer:
        return Answer(status, {"detail": message})

    def refuse(self, message: str) -> Answer:
        """Authors answer 400 with the member at fault, as nobody declared; loans the 422 that is declared for them."""
        if self.terse:
            return Answer(400, {"non_field_errors": [message]})
        told = {"loc": ["body", 0], "msg": message}
        return Answer(422, {"detail": message if self.has("detail-as-text") else [told]})

    def who(self, asked: Asked) -> str:
        self.terse = asked.path.startswith("/authors")
        user = _USERS.get(asked.headers.get("authorization", ""))
        if user is None:
            raise self.error(401, "Not authenticated")
        return user

    def _checked(self, name: str, value: Any, schema: Any, missing: int = 0) -> Any:
        """A page that is no number is as little there as one behind the last."""
        return super()._checked(name, value, schema, 404 if name == "page" else missing)

    def _body(self, asked: Asked, declared: Any) -> None:
        """Read-only members are passed over, whatever they hold."""
        for media in (declared or {}).get("content", {}).values():
            schema = self.follow(media["schema"])
            inside = {name: each for name, each in schema["properties"].items() if not each.get("readOnly")}
            needed = [name for name in schema.get("required", []) if name in inside]
            lax = {name: {} for name in inside} if self.has("invalid-taken") and "days" in inside else inside
            declared = {**declared, "content": {"application/json": {"schema": {**schema, "properties": lax}}}}
            declared["content"]["application/json"]["schema"]["required"] = needed
        super()._body(asked, declared)

    def _kept(self, things: dict[int, dict[str, Any]], user: str, body: dict[str, Any]) -> dict[str, Any]:
        made = {"id": self.next(), **body}
        things[made["id"]], self.owners[made["id"]] = made, user
        return made

    def _author(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._kept(self.authors, user, {"added": "2026-01-02T03:04:05Z", "born": None, **body})

    def _mine(self, asked: Asked, things: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
        return [each for number, each in things.items() if self.owners[number] == asked.user]

    def _one(self, asked: Asked, things: dict[int, dict[str, Any]]) -> dict[str, Any]:
        number = next(iter(asked.values.values()))
        if number not in things or self.owners[number] != asked.user:
            raise self.error(404, "Not found.")
        return things[number]

    @answers("GET /authors/")
    def list(self, asked: Asked) -> Answer:
        mine, size = self._mine(asked, self.authors), asked.given.get("page_size", 5)
        page = asked.given.get("page", 1)
        if size < 1:
            raise self.refuse("page_size: too small")
        last = max(1, math.ceil(len(mine) / size)) - self.has("last-page-lost")
        if not 1 <= page <= max(1, last):
            raise self.error(404, "Invalid page.")
        start = (page - 1) * size - (self.has("page-overlaps") and page > 1)
        address = f"http://{asked.headers['host']}/authors/?page_size={size}&page="
        following = f"{address}{page + 1}" if page < last else None
        before = f"{address}{page - 1}" if page > 1 else None
        shown = mine[start : start + size]
        return Answer(200, {"count": len(mine), "next": following, "previous": before, "results": shown})

    @answers("POST /authors/")
    def create(self, asked: Asked) -> Answer:
        return Answer(201, self._author(asked.user, asked.body))

    @answers("GET /authors/{id}/")
    def read(self, asked: Asked) -> Answer:
        return Answer(200, self._one(asked, self.authors))

    @answers("PATCH /authors/{id}/")
    def change(self, asked: Asked) -> Answer:
        found = self._one(asked, self.authors)
        found |= asked.body or {}
        return Answer(200, found)

    @answers("DELETE /authors/{id}/")
    def delete(self, asked: Asked) -> Answer:
        del self.authors[self._one(asked, self.authors)["id"]]
        return Answer(204)

    @answers("GET /loans")
    def loans_list(self, asked: Asked) -> Answer:
        return Answer(200, self._mine(asked, self.loans)[asked.given["offset"] :][: asked.given["limit"]])

    @answers("GET /history")
    def history(self, asked: Asked) -> Answer:
        return Answer(200, [])

    @answers("POST /loans")
    def lend(self, asked: Asked) -> Answer:
        same = {"days": 14, **asked.body}
        for each in self._mine(asked, self.loans) if self.has("finds-again") else ():
            if same.items() <= each.items():
                return Answer(201, each)
        return Answer(201, self._kept(self.loans, asked.user, {"days": 14, **asked.body}))

    @answers("GET /loans/{loan_id}")
    def loan(self, asked: Asked) -> Answer:
        return Answer(200, self._one(asked, self.loans))

    @answers("DELETE /loans/{loan_id}")
    def give_back(self, asked: Asked) -> Answer:
        found = self._one(asked, self.loans)
        if self.has("undeclared-status"):
            return Answer(409, {"detail": "Not today."})
        del self.loans[found["id"]]
        return Answer(204)


VARIATIONS = ("finds-again",)
FAULTS = {
    "detail-as-text": "errors/error-fits-its-schema",
    "invalid-taken": "input/what-the-document-forbids-is-refused",
    "page-overlaps": "pagination/",
    "last-page-lost": "pagination/",
    "undeclared-status": "status/status-is-declared",
}
