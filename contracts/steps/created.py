"""What the suite created and has not removed yet. Kept from exchanges alone, so that evidence can rebuild it."""

from __future__ import annotations

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.request.credentials import callers, sign
from contracts.request.url import path_values, target
from specs.contract import Contract, Resource


def address_of(request: Request) -> str:
    """What a request is about: its target without the query, which may carry a credential."""
    return request.target.partition("?")[0]


@attrs.define
class Ledger:
    """Everything created, by the address that deletes it, in order of creation."""

    contract: Contract
    standing: dict[str, Request] = attrs.field(factory=dict)
    kept: dict[str, None] = attrs.field(factory=dict)
    """Created by operations the document offers no deletion for: named to the user at the end."""
    whole: bool = True
    """Whether all that was tried is noted here: a run that was killed does not record what it was waiting for."""
    tried: set[str] = attrs.field(factory=set)
    """Where something was asked to be created, whatever came of it."""
    removed: int = 0
    """How many of its own things the sweep has removed."""

    def note(self, exchange: Exchange) -> None:
        """Take a creation or a removal into account."""
        if not exchange.request.safe:
            self.tried.add(exchange.request.target.partition("?")[0])
        if not exchange.ok or exchange.request.verb != exchange.operation.method:
            return
        resource = self.contract.resource_of(exchange.operation)
        if resource is None:
            return
        if exchange.operation == resource.create:
            self._created(resource, exchange)
        elif exchange.operation in (resource.delete, resource.delete_all):
            self._removed(address_of(exchange.request))

    def _created(self, resource: Resource, exchange: Exchange) -> None:
        identifier = at(exchange.data, resource.member)
        if resource.delete is None or resource.identifier is None or identifier is MISSING:
            self.kept[f"{exchange.operation.key}: {identifier}"] = None
            return
        values = path_values(exchange.operation, exchange.request.target)
        address = target(resource.delete, {**values, resource.identifier: str(identifier)})
        self.standing[address] = Request(resource.delete, address, principal=exchange.request.principal)

    def _removed(self, address: str) -> None:
        """What was removed, and everything below it, stands no more."""
        for each in [each for each in self.standing if each == address or each.startswith(address.rstrip("/") + "/")]:
            del self.standing[each]

    def removals(self, deployment: Deployment) -> list[Request]:
        """Deletions of what still stands, the latest first, since later things may hang on earlier ones."""
        return [signed for each in reversed(self.standing.values()) if (signed := _signed(each, deployment))]


def _signed(request: Request, deployment: Deployment) -> Request | None:
    """The deletion as somebody of the tenant the address belongs to, whoever created it."""
    able = callers(deployment, request.operation)
    values = path_values(request.operation, request.target)

    def fits(principal: Principal) -> bool:
        told = {name: deployment.value(principal.tenant, name) for name in values}
        return all(value is None or value == values[name] for name, value in told.items())

    owners = [each for each in able if fits(each)] or able
    owner = next((each for each in owners if each.name == request.principal), owners[0] if owners else None)
    if owner is None:
        return None
    headers, query = sign(request.operation, owner)
    return attrs.evolve(request, target=target(request.operation, values, query), headers=headers, principal=owner.name)
