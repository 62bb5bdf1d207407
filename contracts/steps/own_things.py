"""What the run has made itself, known from exchanges alone: by this the guard knows what may be changed or removed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from contracts.core import tags
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.core.failures import NEVER_SENT, is_one_of
from contracts.request.url import path_values
from specs.contract import Contract, Operation, Resource
from specs.contract.removals import Address, addresses
from specs.contract.selectors import resource_of_parameter
from specs.source.pointers import split

CREATED = 201
_MARK = re.compile(tags.RUN + "-")


@attrs.define
class OwnThings:
    """The addresses of all resources the run has made, those it has removed again included."""

    contract: Contract
    disposable: bool = False
    """Whether a creation is believed that does not show that it made what it answers with."""
    made: set[str] = attrs.field(factory=set)
    ids: set[str] = attrs.field(factory=set)
    """Their ids, wherever they are."""
    shown: dict[str, float] = attrs.field(factory=dict)
    """When an address was first shown by an answer that made nothing (epoch seconds)."""
    listed: dict[tuple[str, str | None], float] = attrs.field(factory=dict)
    """By its address and who read it, when a list was first read whole (epoch seconds): others see other items."""
    nameless: dict[tuple[str, str | None], int] = attrs.field(factory=dict)
    """By the same, how many of its items had no id before the run created there: nothing can ever remove such."""
    asked: dict[str, float] = attrs.field(factory=dict)
    """By the address of a list, when the run last asked for a creation in it (epoch seconds)."""
    unheard: list[Request] = attrs.field(factory=list)
    """Creations of which no answer told whether they made something."""
    _looked: dict[tuple[str, str | None], tuple[int, int]] = attrs.field(factory=dict)
    """By its target and who asked, the fingerprint of the last answer to a request to look."""
    _values: set[tuple[str, str, str]] = attrs.field(factory=set)
    _addresses: dict[str, tuple[Address, ...]] = attrs.field(factory=dict)

    def tried(self, exchange: Exchange) -> None:
        """Take note of a creation that was asked for, whatever came of it."""
        self._asks(exchange.request, exchange.sent)
        if exchange.status >= 500 or (exchange.response is None and not is_one_of(exchange.error, NEVER_SENT)):
            self.unheard.append(exchange.request)

    def under_way(self, request: Request, sent: float) -> None:
        """Take note of a creation that was sent (epoch seconds) and whose answer the record does not have."""
        self._asks(request, sent)
        self.unheard.append(request)

    def _asks(self, request: Request, sent: float) -> None:
        for place in self._places(request):
            self.asked[place] = max(sent, self.asked.get(place, 0.0))

    def _places(self, request: Request) -> Iterator[str]:
        """Where a creation may show what it makes: its own address, and the list above it where the path names it."""
        yield _place(request)
        resource = self.contract.resource_of(request.operation)
        if resource is not None and resource.names_its_own and resource.create is request.operation:
            yield filled(resource.collection, path_values(request.operation, request.target))

    def became_nameless(self, place: str, viewer: str | None, resource: Resource, items: list[Any]) -> int:
        """How many more items of a list have no id than were shown to a principal before the run created there."""
        return _nameless(resource, items) - self.nameless.get((place, viewer), 0) if place in self.asked else 0

    def made_unheard(self, place: str, viewer: str | None, things: dict[str, Any]) -> set[str]:
        """The addresses of things a list shows to a principal that such creations asked for, and that came meanwhile.

        None of those alike where there are more than were asked for: somebody else may have made one of them.
        """
        new = {address: thing for address, thing in things.items() if self.came_meanwhile(place, viewer, address)}
        found: set[str] = set()
        for bodies, alike in _kinds([each.json for each in self.unheard if _place(each) == place], new):
            if len(alike) <= bodies:
                found |= alike
        return found

    def came_meanwhile(self, place: str, viewer: str | None, address: str) -> bool:
        """Whether a thing was not in its list when a principal read that whole, and the run has created there since."""
        listed = self.listed.get((place, viewer))
        if listed is None or self.asked.get(place, listed) <= listed:
            return False
        return address not in self.made and self.shown.get(address, math.inf) > listed

    def note(self, exchange: Exchange) -> None:
        """Take an answer into account: what a creation made, and what a look shows that was there already."""
        resource = self.contract.resource_of(exchange.operation)
        if resource is None or not exchange.ok or resource.create is None or self._has_noted(exchange):
            return
        if exchange.operation is resource.list:
            self._listed(resource, exchange)
        if exchange.operation is resource.create and exchange.request.verb == exchange.operation.method:
            self._created(resource, exchange)
        elif exchange.operation in (resource.list, resource.read):
            for thing in things_of(exchange):
                for address in self.addresses(resource, exchange, thing):
                    self.shown.setdefault(address, exchange.received)

    def _listed(self, resource: Resource, exchange: Exchange) -> None:
        read = place, _ = _place(exchange.request), exchange.request.principal
        if _is_whole(exchange):
            self.listed.setdefault(read, exchange.received)
        if place not in self.asked and (lost := _nameless(resource, exchange.items)):
            self.nameless[read] = max(lost, self.nameless.get(read, 0))

    def _has_noted(self, exchange: Exchange) -> bool:
        """Whether the same request to look was answered by the same body last time, which says nothing new."""
        if not exchange.request.safe or exchange.response is None:
            return False
        asked, body = (exchange.request.target, exchange.request.principal), exchange.response.fingerprint
        last, self._looked[asked] = self._looked.get(asked), body
        return last == body

    def _created(self, resource: Resource, exchange: Exchange) -> None:
        for thing in things_made(resource, exchange) or [MISSING]:
            if self.is_new(resource, exchange, thing):
                self.made.update(self.addresses(resource, exchange, thing))
                self._remember(resource, thing)

    def is_new(self, resource: Resource, exchange: Exchange, thing: Any) -> bool:
        """Whether a creation has made this resource, and not merely found it there.

        It has where the resource bears the mark of the run. Else it must not have been shown before, and the answer be
        a 201, or its list have been read whole before: a 200 may show what somebody else has created.
        """
        marks = set(_MARK.findall(f"{exchange.request.target} {exchange.request.body or ''}"))
        if marks & set(_MARK.findall(repr(thing))):
            # an id beside it may be one of the request: then it is that of whoever was seen there before
            return named(exchange, resource) is MISSING or not self.was_shown(resource, exchange, thing)
        if any(
            at(thing, each.member) is MISSING and told_or_sent(exchange, thing, each.member) is not MISSING
            for each in self._known(resource)
        ):
            return True
        own = [*self.addresses(resource, exchange, thing)]
        if not own or self.was_shown(resource, exchange, thing):
            return False
        place, viewer = _place(exchange.request), exchange.request.principal
        came = all(self.came_meanwhile(place, viewer, each) for each in own)
        return exchange.status == CREATED or self.disposable or came

    def has_made(self, resource: Resource, exchange: Exchange, thing: Any) -> bool:
        """Whether the run has made this before, so that it was found by a creation that makes nothing twice."""
        return any(each in self.made for each in self.addresses(resource, exchange, thing))

    def was_shown(self, resource: Resource, exchange: Exchange, thing: Any) -> bool:
        """Whether somebody else's resource was seen at this address before the creation was sent."""
        own = (each for each in self.addresses(resource, exchange, thing) if each not in self.made)
        return any(self.shown.get(each, exchange.sent) < exchange.sent for each in own)

    def addresses(self, resource: Resource, exchange: Exchange, thing: Any) -> Iterator[str]:
        """The addresses of a resource that an operation of its collection or its own answered with."""
        values = path_values(exchange.operation, exchange.request.target)
        for each in self._known(resource):
            own = told_or_sent(exchange, thing, each.member)
            if isinstance(own, str | int) and not isinstance(own, bool):
                address = filled(each.path, {**values, each.parameter: str(own)})
                yield address
                if ending := each.path.rstrip("/").rpartition("}")[2]:  # what is below it has no such ending
                    yield address.removesuffix(ending)

    def adopt(self, address: str) -> None:
        """Count a resource as made by the run: its list shows the run's mark on it."""
        self.made.add(address.rstrip("/"))

    def is_own(self, operation: Operation, name: str, address: str, value: str) -> bool:
        """Whether a path parameter names what the run has made: at this address, or by a source the document states."""
        if address in self.made:
            return True
        parameter = operation.parameter(name, "path")
        source = parameter.source if parameter else None
        resource = resource_of_parameter(self.contract, operation, name) if source else None
        return bool(source and resource and (resource.name, source.value, value) in self._values)

    def _remember(self, resource: Resource, thing: Any) -> None:
        for pointer in (resource.member, *self._sources.get(resource.name, ())):
            value = at(thing, pointer)
            if isinstance(value, str | int):
                self._values.add((resource.name, pointer, str(value)))
                self.ids.add(str(value))

    def _known(self, resource: Resource) -> tuple[Address, ...]:
        if resource.name not in self._addresses:
            self._addresses[resource.name] = addresses(self.contract, resource)
        return self._addresses[resource.name]

    @cached_property
    def _sources(self) -> dict[str, set[str]]:
        """Where other operations take values from in a resource's items, as the document states it."""
        found: dict[str, set[str]] = {}
        for operation in self.contract.operations:
            stated = [each.source for each in operation.parameters]
            stated += [*operation.body.sources.values()] if operation.body else []
            for source in stated:
                resource = self.contract.resource_of(self.contract.operation(source.operation_id)) if source else None
                if source and resource:
                    found.setdefault(resource.name, set()).add(source.value)
        return found


