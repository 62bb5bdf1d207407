"""A client for the tests: talks to a sandbox in this process and holds every answer to the document."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import yaml

from contracts.transport.messages import Outgoing
from sandbox.auth import FOREIGN_404_UNDECLARED
from sandbox.build import Options, build
from sandbox.document import DEFAULT, Document, load
from sandbox.router import Router
from sandbox.schemas import Check, modern
from sandbox.state import Tenant
from tests.in_process import exchanged

LOSER = ("POST /v2/oauth/{clientId}/refresh", 409)  # allowed by the rulings on tokens, declared nowhere
START = 1_900_000_020.0  # a whole minute
Headers = dict[str, str]


class Clock:
    """Time that passes only when a test says so. Seconds since the epoch."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@cache
def document() -> Document:
    """The document, compiled once for all tests."""
    return load()


@cache
def answers() -> dict[tuple[str, int], tuple[Check, frozenset[str]]]:
    """Schema and required headers of every declared answer, read from the document anew."""
    raw: dict[str, Any] = yaml.load(DEFAULT.read_text("utf-8"), yaml.CSafeLoader)
    components = raw["components"]
    schemas = modern(components["schemas"])
    found = {}
    for path, item in raw["paths"].items():
        for method, operation in item.items():
            for status, answer in operation["responses"].items():
                if "$ref" in answer:
                    answer = components["responses"][answer["$ref"].rpartition("/")[2]]
                schema = answer["content"]["application/json"]["schema"]
                needed = frozenset(name.lower() for name in answer.get("headers", {}))
                found[f"{method.upper()} {path}", int(status)] = Check.of(schema, schemas), needed
    return found


class Wire:
    """A sandbox and two tenants' credentials. With `strict` every answer must be as declared."""

    def __init__(self, *, strict: bool = True, clock: Clock | None = None, **options: Any) -> None:
        self.clock = clock or Clock()
        self.app = build(Options(**options), document(), self.clock)
        self.strict = strict
        self.router = Router(document())
        self.loop = asyncio.new_event_loop()  # asyncio.Runner sets signal handlers for every request
        self.acme, self.rival = (Keys(tenant) for tenant in self.app.world.tenants.values())

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.close()

    def ask(self, method: str, path: str, headers: Headers | None = None, **more: Any) -> httpx.Response:
        """One request."""
        return self.together([(method, path, headers or {}, more)])[0]

    def together(self, requests: list[tuple[str, str, Headers, dict[str, Any]]]) -> list[httpx.Response]:
        """Several requests at the same time."""
        responses = self.loop.run_until_complete(self._together(requests))
        if self.strict:
            for (method, path, _, _), response in zip(requests, responses, strict=True):
                self._hold(method, path, response)
        return responses

    def data(self, method: str, path: str, headers: Headers, **more: Any) -> Any:
        """The data of a request that has to succeed."""
        response = self.ask(method, path, headers, **more)
        assert response.is_success, (method, path, response.status_code, response.text)
        return response.json()["data"]

    def status(self, method: str, path: str, headers: Headers | None = None, **more: Any) -> int:
        """Only the status of a request."""
        return self.ask(method, path, headers, **more).status_code

    async def _together(self, requests: list[tuple[str, str, Headers, dict[str, Any]]]) -> list[httpx.Response]:
        sent = [exchanged(self.app, _outgoing(*each)) for each in requests]
        answers = await asyncio.gather(*sent)
        return [httpx.Response(each.status, headers=each.headers, content=each.body) for each in answers]

    def _hold(self, method: str, path: str, response: httpx.Response) -> None:
        """Declared status, media type, schema and headers; no traces and no secrets in errors."""
        assert response.headers["content-type"] == "application/json"
        match = self.router.match(_target(path).partition(b"?")[0])
        operation = match.operations.get(method) if match else None
        if operation is None:
            assert response.status_code in {404, 405}
            return
        place = (operation.key, response.status_code)
        if place == LOSER or (response.status_code == 404 and FOREIGN_404_UNDECLARED in self.app.world.variations):
            return
        assert place in answers(), (place, response.text)
        check, needed = answers()[place]
        assert not check.violations(response.json()), (place, response.text)
        assert needed <= set(response.headers), place
        if not response.is_success:
            assert response.json()["status"] == "error"
            assert not [secret for secret in self._secrets() if secret in response.text]
            assert "Traceback" not in response.text

    def _secrets(self) -> Iterator[str]:
        for keys in (self.acme, self.rival):
            yield from (keys.tenant.secret, keys.tenant.admin_key, keys.tenant.member_key)


