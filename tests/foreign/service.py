"""The deployment's front: routing, credentials, limits, and the operations below them."""

from __future__ import annotations

import asyncio
import copy
import functools
import math
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import attrs

from tests.foreign import rules
from tests.foreign.limits import Bucket, Counter, Fixed, Log
from tests.foreign.store import Row, Store, Tenant
from tests.foreign.wire import Answer, Call, segments


class RefusedError(Exception):
    """The request is answered with this status and these complaints."""

    def __init__(self, status: int, *complaints: str) -> None:
        super().__init__(", ".join(complaints))
        self.status = status
        self.complaints = complaints or ("Not possible.",)


@attrs.frozen
class Caller:
    """Whose credential came with a request: `kind` is key, client or token."""

    kind: str
    tenant: Tenant
    text: str
    role: str = "ADMIN"
    user: Any = None


@attrs.define
class Ask:
    """One request to one operation, with everything that was found out about it."""

    call: Call
    operation: Operation
    path: dict[str, str]
    caller: Caller
    tenant: Tenant
    body: Row = attrs.field(factory=dict)
    query: dict[str, Any] = attrs.field(factory=dict)
    answered: Row = attrs.field(factory=dict)


Does = Callable[["Service", Ask], Awaitable[Any]]
Reads = Callable[[Any, str], Any]


@attrs.frozen
class Operation:
    """One operation, its place, who may ask, how often a minute, and what its inputs look like."""

    method: str
    path: tuple[str, ...]
    kinds: tuple[str, ...]
    most: int
    does: Does
    body: dict[str, rules.Rule] | None = None
    needed: tuple[str, ...] = ()
    query: dict[str, Callable[[str], Any]] = attrs.field(factory=dict)
    status: int = 200
    knows_404: bool = True

    @property
    def key(self) -> str:
        return f"{self.method} /{'/'.join(self.path)}"


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, kinds: str, most: int, **more: Any) -> Callable[[Does], Does]:
    """Register what an operation does."""

    def register(does: Does) -> Does:
        OPERATIONS.append(
            Operation(method, tuple(path.strip("/").split("/")), tuple(kinds.split()), most, does, **more)
        )
        return does

    return register


