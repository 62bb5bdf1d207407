"""Pages that are asked for in the body of a POST: what selects a page goes there from the query of a law."""

from __future__ import annotations

import json
from typing import Any

from contracts.core.exchange import MISSING
from contracts.request.parameters import Query, page_value, pairs
from specs.contract import Contract, Operation, Parameter
from specs.contract.schema_queries import members


def with_page(contract: Contract, operation: Operation, query: Query, body: Any) -> tuple[Query, Any]:
    """The query without what selects a page, and the body with it.

    Where no body is given it carries what is required and nothing else, so that nothing is left out of the list, and
    begins at the first page.
    """
    asks = operation.asks
    inside = {each.name: each for each in (asks.size, asks.position) if each is not None and each.location == "body"}
    content = _needed(contract, operation) if body is MISSING else body
    if not inside or not isinstance(content, dict):
        return query, content
    given = pairs(operation, query)
    page = {name: _value(inside[name], text) for name, text in given if name in inside}
    if body is MISSING:
        first = {name: page_value(operation, each) for name, each in inside.items() if name in content}
        page = {name: value for name, value in first.items() if value is not None} | page
    return [pair for pair in given if pair[0] not in inside], {**content, **page}


def _needed(contract: Contract, operation: Operation) -> Any:
    assert operation.body is not None
    told = members(contract.document.raw, operation.body.schema)
    example = operation.body.examples[0] if operation.body.examples else {}
    shown = example if isinstance(example, dict) else {}
    return {name: shown[name] for name, member in told.items() if member.required and name in shown}


def _value(parameter: Parameter, text: str) -> Any:
    """A number where the text is one and the member is no text; else the text."""
    if parameter.schema.get("type") == "string":
        return text
    try:
        number = json.loads(text)
    except ValueError:
        return text
    return number if isinstance(number, int | float) and not isinstance(number, bool) else text
