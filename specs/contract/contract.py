"""The contract of a document: what its operations take, answer and promise, ready to be held against a deployment."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from attrs import evolve, field, frozen

from specs.contract import action_words
from specs.contract.extension import extension
from specs.contract.inferred_filters import with_filters
from specs.contract.inferred_tokens import inferred, refreshes
from specs.contract.limits import caching, limits
from specs.contract.member_names import USUAL, MemberNames, member_names
from specs.contract.model import (
    SAFE,
    Alternative,
    Answer,
    Asked,
    Body,
    Operation,
    Parameter,
    Resource,
    Schema,
    Scheme,
    TokenRules,
)
from specs.contract.operations import Site, answers, body, parameters, sites, stated_parameters, withheld
from specs.contract.page_info import wording
from specs.contract.paging import asked_for, data_pointer, paging, shown
from specs.contract.posted_lists import asked_in_body, finds
from specs.contract.rate_headers import RateHeader, rate_headers
from specs.contract.resources import resources, shape
from specs.contract.rules import Rule, stated_rules
from specs.contract.schema_queries import members, rule_of
from specs.contract.schemas import Direction, json_schema
from specs.contract.security import (
    alternatives,
    says_open,
    schemes,
    takes_its_own_credential,
    tells_facts,
    where_unsaid,
)
from specs.contract.tokens import token_rules
from specs.source.document import Document
from specs.source.pointers import SpecError, join, resolve

_MOST_SEEN = 20_000
"""Schemas that are known by their identity."""


@frozen(eq=False)
class Contract:
    """A document, understood. Operations are in the document's order."""

    document: Document
    operations: tuple[Operation, ...] = field(repr=lambda value: f"<{len(value)}>")
    schemes: dict[str, Scheme] = field(repr=False)
    resources: tuple[Resource, ...] = field(repr=False)
    tokens: TokenRules | None = field(repr=False)
    error_schema: Schema | None = field(repr=False)
    """The schema that is stated for every error (see `errors_alike`), else the one that all declared errors share."""
    rate_headers: dict[str, RateHeader] = field(repr=False)
    """What the document says of each rate header, by its name in lower case."""
    rules: frozenset[Rule] = frozenset()
    """Rules of behaviour that the document states of itself (see `specs.contract.rules`)."""
    names: MemberNames = USUAL
    """What the names of members suggest where nothing is said (see `specs.contract.member_names`)."""
    errors_alike: bool = False
    """Whether it is stated that every error has one shape, those the document does not declare included."""
    _resources: dict[str, Resource] = field(factory=dict, init=False, repr=False)
    _converted: dict[tuple[str, str], Schema] = field(factory=dict, init=False, repr=False)
    _seen: dict[tuple[int, str], tuple[Schema, Schema]] = field(factory=dict, init=False, repr=False)
    _body_rules: dict[str, dict[str, Schema]] = field(factory=dict, init=False, repr=False)

    @cached_property
    def _by_name(self) -> dict[str, Operation]:
        found: dict[str, Operation] = {}
        for operation in self.operations:
            for name in (operation.key, operation.operation_id):
                found.setdefault(name, operation)
        return found

    def operation(self, name: str) -> Operation:
        """Find an operation by its key ("GET /v2/…") or its operationId. Raises KeyError."""
        return self._by_name[name]

    def items_like(self, address: str) -> list[Resource]:
        """Find the resources whose items have an address of the same shape."""
        return self._by_shape.get(shape(address), [])

    @cached_property
    def _by_shape(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self.resources:
            if each.item:
                found.setdefault(shape(each.item), []).append(each)
        return found

    def resource_of(self, operation: Operation) -> Resource | None:
        """Give the resource an operation belongs to."""
        if not self._resources:
            found = ((each.key, resource) for resource in reversed(self.resources) for each in resource.operations)
            self._resources.update(found)
        return self._resources.get(operation.key)

    def body_rules(self, operation: Operation) -> dict[str, Schema]:
        """Give what the document says of each member of a request body, {} where the operation takes none.

        Each is a JSON Schema of its own; of a body that is a choice, the members of all its ways are here. No request
        sets what is only read (readOnly): it is not among them.
        """
        if operation.body is None:
            return {}
        if operation.key not in self._body_rules:
            whole = self.json_schema(operation.body.schema, direction="request")
            shared = {"$defs": whole.get("$defs", {})}
            stated = members(self.document.raw, operation.body.schema)
            read_only = {name for name, each in stated.items() if each.schema.get("readOnly") is True}
            found = {name: each.schema for name, each in members(whole, whole).items() if name not in read_only}
            self._body_rules[operation.key] = {name: {**rule_of(whole, each), **shared} for name, each in found.items()}
        return dict(self._body_rules[operation.key])

    def json_schema(self, schema: Schema, *, direction: Direction = "response") -> Schema:
        """Give a schema of the document as self-contained JSON Schema 2020-12.

        Members that only travel the other way (readOnly in requests, writeOnly in responses) are not required.
        The result is shared: do not change it.
        """
        same = (id(schema), direction)  # most are members of the document, and stay where they are
        if same in self._seen:
            return self._seen[same][1]
        key = (json.dumps(schema, sort_keys=True, default=str), direction)
        if key not in self._converted:
            self._converted[key] = json_schema(self.document.raw, schema, direction)
        if len(self._seen) < _MOST_SEEN:
            self._seen[same] = schema, self._converted[key]  # with itself, so that no other gets its identity
        return self._converted[key]


def build(document: Document) -> Contract:
    """Understand a document. Raises SpecError, naming the place, for what cannot be understood."""
    try:
        return _build(document)
    except SpecError as error:
        raise SpecError(f"{document.location}: {error}") from None


def _build(document: Document) -> Contract:
    raw = document.raw
    stated = extension(raw, "#", "root")
    known = schemes(raw)
    assumed = where_unsaid(raw, known)
    operations = tuple(_operation(document, site, stated, known, assumed) for site in sites(raw))
    if not operations and document.faults:
        first = document.faults[0]
        raise SpecError(f"none of its operations can be read: {document.origin(first.pointer)}: {first.message}")
    by_name = {name: operation for operation in operations for name in (operation.operation_id, operation.key)}
    _check_sources(operations, by_name)
    return Contract(
        document=document,
        operations=operations,
        schemes=known,
        resources=resources(raw, operations),
        tokens=token_rules(stated, by_name.__getitem__, known) or inferred(raw, operations, known),
        error_schema=_error_schema(raw, stated, operations),
        rate_headers=rate_headers(
            header for each in operations for answer in each.answers for header in answer.headers
        ),
        rules=stated_rules(stated),
        names=member_names(stated),
        errors_alike="error" in stated,
    )


def _operation(
    document: Document, site: Site, root: Schema, known: dict[str, Scheme], assumed: tuple[Alternative, ...]
) -> Operation:
    try:
        return _read(document, site, root, known, assumed)
    except SpecError as error:
        defect = str(error)
        raise SpecError(defect if defect.startswith("#") else f"{site.pointer}: {defect}") from None


def _read(
    document: Document, site: Site, root: Schema, known: dict[str, Scheme], assumed: tuple[Alternative, ...]
) -> Operation:
    raw, node = document.raw, site.node
    words = wording(root, extension(node, site.pointer, "operation"))
    inputs, outcomes = parameters(document, site, known), answers(document, site)
    told = shown(raw, _success(outcomes))
    content = body(document, site)
    asks = asked_for(raw, site.key, inputs, told, words) if site.method == "get" else Asked()
    if site.method == "post":
        asks = asked_in_body(raw, site.path, content, inputs, told, words)
    reading = f"GET {site.path}" if asks.dialect else site.key
    data = data_pointer(raw, reading, asks, told, words)
    pages = paging(raw, asks, told, data, words, site.pointer)
    looks = site.method == "post" and (pages is not None or finds(raw, site.path, outcomes))
    if site.method == "post" and pages is None:
        asks, data = Asked(), data_pointer(raw, site.key, Asked(), told, words)
    security, undefined = _security(raw, site, known, content)
    says = (site.method.upper(), site.path, str(node.get("operationId", "")), str(node.get("summary", "")))
    operation = Operation(
        key=site.key,
        method=site.method.upper(),
        path=site.path,
        operation_id=str(node.get("operationId", site.key)),
        tags=tuple(str(tag) for tag in _listed(node.get("tags"))),
        summary=str(node.get("summary", "")),
        description=str(node.get("description", "")),
        parameters=with_filters(raw, inputs, told, data, pages),
        body=content,
        answers=outcomes,
        security=security or assumed,
        limits=limits(raw, node, site.pointer),
        paging=pages,
        asks=asks,
        caching=caching(node, site.pointer)[0],
        data=data,
        pointer=site.pointer,
        unusable=_why_unusable(document, site) or undefined,
        changing=action_words.says_it_changes(*says) or _cannot_but_act(site.method, inputs),
        withheld=withheld(document, site),
        looks_up=looks,
        ends_credential=action_words.ends_credential(*says),
    )
    alone = operation.ends_credential and not any(each.schemes for each in security) and refreshes(raw, operation)
    return evolve(operation, ends_credential=False) if alone else operation  # "renew": nothing but its own token ends


def _success(outcomes: tuple[Answer, ...]) -> Answer | None:
    """The answer of an operation that went well: one with a schema before one without, the default last."""
    succeeding = [answer for answer in outcomes if answer.succeeds]
    with_schema = next((answer for answer in succeeding if answer.schema is not None), None)
    return with_schema or next(iter(succeeding), None) or _default(outcomes)


def _security(
    raw: Schema, site: Site, known: dict[str, Scheme], content: Body | None
) -> tuple[tuple[Alternative, ...], str | None]:
    """The security alternatives of an operation, and the defect that leaves one undefined.

    What the words call open may go without a credential, whatever the document requires of all operations; so may a
    login or a refresh of which it says nothing else.
    """
    secured, where = (site.node, site.pointer) if "security" in site.node else (raw, "#")
    security, undefined = alternatives(secured.get("security"), known, join(where, "security"))
    sent = members(raw, content.schema) if content else ()
    general = "security" not in site.node and (
        tells_facts(site.method, site.path) or takes_its_own_credential(site.method, site.path, sent)
    )
    if security and (general or says_open(f"{site.node.get('summary', '')}. {site.node.get('description', '')}")):
        security = (*security, Alternative((), join(where, "security")))
    return security, undefined


def _cannot_but_act(method: str, inputs: tuple[Parameter, ...]) -> bool:
    """Say whether an operation that should only look needs a parameter that makes it act."""
    needed = (each for each in inputs if each.required and each.location == "query")
    return method.upper() in SAFE and any(action_words.acts(each.name, each.description) for each in needed)


def _why_unusable(document: Document, site: Site) -> str | None:
    """Say which defect keeps an operation from being called: its own, or one of something that it cannot go without."""
    if "?" in site.path or "#" in site.path:
        return f"{site.item_pointer}: a path has no query and no fragment"
    needed = [stated for stated, _ in stated_parameters(document.raw, site).values() if stated.get("required") is True]
    needed += [resolve(document.raw, site.node.get("requestBody")), site.item, site.node]
    return next((why for each in needed if (why := document.why_unusable(each)) is not None), None)


def _default(outcomes: tuple[Answer, ...]) -> Answer | None:
    """Give the default answer, which is that of success where no other is declared."""
    return next((answer for answer in outcomes if answer.status.lower() == "default"), None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _check_sources(operations: tuple[Operation, ...], by_name: dict[str, Operation]) -> None:
    for operation in operations:
        stated = [(item.pointer, item.source) for item in operation.parameters]
        if operation.body is not None:
            stated += [(operation.body.pointer, source) for source in operation.body.sources.values()]
        for pointer, source in stated:
            if source is not None and source.operation_id not in by_name:
                raise SpecError(f"{pointer}/x-contract/from: there is no operation {source.operation_id}")


def _error_schema(raw: Schema, root: Schema, operations: tuple[Operation, ...]) -> Schema | None:
    """Give the schema of every error: the stated one, else the one that all declared errors share."""
    stated: Any = root.get("error")
    if stated is not None:
        schema = {"$ref": stated} if isinstance(stated, str) else stated
        if not isinstance(resolve(raw, schema), dict):
            raise SpecError("#/x-contract/error: has to name a schema")
        return dict(schema)
    every = [answer for operation in operations for answer in operation.answers if operation.refuses(answer)]
    errors = [answer for answer in every if answer.unusable is None]
    shapes = {
        json.dumps(answer.schema, sort_keys=True): answer.schema for answer in errors if answer.schema is not None
    }
    return next(iter(shapes.values())) if len(shapes) == 1 else None
