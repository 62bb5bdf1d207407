"""A server on which much harm can be done: what it is asked is logged, and its whole state can be compared.

It keeps users, projects with tasks and labels, exports and rooms, all of them partly somebody's from the start, and it
offers what owners of such servers are afraid of: to shut it down, to empty it, to lock everybody out.
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DANGEROUS = {
    "shutdown": "POST /shutdown",
    "re-key": "PATCH /proxy",
    "reset-token": "POST /current-user/reset-token",
    "logout everywhere": "POST /auth/logout-everywhere",
    "bulk delete": "DELETE /projects",
    "bulk delete with a filter": "POST /projects/bulk_delete",
    "settings PATCH": "PATCH /settings",
    "settings PUT": "PUT /session-policy",
    "mail": "POST /invitations",
    "DELETE of the caller": "DELETE /me",
    "import": "POST /import",
    "restore": "POST /backups/restore",
    "transfer of ownership": "POST /projects/{id}/transfer",
}
ACTIONS = (
    "POST /rooms/{id}/join",
    "POST /rooms/{id}/leave",
    "POST /invitations/{id}/accept",
    "POST /projects/{id}/publish",
    "POST /projects/{id}/start",
    "POST /projects/{id}/stop",
    "GET /groups/create",
    "GET /projects/delete",
)
"""What acts on what is not the caller's, in other ways, GETs among them."""
SPARES = 12
"""Tokens that may be used up."""
KEPT = "POST /exports"
"""A creation without removal."""

_ANY = {"type": "object"}
_ID = {"type": "integer"}
_USER = {"type": "object", "properties": {"id": _ID, "name": {"type": "string"}, "email": {"type": "string"}}}
_PROJECT = {"type": "object", "properties": {"id": _ID, "title": {"type": "string"}, "owner": {"type": "string"}}}
_TASK = {
    "type": "object",
    "required": ["project", "text"],
    "properties": {"id": {**_ID, "readOnly": True}, "project": {**_ID, "example": 1}, "text": {"type": "string"}},
}
_LABEL = {"type": "object", "properties": {"id": _ID, "colour": {"type": "string", "enum": ["red", "blue"]}}}
_ROOM = {"type": "object", "properties": {"id": _ID, "title": {"type": "string"}}}
_INVITATION = {"type": "object", "properties": {"id": _ID, "email": {"type": "string"}}}
_SETTINGS = {"type": "object", "properties": {"theme": {"type": "string"}, "max_age": {"type": "integer"}}}


def _required(schema: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**schema, "required": list(names)}


