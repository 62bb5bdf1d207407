"""For every operation a long conversation about it, in which a fault planted there shows.

A tour asks with every credential, method, id, query and body that a fault could mistake, makes, changes and deletes a
thing of the operation's kind, and returns what a client saw.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import Any

import httpx
import yaml

from contracts.core.failures import Failure
from sandbox.document import DEFAULT, Operation
from tests.sandbox.edge_steps import edge_steps
from tests.sandbox.further_steps import Further
from tests.sandbox.wire import Headers, Wire, bearer, document, path_of

CREDENTIAL = {
    "workspacePlatformSlug": "google_calendar",
    "domain": "people.example",
    "serviceAccountKey": [{"private_key": "key", "client_email": "robot@people.example", "client_id": "robot"}],
}
USER = {"email": "tour@people.example", "name": "Tour", "bio": "Likes Tours", "locale": "de", "timeFormat": 24}
WEBHOOK = {
    "active": False,
    "subscriberUrl": "https://people.example/hook?of=tour",
    "triggers": ["MEETING_ENDED", "BOOKING_PAID"],
    "secret": "whisper",
}
ODD: tuple[Any, ...] = (None, 5, "7", "true", True, 13, "NOBODY", "", "é" * 6000, ["x"])
MEMBERS: dict[str, tuple[Any, ...]] = {
    "timeFormat": (12, 24),
    "weekStart": ("Saturday", "Sunday"),
    "type": ("MULTI_SELECT", "NUMBER"),
    "workspacePlatformSlug": ("office365_calendar",),
    "active": (False,),
    "triggers": ("BOOKING_CREATED", ["BOOKING_CREATED", "BOOKING_PAID"]),
    "enabled": (False,),
    "disableImpersonation": (True,),
    "role": ("ADMIN", "OWNER", "MEMBER"),
    "accepted": (True, False),
    "metadata": ({"of": "tour"},),
    "bio": ("A half, or 50 %",),
    "payloadTemplate": ("of\ntwo lines",),
    "options": ([{"value": "One", "slug": "one"}, {"value": "Two", "slug": "two"}],),
}
"""Values besides the odd ones, valid where the member is declared."""


@cache
def members() -> dict[str, list[str]]:
    """The members of every body the document declares, by operationId."""
    raw: dict[str, Any] = yaml.load(DEFAULT.read_text("utf-8"), yaml.CSafeLoader)
    found = {}
    for node in (node for item in raw["paths"].values() for node in item.values() if "requestBody" in node):
        schema = node["requestBody"]["content"]["application/json"]["schema"]
        found[node["operationId"]] = list(raw["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"])
    return found


def tour(wire: Wire, operation_id: str) -> Iterator[str]:
    """What a client sees of an operation, answer by answer: each is asked for when it is taken."""
    operation = document().operation(operation_id)
    return (_seen(answer) for answer in _Tour(wire, operation).answers())


def _seen(answer: httpx.Response | None) -> str:
    if answer is None:
        return "cut off"
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in ("date", "content-length"))
    return f"{answer.status_code} {headers} {answer.text}"


class _Tour:
    """One operation, asked of a fresh sandbox."""

    def __init__(self, wire: Wire, operation: Operation) -> None:
        self.wire, self.operation = wire, operation
        self.path = path_of(wire.acme, operation.path)
        self.shown = self._neighbours()
        self.good: Headers = wire.acme.client if "{clientId}" in operation.path else wire.acme.admin
        self.further = Further(wire, operation, self.ask, self._example)

    def answers(self) -> Iterator[httpx.Response | None]:
        """Everything in order: what ought to be refused first, what changes things last."""
        acme, world = self.wire.acme.tenant, self.wire.app.world
        pair = world.tokens.issue(acme.client_id, list(acme.managed)[1], world.clock())
        yield from self._methods()
        yield from self._credentials(pair)
        yield from self._ids()
        yield from self._queries()
        yield from self._bodies(pair)
        yield from self.further.before(members(), MEMBERS)
        yield from self._life()
        yield from self.further.after()
        yield from self._sessions()
        yield from edge_steps(self.wire, self.operation, self.path, self.ask)

    def ask(self, method: str = "", path: str = "", headers: Headers | None = None, **more: Any) -> Any:
        """An answer, or None where the connection ended without one."""
        method, path = method or self.operation.method, path or self.path
        try:
            return self.wire.ask(method, path, self.good if headers is None else headers, **more)
        except Failure:
            return None

    def body(self, **changes: Any) -> dict[str, Any]:
        """A body for the operation, or nothing."""
        if self.operation.body is None:
            return {}
        return {"json": self._example(self.operation.operation_id) | changes}

    def _example(self, name: str) -> dict[str, Any]:
        tenant = self.wire.acme.tenant
        attribute = self.wire.acme.attribute("SINGLE_SELECT")
        if "updat" in name:
            return {}
        if name.endswith("createUser"):
            return dict(USER)
        if "Webhook" in name:
            return dict(WEBHOOK)
        if name.endswith("createMembership"):
            free = next((user for user in tenant.users if not tenant.membership_of(user)), 0)
            return {"userId": free, "role": "ADMIN", "accepted": True, "disableImpersonation": True}
        if name.endswith("createOrganizationAttribute"):
            return {"name": "Tour", "slug": "tour", "type": "TEXT", "options": [], "enabled": False}
        if name.endswith("createOrganizationAttributeOption"):
            return {"value": "A long value of an option", "slug": "tour"}
        if "Delegation" in name:
            return dict(CREDENTIAL)
        if "refresh" in name:
            return {"refreshToken": "none"}
        return {"attributeId": attribute, "attributeOptionId": list(tenant.options_of(attribute))[-1]["id"]}

    def _methods(self) -> Iterator[Any]:
        declared = {each.method for each in document().operations if each.path == self.operation.path}
        for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
            if method not in declared:
                yield self.ask(method, json={})

    def _credentials(self, pair: dict[str, Any]) -> Iterator[Any]:
        acme, rival, access = self.wire.acme, self.wire.rival, pair["accessToken"]
        secret, client, key = acme.tenant.secret, acme.tenant.client_id, acme.tenant.admin_key
        expired = self.wire.app.world.expired["expired_access"]
        secrets = [
            secret[:-1] + "#",
            secret[:24] + "#" * 24,
            "#" * 24 + secret[24:],
            secret.swapcase(),
            secret + "x",
            "",
            "unknown",
            secret,
        ]
        keys = [key[:-1] + "#", key.swapcase(), key + "x", "cal_live_nobody", acme.tenant.member_key]
        keys += [rival.tenant.admin_key, access, pair["refreshToken"], expired, "a.b.c", *_forged(access)]
        headers: list[Headers] = [{}, {"authorization": "Bearer"}, {"authorization": key}]
        headers += [{"x-cal-secret-key": each, "x-cal-client-id": client} for each in secrets[:-1]]
        headers += [acme.secret, {"x-cal-secret-key": secret, "x-cal-client-id": rival.tenant.client_id}]
        headers += [rival.client, rival.secret, *(bearer(each) for each in keys)]
        headers += [{"authorization": f"{scheme} {key}"} for scheme in ("Basic", "Token")]
        headers += [acme.client, acme.admin, bearer(access)]
        for each in headers:
            yield self.ask(headers=each, **self.body())
        for name, value in (("apiKey", key), ("access_token", key), ("x-cal-secret-key", secret)):
            yield self.ask(path=f"{self.path}?{name}={value}", headers={}, **self.body())
        if self.operation.body is not None:
            yield self.ask(headers={}, content=b"{}")
            yield self.ask(headers={"content-type": "application/json"}, content=b"{")

    def _ids(self) -> Iterator[Any]:
        names, real = self.operation.path.split("/"), self.path.split("/")
        for index, name in enumerate(names):
            if name.startswith("{") and name != "{clientId}":
                for value in ("x", "99999999999", "999999", "☃", "00000000-0000-4000-8000-000000000000"):
                    yield self.ask(path="/".join([*real[:index], value, *real[index + 1 :]]), **self.body())

    def _queries(self) -> Iterator[Any]:
        paging = self.operation.paging
        if paging is None:
            for _ in range(5 if self.operation.method == "GET" else 0):
                yield self.ask()
            return
        size, place = paging.size.name, paging.position.name
        pages = [(2, 0), (2, 1), (3, 3), (5, 20), (10, 10), (1000, 0), (100, 500), (100, 5), (1, 0), (7, 0)]
        texts = [f"{size}={take}&{place}={skip}" for take, skip in pages]
        texts += [f"{size}={value}" for value in ("0", "1001", "x", "-1")]
        texts += [f"{place}={value}" for value in ("-1", "x", "9999999999")]
        for text in texts:
            yield self.ask(path=f"{self.path}?{text}")
        for name in self.operation.query_parameters:
            for value in self._values(name):
                for more in ("", "", f"&{size}=2&{place}=1"):
                    yield self.ask(path=f"{self.path}?{name}={value}{more}")
        filters = [name for name in self.operation.query_parameters if name not in (size, place)]
        for one, other in combinations(filters, 2):
            yield self.ask(path=f"{self.path}?{one}={self._values(one)[0]}&{other}={self._values(other)[0]}")

    def _values(self, name: str) -> list[str]:
        tenant = self.wire.acme.tenant
        row = tenant.bookings[3].row
        known: dict[str, list[str]] = {
            "emails": [",".join(user["email"] for user in list(tenant.managed.values())[:2]), "a@b.example,x"]
            + ["nobody@people.example", next(iter(tenant.managed.values()))["email"][:-1]],
            "status": ["past", "upcoming", "cancelled", "past,cancelled", "unconfirmed", "NOBODY", "past,NOBODY", ""],
            "attendeeEmail": [row["attendees"][0]["email"]],
            "attendeeName": [
                row["attendees"][0]["name"],
                row["attendees"][0]["name"][2:],
                row["hosts"][0]["name"],
                "%00",
                "%22",
                "%27",
            ],
            "teamId": ["999999"],
            "teamsIds": [",".join(str(each) for each in sorted(set().union(*tenant.teams_of.values()))[:2])],
            "eventTypeIds": [str(row["eventTypeId"]), f"{row['eventTypeId']},x"],
            "userIds": [",".join(str(user) for user in list(tenant.users)[:2]), str(next(iter(tenant.users)))],
            "teamIds": [",".join(str(each) for each in sorted(set().union(*tenant.teams_of.values()))), "1,x"]
            + [str(min(set().union(*tenant.teams_of.values())))],
            "routedToBookingUid": [booking.row["uid"] for booking in tenant.bookings[:9]],
            "assignedOptionIds": [",".join(list(tenant.options)[2:5])],
        }
        if name.startswith("sort"):
            return ["desc", "asc", "NOBODY"]
        if name.startswith(("after", "before")):
            moment = ("2024-05-01T00:00:00Z", "never")
            return [row["start"], row["end"], row["updatedAt"], "2024-05-24T12:00:00Z", *moment]
        return known.get(name, ["x"])

    def _bodies(self, pair: dict[str, Any]) -> Iterator[Any]:
        if self.operation.body is None:
            return
        example = self._example(self.operation.operation_id)
        declared = members()[self.operation.operation_id]
        for name in declared:
            for value in (*ODD, *MEMBERS.get(name, ())):
                yield self.ask(json=example | {name: value})
            yield self.ask(json={each: value for each, value in example.items() if each != name})
        for content in (b"[]", b"{", b"", b"5"):
            yield self.ask(content=content, headers=self.good | {"content-type": "application/json"})
        yield self.ask(content=json.dumps(example).encode(), headers=self.good | {"content-type": "text/plain"})
        if "refresh" in self.operation.operation_id:
            yield from self._refreshed(pair["refreshToken"])

    def _life(self) -> Iterator[Any]:
        """What the operation does to a thing, seen wherever the thing is seen."""
        yield from (self.ask("GET", path) for path in self.shown)
        for body in self._changes():
            yield self.ask(**body)
            yield from (self.ask("GET", path) for path in self.shown)
        if self.operation.method in ("DELETE", "POST"):
            for _ in "12":
                yield self.ask(**self.body())
                yield from (self.ask("GET", path) for path in self.shown)
        yield from self._others()

    def _others(self) -> Iterator[Any]:
        """A managed user whose membership ends, and an option beside another attribute than its own."""
        acme = self.wire.acme
        if self.operation.operation_id.endswith("deleteMembership"):
            rows = acme.tenant.memberships.values()
            managed = next(row["id"] for row in rows if row["userId"] in acme.tenant.managed)
            yield self.ask(path=f"{self.path.rpartition('/')[0]}/{managed}")
            yield self.ask("GET", acme.users, acme.client)
        if self.operation.operation_id.endswith("assignOrganizationAttributeOptionToUser"):
            one, other = list(acme.tenant.attributes)[:2]
            option = next(acme.tenant.options_of(other))["id"]
            yield self.ask(json={"attributeId": one, "attributeOptionId": option})

    def _neighbours(self) -> list[str]:
        """The reading operations at this path, above it and beside it."""
        paths = {each.path for each in document().operations if each.method == "GET"}
        mine = self.operation.path
        near = [each for each in sorted(paths) if each.startswith(mine) or mine.startswith(each)]
        held = [each for each in paths if each.endswith("/options/{userId}") and "/options" in mine]
        return [path_of(self.wire.acme, each) for each in [*near, *held]]

    def _changes(self) -> list[dict[str, Any]]:
        if self.operation.method != "PATCH":
            return [self.body(email="other@people.example", slug="other", value="Another")] * bool(self.operation.body)
        taken = {"email": list(self.wire.acme.tenant.managed.values())[1]["email"]}
        values = {"name": "Other", "value": "Other", "slug": "other", "bio": "Other", "secret": "other"}
        declared = members()[self.operation.operation_id]
        changes: list[dict[str, Any]] = [{name: value} for name, value in values.items() if name in declared]
        changes += [{name: each} for name in declared for each in MEMBERS.get(name, ())]
        changes += [{"name": "Third", "active": True, "secret": "third"}, taken]
        return [{"json": change} for change in changes]

    def _sessions(self) -> Iterator[Any]:
        """The tokens the operation gives, used."""
        if not self.operation.issues_tokens:
            return
        pair = self._pair("session@people.example")
        if self.operation.operation_id.endswith("forceRefresh"):
            path = f"{self.wire.acme.users}/{pair['user']['id']}/force-refresh"
            pair = self.wire.data("POST", path, self.wire.acme.client)
        yield self.ask("GET", self.wire.acme.attributes, bearer(pair["accessToken"]))
        yield from self._refreshed(pair["refreshToken"])
        rival, world = self.wire.rival.tenant, self.wire.app.world
        foreign = world.tokens.issue(rival.client_id, next(iter(rival.managed)), world.clock())["refreshToken"]
        yield self.ask("POST", self.wire.acme.refresh, self.wire.acme.client, json={"refreshToken": foreign})
        yield self.ask("GET", self.wire.acme.attributes, bearer(pair["accessToken"]))

    def _pair(self, email: str) -> dict[str, Any]:
        """The tokens of a new user, or of an old one where no new one is to be had."""
        answer = self.ask("POST", self.wire.acme.users, self.wire.acme.client, json=USER | {"email": email})
        if answer.is_success:
            made: dict[str, Any] = answer.json()["data"]
            return made
        acme, world = self.wire.acme.tenant, self.wire.app.world
        identity = next(iter(acme.managed))
        return {"user": {"id": identity}, **world.tokens.issue(acme.client_id, identity, world.clock())}

    def _refreshed(self, token: str) -> Iterator[Any]:
        for _ in "123":
            answer = self.ask("POST", self.wire.acme.refresh, self.wire.acme.client, json={"refreshToken": token})
            yield answer
            if answer.is_success:
                token = answer.json()["data"]["refreshToken"]


def _forged(token: str) -> list[str]:
    """The same token with no algorithm, with another signature, and with another payload."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    none, other = _encoded({"alg": "none", "typ": "JWT"}), _encoded(claims | {"jti": "other"})
    return [f"{none}.{payload}.", f"{head}.{payload}.{signature[::-1]}", f"{head}.{other}.{signature}"]


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
