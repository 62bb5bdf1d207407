"""Lists that are paged otherwise than in the query: in a body, or by ranges. They are named, not judged."""

from __future__ import annotations

import re

from attrs import frozen

from specs.contract.contract import Contract
from specs.contract.model import Answer, Operation, Parameter, Schema
from specs.contract.page_info import wording
from specs.contract.page_parameters import asked
from specs.contract.paging import data_pointer, shown, shows_list
from specs.contract.schema_queries import follow, items, members, types
from specs.contract.vocabulary import fold
from specs.source.pointers import split

_READS = re.compile(r"list|search|quer|find|sync|get|scroll|fetch|similar", re.IGNORECASE)
_RANGES = ("contentrange", "nextrange", "acceptranges")


@frozen
class OtherList:
    """A list whose pages no law asks for: its dialect, and where the page is asked for ("body" or "header")."""

    operation: Operation
    dialect: str
    place: str
    why: str


def other_lists(contract: Contract) -> tuple[OtherList, ...]:
    """Find the lists of a document that no law pages through, and say why."""
    return tuple(
        found for each in contract.operations if each.paging is None and (found := _found(contract.document.raw, each))
    )


def _found(raw: Schema, operation: Operation) -> OtherList | None:
    return _by_body(raw, operation) or _by_range(operation) or _unshown(raw, operation)


def _unshown(raw: Schema, operation: Operation) -> OtherList | None:
    """A list by its parameters, whose answer is described nowhere."""
    asks, item = operation.asks, operation.path.rstrip("/").endswith("}")
    if asks.dialect is None or item or any(_describes(raw, answer) for answer in operation.success):
        return None
    return OtherList(operation, asks.dialect, "query", "its answer is not described")


def _describes(raw: Schema, answer: Answer) -> bool:
    schema = follow(raw, answer.schema)
    whole = schema.get("additionalProperties") is not True and (members(raw, schema) or types(raw, schema) - {"object"})
    return answer.schema is not None and bool(whole)


def _by_body(raw: Schema, operation: Operation) -> OtherList | None:
    reads = _READS.search(f"{operation.path} {operation.operation_id}") is not None
    if operation.method != "POST" or operation.body is None or not reads:
        return None
    words, fields = wording({}, {}), members(raw, operation.body.schema)
    in_query = asked(raw, operation.parameters, words)
    for name, member in list(fields.items()):  # page members often stand in an object of options
        if fold(name) in ("options", "pagination", "page", "paging"):
            fields = {**members(raw, member.schema), **fields}
    inputs = tuple(
        Parameter(name, "query", member.required, member.schema, "form", True, operation.body.pointer)
        for name, member in fields.items()
    )
    asks = in_query if in_query.dialect else asked(raw, inputs, words)
    answer = shown(raw, next((each for each in operation.success if each.schema or each.examples), None))
    data = data_pointer(raw, operation.key.replace("POST", "GET", 1), asks, answer, words)
    sent = split(data)[-1:] and split(data)[-1] in fields  # what is sent comes back: a creation of several things
    lists = answer is not None and any(
        items(raw, each.schema) is not None for each in members(raw, answer.schema).values()
    )
    if asks.dialect is None or sent or not (lists or shows_list(raw, answer, data)):
        return None
    if in_query.dialect:
        return OtherList(operation, asks.dialect, "query", "its pages are asked for by a POST")
    return OtherList(operation, asks.dialect, "body", "its pages are requested in the body of a POST")


def _by_range(operation: Operation) -> OtherList | None:
    asks = operation.parameter("Range", "header")
    partial = any(answer.status == "206" for answer in operation.answers)
    declared = any(fold(header.name) in _RANGES for answer in operation.answers for header in answer.headers)
    if operation.method != "GET" or not (asks and (partial or declared)):
        return None
    return OtherList(operation, "range", "header", "its pages are requested as ranges, in a header")