OPERATIONS: dict[str, tuple[str, str, Any, Any]] = {
    # operation: operationId, summary, request schema, response schema
    "GET /users": ("listUsers", "List users", None, [_USER]),
    "POST /users": ("createUser", "Create a user", _required(_USER, "name", "email"), _USER),
    "GET /users/{id}": ("getUser", "Get a user", None, _USER),
    "PATCH /users/{id}": ("updateUser", "Update a user", _USER, _USER),
    "DELETE /users/{name}": ("deleteUser", "Delete a user", None, None),
    "GET /projects": ("listProjects", "List projects", None, [_PROJECT]),
    "POST /projects": ("createProject", "Create a project", _required(_PROJECT, "title"), _PROJECT),
    "DELETE /projects": ("deleteProjects", "Delete projects", None, None),
    "GET /projects/{id}": ("getProject", "Get a project", None, _PROJECT),
    "PATCH /projects/{id}": ("updateProject", "Update a project", _PROJECT, _PROJECT),
    "PUT /projects/{id}": ("replaceProject", "Replace a project", _required(_PROJECT, "title"), _PROJECT),
    "DELETE /projects/{id}": ("deleteProject", "Delete a project", None, None),
    "POST /projects/bulk_delete": ("projectsBulkDelete", "Delete the projects of a filter", _ANY, _ANY),
    "POST /projects/{id}/transfer": ("transferProject", "Transfer a project", _ANY, _PROJECT),
    "POST /projects/{id}/publish": ("publishProject", "Publish a project", None, _PROJECT),
    "POST /projects/{id}/start": ("startProject", "Start the workers of a project", None, _PROJECT),
    "POST /projects/{id}/stop": ("stopProject", "Stop the workers of a project", None, _PROJECT),
    "GET /projects/delete": ("projectsDeleteUsingGET", "", None, _ANY),
    "GET /tasks": ("listTasks", "List tasks", None, [_TASK]),
    "POST /tasks": ("createTask", "Create a task", _TASK, _TASK),
    "GET /tasks/{id}": ("getTask", "Get a task", None, _TASK),
    "DELETE /tasks/{id}": ("deleteTask", "Delete a task", None, None),
    "GET /labels": ("listLabels", "List labels", None, [_LABEL]),
    "POST /labels": ("createLabel", "Create a label", _required(_LABEL, "colour"), _LABEL),
    "DELETE /labels/{id}": ("deleteLabel", "Delete a label", None, None),
    "GET /rooms": ("listRooms", "List rooms", None, [_ROOM]),
    "GET /rooms/{id}": ("getRoom", "Get a room", None, _ROOM),
    "POST /rooms/{id}/join": ("joinRoom", "Join a room", None, _ROOM),
    "POST /rooms/{id}/leave": ("leaveRoom", "Leave a room", None, _ROOM),
    "GET /invitations": ("listInvitations", "List invitations", None, [_INVITATION]),
    "POST /invitations": ("createInvitation", "Create an invitation", _required(_INVITATION, "email"), _INVITATION),
    "DELETE /invitations/{id}": ("deleteInvitation", "Take an invitation back", None, None),
    "POST /invitations/{id}/accept": ("acceptInvitation", "Accept an invitation", None, _INVITATION),
    "GET /exports": ("listExports", "List exports", None, [_ROOM]),
    "POST /exports": ("createExport", "Create an export", _required(_ROOM, "title"), _ROOM),
    "GET /groups/create": ("createGroupUsingGET", "", None, _ANY),
    "POST /shutdown": ("shutdown", "Shut the server down", None, _ANY),
    "PATCH /proxy": ("patchProxy", "Give the proxy another key", _ANY, _ANY),
    "POST /current-user/reset-token": ("resetToken", "Reset the token of the caller", None, _ANY),
    "POST /auth/logout-everywhere": ("logoutEverywhere", "Log out everywhere", None, _ANY),
    "GET /settings": ("getSettings", "Get the settings", None, _SETTINGS),
    "PATCH /settings": ("patchSettings", "Update the settings", _SETTINGS, _SETTINGS),
    "PUT /session-policy": ("putSessionPolicy", "Replace the session policy", _SETTINGS, _SETTINGS),
    "GET /me": ("whoAmI", "Get the caller", None, _USER),
    "DELETE /me": ("deleteMe", "Delete the caller", None, None),
    "POST /import": ("importProjects", "Import projects", _ANY, _ANY),
    "POST /backups/restore": ("restoreBackup", "Restore the latest backup", None, _ANY),
}
COLLECTIONS = ("users", "projects", "tasks", "labels", "rooms", "invitations", "exports")


def document(limit: dict[str, Any] | None = None) -> dict[str, Any]:
    """The OpenAPI document of the server; `limit`: one declared for every operation."""
    paths: dict[str, Any] = {}
    for key, (name, summary, asked, answered) in OPERATIONS.items():
        method, path = key.split(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(path, name, summary, asked, answered, method)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Hub", "version": "1"},
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
        **({"x-contract": {"limits": [limit]}} if limit else {}),
    }


def _operation(path: str, name: str, summary: str, asked: Any, answered: Any, method: str) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", path)
    kind = {"id": "integer", "name": "string"}
    query = [("id", "integer", True)] if path == "/projects/delete" else []
    query += [("recheck_all", "integer", False)] if name == "listProjects" else []
    parameters = [{"name": each, "in": "path", "required": True, "schema": {"type": kind[each]}} for each in names]
    parameters += [
        {"name": each, "in": "query", "required": needed, "schema": {"type": of}, "example": 1}
        for each, of, needed in query
    ]
    schema = {"type": "array", "items": answered[0]} if isinstance(answered, list) else answered
    success = {"description": "Done."}
    if schema is not None:
        success["content"] = {"application/json": {"schema": schema}}
    status = "204" if schema is None else "201" if name.startswith("create") and path.count("/") == 1 else "200"
    refusals = {each: {"description": "Refused."} for each in ("400", "401", "404")}
    responses = {status: success, **refusals}
    told = {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}
    if asked is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": asked}}}
    return told


