"""Which operations a law is about, found in the document: never a path of one API."""

from __future__ import annotations

from collections.abc import Iterator

from specs.contract import action_words, conflicts
from specs.contract.contract import Contract
from specs.contract.member_names import Hint
from specs.contract.model import Body, Operation, Resource
from specs.contract.operations import is_form
from specs.contract.resources import shape, until
from specs.contract.schema_queries import members


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


def sized_lists(contract: Contract) -> Iterator[Operation]:
    """Lists whose page size can be requested."""
    return (each for each in lists(contract) if each.paging and each.paging.size)


def cursor_lists(contract: Contract) -> Iterator[Operation]:
    """Lists whose pages are found by following a cursor or a link."""
    return (each for each in lists(contract) if each.paging and each.paging.dialect == "cursor")


def linked_lists(contract: Contract) -> Iterator[Operation]:
    """Lists whose answers carry the address of the next page, in the body or in a header."""
    return (each for each in lists(contract) if each.paging and "link" in {*each.paging.members, *each.paging.headers})


def readable_lists(contract: Contract) -> Iterator[Operation]:
    """Lists whose items can be read by themselves as well."""
    return (
        each.list for each in contract.resources if each.list and each.list.paging and each.read and each.identifier
    )


def owned_lists(contract: Contract) -> Iterator[Operation]:
    """Lists that need a credential: what they show depends on the caller."""
    return (each for each in protected(contract) if each.paging)


def filtered_lists(contract: Contract) -> Iterator[Operation]:
    """Lists with a filter that says which member of the items it uses."""
    return (each for each in lists(contract) if any(parameter.filter for parameter in each.parameters))


def sorted_lists(contract: Contract) -> Iterator[Operation]:
    """Lists that can be ordered by a member of their items."""
    return (each for each in lists(contract) if any(parameter.sort for parameter in each.parameters))


def protected(contract: Contract) -> Iterator[Operation]:
    """Operations that cannot be called without a credential."""
    return (each for each in contract.operations if requires_credential(each))


def requires_credential(operation: Operation) -> bool:
    """Whether an operation cannot be called without a credential."""
    return bool(operation.security) and all(each.schemes for each in operation.security)


def safe_protected(contract: Contract) -> Iterator[Operation]:
    """Protected operations that only look."""
    return (each for each in protected(contract) if each.safe)


def multi_scheme(contract: Contract) -> Iterator[Operation]:
    """Protected operations with a credential of several parts."""
    return (each for each in protected(contract) if any(len(alternative.schemes) > 1 for alternative in each.security))


def multi_scheme_with_path(contract: Contract) -> Iterator[Operation]:
    """Protected operations where a credential of several parts meets a path with parameters."""
    return (each for each in multi_scheme(contract) if each.path_parameters)


def multi_alternative_reads(contract: Contract) -> Iterator[Operation]:
    """Operations that only look and accept several kinds of credential."""
    return (each for each in safe_protected(contract) if len(each.security) > 1)


def nested(contract: Contract) -> Iterator[Operation]:
    """Protected operations on something inside of something else: their path has several parameters."""
    return (each for each in protected(contract) if len(each.path_parameters) > 1)


def nested_reads(contract: Contract) -> Iterator[Operation]:
    """The same, where they only look."""
    return (each for each in nested(contract) if each.safe)


def unsafe_protected(contract: Contract) -> Iterator[Operation]:
    """Protected operations that change something."""
    return (each for each in protected(contract) if not each.safe)


def with_path_parameter(contract: Contract) -> Iterator[Operation]:
    """Protected operations on something that belongs to somebody: their path has a parameter."""
    return (each for each in protected(contract) if each.path_parameters)


def protected_with_body(contract: Contract) -> Iterator[Operation]:
    """Protected operations that require a JSON body."""
    return (each for each in protected(contract) if each.body and each.body.required and "json" in each.body.media_type)


def creations(contract: Contract) -> Iterator[Operation]:
    """Operations that create a resource which can be seen again: by itself, in its list, or in answer to an update."""
    for resource in contract.resources:
        if resource.create and (resource.read or resource.list or resource.update):
            yield resource.create


def creations_with_body(contract: Contract) -> Iterator[Operation]:
    """Creations that say in a JSON object, or in a form, what is created."""
    return (each for each in creations(contract) if each.body and speaks_of_members(each.body))


def speaks_of_members(body: Body) -> bool:
    """Whether a body consists of members: JSON, or a form."""
    return "json" in body.media_type or is_form(body.media_type)


def creations_with_lifecycle(contract: Contract) -> Iterator[Operation]:
    """Creations of resources that can be seen, and changed or deleted."""
    for resource in contract.resources:
        if resource.create and (resource.read or resource.list) and (resource.update or resource.delete):
            yield resource.create


def refusable_creations(contract: Contract) -> Iterator[Operation]:
    """Creations with a body, of resources that a list would show."""
    for resource in contract.resources:
        if resource.create and resource.create.body and resource.list:
            yield resource.create


def conflicting_creations(contract: Contract) -> Iterator[Operation]:
    """Creations with a body for which the document declares a conflict of their own."""
    return (each for each in creations_with_body(contract) if conflicts.declares_conflict(each))


def returns_existing(operation: Operation) -> bool:
    """Whether a creation says of itself that it may answer with what is there already."""
    return action_words.returns_existing(operation.summary, operation.description)


