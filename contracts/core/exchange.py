"""One request and its response, as a law sees them and as the evidence records them.

Secrets are already placeholders here (see `contracts.vault`): nothing in this module ever holds a real one.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import attrs

from contracts.core import json_text
from contracts.core.fingerprint import fingerprint
from contracts.core.forms import read
from specs.contract import Operation
from specs.contract.operations import is_form
from specs.source.pointers import MISSING as NOTHING
from specs.source.pointers import look_up

Pairs = tuple[tuple[str, str], ...]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
IDEMPOTENT = SAFE | {"PUT", "DELETE", "TRACE"}
"""Methods whose requests may be sent twice where nobody knows whether the first was carried out."""
CREATING = frozenset({"POST", "PUT"})
"""Methods whose requests may create something."""

LONGEST_NUMBER = 40
MISSING: Any = type("Missing", (), {"__repr__": lambda _: "nothing", "__bool__": lambda _: False})()


def at(document: Any, pointer: str | None) -> Any:
    """The value a JSON pointer names, or MISSING."""
    found = NOTHING if pointer is None else look_up(document, pointer)
    return MISSING if found is NOTHING else found


def is_whole(text: str) -> bool:
    """Whether a text is a whole number in ASCII digits, and no longer than any counter or time will ever be."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


@lru_cache(maxsize=8192)
def field(name: str, value: str) -> tuple[str, str]:
    """A header field: one object for all messages that have it, since most of a long record are fields."""
    return name, value


_lower = lru_cache(maxsize=4096)(str.lower)


@attrs.frozen
class Request:
    """A request to the deployment: everything but the address of the server and the real secrets."""

    operation: Operation
    target: str
    """Path and query, percent-encoded, as it goes on the wire."""
    headers: Pairs = ()
    body: str | None = None
    principal: str | None = None
    method: str = ""
    """The operation's own method unless another is sent on purpose."""
    bypass_cache: bool = False
    """Ask again even if this run already knows the answer."""
    expects_429: bool = False
    """True where a 429 is a response this request expects; elsewhere it voids the conversation."""
    silence_counts: bool = False
    """A connection that ends without a response is an answer to it; elsewhere that voids the conversation."""
    logs_in: bool = False
    """It gets a principal of the deployment file its credential, just as the file says."""
    share_key: str = ""
    """Conversations that send it under the same key share one exchange (see `contracts.request.api`)."""

    @property
    def verb(self) -> str:
        return self.method or self.operation.method

    @property
    def safe(self) -> bool:
        """Whether it changes nothing: neither its method nor what the document says of the operation."""
        if self.operation.looks_up and self.verb == self.operation.method:
            return self.operation.safe
        return self.verb in SAFE and not (self.operation.changing and self.verb != "OPTIONS")

    @property
    def may_create(self) -> bool:
        """Whether something may be there afterwards that was not there before."""
        return self.verb in CREATING and not self.safe

    def retried(self) -> Request:
        """The same request, always sent: never answered from what is known."""
        return attrs.evolve(self, bypass_cache=True, share_key="")

    @cached_property
    def json(self) -> Any:
        """What the body says, also where it is a form; MISSING where it says nothing that can be read."""
        declared = self.operation.body
        if self.body and declared is not None and is_form(declared.media_type):
            return read(declared, self.body)
        return _parsed(self.body)


@attrs.frozen
class Response:
    """What came back. `length` is the body's size in bytes before secrets were replaced.

    `remarks`: what is odd about its form on the wire (see `contracts.core.failures`).
    """

    status: int
    headers: Pairs
    body: str
    length: int
    remarks: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The value of a header, repeated ones joined by a comma as HTTP reads them."""
        return self._fields.get(name.lower())

    @cached_property
    def _fields(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self.headers:
            key = _lower(name)
            found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    @property
    def fingerprint(self) -> tuple[int, int]:
        """Of its body: what remembers bodies to compare them by holds none of them in memory."""
        return fingerprint(self.body)

    @property
    def json(self) -> Any:
        """What the body says, MISSING where it is no JSON. Shared: not to be changed."""
        return _parsed(self.body)


@attrs.frozen
class Exchange:
    """One request, its response or the transport's error, and when each happened (epoch seconds)."""

    seq: int
    request: Request
    response: Response | None
    error: str | None
    sent: float
    received: float
    retry_of: int | None = None
    """The seq of the exchange this one repeats."""
    retry_status: int | None = None
    """The status because of which it was repeated: a 5xx, or a 429 nobody expected."""
    conversation: int = 0
    due: float | None = None
    """When it should have been sent, where it was sent by a timetable (epoch seconds)."""
    beginning: str | None = None
    """How an answer began that cannot be read."""

    @property
    def operation(self) -> Operation:
        return self.request.operation

    @property
    def status(self) -> int:
        """The status, or 0 when no answer came."""
        return self.response.status if self.response else 0

    @property
    def cause(self) -> int:
        """The status for which it is sent again: its own (0 without an answer), or a 5xx that it repeats itself."""
        before = self.retry_status or 0
        return max(self.status, before) if before >= 500 else self.status

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        return self.response.json if self.response else MISSING

    @property
    def data(self) -> Any:
        """The resource or the items of a success answer: where the document says they are."""
        return at(self.json, self.operation.data)

    @property
    def items(self) -> list[Any]:
        """The items of a list answer; an answer without an array has none."""
        paging = self.operation.paging
        found = at(self.json, paging.items if paging else self.operation.data)
        return found if isinstance(found, list) else []

    def page(self, role: str) -> Any:
        """What the response says about its page by a role (total, remaining, size, page, pages, next, previous, …).

        A member of the pagination object, or else a header that plays the role; digits in a header are a number.
        """
        paging = self.operation.paging
        if paging is None:
            return MISSING
        if paging.pagination is not None and role in paging.members:
            return at(at(self.json, paging.pagination), paging.members[role])
        if role == "cursor" and paging.last is not None:
            return at(self.items[-1], paging.last) if self.items else MISSING
        header = self.response.header(paging.headers[role]) if self.response and role in paging.headers else None
        return MISSING if header is None else int(header) if is_whole(header) else header

    def summary(self) -> str:
        """The answer in a few words, for a verdict: status, and the start of a message if there is one."""
        if self.response is None:
            return f"no answer ({self.error})"
        message = _message(self.json)
        return f"{self.status}" + (f" ({str(message)[:80]!r})" if message and self.status >= 400 else "")


def _message(body: Any) -> Any:
    """What an error says of itself, wherever it says so."""
    if not isinstance(body, dict):
        return None
    inner = body.get("error")
    texts = (body.get(name) for name in ("message", "detail", "title", "error_description"))
    return next((each for each in texts if isinstance(each, str) and each), None) or (
        inner if isinstance(inner, str) else _message(inner)
    )


def _parsed(text: str | None) -> Any:
    value = json_text.read(text) if text else MISSING
    return MISSING if isinstance(value, ValueError) else value
