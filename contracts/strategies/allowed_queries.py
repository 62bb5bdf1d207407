"""Queries that the document allows, row by row: each sets every parameter that nothing but its schema can refuse."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.strategies.schemathesis_cases import cases
from specs.contract import Contract, Operation, Parameter

EARLY = "1968-02-29T23:59:59.000Z"
LATE = "2068-02-29T23:59:59.000Z"
"""Leap days before the time from which many clocks count, and after the time at which some end."""


def allowed_rows(contract: Contract, operation: Operation) -> list[list[list[str]]]:
    """Row by row, the next allowed value of every parameter that nothing but its schema can refuse."""
    values: dict[str, list[str]] = {}
    for case in cases(contract, operation):
        parameter = operation.parameter(case.name, "query") if case.place == "query" and case.valid else None
        if parameter and _closed(contract, operation, parameter) and not _large_page(operation, case.name, case.value):
            values.setdefault(case.name, []).append(case.value)
    for each in operation.parameters:
        if each.location == "query" and _is_time(contract, each):
            last = each.filter is not None and each.filter.by == "before"
            values[each.name] = [LATE if last else EARLY, *values.get(each.name, [])]
    ordered = {name: sorted(found, key=_edge, reverse=True) for name, found in values.items()}
    longest = max(map(len, ordered.values()), default=0)
    return [[[name, found[row % len(found)]] for name, found in ordered.items()] for row in range(longest)]


def _is_time(contract: Contract, parameter: Parameter) -> bool:
    return bool(contract.json_schema(parameter.schema).get("format") == "date-time")


def _edge(text: str) -> int:
    """The largest number first, then the smallest; other texts as they come."""
    return int(text) if text.lstrip("-").isdigit() else 0


def _large_page(operation: Operation, name: str, value: str) -> bool:
    """Whether this asks for a page larger than usual: that the largest is served is for a law of pages to say."""
    paging = operation.paging
    if paging is None or paging.size is None or paging.size.name != name:
        return False
    return value.isdigit() and int(value) > (paging.default or 1)


def _closed(contract: Contract, operation: Operation, parameter: Parameter) -> bool:
    """Whether its schema says all there is to say of a parameter's values.

    A number without a maximum may name something that is not there, and a text without a form may have one all the
    same; the parameters of pages are what they are.
    """
    schema = contract.json_schema(parameter.schema)
    inner = schema.get("items", {}) if schema.get("type") == "array" else schema
    paging = operation.paging
    if paging and parameter.name in {each.name for each in (paging.size, paging.position) if each}:
        return paging.dialect != "cursor" or parameter.name == (paging.size.name if paging.size else "")
    return "enum" in inner or inner.get("type") == "boolean" or inner.get("format") == "date-time"


def free_parameters(contract: Contract, operation: Operation) -> Iterator[Parameter]:
    """The query parameters that nothing but their schema can refuse."""
    for each in operation.parameters:
        if each.location == "query" and (_is_time(contract, each) or _closed(contract, operation, each)):
            yield each