def _nameless(resource: Resource, items: list[Any]) -> int:
    return sum(at(each, resource.member) is None for each in items)


def bears_mark(value: Any) -> bool:
    """Whether a text is one that a run made up."""
    return isinstance(value, str) and _MARK.search(value) is not None


def told_or_sent(exchange: Exchange, thing: Any, member: str) -> Any:
    """What an answer shows of a thing; of one created by a name of the run's, that name where nothing shows it."""
    shown = at(thing, member)
    if shown is not MISSING or exchange.request.safe:
        return shown
    sent = at(exchange.request.json, member)
    return sent if bears_mark(sent) else MISSING


def things_of(exchange: Exchange) -> list[Any]:
    """The resources an answer shows: the one, or all of a list."""
    shown = exchange.items if exchange.operation.paging else exchange.data
    return [each for each in (shown if isinstance(shown, list) else [shown]) if each is not MISSING]


def things_made(resource: Resource, creation: Exchange) -> list[Any]:
    """The resources a creation has made, as its answer shows them, or what their address tells of them."""
    own = named(creation, resource)
    shown = things_of(creation) if own is MISSING else [own]
    return shown or [each for each in [located(creation, resource.member)] if each is not MISSING]


_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def named(creation: Exchange, resource: Resource) -> Any:
    """A resource whose id its creation shows elsewhere than the document says: beside it, as when read, or alone.

    `{"id": 7, "result": {…}}`, or a text that is the whole answer, but no "OK". MISSING where it is none of these.
    """
    member, told = resource.member, creation.data
    if at(told, member) is not MISSING:
        return MISSING
    as_read = at(creation.json, resource.read.data) if resource.read else MISSING
    if isinstance(as_read, dict) and at(as_read, member) is not MISSING:
        return as_read
    beside = at(creation.json, member)
    if isinstance(beside, str | int) and (isinstance(told, dict) or told is MISSING):
        return {**(told if isinstance(told, dict) else {}), **_holding(member, beside)}
    if isinstance(told, str) and (_UUID.fullmatch(told) or (bears_mark(told) and not re.search(r"[\s/]", told))):
        return _holding(member, told)
    return MISSING


