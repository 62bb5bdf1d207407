"""Which members of a body are secrets, and one made up: what is refused may not be repeated with the secret in it."""

from __future__ import annotations

from functools import cache
from typing import Any

from contracts.config.issued import TELLTALE, is_about
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract, Operation
from specs.contract.schema_queries import members, types
from specs.contract.secret_answers import open_members, secret_members

MADE_UP = "made-up-7Kq2vT9sZ4xR8mLp"
"""So odd a text that an answer has it only where it repeats what was sent."""


@cache
def _declared(contract: Contract) -> tuple[frozenset[str], frozenset[str]]:
    """Members that the document declares as secrets, and those that it says are none."""
    return secret_members(contract), open_members(contract)


def is_secret(contract: Contract, name: str) -> bool:
    """Whether a member is declared as a secret, or called like one."""
    secret, plain = _declared(contract)
    return name in secret or (TELLTALE.search(name) is not None and name not in plain and not is_about(name))


def with_secrets(contract: Contract, operation: Operation, right: dict[str, Any]) -> dict[str, Any]:
    """A right body with a made up secret in every member that may hold one and is left out of it."""
    assert operation.body is not None
    schema = contract.json_schema(operation.body.schema, direction="request")
    free = {
        name: MADE_UP
        for name, each in members(schema, schema).items()
        if name not in right and types(schema, each.schema) == {"string"} and is_secret(contract, name)
    }
    return right | free if free and validator(contract, operation).is_valid(right | free) else right
