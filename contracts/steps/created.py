"""What the suite created and has not removed yet. Kept from exchanges alone, so that evidence can rebuild it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.request.credentials import besides, callers, sign
from contracts.request.parameters import required_headers, required_query
from contracts.request.url import path_values, target
from contracts.steps.own_things import CREATED, OwnThings, bears_mark, things_made, told_or_sent
from specs.contract import Contract, Resource
from specs.contract.effects import effect_of
from specs.contract.removals import Removal, removal_of

AUTHORIZATION = "Authorization"


def address_of(request: Request) -> str:
    """What a request is about: its target without the query, which may carry a credential."""
    return request.target.partition("?")[0]


@attrs.frozen
class Kept:
    """What was created by an operation and cannot be removed: its id or address as far as known, and why."""

    operation: str
    name: str
    why: str
    place: str = ""
    """The collection that holds it, where it is one below something else."""


@attrs.define
class Changes:
    """How often each operation that changes something succeeded."""

    contract: Contract
    _done: dict[str, Counter[str]] = attrs.field(factory=lambda: defaultdict(Counter))
    """By the key of an operation: "created", "changed" or "removed"."""

    def note(self, exchange: Exchange) -> None:
        """Count a change that was carried out."""
        request = exchange.request
        if exchange.ok and request.verb == exchange.operation.method and not request.safe:
            made = _made_something(exchange) or effect_of(self.contract, exchange.operation).kind in {"create", "keep"}
            word = "removed" if request.verb == "DELETE" else "created" if made else "changed"
            self._done[exchange.operation.key][word] += 1

    def told(self) -> list[dict[str, Any]]:
        """Operation by operation, as it stands in verdicts.json."""
        return [
            {"operation": key, **{word: count[word] for word in ("created", "changed", "removed")}}
            for key, count in self._done.items()
        ]


@attrs.define
class Ledger:
    """Everything created, by the address that deletes it, in order of creation."""

    contract: Contract
    disposable: bool = False
    standing: dict[str, Request] = attrs.field(factory=dict)
    kept: list[Kept] = attrs.field(factory=list)
    """What was created and cannot be removed: named to the user at the end."""
    whole: bool = True
    """Whether all that was tried is noted here: a run that was killed does not record what it was waiting for."""
    tried: dict[str, set[str | None]] = attrs.field(factory=lambda: defaultdict(set))
    """Where a creation was requested, whatever came of it, and as whom."""
    removed: int = 0
    """How many of its own resources the sweep has removed."""
    looks: dict[str, Request] = attrs.field(factory=dict)
    """By the address that deletes a resource, the request that looks at it; none where the document has no such."""
    makers: dict[str, tuple[int, str]] = attrs.field(factory=dict)
    """By the same address, the conversation that made it, and the name under which others share that request."""
    shown: dict[str, str] = attrs.field(factory=dict)
    """By the same address, the name and password that its creation showed, where it showed such."""
    gone: set[str] = attrs.field(factory=set)
    """The addresses of what was removed."""
    silenced: int = 0
    """How many of the sweep's removals had no answer."""
    vanished: set[str] = attrs.field(factory=set)
    """The addresses of what the sweep did not find any more, though the run had not removed it."""
    own: OwnThings = attrs.field(init=False)
    _changes: Changes = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.own = OwnThings(self.contract, self.disposable)
        self._changes = Changes(self.contract)

    def note(self, exchange: Exchange) -> None:
        """Take a creation or a removal into account."""
        if not exchange.request.safe:
            self.tried[address_of(exchange.request)].add(exchange.request.principal)
            if exchange.operation.method == "POST":
                self.own.tried(exchange)
        if not exchange.ok or exchange.request.verb != exchange.operation.method:
            return
        self._changes.note(exchange)
        resource = self.contract.resource_of(exchange.operation)
        if resource is not None and resource.names_its_own and exchange.operation == resource.create:
            self._put(exchange)
        elif resource is not None and exchange.operation == resource.create:
            self._created(resource, exchange)
        elif exchange.operation.method == "DELETE":
            self._removed(address_of(exchange.request))
        elif not exchange.request.safe and _made_something(exchange):
            self._put(exchange)
        self.own.note(exchange)

    def under_way(self, request: Request, sent: float) -> None:
        """Take a creation into account of which nobody knows what became of it (`sent`: epoch seconds)."""
        self.tried[address_of(request)].add(request.principal)
        self.own.under_way(request, sent)

    def changes(self) -> list[dict[str, Any]]:
        """What was created, changed and removed, by operation, as it stands in verdicts.json."""
        return self._changes.told()

    def _created(self, resource: Resource, exchange: Exchange) -> None:
        removal = removal_of(self.contract, resource)
        for thing in things_made(resource, exchange) or [MISSING]:
            named = told_or_sent(exchange, thing, removal.member if removal else resource.member)
            told = "" if named is MISSING or named is None else str(named)
            if removal is None:
                self._keep(exchange, told, "which the document offers no way to remove")
            elif not told:
                self._keep(exchange, "", "whose answers show no id to remove it by")
            elif self.own.is_new(resource, exchange, thing):
                self._stands(resource, removal, exchange, thing, told)
            elif not (self.own.has_made(resource, exchange, thing) or self.own.was_shown(resource, exchange, thing)):
                self._keep(exchange, told, "which may have been there before")

    def _keep(self, exchange: Exchange, name: str, why: str) -> None:
        self.kept.append(Kept(exchange.operation.key, name, why, address_of(exchange.request)))

    def _stands(self, resource: Resource, removal: Removal, exchange: Exchange, thing: Any, named: str) -> None:
        values = path_values(exchange.operation, exchange.request.target)
        address = target(removal.operation, {**values, removal.parameter: named})
        self.standing[address] = Request(removal.operation, address, principal=exchange.request.principal)
        self.makers[address] = exchange.conversation, exchange.request.share_key
        if basic := _basic(exchange.request):
            self.shown[address] = basic
        if look := _look_at(resource, exchange, thing):
            self.looks[address] = look

    def _put(self, exchange: Exchange) -> None:
        """What was made at an address that the request itself named: its deletion has the same address."""
        address = address_of(exchange.request)
        for operation in self.contract.operations:
            if operation.method == "DELETE" and operation.path == exchange.operation.path:
                self.own.adopt(address)
                self.standing[address] = Request(operation, address, principal=exchange.request.principal)
                return
        self.kept.append(Kept(exchange.operation.key, address, "which nothing is known to remove"))

    def was_seen(self, address: str) -> bool:
        """Whether what a deletion names was read by the same address and shown, so that a 404 means it is gone."""
        look = self.looks.get(address)
        return address.rstrip("/") in self.own.shown and (look is None or address_of(look) == address)

    def moved(self, address: str, shown: Exchange, deployment: Deployment) -> Request | None:
        """The deletion of a resource by its name of now, where reading it shows that it has another by now."""
        request = self.standing[address]
        resource = self.contract.resource_of(shown.operation)
        removal = removal_of(self.contract, resource) if resource else None
        named = at(shown.data, removal.member) if removal else MISSING
        if removal is None or not bears_mark(named):  # what it is called now may be somebody else's name as well
            return None
        values = path_values(request.operation, request.target)
        place = target(request.operation, {**values, removal.parameter: str(named)})
        self.own.adopt(place)
        return None if place == address else signed(attrs.evolve(request, target=place), deployment)

    def _removed(self, address: str) -> None:
        """What was removed, and everything below it, is gone."""
        self.gone.add(address.rstrip("/"))
        for each in [each for each in self.standing if each == address or each.startswith(address.rstrip("/") + "/")]:
            del self.standing[each]

    def went_with_its_parent(self, place: str) -> bool:
        """Whether something above a list was removed: what no answer told of went with it, and nobody can look."""
        return any(place.startswith(f"{each}/") for each in self.gone)

    def removals(self, deployment: Deployment) -> list[Request]:
        """Deletions of what is still there, the latest first, since later resources may hang on earlier ones."""
        made = (signed(each, deployment) for each in reversed(self.standing.values()))
        return [self._as_its_maker(each, deployment) for each in made if each is not None]

    def _as_its_maker(self, removal: Request, deployment: Deployment) -> Request:
        """The removal with the name and password of the creation, where nobody of the deployment file has those.

        Some servers take any for somebody of its own, who alone may remove what such a request has made.
        """
        shown = self.shown.get(address_of(removal))
        able = callers(deployment, removal.operation)
        if not shown or any(shown in dict(sign(removal.operation, each)[0]).values() for each in able):
            return removal
        others = tuple(pair for pair in removal.headers if pair[0].lower() != AUTHORIZATION.lower())
        return attrs.evolve(removal, headers=(*others, (AUTHORIZATION, shown)))