def _holding(member: str, value: Any) -> Any:
    for name in reversed(split(member)):
        value = {name: value}
    return value


def located(creation: Exchange, member: str) -> Any:
    """A resource of which its creation shows nothing but its address, in a Location below that of the list.

    It has the member by which it is addressed and no other; MISSING where there is no such Location.
    """
    told = creation.response.header("Location") if creation.response and creation.status == CREATED else None
    above, _, last = urlsplit(told or "").path.rstrip("/").rpartition("/")
    if not last or not above.endswith(_place(creation.request)):
        return MISSING
    return _holding(member, unquote(last))


def _place(request: Request) -> str:
    return request.target.partition("?")[0].rstrip("/")


def _kinds(bodies: list[Any], things: dict[str, Any]) -> list[tuple[int, set[str]]]:
    """How many bodies ask for things that cannot be told apart, and the addresses of these.

    Two bodies may ask for one thing in other words, such as with and without a default.
    """
    kinds: list[tuple[int, set[str]]] = []
    for body in bodies:
        alike = {address for address, thing in things.items() if _shows(thing, body)}
        same = [each for each in kinds if each[1] & alike]
        kinds = [each for each in kinds if each not in same]
        if alike:
            kinds.append((1 + sum(count for count, _ in same), alike.union(*(each for _, each in same))))
    return kinds


def _shows(thing: Any, body: Any) -> bool:
    """Whether a resource has what a body asked for, as far as it shows that at all."""
    if not (isinstance(thing, dict) and isinstance(body, dict)):
        return False
    shown = body.keys() & thing.keys()
    return bool(shown) and all(thing[name] == body[name] for name in shown)


def _is_whole(exchange: Exchange) -> bool:
    """Whether a list was read to its end by one request: it has no pages, or says that there are no more items.

    A filtered list is never: it shows nothing of what it leaves out.
    """
    paging, total = exchange.operation.paging, exchange.page("total")
    pages = {each.name for each in (paging.size, paging.position) if each} if paging else set()
    asked = {name for name, _ in parse_qsl(urlsplit(exchange.request.target).query, keep_blank_values=True)}
    return asked <= pages and (paging is None or (isinstance(total, int) and total <= len(exchange.items)))


def filled(path: str, values: dict[str, str]) -> str:
    """A path with its values as they are, for comparison only."""
    return re.sub(r"\{([^}]+)\}", lambda match: values.get(match[1], match[0]), path).rstrip("/")


def prefixes(request: Request) -> Iterator[tuple[str, str, str]]:
    """The parameters of a request's path in order: name, value, and the address that ends with it."""
    values = path_values(request.operation, request.target)
    for name in request.operation.path_parameters:
        until = request.operation.path.partition("{" + name + "}")[0] + "{" + name + "}"
        yield name, values.get(name, ""), filled(until, values)
