"""Orders a list may be requested in, as queries.

sorts(operation)                       # {"sortStart": "asc"}, {"sortStart": "desc"}, …
sorts(operation, directions=["desc"])  # only descending ones
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contracts.strategies.telling_first import one_of
from specs.contract import Operation, Parameter

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ASCENDING = ("asc", "ascending", "1", "+", "true")
DESCENDING = ("desc", "descending", "-1", "-", "false")


def sorts(operation: Operation, *, directions: Sequence[str] = ()) -> SearchStrategy[dict[str, str]]:
    """Queries that order a list by one member, each way the document knows; at least one parameter must sort."""
    found = [
        {parameter.name: direction}
        for parameter in sorting(operation)
        for direction in both_ways(parameter) or ()
        if not directions or direction in directions
    ]
    return one_of(found)


def sorting(operation: Operation) -> list[Parameter]:
    """The query parameters by which a list can be ordered, ascending and descending."""
    return [each for each in operation.parameters if each.location == "query" and each.sort and both_ways(each)]


def both_ways(parameter: Parameter) -> tuple[str, str] | None:
    """The words a parameter takes for ascending and descending; None where it does not say both."""
    allowed = parameter.schema.get("enum", ())
    by_word = {str(each).lower(): str(each) for each in allowed}
    up = next((by_word[word] for word in ASCENDING if word in by_word), None)
    down = next((by_word[word] for word in DESCENDING if word in by_word), None)
    return (up, down) if up and down else None
