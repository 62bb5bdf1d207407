"""Which operations a law is about, found in the document: never a path of one API."""

from __future__ import annotations

from collections.abc import Iterator

from specs.contract import Contract, Operation


def every(contract: Contract) -> Iterator[Operation]:
    """All operations."""
    return iter(contract.operations)


def lists(contract: Contract) -> Iterator[Operation]:
    """Operations that answer in pages."""
    return (each for each in contract.operations if each.paging)


def numbered_lists(contract: Contract) -> Iterator[Operation]:
    """Lists whose pages are found by a number, not by following a cursor."""
    return (
        each for each in lists(contract) if each.paging and each.paging.dialect != "cursor" and each.paging.position
    )


def protected(contract: Contract) -> Iterator[Operation]:
    """Operations that cannot be called without a credential."""
    return (each for each in contract.operations if each.security and all(alt.schemes for alt in each.security))


def owned(contract: Contract) -> Iterator[Operation]:
    """Protected operations on something that belongs to somebody: their path has a parameter."""
    return (each for each in protected(contract) if each.path_parameters)


def protected_with_body(contract: Contract) -> Iterator[Operation]:
    """Protected operations that require a JSON body."""
    return (each for each in protected(contract) if each.body and each.body.required and "json" in each.body.media_type)


def creations(contract: Contract) -> Iterator[Operation]:
    """Operations that create a resource which can be read again, by itself or in its list."""
    for resource in contract.resources:
        if resource.create and (resource.read or resource.list):
            yield resource.create


def updates(contract: Contract) -> Iterator[Operation]:
    """Operations that change members of a resource they can create."""
    for resource in contract.resources:
        if resource.update and resource.update.method == "PATCH" and resource.create:
            yield resource.update


def deletions(contract: Contract) -> Iterator[Operation]:
    """Operations that delete one resource of a kind that can be created."""
    for resource in contract.resources:
        if resource.delete and resource.create:
            yield resource.delete


def refreshes(contract: Contract) -> Iterator[Operation]:
    """The operation that trades a refresh token for a new pair."""
    if contract.tokens and contract.tokens.refresh:
        yield contract.tokens.refresh


def forced_refreshes(contract: Contract) -> Iterator[Operation]:
    """The operation that issues a new pair without a refresh token."""
    if contract.tokens and contract.tokens.force:
        yield contract.tokens.force


def issues(contract: Contract) -> Iterator[Operation]:
    """Operations whose answers carry a new pair of tokens."""
    return iter(contract.tokens.issue if contract.tokens else ())


def bulk(contract: Contract, operation: Operation) -> bool:
    """Whether an operation deletes everything its owner has at once."""
    resource = contract.resource_of(operation)
    return resource is not None and resource.delete_all is operation