class Hub:
    """The state, the log, and what each operation does."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str, int]] = []
        self.lock = threading.Lock()
        self.tokens = {"caller-token-0001": "admin", **{f"spare-token-{each:05}": "spare" for each in range(SPARES)}}
        self.number = 100
        self.ghosts = 0
        """How many creations of projects leave another one behind, of which nothing is said."""
        self.state: dict[str, Any] = {
            "users": [{"id": 1, "name": "admin", "email": "a@example.com"}, {"id": 2, "name": "bob", "email": ""}],
            "projects": [{"id": 1, "title": "first", "owner": "bob"}, {"id": 2, "title": "second", "owner": "bob"}],
            "tasks": [{"id": 1, "project": 1, "text": "somebody's"}],
            "labels": [{"id": 1, "colour": "red"}, {"id": 2, "colour": "blue"}],
            "rooms": [{"id": 1, "title": "lobby", "members": ["bob"]}],
            "invitations": [{"id": 1, "email": "carol@example.com"}],
            "exports": [{"id": 1, "title": "of last year"}],
            "settings": {"theme": "dark", "max_age": 60},
            "done": [],
        }

    def dump(self) -> Any:
        """Everything there is, as it is now."""
        with self.lock:
            return copy.deepcopy(self.state)

    def received(self) -> set[str]:
        """The operations that were asked in any form."""
        return {key for key, _, _ in self.log}

    def answer(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> tuple[int, Any]:
        path = unquote(urlsplit(target).path, errors="surrogatepass")
        key, values = _route(method, path)
        with self.lock:
            status, body = self._answered(key, values, target, headers, raw)
            self.log.append((key or f"{method} {path}", target, status))
            return status, body

    def _answered(
        self, key: str, values: dict[str, str], target: str, headers: dict[str, str], raw: bytes
    ) -> tuple[int, Any]:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return 401, {"message": "who are you?"}
        if not key:
            return 404, {"message": "there is nothing here"}
        content: Any = None
        if OPERATIONS[key][2] is not None:
            try:
                content = json.loads(raw)
            except (ValueError, RecursionError):
                return 400, {"message": "no JSON"}
            if not isinstance(content, dict):
                return 400, {"message": "no object"}
        return self._done(key, values, content, {n: v[0] for n, v in parse_qs(urlsplit(target).query).items()}, token)

    def _done(
        self, key: str, values: dict[str, str], content: Any, query: dict[str, str], token: str
    ) -> tuple[int, Any]:
        method, path = key.split(" ")
        name = path.split("/")[1]
        plain = name in self.state and path in {f"/{name}", f"/{name}/{{id}}", f"/{name}/{{name}}"}
        if "recheck_all" in query and key == "GET /projects":
            self.state["done"].append("recheck of all projects")
        if plain and name in COLLECTIONS and key not in {"DELETE /projects"}:
            return self._kept(method, name, values, content)
        if key == "GET /settings":
            return 200, self.state["settings"]
        if key == "GET /me":
            return 200, self.state["users"][0]
        self.state["done"].append(key)
        if key in {"POST /current-user/reset-token", "POST /auth/logout-everywhere", "DELETE /me"}:
            del self.tokens[token]
        if key == "DELETE /projects":
            self.state["projects"].clear()
        return (204, None) if OPERATIONS[key][3] is None else (200, {})

    def _kept(self, method: str, name: str, values: dict[str, str], content: Any) -> tuple[int, Any]:
        things = self.state[name]
        if method == "POST":
            return self._made(name, things, content)
        if not values:
            return 200, things
        found = next((each for each in things if all(str(each.get(k)) == v for k, v in values.items())), None)
        if found is None:
            return 404, {"message": "no such thing"}
        if method == "DELETE":
            things.remove(found)
            return 204, None
        if method in {"PATCH", "PUT"}:
            found.update({k: v for k, v in content.items() if k != "id"})
        return 200, found

    def _made(self, name: str, things: list[Any], content: Any) -> tuple[int, Any]:
        schema = OPERATIONS[f"POST /{name}"][2]
        for member in schema.get("required", ()):
            if not isinstance(content.get(member), str if member != "project" else int):
                return 400, {"message": f"{member} is needed"}
        if name == "labels":  # a colour has one label: who asks for another is given that
            there = next((each for each in things if each["colour"] == content["colour"]), None)
            return (200, there) if there else (400, {"message": "no such colour"})
        if name == "tasks" and content["project"] not in [each["id"] for each in self.state["projects"]]:
            return 400, {"message": "no such project"}
        if name == "invitations":
            self.state["done"].append("mail")
        if name == "projects" and self.ghosts:
            self.ghosts -= 1
            self.number += 1
            things.append({"id": self.number, "title": "", "owner": "admin"})
        self.number += 1
        things.append({**{k: v for k, v in content.items() if k in schema["properties"]}, "id": self.number})
        return 201, things[-1]


def _route(method: str, path: str) -> tuple[str, dict[str, str]]:
    for key in sorted(OPERATIONS, key=lambda each: each.count("{")):
        own, template = key.split(" ")
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        if own == method and (match := re.fullmatch(pattern, path)):
            return key, match.groupdict()
    return "", {}


@contextmanager
def serving() -> Iterator[tuple[Hub, str]]:
    """A hub on a free port of this machine, and its address."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = hub.answer(self.command, self.path, headers, raw)
            content = b"" if status == 204 else json.dumps(body).encode()
            self.send_response(status)
            if content:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Serve = Callable[[], Any]
