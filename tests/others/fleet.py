"""Vehicles by their plates: a key in the query, If-Match on every change, unique texts of a pattern, names in lists."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.others.serving import Answer, Asked, Server, answers

_KEYS = {"acme-key-0123456789": "acme", "rival-key-987654321": "rival"}
_FIELDS = ("plate", "kind", "seats", "labels")


class Fleet(Server):
    """Faults: see `FAULTS`."""

    document = "fleet.yaml"
    base = "/fleet/v2"
    principals = (("acme", "api_key", "key", "acme-key-0123456789"), ("rival", "api_key", "key", "rival-key-987654321"))

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.vehicles: dict[int, dict[str, Any]] = {}
        self.labels: dict[int, dict[str, Any]] = {}
        self.kept: dict[tuple[str, str], tuple[Any, Answer]] = {}
        for user in _KEYS.values():
            for number in range(13):
                kind = ("car", "van", "truck")[number % 3]
                self._new(
                    user, {"plate": f"{user[0].upper()}-{number:04}", "kind": kind, "labels": ["old"][: number % 2]}
                )
            for name in ("old", "new"):
                number = self.next()
                self.labels[number] = {"id": number, "name": name, "owner": user}

    def who(self, asked: Asked) -> str:
        user = _KEYS.get(dict(asked.query).get("api_key", ""))
        if user is None:
            raise self.error(401, "Who are you?")
        return user

    def _new(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        number = self.next()
        made = {"seats": 4, "labels": [], **body, "id": number, "owner": user, "version": 1}
        self.vehicles[number] = made
        return made

    def _mine(self, asked: Asked) -> list[dict[str, Any]]:
        return [each for each in self.vehicles.values() if each["owner"] == asked.user]

    def _shown(self, vehicle: dict[str, Any], status: int = 200) -> Answer:
        return Answer(status, _public(vehicle), {"ETag": f'"{vehicle["id"]}-{vehicle["version"]}"'})

    def _one(self, asked: Asked) -> dict[str, Any]:
        found = self.vehicles.get(asked.values["vehicle"])
        if found is None or found["owner"] != asked.user:
            raise self.error(404, "There is no such vehicle.")
        return found

    def _unless_taken(self, asked: Asked, own: dict[str, Any] | None = None) -> None:
        others = [each for each in self._mine(asked) if each is not own]
        if any(each["plate"] == asked.body["plate"] for each in others) and not self.has("plate-twice"):
            raise self.error(409, "The plate is taken.")

    def _guarded(self, asked: Asked) -> dict[str, Any]:
        found, wanted = self._one(asked), asked.headers.get("if-match")
        if wanted is None:
            raise self.error(428, "If-Match is needed.")
        if wanted not in ("*", f'"{found["id"]}-{found["version"]}"') and not self.has("if-match-ignored"):
            raise self.error(412, "It has changed meanwhile.")
        return found

    @answers("GET /vehicles")
    def list(self, asked: Asked) -> Answer:
        kind, limit = asked.given.get("kind"), asked.given["limit"]
        found = [each for each in self._mine(asked) if kind in (None, each["kind"])]
        begin = asked.given.get("cursor", "0")
        if not begin.isascii() or not begin.isdigit():
            raise self.error(400, "This is no cursor.")
        found = [each for each in found if each["id"] >= int(begin) - self.has("page-overlaps")]
        more = {"kind": kind} if kind and not self.has("link-forgets-filter") else {}
        rest = urlencode({"limit": limit, **more, "cursor": found[limit]["id"]}) if len(found) > limit else ""
        following = f"http://{asked.headers['host']}{self.base}/vehicles?{rest}" if rest else None
        return Answer(200, {"items": [_public(each) for each in found[:limit]], "next": following})

    @answers("POST /vehicles")
    def create(self, asked: Asked) -> Answer:
        key = (asked.user, asked.headers.get("idempotency-key", ""))
        if key in self.kept and key[1]:
            body, answer = self.kept[key]
            return answer if body == asked.body else self.error(409, "The key was used for another request.")
        self._unless_taken(asked)
        answer = self._shown(self._new(asked.user, asked.body), 201)
        self.kept[key] = asked.body, answer
        return answer

    @answers("POST /vehicles/search")
    def search(self, asked: Asked) -> Answer:
        wanted = asked.body.get("kind")
        return Answer(200, {"found": [_public(each) for each in self._mine(asked) if wanted in (None, each["kind"])]})

    @answers("GET /vehicles/{vehicle}")
    def read(self, asked: Asked) -> Answer:
        return self._shown(self._one(asked))

    @answers("PUT /vehicles/{vehicle}")
    def replace(self, asked: Asked) -> Answer:
        found = self._guarded(asked)
        self._unless_taken(asked, found)
        kept = {"labels": found["labels"]} if self.has("labels-kept") else {}
        found |= {"seats": 4, "labels": [], **asked.body, **kept, "version": found["version"] + 1}
        return self._shown(found)

    @answers("DELETE /vehicles/{vehicle}")
    def delete(self, asked: Asked) -> Answer:
        found = self._guarded(asked)
        if not self.has("delete-does-nothing"):
            del self.vehicles[found["id"]]
        return Answer(204)

    @answers("GET /labels")
    def list_labels(self, asked: Asked) -> Answer:
        mine = [each for each in self.labels.values() if each["owner"] == asked.user]
        return Answer(200, [{"id": each["id"], "name": each["name"]} for each in mine])

    @answers("POST /labels")
    def create_label(self, asked: Asked) -> Answer:
        number = self.next()
        self.labels[number] = {"id": number, "name": asked.body["name"], "owner": asked.user}
        return Answer(201, {"id": number, "name": asked.body["name"]})

    @answers("DELETE /labels/{label}")
    def delete_label(self, asked: Asked) -> Answer:
        found = self.labels.get(asked.values["label"])
        if found is None or found["owner"] != asked.user:
            raise self.error(404, "There is no such label.")
        del self.labels[asked.values["label"]]
        return Answer(204)


def _public(vehicle: dict[str, Any]) -> dict[str, Any]:
    return {"id": vehicle["id"], **{name: vehicle[name] for name in _FIELDS}}


FAULTS = {
    "page-overlaps": "pagination/",
    "link-forgets-filter": "pagination/the-next-link-keeps-the-question",
    "plate-twice": "state/a-duplicate-is-refused",
    "if-match-ignored": "caching/a-change-under-an-old-tag-is-refused",
    "labels-kept": "state/a-replacement-is-what-is-kept",
    "delete-does-nothing": "state/what-was-deleted-is-gone",
}
