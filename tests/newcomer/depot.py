"""A depot: crates and the labels on them, per customer. One API, guarded in several ways, each with its own document.

It behaves as such services do: passwords are exchanged for tokens or sessions, refresh tokens work once, nobody sees
what belongs to another customer. `faults` are the names of what it does wrong.
"""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import attrs

PEOPLE = {"ann@acme.example": ("pw-of-ann-0123456789", "acme"), "bob@rival.example": ("pw-of-bob-9876543210", "rival")}
KEYS = {"acme": "key-of-acme-0123456789", "rival": "key-of-rival-987654321"}
ME = {"type": "object", "required": ["customer"], "properties": {"customer": {"type": "string"}}}
ERROR = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
FIELDS = {
    "name": {"type": "string", "minLength": 1, "maxLength": 80},
    "weight": {"type": "integer", "minimum": 0, "maximum": 1000},
}
CRATE = {
    "type": "object",
    "required": ["id", "name", "weight"],
    "properties": {"id": {"type": "integer"}, **FIELDS},
}
NEW_CRATE = {"type": "object", "required": ["name"], "properties": FIELDS}
LABEL = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
}
NEW_LABEL = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 40}},
}
PAIR = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "refresh_token"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string"},
        "expires_in": {"type": "integer"},
        "refresh_token": {"type": "string"},
    },
}


def answered(schema: Any, status: str = "200", *errors: str) -> dict[str, Any]:
    """The answers of an operation: its success, and errors of one shape."""
    told: dict[str, Any] = {status: {"description": "It."}}
    if schema is not None:
        told[status]["content"] = {"application/json": {"schema": schema}}
    for each in errors:
        told[each] = {"description": "Refused.", "content": {"application/json": {"schema": ERROR}}}
    return told


def _body(schema: Any, media: str = "application/json") -> dict[str, Any]:
    return {"required": True, "content": {media: {"schema": schema}}}


def _page(schema: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items", "total"],
        "properties": {"items": {"type": "array", "items": schema}, "total": {"type": "integer"}},
    }


_WINDOW = [
    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20}},
]


def _id(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def paths() -> dict[str, Any]:
    """What all the documents have in common."""
    usual = ("400", "401", "404")
    return {
        "/me": {"get": {"summary": "Who is asking", "responses": answered(ME, "200", "401")}},
        "/crates": {
            "get": {"summary": "All crates", "parameters": _WINDOW,
                    "responses": answered(_page(CRATE), "200", "400", "401")},
            "post": {"summary": "Create a crate", "requestBody": _body(NEW_CRATE),
                     "responses": answered(CRATE, "201", "400", "401")},
        },
        "/crates/{crateId}": {
            "parameters": [_id("crateId")],
            "get": {"summary": "One crate", "responses": answered(CRATE, "200", *usual)},
            "patch": {"summary": "Update a crate", "requestBody": _body({"type": "object", "properties": FIELDS}),
                      "responses": answered(CRATE, "200", *usual)},
            "delete": {"summary": "Delete a crate", "responses": answered(None, "204", *usual)},
        },
        "/crates/{crateId}/labels": {
            "parameters": [_id("crateId")],
            "get": {"summary": "The labels of a crate", "parameters": _WINDOW,
                    "responses": answered(_page(LABEL), "200", *usual)},
            "post": {"summary": "Create a label", "requestBody": _body(NEW_LABEL),
                     "responses": answered(LABEL, "201", *usual)},
        },
        "/crates/{crateId}/labels/{labelId}": {
            "parameters": [_id("crateId"), _id("labelId")],
            "get": {"summary": "One label", "responses": answered(LABEL, "200", *usual)},
            "delete": {"summary": "Delete a label", "responses": answered(None, "204", *usual)},
        },
    }  # fmt: skip


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


_GRANT = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": _text(enum=["password", "refresh_token"]),
        "username": _text(),
        "password": _text(format="password"),
        "refresh_token": _text(),
        "scope": _text(),
    },
}
_LOGIN = {
    "type": "object",
    "required": ["email", "password"],
    "properties": {"email": _text(format="email"), "password": _text(format="password")},
}
_REFRESH = {"type": "object", "required": ["refresh_token"], "properties": {"refresh_token": _text()}}
ONCE = "A refresh token works once: it is exchanged for a new pair."


