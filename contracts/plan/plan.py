"""The plan: which law is run at which operation as whom. Made before anything is sent, and always the same."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter

import attrs

from contracts import checks, laws
from contracts.checks import Check
from contracts.config.deployment import Deployment, Principal
from contracts.laws.law import Law
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.request.permission import NO_WRITES, why_not
from contracts.steps.tokens.grants import bound
from contracts.steps.tokens.pairs import with_users
from specs.contract import Contract, Operation, Resource, Source, room
from specs.contract.selectors import requires_credential, resource_of_parameter
from specs.promises.promises import Promise, promises

QUIET, BUSY = 0, 1


@attrs.frozen
class PlanItem:
    """One item of the plan, and of the gate. `closed`: why it will not be run at all.

    `depth`: another one than the plan's, for what is tested in less detail.
    """

    rule: Law | Check
    operation: Operation
    principal: Principal | None
    writes: bool
    promises: tuple[Promise, ...]
    rooms: tuple[str, ...] = ()
    closed: str | None = None
    depth: str | None = None

    @cached_property
    def id(self) -> str:
        """The law or check, the operation, and who asks."""
        whom = [self.principal.name] if self.principal else []
        return " ".join([self.rule.id, self.operation.key, *whom])

    @property
    def pointers(self) -> tuple[str, ...]:
        """The pointers of the promises that this item is about."""
        return tuple(each.pointer for each in self.promises)

    @property
    def asserted(self) -> tuple[Promise, ...]:
        """The promises whose very words this item asserts."""
        return tuple(each for each in self.promises if any(each.about(kind) for kind in self.rule.asserts))

    @property
    def kind(self) -> str:
        return "law" if isinstance(self.rule, Law) else "check"

    @property
    def phase(self) -> int:
        return BUSY if self.writes else QUIET


@attrs.frozen
class Plan:
    """All items, with the document and the deployment they are about."""

    contract: Contract
    deployment: Deployment
    depth: str
    items: tuple[PlanItem, ...]
    promises: tuple[Promise, ...]

    @property
    def digest(self) -> str:
        """Distinguishes plans: a hash of document, depth and items."""
        text = json.dumps([self.contract.document.digest, self.depth, [line.id for line in self.items]])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def line(self, identity: str) -> PlanItem:
        return next(line for line in self.items if line.id == identity)


def make(contract: Contract, deployment: Deployment, depth: str = "quick") -> Plan:
    """Every law on every operation it is about, then every check on every operation."""
    stated = promises(contract)
    deployment = with_users(contract, _with_anyone(contract, bound(contract, deployment)))
    lines = [*law_items(contract, deployment, depth, stated, laws.load().values()), *check_items(contract, stated)]
    return Plan(contract, deployment, depth, tuple(lines), stated)


def _with_anyone(contract: Contract, deployment: Deployment) -> Deployment:
    """Where the file names nobody, operations open to all are called by a principal without a credential."""
    if deployment.principals or all(map(requires_credential, contract.operations)):
        return deployment
    return attrs.evolve(deployment, principals=(Principal("anyone", "anyone", "anonymous", {}),))


def law_items(
    contract: Contract, deployment: Deployment, depth: str, stated: Iterable[Promise], chosen: Iterable[Law]
) -> Iterator[PlanItem]:
    """The items of these laws: each at every operation it is about, as every principal it is run as."""
    near = _Nearby(contract, stated)
    where = [(law, tuple(law.on(contract))) for law in chosen]
    turns = _turns(where, depth)
    for law, operations in where:
        for operation in operations:
            able = _pooled(callers(deployment, operation), turns[operation.key, law.family])
            for number, principal in enumerate(_asked_as(law, able, depth)):
                line = PlanItem(
                    rule=law,
                    operation=operation,
                    principal=principal,
                    writes=law.writes or not operation.safe,
                    promises=near.promised(operation, law.kinds),
                    depth="quick" if number else None,
                )
                closed = _closed(contract, line, law, deployment, able, depth)
                rooms = () if closed else tuple(sorted(rooms_of(contract, deployment, operation, principal)))
                yield attrs.evolve(line, closed=closed, rooms=rooms)


def _turns(where: Iterable[tuple[Law, Iterable[Operation]]], depth: str) -> dict[tuple[str, str], list[int]]:
    """By operation and family of laws, how many requests the families before it send there, those of most first."""
    costs: dict[str, Counter[str]] = {}
    for law, operations in where:
        for operation in operations:
            costs.setdefault(operation.key, Counter())[law.family] += law.cost(depth)
    found: dict[tuple[str, str], list[int]] = {}
    for key, families in costs.items():
        ordered = families.most_common()
        found |= {
            (key, family): [cost for _, cost in ordered[: place + 1]] for place, (family, _) in enumerate(ordered)
        }
    return found


def _pooled(able: list[Principal], costs: Sequence[int]) -> list[Principal]:
    """Where several credentials are as good as the first, each family of laws calls an operation with another of them.

    So every further credential of a tenant multiplies the budget, and laws of one family still share their requests.
    `costs`: of the families that send more requests there, and of this one; each goes to whoever has least to send.
    """
    pool = [each for each in able if alike(each, able[0])]
    if len(pool) < 2:
        return able
    loads = [0] * len(pool)
    for cost in costs:
        least = loads.index(min(loads))
        loads[least] += cost
    chosen = pool[least]
    return [chosen, *(each for each in able if each is not chosen)]


def alike(one: Principal, other: Principal) -> bool:
    """Whether two principals differ in their names and secrets only, so that one can stand in for the other."""

    def visible(principal: Principal) -> object:
        open_values = {key: value for key, value in principal.values.items() if not value.startswith("$")}
        return principal.tenant, principal.kind, principal.role, principal.access, principal.provisioned, open_values

    return visible(one) == visible(other)


def _asked_as(law: Law, able: list[Principal], depth: str) -> list[Principal | None]:
    """The first who may call it; where a law is for every tenant, the first of each."""
    if not able:
        return [None]
    first = {principal.tenant: principal for principal in reversed(able)}
    everyone = [principal for principal in able if principal in first.values()]
    return [*everyone] if law.every_tenant and depth != "quick" else [able[0]]


def _closed(
    contract: Contract, item: PlanItem, law: Law, deployment: Deployment, able: list[Principal], depth: str
) -> str | None:
    if item.operation.unusable:
        return f"a defect of the document: {item.operation.unusable}"
    if not law.runs_at(depth):
        return f"run at depth {law.depth} only"
    if item.writes and not deployment.writes:
        return NO_WRITES
    if reason := why_not(contract, deployment, item.operation, item.principal.tenant if item.principal else ""):
        return reason
    if item.principal is None:
        return "the deployment file names nobody who may call this operation"
    if item.writes and item.principal.reads_only:
        return "the deployment file names nobody who may change anything here"
    if law.needs_second_tenant and all(each.tenant == item.principal.tenant for each in able):
        return "the deployment file names no second tenant that may call this operation"
    return None


def check_items(contract: Contract, of_document: Iterable[Promise]) -> Iterator[PlanItem]:
    """Every check at every operation."""
    near = _Nearby(contract, of_document, kin=False)
    for check in checks.load().values():
        for operation in contract.operations:
            yield PlanItem(check, operation, None, writes=False, promises=near.promised(operation, check.kinds))


class _Nearby:
    """What is promised near each operation, found once for all rules of one kind."""

    def __init__(self, contract: Contract, of_document: Iterable[Promise], *, kin: bool = True) -> None:
        """`kin`: promises of state that other operations of a resource make count as well."""
        self._contract, self._kin = contract, kin
        self._near = _nearby(contract, of_document)
        self._known: dict[tuple[str, tuple[str, ...]], tuple[Promise, ...]] = {}

    def promised(self, operation: Operation, kinds: tuple[str, ...]) -> tuple[Promise, ...]:
        """The promises that a rule of these kinds judges at an operation."""
        if (found := self._known.get((operation.key, kinds))) is None:
            resource = self._contract.resource_of(operation) if self._kin else None
            found = promised(self._near[operation.key], operation, kinds, resource)
            self._known[operation.key, kinds] = found
        return found


def _nearby(contract: Contract, of_document: Iterable[Promise]) -> dict[str, list[Promise]]:
    """What is promised at each operation, at others of its resource, and at none: found once, documents are long."""
    at: dict[str | None, list[tuple[int, Promise]]] = {}
    for place, each in enumerate(of_document):
        at.setdefault(each.operation, []).append((place, each))
    near: dict[str, list[Promise]] = {}
    for operation in contract.operations:
        resource = contract.resource_of(operation)
        keys: set[str | None] = {operation.key, None, *(each.key for each in (resource.operations if resource else ()))}
        found = sorted((each for key in keys for each in at.get(key, ())), key=itemgetter(0))
        near[operation.key] = [each for _, each in found]
    return near


def promised(
    of_document: Iterable[Promise], operation: Operation, kinds: tuple[str, ...], resource: Resource | None = None
) -> tuple[Promise, ...]:
    """The promises a rule judges at an operation, those of its first kind first; some belong to no operation.

    A kind with a topic ("status/401") means all of the kind where the document has nothing on the topic. What is
    promised of state ("state/read") may be made at another operation of the same `resource`.
    """
    kin = {each.key for each in resource.operations} if resource else set()
    mine = [each for each in of_document if each.operation in {operation.key, None}]
    akin = [each for each in of_document if each.kind == "state" and each.operation in kin]
    found: list[Promise] = []
    for kind in kinds:
        special = [each for each in (akin if kind.startswith("state/") else mine) if each.about(kind)]
        found += special or [each for each in mine if each.about(kind.partition("/")[0])]
    return tuple(dict.fromkeys(found))


def rooms_of(contract: Contract, deployment: Deployment, operation: Operation, principal: Principal | None) -> set[str]:
    """The parts of the deployment a conversation about an operation may read or change."""
    api = RequestFactory(contract, deployment, operation, principal, "")
    seen: list[Operation] = []
    waiting = [operation]
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.append(each)
            waiting += _needed(api, each)
    return {room(each.path) for each in seen}


def _needed(api: RequestFactory, operation: Operation) -> Iterator[Operation]:
    """Operations that may be called to find or create what an operation needs."""
    for name in operation.path_parameters:
        parameter = operation.parameter(name, "path")
        if api.deployment.value(api.tenant, name) is not None:
            continue
        if parameter and parameter.source:
            yield from _makers(api.contract, parameter.source)
        elif (resource := resource_of_parameter(api.contract, operation, name)) is not None:
            yield from (each for each in (resource.create, resource.list) if each is not None)
    for source in operation.body.sources.values() if operation.body else ():
        yield from _makers(api.contract, source)
    tokens = api.contract.tokens
    if tokens and operation is tokens.refresh:
        yield from tokens.issue  # a token to present is that of an owner made for it
    resource = api.contract.resource_of(operation)
    if resource and resource.create and resource.create is not operation:
        yield resource.create


def _makers(contract: Contract, source: Source) -> Iterator[Operation]:
    operation = contract.operation(source.operation_id)
    resource: Resource | None = contract.resource_of(operation)
    yield resource.create if resource and resource.create else operation
