"""A small deployment in this process, with a clock of its own, and the whole scenario `limits` run against it."""

from __future__ import annotations

import copy
import heapq
import itertools
import json
import random
import time
from functools import cache
from typing import Any

import attrs
import gevent
import pytest
from gevent.event import Event

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.exchange import Request, Response
from contracts.evidence.recorder import Recorder
from contracts.judging.judge import Verdict
from contracts.request.url import path_values
from load.runtime.run import LoadRun, Sent
from load.runtime.setup import Setup
from load.scenarios.limits import verdicts
from load.scenarios.limits.coordinator import Coordinator
from load.scenarios.limits.findings import LimitFinding, jobs
from load.scenarios.limits.worker import Worker
from specs.contract import Contract, build
from specs.source.document import as_document
from tests.load.limiters.simulated import KINDS

NUMBER, WINDOW, BEGIN = 5, 60.0, 1_700_000_000.0
HOURLY, HOUR = 20, 3600.0
NAME = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1}}}
THING = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
}
OF_A_PAGE = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20}},
    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
]


def _answers(status: str, schema: dict[str, Any] | None, example: Any = None) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}} if schema else None
    told = {"description": "Done.", **({"content": content} if content else {})}
    return {status: told, **{bad: {"description": "Refused."} for bad in ("400", "401", "404", "429")}}


def _operation(name: str, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "operationId": name, "responses": answers,
        "x-contract": {"limits": [{"requests": NUMBER, "window": WINDOW}]}, **more,
    }  # fmt: skip


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema, "example": {"name": "a thing"}}}}


