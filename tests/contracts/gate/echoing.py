"""A server of notes that repeats every secret it knows, in all forms: what callers sent, and what it gave out."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts.config.spelled import FORMS

_TEXT = {"type": "string"}
_NOTE = {"type": "object", "required": ["id", "text"], "properties": {"id": _TEXT, "text": _TEXT, "debug": _TEXT}}
_NEW = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_LOGIN = {
    "type": "object",
    "required": ["username", "password"],
    "properties": {"username": _TEXT, "password": {"type": "string", "format": "password"}},
}
_PAIR = {"type": "object", "properties": {"accessToken": _TEXT, "refreshToken": _TEXT, "ticket": _TEXT}}
_REFRESH = {"type": "object", "required": ["refreshToken"], "properties": {"refreshToken": _TEXT}}
_ERROR = {"type": "object", "properties": {"error": _TEXT}}
LATEST = 6
"""How many of the secrets that callers have got last are repeated in every answer."""


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(status: str, schema: dict[str, Any] | None) -> dict[str, Any]:
    refused = {each: {"description": "no", "content": _json(_ERROR)} for each in ("400", "401", "404")}
    return {status: {"description": "yes", **({"content": _json(schema)} if schema else {})}, **refused}


def document() -> dict[str, Any]:
    """The document of the server."""
    place = {"name": "noteId", "in": "path", "required": True, "schema": _TEXT}
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "inQuery": {"type": "apiKey", "in": "query", "name": "k"},
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }

    def body(schema: dict[str, Any]) -> dict[str, Any]:
        return {"required": True, "content": _json(schema)}

    notes = {"type": "object", "properties": {"items": {"type": "array", "items": _NOTE}, "total": {"type": "integer"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "security": [{name: []} for name in schemes],
        "components": {"securitySchemes": schemes},
        "paths": {
            "/login": {
                "post": {"security": [], "requestBody": body(_LOGIN), "responses": _answers("200", _PAIR)},
            },
            "/refresh": {
                "post": {"security": [], "requestBody": body(_REFRESH), "responses": _answers("200", _PAIR)},
            },
            "/notes": {
                "get": {"security": [{"key": []}], "responses": _answers("200", notes)},
                "post": {"security": [{"inQuery": []}], "requestBody": body(_NEW), "responses": _answers("201", _NOTE)},
            },
            "/notes/{noteId}": {
                "parameters": [place],
                "get": {"security": [{"bearer": []}], "responses": _answers("200", _NOTE)},
                "delete": {"security": [{"basic": []}], "responses": _answers("204", None)},
            },
        },
    }


class Echo:
    """The server's state: its secrets, and what was asked of it."""

    def __init__(self) -> None:
        self.credentials = {name: f'canary/{secrets.token_urlsafe(24)}+&"<' for name in ("key", "query", "password")}
        self.given: list[str] = []
        self.got: list[str] = []
        """What was given out and has arrived: its caller has asked again over the same connection."""
        self.asked: list[str] = []
        self.live: set[str] = set()
        self.notes = {str(number): f"note {number}" for number in range(4)}
        self.lock = threading.Lock()

    def give(self) -> str:
        """A new secret."""
        self.given.append(secrets.token_urlsafe(30))
        return self.given[-1]

    def pair(self) -> dict[str, str]:
        access, refresh = self.give(), self.give()
        self.live |= {access, refresh}
        return {"accessToken": access, "refreshToken": refresh, "ticket": self.give()}

    def echo(self) -> str:
        """Every secret in the form whose turn it is."""
        form = list(FORMS.values())[len(self.asked) % len(FORMS)]
        known = [*self.credentials.values(), *self.got[-LATEST:]]
        return " | ".join(form(each) for each in known)

    def admits(self, headers: Any, query: str) -> bool:
        basic = base64.b64encode(f"carol:{self.credentials['password']}".encode()).decode()
        told = str(headers.get("Authorization", ""))
        return (
            headers.get("X-Key") == self.credentials["key"]
            or parse_qs(query).get("k") == [self.credentials["query"]]
            or told == f"Basic {basic}"
            or told.removeprefix("Bearer ") in self.live
        )

    def answer(self, method: str, target: str, headers: Any, raw: bytes) -> tuple[int, Any]:
        """A status and a body."""
        path, query = urlsplit(target).path, urlsplit(target).query
        try:
            body = json.loads(raw) if raw else {}
        except (ValueError, RecursionError):
            return 400, None
        told = body if isinstance(body, dict) else {}
        if (method, path) == ("POST", "/login"):
            return (200, self.pair()) if told.get("password") == self.credentials["password"] else (401, None)
        if (method, path) == ("POST", "/refresh"):
            old = told.get("refreshToken")
            good = isinstance(old, str) and old in self.live
            self.live -= {old} if good else set()
            return (200, self.pair()) if good else (401, None)
        if not self.admits(headers, query):
            return 401, None
        if path == "/notes" and method == "GET":
            return 200, {
                "items": [{"id": key, "text": text} for key, text in self.notes.items()],
                "total": len(self.notes),
            }
        if path == "/notes" and method == "POST":
            if not isinstance(told.get("text"), str) or not told["text"]:
                return 400, None
            key = secrets.token_hex(6)
            self.notes[key] = told["text"]
            return 201, {"id": key, "text": told["text"]}
        key = path.removeprefix("/notes/")
        if key not in self.notes:
            return 404, None
        if method == "DELETE":
            del self.notes[key]
            return 204, None
        return 200, {"id": key, "text": self.notes[key]}

    def whole(self, method: str, target: str, headers: Any, raw: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """A response, with every secret in its body and its headers."""
        status, body = self.answer(method, target, headers, raw)
        self.asked.append(f"{method} {target} {headers} {raw!r}")
        told = self.echo()
        inner = json.dumps({"cause": {"sent": [told]}})
        made = body if isinstance(body, dict) else {"error": f"refused: {told}", "inner": inner}
        made["debug"] = told
        flat = told.replace("\r", "").replace("\n", "").replace("\t", " ")
        more = [("X-Debug", flat), ("Link", f'<http://other.example/?was={flat}>; rel="about"')]
        if (method, urlsplit(target).path) == ("POST", "/login"):
            more.append(("Set-Cookie", f"sid={self.give()}; HttpOnly"))
        written = json.dumps(made)
        # what is escaped once already is not escaped again, as servers do that put texts together
        return status, more, b"" if status == 204 else written.replace("/", "\\/").encode()


@contextmanager
def serving(echo: Echo) -> Iterator[str]:
    """Serve it on this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        sent: tuple[str, ...] = ()

        def reply(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with echo.lock:
                echo.got += self.sent
                before = len(echo.given)
                status, headers, body = echo.whole(self.command, self.path, self.headers, raw)
                self.sent = tuple(echo.given[before:])
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if body:
                self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = reply  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def files(folder: Path, base_url: str, echo: Echo) -> tuple[Path, dict[str, str]]:
    """Write the document, and a deployment file whose secrets stand in variables and a file; gives the variables."""
    (folder / "notes.json").write_text(json.dumps(document()))
    (folder / "key").write_text(echo.credentials["key"])
    (folder / "key").chmod(0o600)
    lines = [
        "[deployment]",
        f'base_url = "{base_url}"',
        'document = "notes.json"',
        "writes = true",
        "disposable = true",
    ]
    lines += ["time_scale = 60", "[budget]", 'pace = "none"']
    for name, kind, more in (
        ("ann", "api_key", ['key = "file:key"']),
        ("bob", "api_key", ['inQuery = "env:CANARY_QUERY"']),
        ("carol", "basic", ['username = "carol"', 'password = "env:CANARY_PASSWORD"', "owner = true"]),
    ):
        lines += ["[[principals]]", f'name = "{name}"', 'tenant = "us"', f'kind = "{kind}"', *more]
    (folder / "deployment.toml").write_text("\n".join(lines) + "\n")
    told = {"CANARY_QUERY": echo.credentials["query"], "CANARY_PASSWORD": echo.credentials["password"]}
    return folder / "deployment.toml", told