def may_have_found(operation: Operation, status: int) -> bool:
    """Whether a creation may have answered with what was there already.

    It says so of itself, or it is a POST that was answered with 200 where the document has a 201 beside it.
    """
    declared = {answer.status for answer in operation.answers}
    two = operation.method == "POST" and declared >= {"200", "201"}
    return returns_existing(operation) or (two and status == 200)


def bulk_deletions(contract: Contract) -> Iterator[Operation]:
    """Operations that delete all of a list to which items can be added."""
    for resource in contract.resources:
        if resource.delete_all and resource.list and resource.create:
            yield resource.delete_all


def parental_deletions(contract: Contract) -> Iterator[Operation]:
    """Deletions of resources that others hang on: by their paths, or because they refer to it."""
    for resource in contract.resources:
        if resource.delete and resource.create and any(child_resources(contract, resource)):
            yield resource.delete


def nested_creations(contract: Contract) -> Iterator[Operation]:
    """Creations below a resource that can itself be created."""
    for resource in contract.resources:
        create = resource.create
        if create and create.path_parameters and (resource.read or resource.list):
            parent = resource_of_parameter(contract, create, create.path_parameters[-1])
            if parent and parent.create and parent is not resource:
                yield create


def resource_of_parameter(contract: Contract, operation: Operation, name: str) -> Resource | None:
    """The resource whose items a path parameter names: where its values come from, or whose address ends with it.

    Its own address may call the parameter otherwise.
    """
    parameter = operation.parameter(name, "path")
    if parameter and parameter.source:
        return contract.resource_of(contract.operation(parameter.source.operation_id))
    item = until(operation.path, name)
    ends = contract.items_like(item)
    return next((each for each in ends if (each.item or "").rstrip("/") == item), ends[0] if ends else None)


def parameter_of(resource: Resource, operation: Operation, name: str) -> str | None:
    """What the address of a resource calls a path parameter of another operation; None where it has none there."""
    item, head = resource.item or "", until(operation.path, name)
    if not f"{shape(item)}/".startswith(f"{shape(head)}/"):
        return None
    return item.split("{")[head.count("{")].split("}")[0]


def child_resources(contract: Contract, parent: Resource) -> Iterator[Resource]:
    """Resources below the address of one, and those whose creation or address needs a value of its creation."""
    for each in contract.resources:
        first = each.list or each.create
        if each is parent or first is None or parent.item is None:
            continue
        sources = [parameter.source for parameter in first.parameters if parameter.location == "path"]
        sources += list(each.create.body.sources.values()) if each.create and each.create.body else []
        needs = any(
            source and parent.create and contract.operation(source.operation_id) is parent.create for source in sources
        )
        if needs or shape(each.collection).startswith(shape(parent.item) + "/"):
            yield each


def updates(contract: Contract) -> Iterator[Operation]:
    """Operations that change members of a resource they can create."""
    for resource in contract.resources:
        if resource.update and resource.update.method != "PUT" and resource.create:
            yield resource.update


def listed_updates(contract: Contract) -> Iterator[Operation]:
    """Updates of what can be read by itself and in a list."""
    for resource in contract.resources:
        if resource.update in set(updates(contract)) and resource.read and resource.list and resource.update:
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


def token_owners(contract: Contract) -> Iterator[Operation]:
    """Operations that delete what holds tokens."""
    for operation in contract.tokens.issue if contract.tokens else ():
        resource = contract.resource_of(operation)
        if resource and resource.create is operation and resource.delete:
            yield resource.delete


def opened_by_token(contract: Contract) -> Iterator[Operation]:
    """Operations that an access token opens by itself."""
    scheme = contract.tokens.access.scheme if contract.tokens else None
    for operation in contract.operations:
        if scheme and any(alternative.schemes == (scheme,) for alternative in operation.security):
            yield operation


def safe_opened_by_token(contract: Contract) -> Iterator[Operation]:
    """The same, where they only look."""
    return (each for each in opened_by_token(contract) if each.safe)


def issues(contract: Contract) -> Iterator[Operation]:
    """Operations whose answers carry a new pair of tokens."""
    return iter(contract.tokens.issue if contract.tokens else ())


def limited(contract: Contract) -> Iterator[Operation]:
    """Operations with a declared limit."""
    return (each for each in contract.operations if each.limits)


def tightest(contract: Contract) -> Iterator[Operation]:
    """The one operation with the smallest limit that is no bulk deletion."""
    able = [each for each in limited(contract) if not bulk(contract, each)]
    yield from sorted(able, key=lambda each: min(limit.requests for limit in each.limits))[:1]


def bulk(contract: Contract, operation: Operation) -> bool:
    """Whether an operation deletes everything its owner has at once."""
    resource = contract.resource_of(operation)
    return resource is not None and resource.delete_all is operation


def weighs_a_secret(operation: Operation) -> bool:
    """Whether it tells if a token or a code that it is sent is right: then a 401 need not be about who asks."""
    return action_words.weighs_a_secret(operation.path, operation.operation_id or "", operation.summary)


def takes_credentials(contract: Contract, operation: Operation) -> bool:
    """Whether a body shows who somebody is, as that of a login or a refresh does: nobody can make such a body up.

    A creation that sets a password of the resource it makes is none of these.
    """
    tokens, body = contract.tokens, operation.body
    if tokens and operation is tokens.refresh:
        return True
    resource = contract.resource_of(operation)
    if body is None or (resource and operation in {resource.create, resource.update, resource.replace}):
        return False
    if tokens and operation in tokens.issue:
        return True
    return any(contract.names.suggest(name, Hint.CREDENTIAL) for name in members(contract.document.raw, body.schema))
