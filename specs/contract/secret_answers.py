"""What a document says of secrets: which members hold one, and which operations give them out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specs.contract.contract import Contract
from specs.contract.member_names import Hint
from specs.contract.model import Operation
from specs.contract.security import gives_credentials


def secret_members(contract: Contract) -> frozenset[str]:
    """Names of members that are declared as passwords, or wherever they are as written only, and those of tokens."""
    secret: set[str] = set()
    written: set[str] = set()
    shown: set[str] = set()
    for name, schema in _declared(contract.document.raw):
        if schema.get("format") == "password":
            secret.add(name)
        (written if schema.get("writeOnly") is True else shown).add(name)
    tokens = contract.tokens
    held = (tokens.access, tokens.refresh_token) if tokens else ()
    secret |= {each.token.rpartition("/")[2] for each in held if each and each.token.strip("/")}
    return frozenset(secret | (written - shown))


def open_members(contract: Contract) -> frozenset[str]:
    """Names of members of which a document states that they are no secrets, whatever they are called."""
    return frozenset(name for name, hints in contract.names.stated.items() if Hint.SECRET not in hints)


def granting_operations(contract: Contract) -> frozenset[str]:
    """Keys of operations that give out credentials: a login, a token endpoint, a refresh; no creation of a resource."""
    stated = (contract.tokens.refresh, contract.tokens.force, *contract.tokens.issue) if contract.tokens else ()
    found = {*filter(None, stated), *(each for each in contract.operations if grants(each))}
    return frozenset(each.key for each in found if not _creates(contract, each))


def grants(operation: Operation) -> bool:
    return gives_credentials(operation.method, operation.path)


def _creates(contract: Contract, operation: Operation) -> bool:
    resource = contract.resource_of(operation)
    return resource is not None and resource.create is operation and bool(resource.read or resource.list)


def _declared(raw: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every member that a schema of the document declares, with its schema."""
    waiting = [raw]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            members = value.get("properties")
            if isinstance(members, dict):
                yield from ((name, each) for name, each in members.items() if isinstance(each, dict))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
