"""Checks on what the members of one thing say of each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import attrs

from contracts.checks import check
from contracts.checks.bodies import objects_of
from contracts.checks.helpers import response
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from contracts.core.filter_semantics import number
from contracts.core.json_text import read as parsed
from specs.contract import Contract, Operation
from specs.contract.schema_queries import all_members

_UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
"""Seconds of the units in which a document may give how long something takes."""
ROUNDED = 2.0
"""Seconds by which a length may be off where its start, its end and itself are each cut to whole seconds."""
_OTHERWISE = re.compile(r"\b(active|billed|billable|excluding|net|paused?|talk|without|working)\b")
"""How a description says that not all of the time from a start to an end counts."""
_LASTING = ("duration", "durationMinutes", "duration_minutes", "length", "lengthInMinutes")
_SPANS = (("start", "end"), ("startTime", "endTime"), ("start_time", "end_time"), ("startsAt", "endsAt"))
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@attrs.frozen
class _Related:
    """Members of what an operation answers with that have to agree.

    `inside`: those that show a thing whose id is told beside it, by the name of that id. `lasting`: how long something
    takes, with the seconds of its unit. No request can set any of them.
    """

    inside: Mapping[str, str]
    lasting: Mapping[str, float]


@cache
def _related(operation: Operation, contract: Contract) -> _Related:
    schemas = [contract.json_schema(each.schema) for each in operation.success if each.schema]
    told = {name: member for schema in schemas for name, member in all_members(schema, schema)}
    resource = contract.resource_of(operation)
    settable: set[str] = set()
    for each in resource.operations if resource else ():
        settable |= contract.body_rules(each).keys() if each.body else set()
    free = told.keys() - settable
    ids = {id_: name for name in free for id_ in (f"{name}Id", f"{name}_id") if id_ in told}
    spans = any({*span} <= free for span in _SPANS)
    lasting = {name: unit for name in _LASTING if name in free and spans and (unit := _unit(told[name]))}
    return _Related(ids, lasting)


def _unit(schema: Any) -> float | None:
    """The seconds of the only unit that a description names; None where it is of something else than a whole span."""
    said = str(schema.get("description", "")).lower() if isinstance(schema, dict) else ""
    if _OTHERWISE.search(said):
        return None
    named = {seconds for word, seconds in _UNITS.items() if re.search(rf"\b{word}\b", said)}
    return named.pop() if len(named) == 1 else None


def _has_related(operation: Operation, contract: Contract) -> bool:
    related = _related(operation, contract)
    return bool(related.inside or related.lasting)


@check(family="schema", kinds=("schema",), asserts=(), of="successes", concerns=_has_related)
def members_of_a_thing_agree(exchange: Exchange, contract: Contract) -> bool:
    """What the members of a thing say of each other is true.

    A thing that is shown inside another has the id that is told beside it (`eventTypeId` and the `id` of `eventType`),
    and what lasts from a start to an end takes as long as is told, in the unit that the document names. Judged are
    members that no request can set; ids are compared where both are numbers, or both are UUIDs.
    """
    related, heard = _related(exchange.operation, contract), False
    for each in objects_of(parsed(response(exchange).body)):
        for id_, name in related.inside.items():
            heard = _names_it(each, id_, name) or heard
        for name, unit in related.lasting.items():
            heard = _lasts(each, name, unit) or heard
    return heard


def _names_it(thing: dict[str, Any], id_: str, name: str) -> bool:
    inner = thing.get(name)
    told, shown = thing.get(id_), inner.get("id") if isinstance(inner, dict) else None
    if not (_is_number(told) and _is_number(shown)) and not (_is_uuid(told) and _is_uuid(shown)):
        return False
    if str(told).lower() != str(shown).lower():
        raise Broken(f"the id of {name} as {id_} tells it: {told}", str(shown))
    return True


def _lasts(thing: dict[str, Any], name: str, unit: float) -> bool:
    told = thing.get(name)
    for seconds in _lengths(thing) if _is_number(told) else ():
        if abs(seconds - float(str(told)) * unit) >= max(unit, ROUNDED):
            raise Broken(f"{name}: {seconds / unit:g}, from its start to its end", str(told))
        return True
    return False


def _lengths(thing: dict[str, Any]) -> Iterator[float]:
    """Seconds from the start of a thing to its end, where it shows both as times."""
    for start, end in _SPANS:
        ends = [number(thing[name]) if isinstance(thing.get(name), str) else None for name in (start, end)]
        if None not in ends:
            yield float(ends[1] or 0) - float(ends[0] or 0)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and bool(_UUID.fullmatch(value))
