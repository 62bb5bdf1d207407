"""What an operation does to a deployment: the one place that tells whose resources it may change.

An operation that is not safe makes something that can be removed again (`create`), makes something for good (`keep`),
changes or removes one resource that the same client may have made (`change`), deals in tokens (`tokens`), or acts on
what is there already (`action`): a setting, a bulk operation, a shutdown. Where the document leaves it in doubt it is
an action, since nobody can tell that it leaves alone what belongs to others.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from attrs import frozen

from specs.contract.action_words import action, acts_by_itself, outward
from specs.contract.contract import Contract
from specs.contract.model import Operation, Resource
from specs.contract.removals import addresses, removal_of
from specs.contract.schema_queries import members
from specs.contract.selectors import resource_of_parameter

Kind = Literal["look", "create", "keep", "change", "tokens", "action"]


@frozen
class Effect:
    """What an operation does, and why in words. `maker`: the creation whose resources it changes."""

    kind: Kind
    why: str = ""
    maker: Operation | None = None


LOOK, CREATE, TOKENS = Effect("look"), Effect("create"), Effect("tokens")


@lru_cache(maxsize=8192)
def effect_of(contract: Contract, operation: Operation) -> Effect:
    """Tell what an operation does."""
    if operation.safe:
        return LOOK
    resource = contract.resource_of(operation)
    if operation.changing:
        return Effect("action", f"it changes something, though it is a {operation.method}")
    if operation.ends_credential:
        return Effect("action", "it could end a credential")
    if resource is not None and operation is resource.create:
        return _creation(contract, operation, resource)
    effect = _change(contract, operation, resource)
    tokens = contract.tokens and operation in (*contract.tokens.issue, contract.tokens.refresh)
    return TOKENS if tokens and effect.kind == "action" else effect


def _creation(contract: Contract, operation: Operation, resource: Resource) -> Effect:
    if word := _word(operation):
        return Effect("action", f"it does more than to create ({word})")
    if word := outward(operation.path, operation.summary):
        return Effect("action", f"it connects the server with another ({word})")
    if word := acts_by_itself(operation.path, _written(contract, operation)):
        return Effect("action", f"what it creates acts by itself from then on ({word})")
    if removal_of(contract, resource) is not None:
        return CREATE
    return Effect("keep", "what it creates cannot be removed again")


def _written(contract: Contract, operation: Operation) -> Iterable[str]:
    """The members that a body may have."""
    return members(contract.document.raw, operation.body.schema) if operation.body else ()


def _change(contract: Contract, operation: Operation, resource: Resource | None) -> Effect:
    """What is done to a thing, or below one, that can be made for it."""
    forced = contract.tokens is not None and operation is contract.tokens.force
    plain = forced or (resource is not None and operation in (resource.update, resource.replace, resource.delete))
    if not plain and (word := _word(operation)):
        return Effect("action", f"it acts on what is there ({word})")
    maker = maker_of(contract, operation)
    if maker is None:
        return Effect("action", _doubt(operation, resource))
    return Effect("change", maker=maker)


def may_put(contract: Contract, operation: Operation) -> bool:
    """Whether a change may create what it addresses, where there is nothing yet."""
    at_its_own = operation.method in {"PUT", "POST"} and operation.path.rstrip("/").endswith("}")
    return at_its_own and effect_of(contract, operation).kind == "change"


def maker_of(contract: Contract, operation: Operation) -> Operation | None:
    """Give the creation of what an operation acts upon: of the resource that the last parameter of its path names."""
    if not operation.path_parameters or operation.path.rstrip("/").endswith(("/me", "/self")):
        return None
    last = operation.path_parameters[-1]
    owner = resource_of_parameter(contract, operation, last) or _called_otherwise(contract, operation, last)
    if owner is None or owner.create is None or owner.create is operation:
        return None
    return owner.create if effect_of(contract, owner.create).kind in {"create", "keep"} else None


def _called_otherwise(contract: Contract, operation: Operation, name: str) -> Resource | None:
    """Give the resource whose items a path names by another parameter than their own address does."""
    until = operation.path.partition("{" + name + "}")[0] + "{" + name + "}"
    for resource in contract.resources:
        if any(each.path.rstrip("/") == until for each in addresses(contract, resource)):
            return resource
    return None


def _doubt(operation: Operation, resource: Resource | None) -> str:
    if resource is not None and operation is resource.delete_all:
        return "it deletes everything at once"
    if operation.path_parameters:
        return "it changes what this run cannot have made"
    return (
        "it changes a setting" if operation.method in {"PUT", "PATCH"} else "nothing says that it leaves others alone"
    )


def _word(operation: Operation) -> str:
    name = operation.operation_id if operation.operation_id != operation.key else ""
    return action(operation.path, name, operation.summary, operation.description)
