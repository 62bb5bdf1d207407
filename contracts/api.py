"""What a law asks through: it turns intentions into requests, in the words of the document at hand.

An `Api` stands for one operation of one document, called by one principal. It sends nothing: its methods return the
requests (or the steps of a conversation) for the law to yield.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

import attrs

from contracts.deployment import Deployment, Principal
from contracts.exchange import MISSING, Pairs, Request
from contracts.forms import encoded, media_header
from contracts.law import NotObservable
from contracts.parameters import Query, pairs, required_headers, required_query
from specs.contract import Alternative, Contract, Operation, Resource, Scheme


@attrs.define
class Scene:
    """Questions that several conversations of a run ask alike and in the same order.

    Each question is sent once, by whoever comes to it first; all others hear the same answer. So many laws judge one
    thing's life at the cost of one. What was sent is told by the exchange, never by the body a law offered.
    """

    name: str
    _asked: int = 0

    def next(self) -> str:
        """The name of the next question."""
        self._asked += 1
        return f"{self.name} {self._asked}"


@attrs.define
class Api:
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
    scene: Scene | None = None
    """What is asked belongs to this scene, and is shared with the others who play it."""
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
    def rival(self) -> Principal:
        """A principal of another tenant that may call this operation. Raises NotObservable without one."""
        for principal in callers(self.deployment, self.operation):
            if principal.tenant != self.tenant:
                return principal
        raise NotObservable("the deployment file names no second tenant that may call this operation")

    def name(self) -> str:
        """A name never used before, the same again when the run is replayed."""
        return f"{self.tag}-{next(self._names)}"

    def on(self, operation: Operation, values: Mapping[str, str] | None = None) -> Api:
        """The same conversation about another operation of the document."""
        return attrs.evolve(self, operation=operation, values=dict(self.values if values is None else values))

    def playing(self, scene: str) -> Api:
        """The same conversation in a scene of this tenant's that other conversations play too."""
        return attrs.evolve(self, scene=Scene(f"{self.tenant}: {scene}"))

    def beside(self, other: Principal) -> Api:
        """The same conversation as somebody else sees it."""
        return attrs.evolve(self, principal=other, values={}, tag=f"{self.tag}-{other.tenant}"[:60])

    def caller(self, operation: Operation) -> Principal:
        """Who of this tenant may call another operation. Raises NotObservable if nobody may."""
        able = [each for each in callers(self.deployment, operation) if each.tenant == self.tenant]
        if self.principal is not None and self.principal in able:
            return self.principal
        if able:
            return able[0]
        raise NotObservable(f"no principal of {self.tenant or 'this deployment'} may call {operation.key}")

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
        fresh: bool = False,
        limited: bool = False,
        under: Alternative | None = None,
    ) -> Request:
        """A request to an operation (this one by default), as this principal unless told otherwise.

        `under`: signed by this security alternative, whether the operation declares it or not.
        `credentials`: these headers in place of a principal's own; `()` sends none. `raw`: a body as it stands.
        `fresh`: ask even what is known. `limited`: a 429 is an answer this question expects.
        """
        operation = operation or self.operation
        caller = None if credentials is not None else principal or self.caller(operation)
        signed, extra = (credentials or (), ()) if caller is None else _signed(operation, caller, under)
        text = raw if raw is not None else None if body is MISSING else encoded(operation.body, body)
        media = () if text is None else media_header(operation.body, headers)
        return Request(
            operation=operation,
            target=target(
                operation,
                path if path is not None else self.values,
                [*pairs(operation, query), *required_query(operation, query), *extra],
            ),
            headers=(*signed, *required_headers(operation), *media, *headers),
            body=text,
            principal=caller.name if caller else None,
            method=method,
            fresh=fresh,
            limited=limited,
            shared=self.scene.next() if self.scene else "",
        )

    def page(self, start: int | None = None, size: int | None = None, *, query: Query = ()) -> Request:
        """One page of this list: `size` items beginning with number `start`, however the document asks for pages."""
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
        number = start if paging.dialect == "offset" else start // (size or 1) + first_number(operation)
        query.append((paging.position.name, str(number)))
    if size is not None:
        if paging.size is None:
            raise NotObservable("the document has no parameter for the size of a page")
        query.append((paging.size.name, str(size)))
    return query


def first_number(operation: Operation) -> int:
    """The number of the first page or item: 0 for offsets; for pages their declared default or minimum, else 1."""
    paging = operation.paging
    if paging is None or paging.position is None or paging.dialect == "offset":
        return 0
    told = (paging.position.schema.get(key) for key in ("default", "minimum"))
    return next((int(each) for each in told if isinstance(each, int) and each in (0, 1)), 1)


