"""Projects and tasks: OpenAPI 3.1, numbered pages with a Link header, problem+json, entity tags, a base path."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from tests.others.serving import Answer, Asked, Server, answers

_USERS = {"Bearer acme-token-0123456789": "acme", "Bearer rival-token-987654321": "rival"}


def _id(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def _tag(thing: Any) -> str:
    return '"' + hashlib.sha1(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:16] + '"'


class Projects(Server):
    """Faults: see `FAULTS`."""

    document = "projects.yaml"
    base = "/api/v3"
    media = "application/problem+json"
    invalid = 422
    principals = (
        ("acme", "bearer", "token", "acme-token-0123456789"),
        ("rival", "bearer", "token", "rival-token-987654321"),
    )

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.projects: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        for user in ("acme", "rival"):
            for number in range(8):
                made = self._new(user, {"name": f"{user} {number}", "state": ("active", "archived")[number % 3 == 0]})
                for task in range(3):
                    self._task(made["id"], {"title": f"Task {task}"})

    def error(self, status: int, message: str, **more: Any) -> Answer:
        problem = {"type": "about:blank", "title": message, "status": status, "detail": None}
        if self.has("problem-status-as-text"):
            problem["status"] = str(status)
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        return Answer(status, problem, headers, self.media)

    def who(self, asked: Asked) -> str:
        user = _USERS.get(asked.headers.get("authorization", ""))
        if user is None:
            raise self.error(401, "Who are you?")
        return user

    def _new(self, user: str, body: dict[str, Any]) -> dict[str, Any]:
        number = _id(f"project {self.next()}")
        made = {"description": None, "state": "active", **self._known(body, "ProjectFields")}
        made |= {"id": number, "kind": "project", "owner_id": _id(user), "created_at": "2030-01-02T03:04:05Z"}
        self.projects[number] = made
        return made

    def _known(self, body: dict[str, Any], schema: str) -> dict[str, Any]:
        fields = self.raw["components"]["schemas"][schema]["properties"]
        return {name: value for name, value in body.items() if name in fields}

    def _task(self, project: str, body: dict[str, Any]) -> dict[str, Any]:
        number = _id(f"task {self.next()}")
        made = {"done": False, "priority": 3, **self._known(body, "TaskFields"), "id": number, "project_id": project}
        self.tasks[number] = made
        return made

    def _project(self, asked: Asked) -> dict[str, Any]:
        found = self.projects.get(asked.values["project_id"])
        if found is None or (found["owner_id"] != _id(asked.user) and not self._careless(asked)):
            raise self.error(404, "There is no such project.")
        return found

    def _careless(self, asked: Asked) -> bool:
        return self.has("foreign-tasks-readable") and "/tasks" in asked.path

    def _of_task(self, asked: Asked) -> dict[str, Any]:
        project, found = self._project(asked), self.tasks.get(asked.values["task_id"])
        if found is None or found["project_id"] != project["id"]:
            raise self.error(404, "There is no such task.")
        return found

    def _paged(self, asked: Asked, things: list[Any]) -> Answer:
        page, size = asked.given["page"], asked.given["per_page"]
        start = (page - 1) * size
        if self.has("page-overlaps") and page > 1:
            start -= 1
        pages = max(1, -(-len(things) // size))
        more = {key: value for key, value in asked.given.items() if key not in ("page", "per_page")}
        rest = "" if self.has("link-forgets-filter") else "".join(f"&{key}={value}" for key, value in more.items())

        def link(number: int, relation: str) -> str:
            base = "" if self.has("link-without-base") else self.base
            address = f"http://{asked.headers['host']}{base}{asked.path.removeprefix(self.base)}"
            return f'<{address}?page={number}&per_page={size}{rest}>; rel="{relation}"'

        links = [link(1, "first"), link(pages, "last")]
        links += [link(page + 1, "next")] if page < pages else []
        links += [link(page - 1, "prev")] if 1 < page <= pages else []
        total = len(things) + self.has("total-counts-one-more")
        return Answer(200, things[start : start + size], {"Link": ", ".join(links), "X-Total-Count": str(total)})

    @answers("GET /me")
    def me(self, asked: Asked) -> Answer:
        kind = "person" if self.has("const-broken") else "user"
        return Answer(200, {"id": _id(asked.user), "login": asked.user, "kind": kind})

    @answers("GET /projects")
    def list(self, asked: Asked) -> Answer:
        mine = [each for each in self.projects.values() if each["owner_id"] == _id(asked.user)]
        state = asked.given.get("state")
        return self._paged(asked, [each for each in mine if state in (None, each["state"])])

    @answers("POST /projects")
    def create(self, asked: Asked) -> Answer:
        made = self._new(asked.user, asked.body)
        headers = {"Location": f"{self.base}/projects/{made['id']}", "ETag": _tag(made)}
        if self.has("no-location"):
            del headers["Location"]
        return Answer(201, made, headers)

    @answers("GET /projects/{project_id}")
    def read(self, asked: Asked) -> Answer:
        found = self._project(asked)
        tag = '"constant"' if self.has("tag-never-changes") else _tag(found)
        if tag in asked.headers.get("if-none-match", ""):
            return Answer(304, None, {"ETag": tag})
        return Answer(200, found, {"ETag": tag})

    def _unless_changed(self, asked: Asked, found: dict[str, Any]) -> None:
        wanted = asked.headers.get("if-match", "*")
        if wanted != "*" and _tag(found) not in wanted and not self.has("if-match-ignored"):
            raise self.error(412, "It has changed meanwhile.")

    @answers("PUT /projects/{project_id}")
    def replace(self, asked: Asked) -> Answer:
        found = self._project(asked)
        self._unless_changed(asked, found)
        kept = {name: found[name] for name in ("id", "kind", "owner_id", "created_at")}
        if self.has("put-keeps-state"):
            kept["state"] = found["state"]
        plain = {"description": None, "state": "active", **self._known(asked.body, "ProjectFields")}
        found.clear()
        found |= plain | kept
        return Answer(200, found, {"ETag": _tag(found)})

    @answers("PATCH /projects/{project_id}")
    def change(self, asked: Asked) -> Answer:
        found = self._project(asked)
        self._unless_changed(asked, found)
        if self.has("patch-resets-state") and "state" not in asked.body:
            found["state"] = "active"
        found |= self._known(asked.body, "ProjectFields")
        return Answer(200, found, {"ETag": _tag(found)})

    @answers("DELETE /projects/{project_id}")
    def delete(self, asked: Asked) -> Answer:
        del self.projects[self._project(asked)["id"]]
        return Answer(204)

    @answers("GET /projects/{project_id}/tasks")
    def tasks_of(self, asked: Asked) -> Answer:
        project = self._project(asked)
        return self._paged(asked, [each for each in self.tasks.values() if each["project_id"] == project["id"]])

    @answers("POST /projects/{project_id}/tasks")
    def create_task(self, asked: Asked) -> Answer:
        return Answer(201, self._task(self._project(asked)["id"], asked.body))

    @answers("GET /projects/{project_id}/tasks/{task_id}")
    def read_task(self, asked: Asked) -> Answer:
        return Answer(200, self._of_task(asked))

    @answers("PATCH /projects/{project_id}/tasks/{task_id}")
    def change_task(self, asked: Asked) -> Answer:
        found = self._of_task(asked)
        found |= self._known(asked.body, "TaskFields")
        return Answer(200, found)

    @answers("DELETE /projects/{project_id}/tasks/{task_id}")
    def delete_task(self, asked: Asked) -> Answer:
        found = self._of_task(asked)
        if not self.has("delete-does-nothing"):
            del self.tasks[found["id"]]
        return Answer(204)


FAULTS = {
    "problem-status-as-text": "errors/error-fits-its-schema",
    "foreign-tasks-readable": "credentials/",
    "page-overlaps": "pagination/",
    "link-forgets-filter": "pagination/",
    "link-without-base": "pagination/",
    "total-counts-one-more": "pagination/",
    "const-broken": "schema/body-fits-its-schema",
    "no-location": "headers/declared-headers-are-there",
    "tag-never-changes": "caching/",
    "if-match-ignored": "caching/",
    "put-keeps-state": "state/",
    "patch-resets-state": "state/",
    "delete-does-nothing": "state/",
}
