"""The further steps of a tour: things of others, things made and changed around it, and all of it once more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.document import Operation
from tests.sandbox.wire import Headers, Wire, document, path_of

Ask = Callable[..., Any]
Example = Callable[[str], dict[str, Any]]
Values = dict[str, tuple[Any, ...]]
OWNERS = ("{clientId}", "{orgId}")
CHANGES = {"name": "Meanwhile", "value": "Meanwhile", "secret": "meanwhile", "active": True, "role": "ADMIN"}


class Further:
    """What a tour asks of one operation besides the usual; `declared` are the members of every body."""

    def __init__(self, wire: Wire, operation: Operation, ask: Ask, example: Example) -> None:
        self.wire, self.operation, self.ask, self.example = wire, operation, ask, example
        self.mine, self.theirs = (path_of(keys, operation.path) for keys in (wire.acme, wire.rival))
        self.readable = [
            (path_of(wire.acme, each.path), each) for each in document().operations if each.method == "GET"
        ]
        self.made = 0

    def before(self, declared: dict[str, list[str]], values: Values) -> Iterator[Any]:
        """What comes before the life of a thing."""
        method = self.operation.method
        yield from self._ids()
        yield from self._users()
        if method == "GET":
            yield from self._meanwhile(declared)
        if self.operation.body is not None:
            yield from self._texts()
        if method == "PATCH":
            yield from self._updates(declared[self.operation.operation_id])
        if method == "POST" and self.operation.body is not None:
            yield from self._makes(declared[self.operation.operation_id], values)

    def after(self) -> Iterator[Any]:
        """Everything that can be read, after a change."""
        for path, operation in self.readable if self.operation.method != "GET" else ():
            yield self.ask("GET", path, self._headers(operation))

    def _headers(self, operation: Operation) -> Headers:
        return self.wire.acme.client if "{clientId}" in operation.path else self.wire.acme.admin

    def _body(self) -> dict[str, Any]:
        return {"json": self.example(self.operation.operation_id)} if self.operation.body is not None else {}

    def _ids(self) -> Iterator[Any]:
        """Ids of another tenant, and ids with something behind them."""
        mine, theirs = self.mine.split("/"), self.theirs.split("/")
        for index, name in enumerate(self.operation.path.split("/")):
            if name.startswith("{") and name not in OWNERS:
                for value in (theirs[index], f"{mine[index]}x", f"{mine[index]}0"):
                    yield self.ask(path="/".join([*mine[:index], value, *mine[index + 1 :]]), **self._body())

    def _users(self) -> Iterator[Any]:
        """The same of every user, or, where it deletes, of two."""
        tenant, method = self.wire.acme.tenant, self.operation.method
        users = {"GET": list(tenant.users), "DELETE": list(tenant.managed)[:2]}.get(method, [])
        if self.operation.path.endswith("{userId}"):
            for user in users:
                yield self.ask(path=f"{self.mine.rpartition('/')[0]}/{user}")

    def _meanwhile(self, declared: dict[str, list[str]]) -> Iterator[Any]:
        """A thing is made, changed and deleted at this path, and read twice after each."""
        beside = {each.method: each for each in document().operations if each.path == self.operation.path}
        if "POST" in beside:
            made = self.ask("POST", json=self.example(beside["POST"].operation_id))
            yield from (made, self.ask(), self.ask())
            yield from (self.ask("DELETE", f"{self.mine}/{_id(made)}"), self.ask(), self.ask())
        if "PATCH" in beside:
            names = declared[beside["PATCH"].operation_id]
            change = {name: value for name, value in CHANGES.items() if name in names}
            yield from (self.ask("PATCH", json=change), self.ask(), self.ask())

    def _texts(self) -> Iterator[Any]:
        """Bodies with something behind them, and with letters that are rare."""
        example = self.example(self.operation.operation_id)
        headers = self._headers(self.operation) | {"content-type": "application/json"}
        yield self.ask(content=json.dumps(example).encode() + b" x", headers=headers)
        for name in [name for name, value in example.items() if isinstance(value, str)]:
            for text in ("Tour \U0001f600", "Tour \0", "\"'"):
                yield self.ask(json=example | {name: text})

    def _updates(self, names: list[str]) -> Iterator[Any]:
        """What this thing and its neighbours say already, said of it twice."""
        for row in self._rows():
            for name in names:
                for _ in "12" if name in row else "":
                    yield self.ask(json={name: row[name]})

    def _rows(self) -> list[dict[str, Any]]:
        for path in (self.mine, self.mine.rpartition("/")[0]):
            answer = self.ask("GET", path)
            if answer is not None and answer.is_success:
                data = answer.json()["data"]
                return data[:5] if isinstance(data, list) else [data]
        return []

    def _makes(self, names: list[str], values: Values) -> Iterator[Any]:
        """Things made with every value, read, said again and deleted; and what another tenant has."""
        yield self.ask("DELETE", f"{self.mine}/{self._last_membership()}")
        rival = self.wire.rival
        theirs = self._fresh()
        headers = rival.client if "{clientId}" in self.operation.path else rival.admin
        yield self.ask("POST", self.theirs, headers, json=theirs)
        yield from self._made(theirs)
        for name in names:
            kind = {"type": "SINGLE_SELECT"} if name == "options" else {}
            for value in values.get(name, ()):
                yield from self._made(self._fresh() | kind | {name: value})
        if "userId" in names:
            yield from self._made(self._fresh() | {"userId": list(rival.tenant.users)[-1]})

    def _last_membership(self) -> int:
        return list(self.wire.acme.tenant.memberships)[-1] if self.mine.endswith("/memberships") else 0

    def _fresh(self) -> dict[str, Any]:
        """An example with a name that nothing has."""
        self.made += 1
        example = self.example(self.operation.operation_id)
        fresh = {"email": f"tour{self.made}@people.example", "slug": f"tour-{self.made}"}
        return example | {name: value for name, value in fresh.items() if name in example}

    def _made(self, body: dict[str, Any]) -> Iterator[Any]:
        made = self.ask(json=body)
        path = f"{self.mine}/{_id(made)}"
        yield from (made, self.ask(json=body), self.ask("GET", path), self.ask("GET", f"{path}/options"))
        yield self.ask("DELETE", path)


def _id(answer: Any) -> Any:
    """The id of what was made, or one that nothing has."""
    data = answer.json().get("data") if answer is not None and answer.is_success else None
    return (data.get("user") or data).get("id", 0) if isinstance(data, dict) else 0
