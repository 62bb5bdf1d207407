"""The ASGI application: one request through routing, credentials, limits, permission, validation and a handler."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any

from attrs import evolve

from sandbox import answers, limiter, limiter_faults, planted, rush, spoilers
from sandbox.answers import Answer, Headers
from sandbox.auth import FOREIGN_WRITE, authenticate, authorize, owner_of
from sandbox.calls import HANDLERS, Call, Later
from sandbox.credential_faults import APPLIED, looked_up_first, on, reached, understood
from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.handlers import attributes, load_all, tokens
from sandbox.planted import planting
from sandbox.refusals import RefusalError, failure
from sandbox.router import Match, Router
from sandbox.spoiling import Asked, spoilt
from sandbox.state import Principal, World
from sandbox.validation import body_value, path_values, query_values
from sandbox.variations import variation

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

VALIDATION_FIRST = fault(
    "validation-before-authentication",
    family="credentials",
    scope="every operation",
    text="Parameters and bodies are validated before the credential: an invalid request without one gets 400.",
)
SCALARS_UNCOUNTED = variation(
    "scalar-bodies-uncounted",
    family="limits",
    scope="every operation with a body",
    text="A body that is a bare text, number or truth is refused before it is counted.",
)
ARRAYS_UNCOUNTED = variation(
    "arrays-uncounted",
    family="limits",
    scope="every operation with a body",
    text="A body that is no object is refused before it is counted.",
)
LONGEST_BODY = 1 << 20  # bytes

load_all()
spoilers.load_all()
planted.load_all()


class Sandbox:
    """Serves a world. Between reading the body and answering nothing waits, so every request is atomic."""

    def __init__(self, world: World) -> None:
        missing = {each.operation_id for each in world.document.operations} - HANDLERS.keys()
        if missing:
            raise LookupError(f"the sandbox has no handler for {', '.join(sorted(missing))}")
        self.world = world
        self.router = Router(world.document)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request; other kinds of connection are not for us."""
        if scope["type"] != "http":
            return
        if self.world.rush.hit(rush.CUT_OFF, 10):
            await rush.reset(send)
            return
        try:
            answer = await self._answer(scope, receive)
        except planting.CutError:
            await rush.reset(send)
            return
        answer.headers.append(("date", formatdate(usegmt=True)))
        if self.world.faults:
            answer = spoilt(answer, self._asked(scope), self.world.faults)
        headers = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in answer.headers]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _asked(self, scope: Scope) -> Asked:
        match = self.router.match(scope.get("raw_path") or scope["path"].encode())
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        return Asked(match.operations.get(scope["method"]) if match else None, scope["method"], headers)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        match = self.router.match(scope.get("raw_path") or scope["path"].encode())
        if match is None:
            return self._refused(RefusalError(404, "There is nothing at this path."), None)
        operation = match.operations.get(scope["method"])
        if operation is None and self.world.faults:
            try:
                operation = planting.undeclared(self.world, match, scope["method"])
            except RefusalError as problem:
                return self._refused(problem, None)
        if operation is None:
            allowed = ", ".join(sorted(match.operations))
            return self._refused(RefusalError(405, "This method is not allowed here.", (("allow", allowed),)), None)
        body = await _read(receive) if operation.body else b""
        request = _Request(self.world, operation, match, scope, body)
        try:
            if self.world.rush.faults:
                await request.hold_up()
            result = request.carry_out()
            if isinstance(result, Later):
                await asyncio.sleep(result.seconds)
                result = result.finish()
            answer = answers.success(operation, result, request.rate, self.world.faults, self.world.variations)
            return request.told(answer) if self.world.rush.faults else answer
        except RefusalError as problem:
            return self._refused(problem, request)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return self._refused(failure(), request)
        finally:
            if limiter_faults.RACE in self.world.limiter.at(operation):
                await asyncio.sleep(limiter_faults.UNSEEN_FOR)

    def _refused(self, problem: RefusalError, request: _Request | None) -> Answer:
        faults, variations = self.world.faults, self.world.variations
        if request is None:
            return answers.failure(problem, None, (), "", faults, variations)
        operation, rate, secret = request.operation, request.rate, request.credential()
        return answers.failure(problem, operation, rate, secret, faults, variations, request.body)


