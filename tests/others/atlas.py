"""Atlas: public and read only; a cursor in a header, a long list, answers that caches may keep, entity tags."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.others.serving import Answer, Asked, Server, answers

CODES = ("DE", "FR", "IT", "ES", "PL")


class Atlas(Server):
    """Keeps `atlas.yaml`, but for the faults of `FAULTS`. `kept-by-a-cache` is a variation: caching is allowed."""

    document = "atlas.yaml"

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.places = [self._place(number) for number in range(1, 482)]

    def _place(self, number: int) -> dict[str, Any]:
        code = CODES[number * 7 % 5]
        told = {"id": number, "name": f"Place {number}", "country_code": code, "capital": number < 6}
        return {**told, "population": None if number % 11 == 0 else number * 1000}

    def error(self, status: int, message: str, **more: Any) -> Answer:
        return Answer(status, {"status": status, "reason": message})

    def who(self, asked: Asked) -> str:
        return ""

    def spoiled(self, asked: Asked, answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        tag = '"' + hashlib.sha1(answer.bytes()).hexdigest()[:12] + '"'
        answer.headers |= {"ETag": tag, "Cache-Control": "public, max-age=60"}
        if self.has("not-to-be-kept"):
            answer.headers["Cache-Control"] = "no-store"
        if self.has("kept-by-a-cache"):
            answer.headers |= {"Age": "12", "X-Cache": "HIT"}
        if self.has("length-of-another-body"):
            answer.headers["Content-Length"] = str(len(answer.bytes()) + 1)
        if self.has("older-than-it-may-be"):
            answer.headers["Age"] = "4000"
        asked_for = asked.headers.get("if-none-match", "")
        if tag in asked_for or (self.has("any-tag-will-do") and asked_for):
            return Answer(304, None, answer.headers)
        return answer

    @answers("GET /countries")
    def countries(self, asked: Asked) -> Answer:
        return Answer(200, [self._country(code) for code in CODES])

    def _country(self, code: str) -> dict[str, str]:
        return {"code": code, "name": f"Country {code}"}

    @answers("GET /countries/{code}")
    def country(self, asked: Asked) -> Answer:
        if asked.values["code"] not in CODES:
            raise self.error(404, "There is no such country.")
        return Answer(200, self._country(asked.values["code"]))

    @answers("GET /places")
    def list(self, asked: Asked) -> Answer:
        found = self.places
        for name in ("country_code", "capital"):
            if name in asked.given and not (self.has("capital-ignored") and name == "capital"):
                found = [each for each in found if each[name] == asked.given[name]]
        size, start = asked.given["limit"], 0
        if cursor := asked.given.get("cursor"):
            if not cursor.startswith("after-") or not cursor[6:].isdigit():
                raise self.error(400, "This is no cursor.")
            start = next((n for n, each in enumerate(found) if each["id"] > int(cursor[6:])), len(found))
        rows = found[start : start + size]
        headers = {"X-Total-Count": str(len(self.places) if self.has("total-unfiltered") else len(found))}
        if start + size < len(found):
            last = rows[-1]["id"] + (1 if self.has("cursor-skips-one") else 0)
            headers["X-Next-Cursor"] = f"after-{last}"
        return Answer(200, rows, headers)

    @answers("GET /places/{place_id}")
    def place(self, asked: Asked) -> Answer:
        number = asked.values["place_id"]
        if number > len(self.places):
            if self.has("missing-is-200"):
                return Answer(200, self._place(number))
            raise self.error(404, "There is no such place.")
        found = self.places[number - 1]
        return Answer(200, {**found, "name": found["name"].upper()} if self.has("reads-otherwise") else found)


VARIATIONS = ("kept-by-a-cache",)
FAULTS = {
    "not-to-be-kept": "headers/declared-headers-are-there",
    "older-than-it-may-be": "caching/",
    "length-of-another-body": "protocol/a-body-is-as-long-as-told",
    "any-tag-will-do": "caching/a-tag-is-true",
    "missing-is-200": "state/what-never-was-is-not-found",
    "capital-ignored": "filters/",
    "total-unfiltered": "filters/",
    "cursor-skips-one": "pagination/",
    "reads-otherwise": "pagination/items-read-as-they-are-listed",
}
