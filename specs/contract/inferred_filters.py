"""Filters that a document does not state but names leave no doubt about.

A query parameter of a list filters by a member of its items where both have the same name and the same choices, where
both are truths, or where both are references of one type. Anything else (a search, a date, a text that may match in
part, a choice with an "all" beside the member's own) nobody can infer.
"""

from __future__ import annotations

import re

from attrs import evolve

from specs.contract.model import Answer, Filter, Paging, Parameter, Schema
from specs.contract.schema_queries import follow, items, member_at, members, types
from specs.contract.vocabulary import fold
from specs.source.pointers import join

_INCLUDES = re.compile(r"^(?:include|with|show|expand|all)(?:[_-]|[A-Z]|$)|^(?:archived|deleted|beta|hidden)$", re.I)
_INCLUDES_PROSE = re.compile(r"\b(?:also|includ(?:e|es|ing)|in addition|as well)\b", re.IGNORECASE)
"""Parameters that show more instead of less: they are no filters."""
_NARROWS = re.compile(r"^(?:only|filter|of|with|whose|for|from|in|by)\b", re.IGNORECASE)
"""How a parameter is spoken of that keeps some items and leaves out the others."""
_NAMED = re.compile(r"(?:[a-z0-9](?:Id|Uid)s?|_u?ids?)$")
"""How a parameter is called that names something by its id."""
_REFERENCE = re.compile(r"(?:[a-z0-9]Id|_id)$")


def with_filters(
    raw: Schema, parameters: tuple[Parameter, ...], answer: Answer | None, data: str, paging: Paging | None
) -> tuple[Parameter, ...]:
    """Give the parameters of an operation, with the filters that can be inferred."""
    found = member_at(raw, answer.schema, data) if answer is not None and answer.schema is not None else None
    entry = items(raw, found.schema) if found is not None else None
    if not entry:
        return parameters
    shown = {fold(name): (name, member.schema) for name, member in members(raw, entry).items()}
    busy = {each.name for each in (paging.size, paging.position) if each} if paging else set()
    return tuple(each if each.name in busy else _filtering(raw, each, shown) for each in parameters)


def names_what_is_kept(parameter: Parameter) -> bool:
    """Whether a query parameter surely keeps the items of something it names, though they do not show of what."""
    told = parameter.description
    shows_more = _INCLUDES.search(parameter.name) or _INCLUDES_PROSE.search(told)
    named = _NAMED.search(parameter.name) and _NARROWS.search(told) and not shows_more
    return bool(named) and parameter.location == "query" and not parameter.filter and not parameter.sort


def _filtering(raw: Schema, parameter: Parameter, shown: dict[str, tuple[str, Schema]]) -> Parameter:
    pointers = shown.get(fold(parameter.name))
    if pointers is None or parameter.location != "query" or parameter.filter or parameter.sort:
        return parameter
    name, member = pointers
    many = items(raw, parameter.schema)
    if _INCLUDES.search(parameter.name) or _INCLUDES_PROSE.search(parameter.description):
        return parameter
    if not _same(raw, parameter.name, follow(raw, parameter.schema) if many is None else many, member):
        return parameter
    return evolve(parameter, filter=Filter(join("", name), "equals" if many is None else "in", inferred=True))


def _same(raw: Schema, name: str, asked: Schema, member: Schema) -> bool:
    kinds = types(raw, asked) - {"null"}, types(raw, member) - {"null"}
    if kinds[0] != kinds[1] or len(kinds[0]) != 1 or "default" in asked:
        return False
    choices = [{each for each in schema.get("enum", ()) if each is not None} for schema in (asked, member)]
    if any(choices):
        return choices[0] == choices[1]
    return kinds[0] == {"boolean"} or (_REFERENCE.search(name) is not None and kinds[0] <= {"string", "integer"})
