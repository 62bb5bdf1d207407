"""The request factory: it turns intentions into requests, in the words of the document at hand.

A `RequestFactory` is for one operation of one document, called by one principal. It sends nothing: its methods return
the requests (or the steps of a conversation) for the law to yield.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.core.conversation import Broken, NotAsked, NotObservable, Observed, Outcome
from contracts.core.exchange import MISSING, Exchange, Pairs, Request
from contracts.core.forms import encoded, media_header
from contracts.request.credentials import alternative_for, besides, callers, credentials, sign
from contracts.request.parameters import Query, pairs, required_headers, required_query
from contracts.request.permission import why_not
from contracts.request.posted_pages import with_page
from contracts.request.url import target
from specs.contract import Alternative, Contract, Operation, Resource, Rule


@attrs.define
class Learnt:
    """What works where a deployment has refused what the document allows."""

    sizes: dict[str, int] = attrs.field(factory=dict)
    """By the key of a list, the largest page it serves."""
    forms: dict[str, int] = attrs.field(factory=dict)
    """By the key of an operation, the number of the form in which it accepts a body."""


@attrs.define
class SharedQuestions:
    """Requests that several conversations of a run send alike and in the same order.

    Each is sent once, by whoever comes to it first; all others get the same exchange. So many laws judge the life of
    one resource at the cost of one. What was sent is what the exchange says, never the body that a law offered.
    """

    name: str
    learnt: Learnt = attrs.field(factory=Learnt)
    """By these requests alone: what is known otherwise would change which are sent."""
    _asked: int = 0

    def next(self) -> str:
        """The name of the next request."""
        self._asked += 1
        return f"{self.name} {self._asked}"


@attrs.define
class RequestFactory:
    """One operation as one principal. `tag` makes names that no other conversation of any run uses."""

    contract: Contract
    deployment: Deployment
    operation: Operation
    principal: Principal | None
    tag: str
    depth: str = "quick"
    seed: int = 0
    """Where only some of many inputs are taken, another seed takes others."""
    values: dict[str, str] = attrs.field(factory=dict)
    """Values of the operation's path parameters, found before the law begins."""
    scene: SharedQuestions | None = None
    """Requests are shared with the other conversations that send these."""
    _learnt: Learnt = attrs.field(factory=Learnt)
    _names: itertools.count[int] = attrs.field(factory=lambda: itertools.count(1))

    @property
    def resource(self) -> Resource:
        """The resource this operation serves. Raises NotObservable where the document shows none."""
        if found := self.contract.resource_of(self.operation):
            return found
        raise NotObservable("the document shows no resource behind this operation")

    @property
    def tenant(self) -> str:
        return self.principal.tenant if self.principal else ""

    @property
    def learnt(self) -> Learnt:
        """What this conversation goes on with where the deployment has refused what the document allows."""
        return self.scene.learnt if self.scene else self._learnt

    @property
    def disposable(self) -> bool:
        """Whether everything of this tenant may be changed."""
        return self.deployment.is_disposable(self.tenant)

    def permits(self, operation: Operation) -> bool:
        """Whether an operation may be asked, in any form, on behalf of this tenant."""
        return why_not(self.contract, self.deployment, operation, self.tenant) is None

    def require_permission(self, operation: Operation) -> None:
        """Raises NotAsked where an operation could change what this run has not made, and nothing allows that."""
        if reason := why_not(self.contract, self.deployment, operation, self.tenant):
            raise NotAsked(reason)

    @property
    def rival(self) -> Principal:
        """A principal of another tenant that may call this operation. Raises NotObservable without one."""
        for principal in callers(self.deployment, self.operation):
            if principal.tenant != self.tenant:
                return principal
        raise NotObservable("the deployment file names no second tenant that may call this operation")

    def unique_name(self) -> str:
        """A name never used before, the same again when the run is replayed."""
        return f"{self.tag}-{next(self._names)}"

    def for_operation(self, operation: Operation, values: Mapping[str, str] | None = None) -> RequestFactory:
        """The same conversation about another operation of the document."""
        return attrs.evolve(self, operation=operation, values=dict(self.values if values is None else values))

    def sharing(self, scene: str) -> RequestFactory:
        """The same conversation in a scene of this tenant's that other conversations play too."""
        return attrs.evolve(self, scene=SharedQuestions(f"{self.tenant}: {scene}"))

    def as_principal(self, other: Principal) -> RequestFactory:
        """The same conversation as somebody else sees it."""
        return attrs.evolve(self, principal=other, values={}, tag=f"{self.tag}-{other.tenant}"[:60])

    def caller(self, operation: Operation) -> Principal:
        """Who of this tenant may call another operation. Raises NotObservable if nobody may."""
        able = [each for each in callers(self.deployment, operation) if each.tenant == self.tenant]
        if self.principal is not None and (self.principal in able or self._stands_in(operation)):
            return self.principal
        if able:
            return able[0]
        raise NotObservable(f"no principal of {self.tenant or 'this deployment'} may call {operation.key}")

    def departure(self, rule: Rule, expected: str, answer: Exchange, actual: str = "") -> Outcome:
        """What to raise for an answer that departs from a rule: Broken where the document states it, else Observed."""
        actual = actual or answer.summary()
        if rule in self.contract.rules:
            return Broken(expected, actual, [answer])
        return Observed(f"not {expected}, which the document does not state: {actual}")

    def _stands_in(self, operation: Operation) -> bool:
        """Whether this principal is a spare one that asks in place of another whose credential has died."""
        principal = self.principal
        spare = principal is not None and principal.spare and not operation.ends_credential
        return spare and principal is not None and alternative_for(operation, principal) is not None

    def ask(
        self,
        operation: Operation | None = None,
        *,
        path: Mapping[str, str] | None = None,
        query: Query = (),
        body: Any = MISSING,
        raw: str | None = None,
        headers: Pairs = (),
        principal: Principal | None = None,
        credentials: Pairs | None = None,
        method: str = "",
        bypass_cache: bool = False,
        expects_429: bool = False,
        silence_counts: bool = False,
        under: Alternative | None = None,
    ) -> Request:
        """A request to an operation (this one by default), as this principal unless another is given.

        `under`: signed by this security alternative, whether the operation declares it or not. `credentials`: these
        headers in place of a principal's own; `()` sends none. `raw`: a body as it is. `bypass_cache`: send it even if
        the response is known. `expects_429`: a 429 is an answer this request expects; `silence_counts`: so is none.
        """
        operation = operation or self.operation
        values = path if path is not None else self.values
        if unknown := [name for name in operation.path_parameters if name not in values]:
            raise NotObservable(f"no {unknown[0]} is known to ask {operation.key} with")
        if operation.looks_up and raw is None:
            query, body = with_page(self.contract, operation, query, body)
        caller = None if credentials is not None else principal or self.caller(operation)
        signed, extra = (credentials or (), ()) if caller is None else _signed(operation, caller, under)
        text = raw if raw is not None else None if body is MISSING else encoded(operation.body, body)
        media = () if text is None else media_header(operation.body, headers)
        return Request(
            operation=operation,
            target=target(
                operation,
                values,
                [*pairs(operation, query), *required_query(operation, query), *extra],
            ),
            headers=self._besides((*signed, *self._needed(operation, caller), *media, *headers), caller),
            body=text,
            principal=caller.name if caller else None,
            method=method,
            bypass_cache=bypass_cache,
            expects_429=expects_429,
            silence_counts=silence_counts,
            share_key=self.scene.next() if self.scene else "",
        )

    def _needed(self, operation: Operation, caller: Principal | None) -> Pairs:
        """The headers an operation cannot go without, but those whose value the deployment file has."""
        own = {name.lower() for name, _ in (*self.deployment.headers, *(caller.headers if caller else ()))}
        return tuple(each for each in required_headers(operation) if each[0].lower() not in own)

    def _besides(self, headers: Pairs, caller: Principal | None) -> Pairs:
        """The headers of a request with those that the deployment file adds to every one."""
        if not self.deployment.headers and not (caller and caller.headers):
            return headers
        more = dict(self.deployment.headers) | dict(caller.headers if caller else ())
        return besides(headers, more.items())

    def page(self, start: int | None = None, size: int | None = None, *, query: Query = ()) -> Request:
        """One page of this list: `size` items beginning with number `start`, however the document pages its lists."""
        return self.ask(query=[*paged(self.operation, start, size), *pairs(self.operation, query)])

    def numbered(self, count: int, size: int | None, *, query: Query = ()) -> Request:
        """The page behind `count` pages of a list whose pages are numbered."""
        paging = self.operation.paging
        if paging is None or paging.position is None:
            raise NotObservable("the pages of this list have no numbers")
        number = (paging.position.name, str(first_number(self.operation) + count))
        return self.ask(query=[number, *paged(self.operation, None, size), *pairs(self.operation, query)])


def paged(operation: Operation, start: int | None, size: int | None) -> list[tuple[str, str]]:
    """The query of a page, in the document's dialect. Raises NotObservable where it cannot be said."""
    paging = operation.paging
    if paging is None:
        raise NotObservable("the document declares no pages here")
    query: list[tuple[str, str]] = []
    if start is not None:
        if paging.position is None or paging.dialect == "cursor":
            raise NotObservable("pages here are found by following a cursor, not by number")
        if paging.dialect == "page" and (not size or start % size):
            raise NotObservable("numbered pages begin at multiples of their size")
        number = paging.first + (start if paging.dialect == "offset" else start // (size or 1))
        query.append((paging.position.name, str(number)))
    if size is not None:
        if paging.size is None:
            raise NotObservable("the document has no parameter for the size of a page")
        query.append((paging.size.name, str(size)))
    return query


def first_number(operation: Operation) -> int:
    """The number of the first page or item, as the document has it."""
    return operation.paging.first if operation.paging else 0


def _signed(operation: Operation, caller: Principal, under: Alternative | None) -> tuple[Pairs, Pairs]:
    return sign(operation, caller) if under is None else credentials(under, caller)
