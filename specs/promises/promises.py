"""Lists what a document promises: everything a client can see kept or broken.

A promise's pointer names the place in the document. It may pass through references, and what an operation inherits (the
document's security or limits, the parameters of its path) is named as if it stood in the operation itself: so every
promise has a pointer of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from specs.contract import Contract, Operation
from specs.contract.limits import caching, per
from specs.contract.model import Answer, Paging, Parameter, Schema
from specs.contract.schema_queries import follow, member_at, members, types
from specs.promises.across_operations import state, tokens
from specs.promises.promise import KINDS, Promise, Told
from specs.promises.wording import article, constraints, described
from specs.source.pointers import join

__all__ = ["KINDS", "Promise", "of_operation", "promises"]

_BY = {
    "in": "is one of its values",
    "equals": "equals it",
    "contains": "contains it",
    "after": "is after it",
    "before": "is before it",
}
_PLAYS = {
    "total": "is the number of items in all",
    "remaining": "is the number of items after this page",
    "size": "is the size of the page",
    "page": "is the number of the page",
    "pages": "is the number of pages",
    "offset": "is the place of the page's first item",
    "next": "says whether a page follows",
    "previous": "says whether a page precedes",
    "cursor": "is the cursor of the next page",
    "link": "is the address of the next page",
    "previous_link": "is the address of the page before",
}


def promises(contract: Contract) -> tuple[Promise, ...]:
    """List every promise, operation by operation in the document's order. No two have the same pointer."""
    found = [promise for operation in contract.operations for promise in of_operation(contract, operation)]
    found += tokens(contract)
    unique: dict[str, Promise] = {}
    for promise in found:
        unique.setdefault(promise.pointer, promise)
    return tuple(unique.values())


def of_operation(contract: Contract, operation: Operation) -> Iterator[Promise]:
    """List what one operation promises."""
    raw = contract.document.raw
    for kind, found in (
        ("credential", _credentials(operation)),
        ("parameter", _parameters(raw, operation)),
        ("body", _body(raw, operation)),
        ("status", _statuses(operation)),
        ("schema", _schemas(operation)),
        ("error", _errors(operation)),
        ("header", _headers(operation)),
        ("limit", _limits(operation)),
        ("page", _pages(raw, operation)),
        ("page", _filters(operation)),
        ("cache", _cache(raw, operation)),
        ("state", state(contract, operation)),
    ):
        for pointer, text, topic, name in found:
            yield Promise(pointer, kind, operation.key, text, topic, name)


def _credentials(operation: Operation) -> Told:
    for index, alternative in enumerate(operation.security):
        names = " and ".join(scheme.name for scheme in alternative.schemes)
        text = f"It may be called with {names}." if names else "It may be called without a credential."
        yield join(operation.pointer, "security", index), text, "", names


def _parameters(raw: Schema, operation: Operation) -> Told:
    for parameter in operation.parameters:
        yield _beside(operation, parameter), _parameter(raw, parameter), parameter.location, parameter.name


def _parameter(raw: Schema, parameter: Parameter) -> str:
    schema = follow(raw, parameter.schema)
    needed = "Required" if parameter.required else "Optional"
    start = f"{needed} {parameter.location} parameter {parameter.name} is {described(raw, schema)}"
    limits = constraints(raw, schema)
    return f"{start}: anything else is refused." if limits or types(raw, schema) - {"string"} else f"{start}."


def _body(raw: Schema, operation: Operation) -> Told:
    if operation.body is None:
        return
    named = _name(operation.body.schema)
    inside = members(raw, operation.body.schema)
    needed = [name for name, member in inside.items() if member.required and member.schema.get("readOnly") is not True]
    rest = f"; {', '.join(needed)} {'is' if len(needed) == 1 else 'are'} required" if needed else ""
    start = "The request needs" if operation.body.required else "The request may have"
    yield (
        join(operation.body.pointer, "schema"),
        f"{start} {article(named)} {named} as {operation.body.media_type}{rest}.",
        "",
        "body",
    )


def _name(schema: Schema | None) -> str:
    """Name a schema: its reference's last word, or what it is."""
    if schema is None:
        return "body"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    return str(schema.get("title") or schema.get("type") or "body")


def _statuses(operation: Operation) -> Told:
    for answer in operation.answers:
        first = answer.description.strip().split("\n")[0].rstrip(".")
        status = "any other status" if answer.status == "default" else answer.status
        text = f"It may answer {status}: {first}." if first else f"It may answer {status}."
        yield answer.pointer, text, answer.status, answer.status


def _status(answer: Answer) -> str:
    return "Any other answer" if answer.status == "default" else f"A {answer.status}"