def document(way: str) -> dict[str, Any]:
    """The document of a depot that is guarded in this way."""
    scheme, more = _WAYS[way]
    return {
        "openapi": "3.0.3",
        "info": {"title": f"Depot by {way}", "version": "1"},
        "servers": [{"url": "https://depot.example/api"}],
        "security": [{"guard": []}],
        "paths": {**more, **paths()},
        "components": {"securitySchemes": {"guard": scheme}},
    }


_FLOW = {"tokenUrl": "https://depot.example/api/oauth/token", "scopes": {"crates": "Read and write crates."}}
_WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "password grant": (
        {"type": "oauth2", "flows": {"password": _FLOW}},
        {"/oauth/token": {"post": {
            "summary": "Get a token", "description": ONCE, "security": [],
            "requestBody": _body(_GRANT, "application/x-www-form-urlencoded"),
            "responses": answered(PAIR, "200", "400", "401"),
        }}},
    ),
    "session cookie": (
        {"type": "apiKey", "in": "cookie", "name": "depot_session"},
        {"/session": {"post": {
            "summary": "Log in", "security": [],
            "requestBody": _body({"type": "object", "required": ["username", "password"],
                                  "properties": {"username": _text(), "password": _text(format="password")}}),
            "responses": answered(None, "204", "400", "401"),
        }}},
    ),
    "key in query": ({"type": "apiKey", "in": "query", "name": "api_key"}, {}),
    "login by e-mail": (
        {"type": "http", "scheme": "bearer"},
        {
            "/auth/login": {"post": {"summary": "Log in", "security": [], "requestBody": _body(_LOGIN),
                                     "responses": answered(PAIR, "200", "400", "401")}},
            "/auth/refresh": {"post": {"summary": "Refresh", "description": ONCE, "security": [],
                                       "requestBody": _body(_REFRESH),
                                       "responses": answered(PAIR, "200", "400", "401")}},
        },
    ),
}  # fmt: skip
WAYS = tuple(_WAYS)


