"""Whether every response belongs to the caller who sent the request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from contracts.core.exchange import MISSING, Exchange, at
from contracts.judging.record_laws import Judgement, broken, unseen, upheld
from contracts.request.url import path_values
from load.scenarios.mixed.record import Record, marks
from load.scenarios.mixed.registry import judges
from specs.contract import Operation, selectors


@judges(selectors.every, "tenant")
def no_answer_belongs_to_another_caller(record: Record, operation: Operation) -> Judgement:
    """A response is the one to its request, and shows nothing of another tenant.

    A resource requested by its id is answered with that id; names that another tenant's requests made up, and ids that
    only another tenant's lists showed when all was quiet, are in no answer. One sighting proves it.
    """
    sent = [each for each in record.ordered.get(operation.key, ()) if each.ok]
    known, equal = _shown(record, operation), set()
    for each in sent:
        alike = each.request.target, record.tenant(each), each.response and each.response.body, each.sent < record.began
        if alike in equal:
            continue
        equal.add(alike)
        leak = _mistaken(record, each) or _foreign_name(record, each) or _foreign_item(record, each, known)
        if leak:
            return broken("the response to the caller's own request", leak, [each.seq])
    return upheld(len(sent)) if sent else unseen("nothing was answered by this operation")


def _mistaken(record: Record, exchange: Exchange) -> str | None:
    """What it answers, if that is another resource than was requested by its id."""
    resource = record.contract.resource_of(exchange.operation)
    if resource is None or resource.item != exchange.operation.path or resource.identifier is None:
        return None
    asked = path_values(exchange.operation, exchange.request.target).get(resource.identifier)
    got = at(exchange.data, resource.member)
    if asked is None or got is MISSING or str(got) == asked:
        return None
    return f"{resource.member} {got} where {asked} was asked for"


def _foreign_name(record: Record, exchange: Exchange) -> str | None:
    own = record.tenant(exchange)
    for mark in marks(exchange.response.body if exchange.response else ""):
        owner = record.owners.get(mark, "")
        if own and owner and owner != own:
            return f"{mark}, which {owner} made"
    return None


def _foreign_item(record: Record, exchange: Exchange, known: Mapping[str, set[str]]) -> str | None:
    own = record.tenant(exchange)
    if exchange.operation.paging is None or exchange.sent < record.began or not own:
        return None
    pointer = _pointer(record, exchange.operation)
    for item in exchange.items:
        tenants = known.get(str(at(item, pointer)), set())
        if tenants and own not in tenants:
            return f"item {at(item, pointer)} of {min(tenants)}"
    return None


def _pointer(record: Record, operation: Operation) -> str:
    """What the items of a list are told apart by."""
    resource = record.contract.resource_of(operation)
    return resource.member if resource else "/id"


def _shown(record: Record, operation: Operation) -> dict[str, set[str]]:
    """Which tenants' lists showed an id when all was quiet; nothing unless every tenant's list was seen."""
    found: dict[str, set[str]] = defaultdict(set)
    seen, pointer = set(), _pointer(record, operation)
    for each in record.quiet(operation) if operation.paging else ():
        if each.ok and (tenant := record.tenant(each)):
            seen.add(tenant)
            for item in each.items:
                found[str(at(item, pointer))].add(tenant)
    return found if len(seen) > 1 else {}