_ONE = {"id": "t1", "name": "a thing"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1"},
    "security": [{"key": []}],
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}},
    "paths": {
        "/things": {
            "get": _operation(
                "listThings", _answers("200", {"type": "array", "items": THING}, [_ONE]), parameters=OF_A_PAGE
            ),
            "post": _operation("makeThing", _answers("201", THING, _ONE), requestBody=_body(NAME)),
        },
        "/things/{thingId}": {
            "parameters": [{"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": _operation("readThing", _answers("200", THING, _ONE)),
            "patch": _operation("changeThing", _answers("200", THING, _ONE), requestBody=_body(NAME)),
            "delete": _operation("removeThing", _answers("204", None)),
        },
    },
}  # fmt: skip
LIST, MAKE = "GET /things", "POST /things"
READ, CHANGE, REMOVE = (f"{method} /things/{{thingId}}" for method in ("GET", "PATCH", "DELETE"))


@cache
def contract(*, hourly: bool = False) -> Contract:
    """What the shop promises; `hourly`: also a limit of the hour at the list, which the minute's does not imply."""
    document = copy.deepcopy(DOCUMENT)
    if hourly:
        limits = document["paths"]["/things"]["get"]["x-contract"]["limits"]
        limits.append({"requests": HOURLY, "window": HOUR})
    return build(as_document(document))


class Clock:
    """A clock that stands still while anybody works, and goes on to the next moment somebody waits for."""

    def __init__(self, begin: float) -> None:
        self.now = begin
        self._waiting: list[tuple[float, int, Event]] = []
        self._turns = itertools.count()
        self._pause = gevent.sleep

    def sleep(self, seconds: float = 0.0, ref: bool = True) -> None:
        woken = Event()
        heapq.heappush(self._waiting, (self.now + max(0.0, seconds), next(self._turns), woken))
        woken.wait()

    def run_until(self, over: Event) -> None:
        """Let time pass until something is over, or nobody waits for anything."""
        while not over.is_set():
            for _ in range(12):  # whoever may work does, and whom that frees
                self._pause(0)
            if over.is_set() or not self._waiting:
                return
            self.now, _, woken = heapq.heappop(self._waiting)
            woken.set()


@attrs.define
class Shop:
    """The deployment. `things` exist at first; what it does wrong is in the switches."""

    rng: random.Random
    things: dict[str, str] = attrs.field(factory=dict)
    kind: str = "from first"
    number: int = NUMBER
    unlimited: frozenset[str] = frozenset()
    """Operations that are limited only for what does not exist."""
    applied: bool = False
    """Whether a refused request is carried out all the same."""
    by_path: bool = False
    """Whether each path has a bucket of its own."""
    by_header: str = ""
    """A header each of whose values has a bucket of its own."""
    hourly: bool = False
    """Whether the list has a limit of the hour."""
    refused_first: str = ""
    """What a body begins with that is refused before anything is counted."""
    asked: list[Request] = attrs.field(factory=list)
    _limiters: dict[Any, Any] = attrs.field(factory=dict)
    _ids: Any = attrs.field(factory=lambda: itertools.count(100))

    def answer(self, request: Request) -> tuple[int, Any]:
        self.asked.append(request)
        if self.refused_first and (request.body or "").startswith(self.refused_first):
            return 400, {"message": "no body"}
        name = path_values(request.operation, request.target).get("thingId", "")
        if not self._admits(request, name):
            if self.applied:
                self._carry_out(request, name)
            return 429, {"message": "too many requests"}
        return self._carry_out(request, name)

    def _admits(self, request: Request, name: str) -> bool:
        if request.operation.key in self.unlimited and (name in self.things or not name):
            return True
        value = next((value for key, value in request.headers if key == self.by_header), "")
        key = (request.operation.key, request.principal, value, name if self.by_path else "")
        longer = self.hourly and request.operation.key == LIST
        return self._limiter(key, self.number, WINDOW).allow(time.time()) and (
            not longer or self._limiter((key, "hour"), HOURLY, HOUR).allow(time.time())
        )

    def _limiter(self, key: Any, number: int, window: float) -> Any:
        if key not in self._limiters:
            self._limiters[key] = KINDS[self.kind](number, window, self.rng)
        return self._limiters[key]

    def _carry_out(self, request: Request, name: str) -> tuple[int, Any]:
        content = _read(request.body)
        valid = isinstance(content, dict) and isinstance(content.get("name"), str) and content["name"] != ""
        match request.operation.key:
            case "GET /things":
                return 200, [self._told(each) for each in self.things]
            case "POST /things":
                if not valid:
                    return 400, {"message": "no name"}
                name = f"t{next(self._ids)}"
                self.things[name] = content["name"]
                return 201, self._told(name)
        if request.operation.body is not None and not valid:
            return 400, {"message": "no name"}
        if name not in self.things:
            return 404, {"message": "no such thing"}
        if request.operation.method == "DELETE":
            del self.things[name]
            return 204, None
        if request.operation.method == "PATCH":
            self.things[name] = content["name"]
        return 200, self._told(name)

    def _told(self, name: str) -> dict[str, str]:
        return {"id": name, "name": self.things[name]}


def _read(body: str | None) -> Any:
    try:
        return json.loads(body or "null")
    except ValueError:
        return None


@attrs.frozen
class Outcome:
    """What a run came to."""

    verdicts: dict[tuple[str, str], Verdict]
    findings: dict[str, LimitFinding]
    lasted: float
    """Windows from the first task to the last."""

    def of(self, law: str, operation: str) -> Verdict:
        return self.verdicts[f"limits/{law}", operation]


def judged(shop: Shop, *, depth: str = "quick", writes: bool = True, hourly: bool = False) -> Outcome:
    """Run the whole scenario against a shop, from a moment of the shop's choosing. `hourly`: as its document says."""
    clock = Clock(BEGIN + shop.rng.uniform(0, 600))
    principals = tuple(Principal(name, name, "api_key", values={"key": f"${name}"}) for name in ("acme", "rival"))
    deployment = Deployment("shop", "http://127.0.0.1:1", "things.yaml", principals, Vault(), writes=writes)

    def send(request: Request) -> Sent:
        sent = time.time()
        gevent.sleep(0.004 * shop.rng.lognormvariate(0, 0.3))
        status, content = shop.answer(request)
        gevent.sleep(0.004 * shop.rng.lognormvariate(0, 0.3))
        body = "" if content is None else json.dumps(content)
        headers = (("Content-Type", "application/json"),) if body else ()
        return Sent(Response(status, headers, body, len(body)), None, sent, time.time())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: clock.now)
        patch.setattr(gevent, "sleep", clock.sleep)
        run = LoadRun(contract(hourly=hourly), deployment, depth, Recorder(None))
        begun, over = clock.now, Event()
        wanted = {job.key: job for job in jobs(run.contract, deployment)}
        worker = Worker(run, wanted, lambda data: desk.on_report("one", data, lambda seq: seq))
        desk = Coordinator(run, wanted, lambda _, task: gevent.spawn(worker.work, task, send), over.set)
        desk.begin(["one"])
        clock.run_until(over)
        assert over.is_set(), "the run does not end"
        made = verdicts.plan(Setup("", deployment, run.contract, depth, "limits", {}))
        found = verdicts.verdicts(run, made, desk.concluded)
        lasted = (clock.now - begun) / WINDOW
    return Outcome(
        {(each.item.rule.id, each.item.operation.key): each for each in found},
        {key: each for (key, _), each in desk.concluded.items()},
        lasted,
    )