@cache
def _target(path: str) -> bytes:
    """A path and its query as they are sent: what no address may hold is quoted."""
    return httpx.URL(path).raw_path


def _outgoing(method: str, path: str, headers: Headers, more: dict[str, Any]) -> Outgoing:
    """A request; of `more`, `json` or `content` is its body."""
    sent = dict(headers)
    body = more.get("content", b"")
    if "json" in more:
        body = json.dumps(more["json"], ensure_ascii=False)
        sent = {"content-type": "application/json", **sent}
    lines = [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent.items()]
    return Outgoing(method, _target(path), tuple(lines), body.encode() if isinstance(body, str) else body)


class Keys:
    """The credentials of one tenant as headers, and the beginnings of its paths."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.client: Headers = {"x-cal-secret-key": tenant.secret, "x-cal-client-id": tenant.client_id}
        self.secret: Headers = {"x-cal-secret-key": tenant.secret}
        self.admin = bearer(tenant.admin_key)
        self.member = bearer(tenant.member_key)
        self.clients = f"/v2/oauth-clients/{tenant.client_id}"
        self.users = f"{self.clients}/users"
        self.webhooks = f"{self.clients}/webhooks"
        self.refresh = f"/v2/oauth/{tenant.client_id}/refresh"
        self.org = f"/v2/organizations/{tenant.org_id}"
        self.attributes = f"{self.org}/attributes"
        self.memberships = f"{self.org}/memberships"
        self.bookings = f"{self.org}/bookings"
        self.forms = f"{self.org}/routing-forms"
        self.credentials = f"{self.org}/delegation-credentials"

    def attribute(self, kind: str) -> str:
        """The id of the first attribute of a type."""
        return next(str(row["id"]) for row in self.tenant.attributes.values() if row["type"] == kind)

    @property
    def webhook(self) -> str:
        """The path of the first webhook."""
        return f"{self.webhooks}/{next(iter(self.tenant.webhooks))}"

    @property
    def membership(self) -> str:
        """The path of the first membership."""
        return f"{self.memberships}/{next(iter(self.tenant.memberships))}"

    @property
    def user(self) -> str:
        """The path of the first managed user."""
        return f"{self.users}/{next(iter(self.tenant.managed))}"


def bearer(token: str) -> Headers:
    """A bearer token as a header."""
    return {"authorization": f"Bearer {token}"}


def created(wire: Wire, keys: Keys, email: str = "new@people.example", **more: Any) -> dict[str, Any]:
    """A new managed user: the token pair, and the user under `user`."""
    body = {"email": email, "name": "New", **more}
    result: dict[str, Any] = wire.data("POST", keys.users, keys.client, json=body)
    return result


def path_of(keys: Keys, path: str) -> str:
    """A path of the document with ids that exist."""
    tenant = keys.tenant
    select = keys.attribute("SINGLE_SELECT")
    assignment = next(each for each in tenant.assignments.values() if each.attribute_id == select)
    values = {
        "clientId": tenant.client_id,
        "orgId": tenant.org_id,
        "attributeId": select,
        "attributeSlug": tenant.attributes[select]["slug"],
        "optionId": assignment.option_id,
        "attributeOptionId": assignment.option_id,
        "webhookId": next(iter(tenant.webhooks)),
        "membershipId": next(iter(tenant.memberships)),
        "credentialId": next(iter(tenant.credentials)),
        "userId": assignment.user_id if "orgId" in path else next(iter(tenant.managed)),
    }
    return path.format_map(values)
