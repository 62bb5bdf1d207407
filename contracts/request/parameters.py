"""Parameters as a request carries them: the query in the styles the document declares, headers it cannot go without."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from contracts.core.exchange import Pairs
from specs.contract import Operation, Parameter
from specs.contract.example_bodies import composed, is_filler
from specs.contract.leniency import needs_one_of
from specs.contract.model import Schema
from specs.source.pointers import MISSING

SOME = 20
"""Items on a page where the document wants a size to be named and says no more."""
Query = Mapping[str, Any] | Sequence[tuple[str, Any]]


def pairs(operation: Operation, query: Query) -> list[tuple[str, str]]:
    """Query parameters as name and text, arrays and objects in the style the document declares."""
    return [
        pair
        for name, value in (query.items() if isinstance(query, Mapping) else query)
        for pair in _styled(operation.parameter(name, "query"), name, value)
    ]


def _styled(parameter: Parameter | None, name: str, value: Any) -> list[tuple[str, str]]:
    style = parameter.style if parameter else "form"
    if isinstance(value, Mapping):
        return [(f"{name}[{key}]", _text(each)) for key, each in value.items()] if style == "deepObject" else []
    if not isinstance(value, list | tuple):
        return [(name, _text(value))]
    if style == "json":
        return [(name, json.dumps(value))]
    if parameter is None or (parameter.explode and style == "form"):
        return [(name, _text(each)) for each in value]
    return [(name, parameter.separator.join(_text(each) for each in value))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def required_query(operation: Operation, given: Query) -> list[tuple[str, str]]:
    """Query parameters a request cannot go without and that are not given, with the values the document states."""
    if not (stated := _needed(operation)):
        return []
    names = {name.partition("[")[0] for name, _ in (given.items() if isinstance(given, Mapping) else given)}
    return pairs(operation, [(name, value) for name, value in stated if name not in names])


@cache
def _needed(operation: Operation) -> tuple[tuple[str, Any], ...]:
    """Query parameters it cannot go without, with the values the document states."""
    needed = [each for each in operation.parameters if each.location == "query" and each.required]
    stated = ((each.name, _stated(operation, each)) for each in needed)
    return tuple((name, value) for name, value in stated if value is not None)


def unsaid(operation: Operation) -> str | None:
    """The first query parameter that is required without a value stated for it; None where there is none."""
    needed = (each for each in operation.parameters if each.location == "query" and each.required)
    return next((each.name for each in needed if _stated(operation, each) is None), None)


def left_to_prose(operation: Operation) -> bool:
    """Whether it is said in words alone that one of several query parameters, all of them optional, has to be there."""
    asked = [each for each in operation.parameters if each.location == "query"]
    if any(each.required for each in asked):
        return False
    return bool(asked) and any(map(needs_one_of, [operation.description, *(each.description for each in asked)]))


def _stated(operation: Operation, parameter: Parameter) -> Any:
    """A value the document states: an example, a default, one of a closed set, or a value that selects a page.

    A list begins at its first page, whichever page the document's example has.
    """
    values = [parameter.example, parameter.schema.get("default"), *parameter.schema.get("enum", [])]
    page = page_value(operation, parameter)
    if operation.paging and parameter is operation.paging.position:
        return values[0] if page is None else page
    values += [page, *_closed(parameter.schema)]
    return next((each for each in values if each is not None), None)


def _closed(schema: Schema) -> list[Any]:
    """A value of a schema that leaves hardly any choice: its only one, or that something is not to be."""
    return [schema["const"]] if "const" in schema else [False] if schema.get("type") == "boolean" else []


def page_value(operation: Operation, parameter: Parameter) -> int | None:
    """For the size of a page some items, for its position the first; None for a cursor, which only answers have."""
    paging = operation.paging
    if paging and parameter is paging.size:
        low, high = parameter.schema.get("minimum"), parameter.schema.get("maximum")
        size = min(SOME, int(high)) if isinstance(high, int | float) else SOME
        return max(size, int(low)) if isinstance(low, int | float) else size
    if paging and parameter is paging.position and paging.dialect != "cursor":
        return paging.first
    return None


@cache
def required_headers(operation: Operation) -> Pairs:
    """Header parameters a request cannot go without, from what the document states of their values."""
    needed = (each for each in operation.parameters if each.location == "header" and each.required)
    return tuple((each.name, _text(_sample(each))) for each in needed)


def _sample(parameter: Parameter) -> Any:
    """An example, a default or a choice of the document's, else what its schema asks for, such as a uuid."""
    if parameter.example is not None:
        return parameter.example
    if parameter.name.lower() == "if-match":
        return "*"  # matches whatever is there
    made = composed({}, parameter.schema)
    return "1" if made is MISSING or is_filler(made) or made is None else made