def _schemas(operation: Operation) -> Told:
    for answer in operation.success:
        if answer.schema is not None:
            named = _name(answer.schema)
            yield (
                answer.schema_pointer,
                f"{_status(answer)} carries {article(named)} {named} as {answer.media_types[0]}.",
                answer.status,
                answer.status,
            )


def _errors(operation: Operation) -> Told:
    for answer in operation.answers:
        if operation.refuses(answer) and answer.schema is not None:
            named = _name(answer.schema)
            text = f"{_status(answer)} carries {article(named)} {named}."
            yield answer.schema_pointer, text, answer.status, answer.status


def _headers(operation: Operation) -> Told:
    for answer in operation.answers:
        for header in answer.headers:
            verb = "has" if header.required else "may have"
            kind = header.schema.get("type")
            rest = f", {article(str(kind))} {kind}" if kind else ""
            text = f"{_status(answer)} {verb} the header {header.name}{rest}."
            yield header.pointer, text, answer.status, header.name


def _limits(operation: Operation) -> Told:
    for index, limit in enumerate(operation.limits):
        own = limit.pointer.startswith(operation.pointer + "/")
        pointer = limit.pointer if own else join(operation.pointer, "x-contract", "limits", index)
        text = f"At most {limit.requests} requests {per(limit.period)} per credential"
        yield pointer, text + (" (implied by the shorter limit)." if limit.implied else "."), limit.period, ""


def _pages(raw: Schema, operation: Operation) -> Told:
    paging = operation.paging
    if paging is None:
        return
    yield from _sizes(operation, paging)
    if paging.position is not None:
        start = f"Pages are requested with {paging.position.name}"
        start += f" and {paging.size.name}" if paging.size is not None else ""
        yield (
            _beside(operation, paging.position, "name"),
            f"{start}; together they are the list, nothing twice, nothing lost.",
            "walk",
            paging.position.name,
        )
    success = next((answer for answer in operation.success if answer.schema is not None), None)
    for role, place in paging.members.items():
        path = (paging.pagination or "") + place
        found = member_at(raw, success.schema, path, success.schema_pointer) if success else None
        pointer = found.pointer if found is not None else join(operation.pointer, "x-contract", "pages", role)
        name = place.rpartition("/")[2]
        yield pointer, f"{name} {_PLAYS.get(role, 'plays ' + role)}{_where(paging)}.", f"told/{role}", name
    for role, name in paging.headers.items():
        yield (
            join(operation.pointer, "x-contract", "headers", role),
            f"The header {name} {_PLAYS.get(role, 'plays ' + role)}.",
            f"told/{role}",
            name,
        )


def _filters(operation: Operation) -> Told:
    for parameter in operation.parameters:
        if parameter.filter is not None:
            member = parameter.filter.member.strip("/").replace("/*", "").replace("/", ".")
            text = f"With {parameter.name}, the list has exactly the items whose {member} {_BY[parameter.filter.by]}."
            yield _beside(operation, parameter, "x-contract", "filter"), text, "filter", parameter.name
        if parameter.sort is not None:
            member = parameter.sort.member.strip("/").replace("/", ".")
            text = f"{parameter.name} orders the list by {member}."
            yield _beside(operation, parameter, "x-contract", "sort"), text, "sort", parameter.name


def _where(paging: Paging) -> str:
    return ", where the object is sent" if paging.optional else ""


def _sizes(operation: Operation, paging: Paging) -> Told:
    if paging.size is None:
        return
    if paging.default is not None:
        text = f"Without {paging.size.name}, a page has up to {paging.default} items."
        yield _beside(operation, paging.size, "schema", "default"), text, "default", paging.size.name
    if paging.maximum is not None:
        text = f"{paging.size.name} may be up to {paging.maximum}; more is refused."
        yield _beside(operation, paging.size, "schema", "maximum"), text, "maximum", paging.size.name


def _beside(operation: Operation, parameter: Parameter, *steps: str) -> str:
    """Point at a parameter or into it; at one of the path by its name, as if it stood in the operation."""
    if parameter.pointer.startswith(operation.pointer + "/"):
        return join(parameter.pointer, *steps)
    return join(operation.pointer, "parameters", parameter.name, *steps)


def _cache(raw: Schema, operation: Operation) -> Told:
    if operation.caching is not None:
        node: Any = raw["paths"][operation.path]
        node = follow(raw, node)[operation.method.lower()]
        text = f"Caching strategy {operation.caching}: {_meaning(operation)}."
        yield caching(node, operation.pointer)[1], text, "", ""


def _meaning(operation: Operation) -> str:
    strategy = (operation.caching or "").lower()
    if "no" in strategy.replace("-", " ").split() or "never" in strategy or "no-store" in strategy:
        return "no response may be reused without revalidation" if operation.safe else "no answer may be kept"
    return "answers may be kept as it says"