class Service:
    """Answers requests on a store, by chosen habits and perhaps with faults."""

    def __init__(self, choices: Collection[str], faults: Collection[str], scale: float = 1.0) -> None:
        self.choices, self.faults, self.scale = choices, faults, scale
        self.store = Store(choices, scale)
        self.counters: dict[tuple[str, str], Counter] = {}
        self.asked = 0
        self.kept: dict[str, tuple[float, Answer]] = {}
        self.locked: set[str] = set()

    def faulty(self, name: str) -> bool:
        """Whether this fault is switched on."""
        return name in self.faults

    async def handle(self, call: Call) -> Answer:
        """The answer to a request, whatever happens."""
        self.asked += 1
        ask: Ask | None = None
        try:
            if self.faulty("stray-percent-500") and "%" in call.path.replace("%20", ""):
                raise RefusedError(500, "URI malformed")
            found, path = self._routed(call)
            kept = self.kept.get(call.path) if call.method == "GET" and not call.query else None
            if kept and self.store.now().timestamp() < kept[0] + 2:
                return kept[1]
            if "limits-before-credentials" in self.choices:
                counted = self._counted(
                    call, found, call.header("authorization") or call.header("x-cal-secret-key") or ""
                )
                ask = self._let_in(call, found, path)
            else:
                ask = self._let_in(call, found, path)
                counted = self._counted(call, found, ask.caller.text)
            answer = await self._done(ask, counted)
        except RefusedError as refusal:
            answer = self.error(call, refusal)
        except LimitError as refusal:
            answer = self.error(call, RefusedError(429, "Slow down, please."))
            answer.headers += refusal.headers
            if self.faulty("refusal-in-words"):
                answer.raw, answer.kind = b"Too many requests, please try again later.", "text/html; charset=utf-8"
            if self.faulty("retry-after-in-milliseconds"):
                answer.header("Retry-After", "60000")
        for spoil in AFTER:
            if spoil.name in self.faults and ask and ask.operation.key == spoil.operation:
                spoil.does(self, ask, answer)
        return answer

    async def _done(self, ask: Ask, counted: Counted) -> Answer:
        try:
            self._checked(ask)
            does = ask.operation.does
            for each in AROUND:
                if each.name in self.faults and each.operation == ask.operation.key:
                    does = functools.partial(each.does, does)
            data = await does(self, ask)
            answer = Answer(ask.operation.status, self._enveloped(ask, data))
        except RefusedError as refusal:
            answer = self.error(ask.call, refusal)
            if "only-successes-count" in self.choices and counted.counter:
                counted.counter.give_back()
        if self._shows_limits(ask, answer):
            answer.headers += counted.headers(self.store.now().timestamp(), self.choices)
            if self.faulty("remaining-counts-up"):
                answer.header("X-RateLimit-Remaining", str(counted.most - counted.counter.left(0)))
        if ask.operation.method == "GET" and answer.status == 200:
            answer.headers.append(("Cache-Control", self._caching()))
        return answer

    def _caching(self) -> str:
        return "private, no-store, must-revalidate, max-age=0" if "no-store" in self.choices else "no-cache, private"

    def _shows_limits(self, ask: Ask, answer: Answer) -> bool:
        declared = ask.operation.method == "GET" and ask.operation.path[-1] in ("users", "webhooks")
        return (declared and answer.status == 200) or "limit-headers-everywhere" in self.choices

    def _enveloped(self, ask: Ask, data: Any) -> Row:
        body = copy.deepcopy({"status": "success", "data": data, **ask.answered})
        return self.padded(body) if "extra-members" in self.choices else body

    def padded(self, value: Any) -> Any:
        """The same with members that nobody declared, at every depth."""
        if isinstance(value, list):
            return [self.padded(each) for each in value]
        if isinstance(value, dict) and value and "plan" not in value:
            return {"__typename": "Thing", **{key: self.padded(each) for key, each in value.items()}, "links": None}
        return value

    def error(self, call: Call, refusal: RefusedError) -> Answer:
        """An error in the document's envelope."""
        message = "; ".join(refusal.complaints)
        if "quoting-errors" in self.choices and refusal.status in (400, 404, 409):
            text = call.body.decode("utf-8", "replace")
            sent = "" if any(each in call.path + text for each in ("refresh", "secret", "private_key")) else text
            message += f" (you asked for {call.path[:200]} {call.query!r} {sent[:300]})"
        body: Row = {"status": "error", "message": message}
        if "detailed-errors" in self.choices:
            body |= {
                "error": {"code": f"E{refusal.status}", "details": [{"message": each} for each in refusal.complaints]}
            }
            body |= {"timestamp": self.store.now().isoformat(), "path": call.path, "statusCode": refusal.status}
        answer = Answer(refusal.status, body)
        if isinstance(refusal, _NotAllowedError):
            answer.headers.append(("Allow", ", ".join(refusal.methods)))
        if refusal.status == 401 and "no-challenge" not in self.choices:
            answer.headers.append(("WWW-Authenticate", 'Bearer realm="api"'))
        return answer

    def later(self, change: Callable[[], Any]) -> None:
        """Do something a while after the answer."""
        asyncio.get_running_loop().call_later(self.store.luck.uniform(0.03, 0.4), change)

    # -- routing ----------------------------------------------------------------------------------------------------

    def _routed(self, call: Call) -> tuple[Operation, dict[str, str]]:
        parts = segments(call.path)
        found = [(each, path) for each in OPERATIONS if (path := _matched(each.path, parts)) is not None]
        literal = max((_literal(each.path) for each, _ in found), default=0)
        found = [(each, path) for each, path in found if _literal(each.path) == literal]
        method = "PATCH" if call.method == "PUT" and self.faulty("put-is-patch") else call.method
        for stray in BESIDE:
            if stray.name in self.faults and any(each.key == stray.operation for each, _ in found):
                method = stray.does(method)
        for each, path in found:
            if each.method == method:
                return each, path
        if not found or "undeclared-404" in self.choices:
            raise RefusedError(404, f"Cannot {call.method} this.")
        raise _NotAllowedError(sorted({each.method for each, _ in found}))

    # -- credentials ------------------------------------------------------------------------------------------------

    def _let_in(self, call: Call, found: Operation, path: dict[str, str]) -> Ask:
        enters: Callable[..., Ask] = self._asked
        for each in ENTRY:
            if each.name in self.faults and each.operation == found.key:
                enters = functools.partial(each.does, enters, self)
        return enters(call, found, path)

    def _asked(self, call: Call, found: Operation, path: dict[str, str]) -> Ask:
        caller = self._caller(call, found, path)
        if caller.kind not in found.kinds:
            raise RefusedError(401 if "wrong-kind-401" in self.choices else 403, "Not with this kind of credential.")
        tenant = self._entered(call, found, path, caller)
        if found.method != "GET" and self._looks_only(found, caller):
            raise RefusedError(403, "You may only look.")
        return Ask(call, found, path, caller, tenant)

    def _looks_only(self, found: Operation, caller: Caller) -> bool:
        if caller.kind == "token":
            return "managed-users-may-write" not in self.choices
        return caller.role == "MEMBER" and not (
            self.faulty("member-may-unassign") and "{attributeOptionId}" in found.path
        )

    def _caller(self, call: Call, found: Operation, path: dict[str, str]) -> Caller:
        bearer, secret = call.header("authorization"), call.header("x-cal-secret-key")
        callers = [self._bearer(bearer) if bearer else None, self._client(call, path, secret) if secret else None]
        known = [each for each in callers if each is not None]
        if not known:
            raise RefusedError(401, "Who are you?")
        return next((each for each in known if each.kind in found.kinds), known[0])

    def _bearer(self, header: str) -> Caller | None:
        scheme, _, text = header.partition(" ")
        if self.faulty("undefined-is-a-key") and text in ("undefined", "null", ""):
            return Caller("key", self.store.tenants[0], text)
        if scheme.lower() != "bearer":
            return None
        for tenant in self.store.tenants:
            for key, role in ((tenant.admin_key, "ADMIN"), (tenant.member_key, "MEMBER")):
                if text == key:
                    return Caller("key", tenant, text, role)
        row = self.store.alive(self.store.access, text)
        return Caller("token", row["tenant"], text, "MEMBER", row["user"]) if row else None

    def _client(self, call: Call, path: dict[str, str], secret: str) -> Caller | None:
        named = call.header("x-cal-client-id") or path.get("clientId")
        for tenant in self.store.tenants:
            if named == tenant.client and secret in (tenant.secret, tenant.second_secret):
                return Caller("client", tenant, secret)
        return None

    def _entered(self, call: Call, found: Operation, path: dict[str, str], caller: Caller) -> Tenant:
        """The tenant the path names, if the caller may enter it."""
        foreign = 404 if "foreign-404" in self.choices and found.knows_404 else 403
        if (client := path.get("clientId")) is not None:
            if (header := call.header("x-cal-client-id")) and header != client:
                raise RefusedError(foreign if foreign == 403 else 400, "The client ids differ.")
            if client != caller.tenant.client:
                raise RefusedError(foreign, "No such client for you.")
            return caller.tenant
        org = rules.whole(path["orgId"])
        if org is None or org < 1:
            raise RefusedError(404 if "bad-ids-404" in self.choices and found.knows_404 else 400, "orgId is invalid")
        if self.faulty("own-rows-under-any-organization") and found.path[-1] == "bookings":
            return caller.tenant
        if org != caller.tenant.org:
            raise RefusedError(foreign, "No such organization for you.")
        if caller.kind == "token" and "managed-users-forbidden" in self.choices:
            raise RefusedError(403, "Not for managed users.")
        return caller.tenant

    # -- inputs -----------------------------------------------------------------------------------------------------

    def _checked(self, ask: Ask) -> None:
        """Validate path ids, query and body. Raises RefusedError."""
        for name in ("userId", "membershipId"):
            if name in ask.path and (rules.whole(ask.path[name]) or 0) < 1:
                raise RefusedError(404 if "bad-ids-404" in self.choices else 400, f"{name} is invalid")
        for name in ("attributeId", "optionId", "attributeOptionId", "credentialId"):
            if name in ask.path and "uuid-ids" in self.choices and not _is_uuid(ask.path[name]):
                raise RefusedError(400, f"{name} must be a uuid")
        complaints = self._queried(ask)
        if ask.operation.body is not None:
            complaints += self._read(ask)
        if complaints:
            raise RefusedError(400, *complaints)

    def _queried(self, ask: Ask) -> list[str]:
        complaints = []
        for name, text in ask.call.query:
            if name in ask.operation.query:
                try:
                    ask.query[name] = ask.operation.query[name](text)
                except ValueError:
                    if not (self.faulty("zero-as-event-type") and name == "eventTypeIds" and text == "0"):
                        complaints.append(f"{name} is invalid")
            elif "strict-inputs" in self.choices:
                complaints.append(f"{name} is unknown")
        return complaints

    def _read(self, ask: Ask) -> list[str]:
        kind = (ask.call.header("content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return ["the body must be application/json"]
        try:
            body = rules.parsed(ask.call.body)
        except ValueError as error:
            if self.faulty("bytes-500") and isinstance(error, UnicodeError):
                raise RefusedError(500, "codec can't decode") from None
            return ["the body is no JSON"]
        if self.faulty("scalar-body-500") and isinstance(body, str | int | float):
            raise RefusedError(500, "Cannot use 'in' operator")
        if not isinstance(body, dict):
            return ["the body must be an object"]
        ask.body = body
        assert ask.operation.body is not None
        checks = ask.operation.body
        for each in LAX:
            if each.name in self.faults and each.operation == ask.operation.key:
                checks = checks | {each.member: each.rule}
        complaints = rules.faults(body, checks, ask.operation.needed)
        if "strict-inputs" in self.choices:
            complaints += [f"{name} is unknown" for name in body if name not in ask.operation.body]
        if "postgres-texts" in self.choices and not _storable(body):
            complaints.append("a text has characters that cannot be stored")
        return complaints

    # -- limits -----------------------------------------------------------------------------------------------------

    def _counted(self, call: Call, found: Operation, credential: str) -> Counted:
        """Count this request. Raises LimitError."""
        place = (found.key + self._apart(found, call), credential)
        if place not in self.counters:
            self.counters[place] = self._counter(self.allowed(found))
        counter, now = self.counters[place], self.store.now().timestamp()
        counted = Counted(counter, self.allowed(found))
        taken = counter.take(now)
        if "limits" not in self.choices:
            return Counted(counter, found.most)
        if not taken and self.faulty("refusals-extend-window") and found.path[-1] == "memberships":
            counter.start = now
        if not taken:
            raise LimitError(counted.headers(now, self.choices, refused=True))
        return counted

    def _apart(self, found: Operation, call: Call) -> str:
        """What tells one counter from another, besides operation and credential: nothing, unless by a fault."""
        if self.faulty("limit-per-address") and found.path[-1] == "{userId}" and found.method == "GET":
            return call.path
        return str(call.query) if self.faulty("limit-per-query") and found.path[-1] == "bookings" else ""

    def allowed(self, found: Operation) -> int:
        """Requests a minute that are let in."""
        return found.most

    def _counter(self, most: int) -> Counter:
        window = 60 / self.scale
        if "token-bucket" in self.choices:
            return Bucket(most, window)
        if "sliding-log" in self.choices:
            return Log(most, window)
        return Fixed(most, window, aligned="aligned-windows" in self.choices)


@attrs.frozen
class Counted:
    """Where a request was counted."""

    counter: Counter
    most: int

    def headers(self, now: float, choices: Collection[str], *, refused: bool = False) -> list[tuple[str, str]]:
        """The three headers, and perhaps Retry-After."""
        left = max(0, self.counter.left(now))
        ends = self.counter.ends(now)
        told = [("X-RateLimit-Limit", self.most), ("X-RateLimit-Remaining", 0 if refused else left)]
        told.append(("X-RateLimit-Reset", math.ceil(ends)))
        if refused and "retry-after" in choices:
            told.append(("Retry-After", math.ceil(ends - now)))
        return [(name, str(value)) for name, value in told]


class LimitError(Exception):
    """Too many requests; the answer's headers."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        super().__init__("too many")
        self.headers = headers


class _NotAllowedError(RefusedError):
    def __init__(self, methods: list[str]) -> None:
        super().__init__(405, "Not this way.")
        self.methods = methods


@attrs.frozen
class Fault:
    """Something that goes wrong at one operation: around what it does, or after it has answered."""

    name: str
    operation: str
    does: Callable[..., Any]


@attrs.frozen
class Lax:
    """A rule for a member of a body that is not strict enough."""

    name: str
    operation: str
    member: str
    rule: rules.Rule


Enters = Callable[[Callable[..., Ask], Service, Call, Operation, dict[str, str]], Ask]
LAX: list[Lax] = []
ENTRY: list[Fault] = []
AROUND: list[Fault] = []
AFTER: list[Fault] = []
BESIDE: list[Fault] = []
"""What an undeclared method is taken for; the operation is one of its path."""


def _matched(pattern: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(parts) or not all(parts):
        return None
    pairs = list(zip(pattern, parts, strict=True))
    if any(expected != part for expected, part in pairs if not expected.startswith("{")):
        return None
    return {expected.strip("{}"): part for expected, part in pairs if expected.startswith("{")}


def _literal(path: tuple[str, ...]) -> int:
    return sum(not part.startswith("{") for part in path)


def _is_uuid(text: str) -> bool:
    parts = text.lower().split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and set("".join(parts)) <= set("0123456789abcdef")


def _storable(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_storable(each) for each in (*value, *value.values()))
    if isinstance(value, list):
        return all(_storable(each) for each in value)
    return not isinstance(value, str) or not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)


async def moment() -> None:
    """Let others run, as a database would."""
    await asyncio.sleep(0.004)