def _basic(request: Request) -> str | None:
    """The name and password that a request shows, as its header has them; None where it shows none."""
    found = (value for name, value in request.headers if name.lower() == AUTHORIZATION.lower())
    return next((each for each in found if each.lower().startswith("basic ")), None)


def look_at(resource: Resource, creation: Exchange) -> Request | None:
    """The request that looks at what a creation has made; None where the document has no such."""
    return _look_at(resource, creation, creation.data)


def _look_at(resource: Resource, creation: Exchange, thing: Any) -> Request | None:
    own = at(thing, resource.member)
    if not (resource.read and resource.identifier) or own is MISSING:
        return None
    values = path_values(creation.operation, creation.request.target)
    place = target(resource.read, {**values, resource.identifier: str(own)})
    return Request(resource.read, place, principal=creation.request.principal)


def signed(request: Request, deployment: Deployment) -> Request | None:
    """A request as somebody of the tenant the address belongs to, whoever created it."""
    able = callers(deployment, request.operation)
    values = path_values(request.operation, request.target)

    def fits(principal: Principal) -> bool:
        told = {name: deployment.value(principal.tenant, name) for name in values}
        return all(value is None or value == values[name] for name, value in told.items())

    owners = [each for each in able if fits(each)] or able
    owner = next((each for each in owners if each.name == request.principal), owners[0] if owners else None)
    if owner is None:
        return None
    own, query = sign(request.operation, owner)
    asked = target(request.operation, values, [*required_query(request.operation, query), *query])
    given = besides(own, (dict(deployment.headers) | dict(owner.headers)).items())
    headers = besides(given, required_headers(request.operation))
    return attrs.evolve(request, target=asked, headers=headers, principal=owner.name)


def _made_something(exchange: Exchange) -> bool:
    """Whether an operation that is no creation by its path has created something: it says so by its status."""
    return exchange.status == CREATED and exchange.operation.method in {"POST", "PUT"}
