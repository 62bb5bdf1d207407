"""Archive: a key in the query or a cookie, 403 for strangers, plain arrays, uploads, XML beside JSON, 202, 204."""

from __future__ import annotations

from typing import Any

from tests.others.serving import Answer, Asked, Server, answers

KEYS = {"qk-acme-0123456789": "acme", "qk-rival-987654321": "rival"}
SESSIONS = {"session-of-acme-0123456789": "acme", "session-of-rival-987654321": "rival"}


class Archive(Server):
    """Keeps `archive.yaml`, but for the faults of `FAULTS`."""

    document = "archive.yaml"
    principals = (
        ("acme", "api_key", "queryKey", "qk-acme-0123456789"),
        ("rival", "api_key", "queryKey", "qk-rival-987654321"),
    )
    more = {  # noqa: RUF012
        "acme": ('sessionCookie = "session-of-acme-0123456789"',),
        "rival": ('sessionCookie = "session-of-rival-987654321"',),
    }

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.documents: dict[int, dict[str, Any]] = {}
        self.files: dict[int, str] = {}
        self.owners: dict[int, str] = {}
        self.exports: dict[int, dict[str, Any]] = {}
        for user in ("acme", "rival"):
            for number in range(4):
                self._stored(user, {"title": f"{user} {number}", "file": "abc", "kind": "letter"})

    def error(self, status: int, message: str, **more: Any) -> Answer:
        if self.has("error-of-another-kind") and status == 404:
            return Answer(status, {"error": message})
        return Answer(status, {"errorCode": status * 10, "errorText": message})

    def who(self, asked: Asked) -> str:
        query = dict(asked.query).get("key")
        cookies = dict(
            each.strip().partition("=")[::2] for each in asked.headers.get("cookie", "").split(";") if "=" in each
        )
        user = KEYS.get(query or "") or (None if query else SESSIONS.get(cookies.get("SESSION", "")))
        if self.has("any-cookie") and cookies.get("SESSION"):
            return "acme"
        if user is None:
            raise self.error(403, "You may not.")
        return user

    def spoiled(self, asked: Asked, answer: Answer) -> Answer:
        if answer.media == "application/json" and isinstance(answer.body, (dict, list)):
            accept = asked.headers.get("accept", "")
            if self.has("always-xml") or (accept.startswith("application/xml")):
                return Answer(answer.status, "<answer/>", answer.headers, "application/xml")
        return answer

    def _stored(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        number = self.next()
        plain = {name: value for name, value in body.items() if name != "file"}
        made = {"kind": "letter", "pages": None, **plain, "id": number, "size": len(body["file"])}
        self.documents[number], self.owners[number], self.files[number] = made, user, body["file"]
        if self.has("pages-lost"):
            made["pages"] = None
        return made

    def _mine(self, asked: Asked) -> dict[str, Any]:
        found = self.documents.get(asked.values["id"])
        careless = self.has("foreign-content") and asked.path.endswith("/content")
        if found is None or (self.owners[found["id"]] != asked.user and not careless):
            raise self.error(404, "There is no such document.")
        return found

    @answers("GET /documents")
    def list(self, asked: Asked) -> Answer:
        mine = [each for number, each in self.documents.items() if self.owners[number] == asked.user]
        return Answer(200, mine[:-1] if self.has("newest-not-listed") else mine)

    @answers("POST /documents")
    def upload(self, asked: Asked) -> Answer:
        return Answer(201, self._stored(asked.user, asked.body))

    @answers("GET /documents/{id}")
    def read(self, asked: Asked) -> Answer:
        found = self._mine(asked)
        return Answer(200, {**found, "id": str(found["id"])} if self.has("id-as-text") else found)

    @answers("PUT /documents/{id}")
    def change(self, asked: Asked) -> Answer:
        found = self._mine(asked)
        found |= {"pages": None, **asked.body}
        if self.has("answers-200-without-a-body"):
            return Answer(200)
        return Answer(204)

    @answers("DELETE /documents/{id}")
    def delete(self, asked: Asked) -> Answer:
        found = self._mine(asked)
        if not self.has("delete-keeps"):
            del self.documents[found["id"]]
        return Answer(204)

    @answers("GET /documents/{id}/content")
    def content(self, asked: Asked) -> Answer:
        return Answer(200, self.files[self._mine(asked)["id"]], media="application/octet-stream")

    @answers("POST /exports")
    def export(self, asked: Asked) -> Answer:
        number = self.next()
        self.exports[number] = {"id": number, "state": "waiting", "format": asked.body["format"]}
        self.owners[number] = asked.user
        leads = f"/exports/{number if not self.has('location-leads-nowhere') else number + 1000}"
        return Answer(202, self.exports[number], {} if self.has("no-location") else {"Location": leads})

    @answers("GET /exports/{exportId}")
    def watch(self, asked: Asked) -> Answer:
        found = self.exports.get(asked.values["exportId"])
        if found is None or self.owners[found["id"]] != asked.user:
            raise self.error(404, "There is no such export.")
        found["state"] = "done"
        return Answer(200, found)


FAULTS = {
    "error-of-another-kind": "errors/error-fits-its-schema",
    "any-cookie": "credentials/",
    "always-xml": "schema/",
    "pages-lost": "state/",
    "foreign-content": "credentials/another-tenant-is-refused",
    "newest-not-listed": "state/",
    "id-as-text": "schema/body-fits-its-schema",
    "answers-200-without-a-body": "status/status-is-declared",
    "delete-keeps": "state/",
    "no-location": "headers/declared-headers-are-there",
    "location-leads-nowhere": "state/",
}