def target(operation: Operation, path: Mapping[str, str], query: Iterable[tuple[str, str]] = ()) -> str:
    """Path and query as sent: every value percent-encoded, placeholders of secrets left readable."""
    filled = re.sub(r"\{([^}]+)\}", lambda match: _encode(str(path.get(match[1], match[0]))), operation.path)
    asked = "&".join(f"{_encode(name)}={_encode(value, ',:@')}" for name, value in query)
    return f"{filled}?{asked}" if asked else filled


_CHANGED = re.compile(r"(\$\{[A-Z][A-Z0-9_]*[^}]*\})")
"""A placeholder that says how its secret is to be changed: it must reach the vault as it stands."""


def _encode(text: str, also: str = "") -> str:
    if "${" in text:
        return "".join(each if _CHANGED.fullmatch(each) else _encode(each, also) for each in _CHANGED.split(text))
    return quote(text, safe="-._~$" + also) if text not in {".", ".."} else text.replace(".", "%2E")


def named_by_path(contract: Contract, operation: Operation, name: str) -> Resource | None:
    """The resource whose items' address ends in a path parameter of an operation."""
    item = operation.path.partition("{" + name + "}")[0] + "{" + name + "}"
    return next((each for each in contract.resources if (each.item or "").rstrip("/") == item), None)


def path_values(operation: Operation, asked: str) -> dict[str, str]:
    """The path parameters of a request's target, decoded; empty where the target is not of this operation."""
    pattern = re.sub(r"\\\{([^}]+)\\\}", lambda match: f"(?P<{_group(match[1])}>[^/]*)", re.escape(operation.path))
    match = re.fullmatch(pattern, asked.partition("?")[0])
    if not match:
        return {}
    return {name: unquote(match[_group(name)]) for name in operation.path_parameters}


def _group(name: str) -> str:
    return re.sub(r"\W", "_", name.replace("\\", ""))


def secret_of(principal: Principal, scheme: Scheme) -> str | None:
    """What a principal puts into a security scheme, as a placeholder; None if it has nothing for it."""
    if scheme.kind == "basic" and "basic" in principal.values:
        return principal.values["basic"] if scheme.principal in {None, principal.kind} else None
    if scheme.principal is not None:
        return principal.values.get(scheme.member or "key") if principal.kind == scheme.principal else None
    if scheme.name in principal.values:
        return principal.values[scheme.name]
    kinds = {"bearer": ("token", "access_token", "key"), "oauth2": ("token", "access_token"), "apiKey": ("key",)}
    return next((principal.values[key] for key in kinds.get(scheme.kind, ()) if key in principal.values), None)


def alternative_for(operation: Operation, principal: Principal) -> Alternative | None:
    """The first of the operation's security alternatives this principal can fulfil."""
    for alternative in operation.security:
        if all(secret_of(principal, scheme) is not None for scheme in alternative.schemes):
            return alternative
    return None


def callers(deployment: Deployment, operation: Operation) -> list[Principal]:
    """Who may call an operation: administrators and clients first, then members, then those who may only look.

    Those the suite made for itself come last; else they stand as the file lists them.
    """
    able = [each for each in deployment.principals if alternative_for(operation, each) is not None]
    if not able and not operation.security:
        able = list(deployment.principals)
    return sorted(able, key=lambda each: (each.lent, each.reads_only, (each.role or "").lower() == "member"))


def _signed(operation: Operation, caller: Principal, under: Alternative | None) -> tuple[Pairs, Pairs]:
    return sign(operation, caller) if under is None else credentials(under, caller)


def held(contract: Contract, principal: Principal) -> Alternative | None:
    """The first security alternative of any operation that this principal can fulfil."""
    found = (alternative_for(operation, principal) for operation in contract.operations)
    return next((alternative for alternative in found if alternative and alternative.schemes), None)


def sign(operation: Operation, principal: Principal) -> tuple[Pairs, Pairs]:
    """A principal's credentials for an operation: the headers, and the query members, to send."""
    alternative = alternative_for(operation, principal)
    return credentials(alternative, principal) if alternative else ((), ())


def credentials(alternative: Alternative, principal: Principal) -> tuple[Pairs, Pairs]:
    """The headers and query members that fulfil one security alternative as a principal."""
    headers: list[tuple[str, str]] = []
    query: list[tuple[str, str]] = []
    for scheme in alternative.schemes:
        value = secret_of(principal, scheme) or ""
        if scheme.location == "query":
            query.append((scheme.parameter, value))
        elif scheme.location == "cookie":
            headers.append(("Cookie", f"{scheme.parameter}={value}"))
        else:
            headers.append((scheme.parameter, f"{PREFIX.get(scheme.kind, '')}{value}"))
    return tuple(headers), tuple(query)


PREFIX = {"bearer": "Bearer ", "oauth2": "Bearer ", "openIdConnect": "Bearer ", "basic": "Basic "}
