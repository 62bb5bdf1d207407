"""POSTs that only look all the same: searches, and lists whose pages are asked for in the body (/things/filter)."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from specs.contract.action_words import says_it_does_more, words
from specs.contract.model import Answer, Asked, Body, Parameter, Schema
from specs.contract.page_info import Wording
from specs.contract.page_parameters import asked
from specs.contract.paging import asked_for
from specs.contract.schema_queries import Member, items, members
from specs.contract.wire_schema import wire_schema
from specs.source.pointers import join

_LOOKS = {"filter", "search", "list", "query", "paginate", "find", "get", "fetch", "browse", "lookup"}
"""How the path of a POST ends that only looks something up, or how its last name begins (`list_folder`)."""


def looks_up(path: str) -> bool:
    """Say whether a path ends with a word for looking things up, and with nothing that is done or names one of them."""
    last = path.rstrip("/").rpartition("/")[2]
    told = words(last)
    looking = "{" not in last and 0 < len(told) <= 3 and bool(_LOOKS & {told[0], told[-1]})
    return looking and not says_it_does_more(told)


_FINDS = _LOOKS - {"get", "fetch", "list", "paginate"}


def finds(raw: Schema, path: str, outcomes: Iterable[Answer]) -> bool:
    """Say whether a POST only looks without having pages: called so first of all, and answered 200 alone, by a list."""
    told, succeeding = words(path.rstrip("/").rpartition("/")[2]), [each for each in outcomes if each.succeeds]
    return (
        looks_up(path)
        and told[0] in _FINDS
        and bool(succeeding)
        and all(each.status == "200" and each.schema is not None and _lists(raw, each.schema) for each in succeeding)
    )


def _lists(raw: Schema, schema: Schema, depth: int = 2) -> bool:
    inside = [each.schema for each in members(raw, schema).values()] if depth else []
    return items(raw, schema) is not None or any(_lists(raw, each, depth - 1) for each in inside)


def asked_in_body(
    raw: Schema, path: str, body: Body | None, parameters: tuple[Parameter, ...], answer: Answer | None, told: Wording
) -> Asked:
    """Say how pages are requested by a POST that looks something up: by members of its body, or else in the query."""
    if body is None or "json" not in body.media_type or not looks_up(path):
        return Asked()
    in_query = asked(raw, parameters, told)
    if in_query.dialect is not None:
        return in_query
    inputs = tuple(
        _input(raw, name, member, join(body.pointer, "properties", name))
        for name, member in members(raw, body.schema).items()
    )
    found = asked_for(raw, f"GET {path}", tuple(evolve(each, location="query") for each in inputs), answer, told)
    by_name = {each.name: each for each in inputs}
    size, position = (by_name[each.name] if each else None for each in (found.size, found.position))
    return evolve(found, size=size, position=position)


def _input(raw: Schema, name: str, member: Member, pointer: str) -> Parameter:
    """A member of a body as what selects a page: there a null means that nothing is selected, and is never sent."""
    return Parameter(name, "body", member.required, wire_schema(raw, member.schema), "form", True, pointer)