class _Request:
    """One request on its way; `rate` is known from the moment it was counted."""

    def __init__(self, world: World, operation: Operation, match: Match, scope: Scope, body: bytes | None) -> None:
        self.world = world
        self.operation = operation
        self.raw = match.values
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.query_string: bytes = scope.get("query_string", b"")
        self.body = body
        self.rate: Headers = ()

    async def hold_up(self) -> None:
        """Faults of a busy deployment: wait, or RefusalError."""
        owner = owner_of(self.world, self.raw)
        tenant = owner.name if owner else ""
        self.world.rush.arrived(tenant)
        await self.world.rush.delay(self.operation.operation_id, tenant)

    def told(self, answer: Answer) -> Answer:
        """The answer as a busy deployment with faults gives it."""
        asked = f"{sorted(self.raw.items())} {self.query_string!r} {self.credential()}"
        answer.body = self.world.rush.retold(self.operation.operation_id, asked, self.operation.method, answer.body)
        return answer

    def carry_out(self) -> Any:
        """The result of the handler, or RefusalError."""
        if VALIDATION_FIRST in self.world.faults:
            self._path()
            self._validated()
        planting.change(self, planting.DOORS)
        try:
            looked_up_first(self.world, self.operation, self.raw)
            headers = understood(self.world, self.operation, self.headers, self.query_string)
            principal = authenticate(self.world, self.operation, headers, self.raw)
        except RefusalError:
            attributes.deleted_all_the_same(self.world, self.operation, self.raw)
            raise
        self._refuse_scalars()
        self._count(principal)
        planting.change(self, planting.NAMED)
        path = self._path()
        try:
            tenant = authorize(self.world, self.operation, principal, path)
        except RefusalError:
            self._applied_all_the_same(principal, path)
            raise
        tenant = reached(self.world, self.operation, tenant, self.raw)
        planting.change(self, planting.INSIDE)
        try:
            query, body = self._validated()
        except RefusalError:
            attributes.stored_all_the_same(Call(self.world, self.operation, principal, tenant, path, {}, self.body))
            raise
        call = Call(self.world, self.operation, principal, tenant, path, query, body)
        return planting.worked(HANDLERS[self.operation.operation_id], call)

    def credential(self) -> str:
        """What the request came with, for a fault that repeats it."""
        bearer = self.headers.get("authorization", "").partition(" ")[2]
        return bearer or next((self.headers[name] for name in self.headers if "secret" in name), "")

    def _path(self) -> dict[str, Any]:
        return path_values(self.operation, self.raw, self.world.variations, self.world.faults)

    def _validated(self) -> tuple[dict[str, Any], Any]:
        faults = self.world.faults
        query = query_values(self.operation, self.query_string, faults, self.world.variations)
        return query, body_value(self.operation, self.headers.get("content-type", ""), self.body, faults)

    def _refuse_scalars(self) -> None:
        if self.operation.body is None:
            return
        read = b"{" if ARRAYS_UNCOUNTED in self.world.variations else b"[{"
        begun = (self.body or b"").lstrip()[:1]
        if begun and begun not in read and {SCALARS_UNCOUNTED, ARRAYS_UNCOUNTED} & self.world.variations:
            raise RefusalError(400, "The body has to be an object.")

    def _count(self, principal: Principal) -> None:
        if not self.operation.limits:
            return
        meter, busy, now = self.world.limiter, self.world.rush, self.world.clock()
        faults = meter.at(self.operation)
        credential = limiter_faults.keyed(busy.bucket(principal.credential), self.headers, faults)
        decision = meter.ask(self.operation, credential, now)
        if busy.faults and busy.refuses(principal.tenant.name):
            decision = evolve(decision, admitted=False, remaining=0, retry_after=1.0)
        rate = meter.retold(self.operation, limiter.headers(decision, faults), now)
        self.rate = planting.told(self.world, self.operation, rate)
        if not decision.admitted:
            self._carried_out_all_the_same(principal)
            tokens.refused(self.world, self.operation, self.body)
            wait = limiter_faults.wait_told(decision.retry_after, faults)
            status = 503 if limiter_faults.UNAVAILABLE in faults else 429
            quiet = answers.NO_RETRY_AFTER in self.world.variations
            raise RefusalError(
                status,
                "Too many requests; wait for the window to pass.",
                () if quiet else (("retry-after", str(wait)),),
            )

    def _carried_out_all_the_same(self, principal: Principal) -> None:
        applied = {"POST": limiter_faults.APPLIED, "PATCH": limiter_faults.CHANGED}.get(self.operation.method)
        if applied not in self.world.limiter.at(self.operation):
            return
        with contextlib.suppress(RefusalError):
            path = self._path()
            tenant = authorize(self.world, self.operation, principal, path)
            query, body = self._validated()
            call = Call(self.world, self.operation, principal, tenant, path, query, body)
            HANDLERS[self.operation.operation_id](call)

    def _applied_all_the_same(self, principal: Principal, path: dict[str, Any]) -> None:
        if not any(on(switch, self.world, self.operation) for switch in (FOREIGN_WRITE, *APPLIED)):
            return
        if tenant := owner_of(self.world, path):
            query, body = self._validated()
            HANDLERS[self.operation.operation_id](
                Call(self.world, self.operation, principal, tenant, path, query, body)
            )


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is longer than anyone may send."""
    chunks: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(chunks)
        chunk: bytes = message.get("body", b"")
        chunks.append(chunk)
        length += len(chunk)
        if length > LONGEST_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(chunks)
