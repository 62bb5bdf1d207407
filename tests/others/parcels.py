"""Parcels: OAuth client credentials with refresh, `expires_in`, page tokens, the RateLimit headers of the draft."""

from __future__ import annotations

import time
from typing import Any

from tests.others.serving import Answer, Asked, Server, answers

CLIENTS = {"acme-client": ("acme", "acme-secret-0123456789"), "rival-client": ("rival", "rival-secret-987654321")}
WINDOW, QUOTA = 60, 10_000


class Parcels(Server):
    """Keeps `parcels.yaml`, but for the faults of `FAULTS`."""

    document = "parcels.yaml"
    unknown_media = 400
    public = ("POST /oauth/token",)
    principals = (
        ("acme", "oauth_client", "secret", "acme-secret-0123456789"),
        ("rival", "oauth_client", "secret", "rival-secret-987654321"),
    )
    more = {"acme": ('client_id = "acme-client"',), "rival": ('client_id = "rival-client"',)}  # noqa: RUF012

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.parcels: dict[str, dict[str, Any]] = {}
        self.owners: dict[str, str] = {}
        self.access: dict[str, tuple[str, float]] = {}
        self.refresh: dict[str, str] = {}
        self.used: dict[str, int] = {}
        self.opened = time.time()
        self.lifetime = 3 if "short-lived" in self.faults else 120
        for user in ("acme", "rival"):
            for number in range(8):
                made = self._made(user, {"to": self._address(), "weight_grams": 100 + number})
                made["status"] = ("created", "sent", "delivered")[number % 3]

    @staticmethod
    def _address() -> dict[str, str]:
        return {"name": "Ann", "street": "Elm 1", "city": "Ulm", "country": "DE"}

    def error(self, status: int, message: str, **more: Any) -> Answer:
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        if self.asked.startswith("/oauth"):
            return Answer(status, {"error": "invalid_request", "error_description": message})
        body: dict[str, Any] = {"code": f"E{status}", "message": message}
        if self.has("error-without-code") and status == 400:
            del body["code"]
        return Answer(status, body, headers)

    def answer(self, asked: Asked) -> Answer:
        self.asked = asked.path
        return super().answer(asked)

    def who(self, asked: Asked) -> str:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        user, ends = self.access.get(token, ("", 0.0))
        if self.has("refresh-token-opens") and token in self.refresh:
            user, ends = self.refresh[token], time.time() + 9
        if scheme.lower() != "bearer" or not user or ends < time.time():
            raise self.error(401, "No token, or one that is over.")
        return user

    def spoiled(self, asked: Asked, answer: Answer) -> Answer:
        if 200 <= answer.status < 300 and not asked.path.startswith("/oauth"):
            used = self.used[asked.user] = self.used.get(asked.user, 0) + 1
            left = max(0, QUOTA - used) if not self.has("more-left-than-there-is") else QUOTA + used
            policy = f'"default";q={QUOTA};w={WINDOW}'
            ends = WINDOW - int(time.time() - self.opened) % WINDOW
            answer.headers |= {"RateLimit-Policy": policy, "RateLimit": f'"default";r={left};t={ends}'}
            if self.has("resets-beyond-its-window"):
                answer.headers["RateLimit"] = f'"default";r={left};t={WINDOW * 1000}'
            if self.has("policy-missing"):
                del answer.headers["RateLimit-Policy"]
        return answer

    @answers("POST /oauth/token")
    def token(self, asked: Asked) -> Answer:
        body = asked.body
        if body["grant_type"] == "refresh_token":
            user = self.refresh.get(body.get("refresh_token", ""))
            if user is None or CLIENTS.get(body.get("client_id", ""), (user, ""))[0] != user:
                return Answer(400, {"error": "invalid_grant"})
            if not self.has("refresh-again-and-again"):
                del self.refresh[body["refresh_token"]]
            return self._pair(user)
        user, secret = CLIENTS.get(body.get("client_id", ""), ("", ""))
        if not user or body.get("client_secret") != secret:
            return Answer(401, {"error": "invalid_client"})
        return self._pair(user)

    def _pair(self, user: str) -> Answer:
        access, refresh = f"at-{self.next():06}-{user}-opaque", f"rt-{self.next():06}-{user}-opaque"
        self.access[access] = user, time.time() + self.lifetime
        self.refresh[refresh] = user
        told = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "refresh_token": refresh}
        if self.has("expires-in-as-text"):
            told["expires_in"] = str(self.lifetime)
        return Answer(200, told, {"Cache-Control": "no-store"})

    def _made(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        number = f"P{self.next():06}"
        made = {"reference": None, "insured": False, **body, "id": number, "status": "created"}
        self.parcels[number], self.owners[number] = made, user
        return made

    def _mine(self, asked: Asked) -> dict[str, Any]:
        found = self.parcels.get(asked.values["parcelId"])
        if found is None or self.owners[found["id"]] != asked.user:
            raise self.error(404, "There is no such parcel.")
        return found

    @answers("GET /parcels")
    def list(self, asked: Asked) -> Answer:
        mine = [each for each in self.parcels.values() if self.owners[each["id"]] == asked.user]
        status = asked.given.get("status")
        if status and not self.has("status-ignored"):
            mine = [each for each in mine if each["status"] == status]
        size, token = asked.given["pageSize"], asked.given.get("pageToken", "0")
        if not token.isdigit():
            raise self.error(400, "This is no page token.")
        start = int(token)
        page: dict[str, Any] = {"parcels": mine[start : start + size]}
        if start + size < len(mine):
            page["nextPageToken"] = str(start + size)
        return Answer(200, page)

    @answers("POST /parcels")
    def create(self, asked: Asked) -> Answer:
        return Answer(201, self._made(asked.user, asked.body))

    @answers("GET /parcels/{parcelId}")
    def read(self, asked: Asked) -> Answer:
        return Answer(200, self._mine(asked))

    @answers("PUT /parcels/{parcelId}")
    def replace(self, asked: Asked) -> Answer:
        found = self._mine(asked)
        found |= {name: value for name, value in asked.body.items() if not (self.has("put-half") and name == "to")}
        return Answer(204)

    @answers("DELETE /parcels/{parcelId}")
    def cancel(self, asked: Asked) -> Answer:
        del self.parcels[self._mine(asked)["id"]]
        return Answer(204)


VARIATIONS = ("short-lived",)
FAULTS = {
    "error-without-code": "errors/error-fits-its-schema",
    "refresh-token-opens": "tokens/",
    "refresh-again-and-again": "tokens/a-spent-refresh-token-is-refused",
    "expires-in-as-text": "schema/body-fits-its-schema",
    "more-left-than-there-is": "limits/",
    "resets-beyond-its-window": "limits/",
    "policy-missing": "headers/declared-headers-are-there",
    "status-ignored": "filters/",
    "put-half": "state/",
}