class Refusal(Exception):  # noqa: N818 - an answer that ends the matter
    """An error that is answered."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message


@attrs.define
class Asked:
    """One request."""

    method: str
    steps: list[str]
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> dict[str, Any]:
        if "json" not in self.headers.get("content-type", ""):
            raise Refusal(400, "JSON is needed")
        try:
            found = json.loads(self.raw)
        except (ValueError, RecursionError):
            raise Refusal(400, "no JSON") from None
        if not isinstance(found, dict):
            raise Refusal(400, "no object")
        return found


class Depot:
    """The server, an ASGI application below /api.

    `lifetime`: seconds an access token or a session lives, by its `clock`. With a count for a clock a second passes
    with every request, however quickly they come.
    """

    def __init__(
        self, way: str, *faults: str, lifetime: float = 3600.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.way, self.faults, self.lifetime, self.clock = way, frozenset(faults), lifetime, clock
        self.crates: dict[int, dict[str, Any]] = {}
        self.labels: dict[int, dict[str, Any]] = {}
        self.owners: dict[int, str] = {}
        self.access: dict[str, tuple[str, float]] = {}
        self.refresh: dict[str, str] = {}
        self.numbers = itertools.count(1)
        self.logins = 0
        self.given: list[str] = []
        """Every secret that it has given out."""
        for customer in KEYS:
            for number in range(9):
                made = self._create(customer, {"name": f"{customer} {number}", "weight": number})
                for each in range(8):
                    self._label(made["id"], {"text": f"label {each}"})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raw = b""
        while True:
            message = await receive()
            raw += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        steps = [each for each in scope["path"].split("/") if each]
        status, body, more = self.answer(Asked(scope["method"], steps, query, headers, raw))
        told = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *more]
        content = b"" if body is None else json.dumps(body).encode()
        await send({"type": "http.response.start", "status": status, "headers": told if content else more})
        await send({"type": "http.response.body", "body": content})

    def answer(self, asked: Asked) -> tuple[int, Any, list[tuple[bytes, bytes]]]:
        """Status, body, and further headers."""
        try:
            if asked.steps[:1] != ["api"]:
                raise Refusal(404, "nothing here")
            asked.steps = asked.steps[1:]
            if (came := self._opened(asked)) is not None:
                return came
            return (*self._served(asked, self._who(asked)), [])
        except Refusal as refusal:
            return refusal.status, {"message": refusal.message}, []

    # -- who is asking --------------------------------------------------------------------------------------------

    def _opened(self, asked: Asked) -> tuple[int, Any, list[tuple[bytes, bytes]]] | None:
        """What is open to all: logging in, getting tokens. None for anything else."""
        place = (self.way, "/".join(asked.steps), asked.method)
        if place == ("password grant", "oauth/token", "POST"):
            if "form" not in asked.headers.get("content-type", ""):
                raise Refusal(400, "a form is needed")
            return self._granted(dict(parse_qsl(asked.raw.decode("utf-8", "replace"))))
        if place == ("login by e-mail", "auth/login", "POST"):
            told = self._texts(asked.json, "email", "password")
            if "@" not in told["email"].strip("@"):
                raise Refusal(400, "no address")
            return 200, self._pair(self._customer(told["email"], told["password"])), []
        if place == ("login by e-mail", "auth/refresh", "POST"):
            return 200, self._traded(self._texts(asked.json, "refresh_token")["refresh_token"]), []
        if place == ("session cookie", "session", "POST"):
            told = self._texts(asked.json, "username", "password")
            session = self._token(self._customer(told["username"], told["password"]))
            return 204, None, [(b"set-cookie", f"depot_session={session}; HttpOnly; Path=/".encode())]
        return None

    def _granted(self, form: dict[str, str]) -> tuple[int, Any, list[tuple[bytes, bytes]]]:
        if form.get("grant_type") == "password":
            return 200, self._pair(self._customer(form.get("username", ""), form.get("password", ""))), []
        if form.get("grant_type") == "refresh_token":
            return 200, self._traded(form.get("refresh_token", "")), []
        raise Refusal(400, "unsupported_grant_type")

    @staticmethod
    def _texts(body: dict[str, Any], *names: str) -> dict[str, str]:
        if not all(isinstance(body.get(each), str) for each in names):
            raise Refusal(400, f"{' and '.join(names)} are needed")
        return {each: str(body[each]) for each in names}

    def _customer(self, name: str, password: str) -> str:
        known, customer = PEOPLE.get(name, ("", ""))
        if not known or password != known:
            raise Refusal(401, "wrong name or password")
        self.logins += 1
        return customer

    def _token(self, customer: str) -> str:
        made = secrets.token_urlsafe(24)
        self.access[made] = customer, self.clock() + self.lifetime
        self.given.append(made)
        return made

    def _pair(self, customer: str) -> dict[str, Any]:
        refresh = secrets.token_urlsafe(24)
        self.refresh[refresh] = customer
        self.given.append(refresh)
        told = {"access_token": self._token(customer), "token_type": "bearer", "expires_in": int(self.lifetime)}
        return {**told, "refresh_token": refresh}

    def _traded(self, token: str) -> dict[str, Any]:
        customer = self.refresh.get(token)
        if customer is None:
            raise Refusal(401, "this refresh token is not known")
        if "refresh-reuse" not in self.faults:
            del self.refresh[token]
        return self._pair(customer)

    def _who(self, asked: Asked) -> str:
        if self.way == "key in query":
            shown = asked.query.get("api_key", "")
            found = next((name for name, key in KEYS.items() if key == shown), None)
        else:
            found = self._holder(asked)
        if found is None:
            raise Refusal(401, "who are you?")
        return found

    def _holder(self, asked: Asked) -> str | None:
        if self.way == "session cookie":
            cookies = dict(each.strip().partition("=")[::2] for each in asked.headers.get("cookie", "").split(";"))
            shown = cookies.get("depot_session", "")
        else:
            scheme, _, shown = asked.headers.get("authorization", "").partition(" ")
            shown = shown if scheme == "Bearer" else ""
        customer, ends = self.access.get(shown, (None, 0.0))
        return customer if self.clock() < ends else None

    # -- crates and labels ----------------------------------------------------------------------------------------

    def _served(self, asked: Asked, customer: str) -> tuple[int, Any]:
        match asked.method, asked.steps:
            case "GET", ["me"]:
                return 200, {"customer": customer}
            case "GET", ["crates"]:
                return 200, self._listed(
                    asked, [each for each in self.crates.values() if self.owners[each["id"]] == customer]
                )
            case "POST", ["crates"]:
                return 201, self._create(customer, self._read(asked, NEW_CRATE))
            case method, ["crates", number]:
                return self._crate(asked, method, self._one(number, customer, method))
            case method, ["crates", number, "labels", *rest]:
                return self._labels(asked, method, self._one(number, customer, ""), rest)
        raise Refusal(404, "nothing here")

    def _one(self, number: str, customer: str, method: str) -> dict[str, Any]:
        found = self.crates.get(int(number)) if number.isascii() and number.isdigit() else None
        foreign = found is not None and self.owners[found["id"]] != customer
        if found is None or (foreign and not ("idor" in self.faults and method == "GET")):
            raise Refusal(404, "no such crate")
        return found

    def _crate(self, asked: Asked, method: str, found: dict[str, Any]) -> tuple[int, Any]:
        if method == "PATCH":
            found |= self._read(asked, {"properties": FIELDS, "required": []})
        elif method == "DELETE":
            del self.crates[found["id"]]
            return 204, None
        elif method != "GET":
            raise Refusal(405, "not here")
        return 200, found

    def _labels(self, asked: Asked, method: str, crate: dict[str, Any], rest: list[str]) -> tuple[int, Any]:
        mine = [each for each in self.labels.values() if self.owners[each["id"]] == str(crate["id"])]
        shown = [{"id": each["id"], "text": each["text"]} for each in mine]
        if not rest:
            if method == "POST":
                return 201, self._label(crate["id"], self._read(asked, NEW_LABEL))
            return 200, self._listed(asked, shown)
        found = next((each for each in shown if str(each["id"]) == rest[0]), None)
        if found is None or len(rest) > 1:
            raise Refusal(404, "no such label")
        if method == "DELETE":
            del self.labels[found["id"]]
            return 204, None
        return 200, found

    def _create(self, customer: str, told: dict[str, Any]) -> dict[str, Any]:
        number = next(self.numbers)
        self.crates[number] = made = {"id": number, "weight": 0, **told}
        self.owners[number] = customer
        return made

    def _label(self, crate: int, told: dict[str, Any]) -> dict[str, Any]:
        number = next(self.numbers)
        self.labels[number] = made = {"id": number, **told}
        self.owners[number] = str(crate)
        return made

    def _listed(self, asked: Asked, things: list[Any]) -> dict[str, Any]:
        start, size = (self._number(asked, name, default) for name, default in (("offset", 0), ("limit", 20)))
        if size < 1 or size > 50:
            raise Refusal(400, "limit")
        overlap = 1 if "offset-overlap" in self.faults and start else 0
        return {"items": things[start - overlap :][:size], "total": len(things)}

    @staticmethod
    def _number(asked: Asked, name: str, default: int) -> int:
        told = asked.query.get(name, str(default))
        if not (told.isascii() and told.isdigit()) or len(told) > 9:
            raise Refusal(400, name)
        return int(told)

    def _read(self, asked: Asked, schema: dict[str, Any]) -> dict[str, Any]:
        """The members that a body may have, each held against what the document says."""
        body, known = asked.json, schema["properties"]
        if any(name not in body for name in schema.get("required", [])):
            raise Refusal(400, "something is missing")
        for name, rule in known.items():
            if name in body and not _fits(body[name], rule):
                raise Refusal(400, name)
        return {name: body[name] for name in known if name in body}


def _fits(value: Any, rule: dict[str, Any]) -> bool:
    if rule["type"] == "integer":
        return type(value) is int and rule["minimum"] <= value <= rule["maximum"]
    return isinstance(value, str) and rule["minLength"] <= len(value) <= rule["maxLength"]
