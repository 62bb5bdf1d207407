"""How what a creation makes is removed again, and by which addresses it is known: the other side of a creation."""

from __future__ import annotations

from attrs import frozen

from specs.contract.contract import Contract
from specs.contract.model import Operation, Resource
from specs.contract.schema_queries import items, member_at, members
from specs.contract.vocabulary import fold
from specs.source.pointers import join


@frozen(eq=False)
class Address:
    """A path that ends in a parameter which names one resource; `member`: where its value is in the thing."""

    path: str
    parameter: str
    member: str


@frozen(eq=False)
class Removal:
    """The operation that removes one resource, and the parameter and member by which it is named."""

    operation: Operation
    parameter: str
    member: str


def addresses(contract: Contract, resource: Resource) -> tuple[Address, ...]:
    """Give all paths that name one of a resource's items: some documents call it by its id here and its name there."""
    found: dict[str, Address] = {}
    if resource.item and resource.identifier:
        found[resource.item] = Address(resource.item, resource.identifier, resource.member)
    for operation in contract.operations:
        parent, _, last = operation.path.rstrip("/").rpartition("/")
        if parent == resource.collection.rstrip("/") and last.startswith("{") and last.endswith("}"):
            name = last[1:-1]
            if operation.path not in found and (member := member_named(contract, resource, name)):
                found[operation.path] = Address(operation.path, name, member)
    return tuple(found.values())


def removal_of(contract: Contract, resource: Resource) -> Removal | None:
    """Give the operation that removes one of a resource's items, whatever its path calls it; None where none does.

    Nor is anything removed whose address no answer tells, by all that the document says.
    """
    if _is_untold(contract, resource):
        return None
    if resource.delete is not None and resource.identifier is not None:
        return Removal(resource.delete, resource.identifier, resource.member)
    for address in addresses(contract, resource):
        for operation in contract.operations:
            if operation.method == "DELETE" and operation.path == address.path:
                return Removal(operation, address.parameter, address.member)
    return None


def _is_untold(contract: Contract, resource: Resource) -> bool:
    """Say whether no answer has the member by which an item is addressed, a uuid, nor a header that leads to it."""
    item = resource.delete or resource.read
    parameter = item.parameter(resource.identifier, "path") if item and resource.identifier else None
    if resource.create is None or parameter is None or parameter.schema.get("format") != "uuid" or parameter.source:
        return False
    if any(header.name.lower() == "location" for answer in resource.create.success for header in answer.headers):
        return False
    told = [shown_members(contract, each) for each in (resource.create, resource.read, resource.list) if each]
    body = members(contract.document.raw, resource.create.body.schema) if resource.create.body else {}
    name = fold(resource.member.removeprefix("/"))
    return all(told) and all(fold(each) != name for names in (*told, body) for each in names)


def shown_members(contract: Contract, operation: Operation) -> list[str]:
    """Give the members of what an operation answers with."""
    raw = contract.document.raw
    for answer in operation.success:
        found = member_at(raw, answer.schema, operation.data) if answer.schema is not None else None
        if found is not None:
            entry = items(raw, found.schema)
            return list(members(raw, found.schema if entry is None else entry))
    return []


def member_named(contract: Contract, resource: Resource, parameter: str) -> str | None:
    """Say where in a thing the value of a parameter stands: in the member of its name, or of the name's last word."""
    for operation in (resource.create, resource.read, resource.list):
        names = shown_members(contract, operation) if operation else []
        wanted = next((each for each in names if fold(parameter).endswith(fold(each))), None)
        if wanted:
            return join("", wanted)
    return None
