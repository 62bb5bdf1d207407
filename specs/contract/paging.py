"""Finds out which operations are lists, how their pages are asked for and what they tell about a page.

What `x-contract` states is taken; the rest is inferred from names that APIs commonly use. A list is a GET whose success
answer holds an array and that takes page parameters.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, cast

from specs.contract.model import Answer, Dialect, Paging, Parameter, Schema
from specs.contract.page_info import Wording, header_roles, page_info, settle
from specs.contract.schema_queries import follow, items, member_at, members, types
from specs.contract.vocabulary import AFTER, ITEMS, POSITIONS, SIZES, UNSURE, WRAPPERS, fold
from specs.source.pointers import join


def data_pointer(
    raw: Schema, key: str, parameters: tuple[Parameter, ...], answer: Answer | None, words: Wording
) -> str:
    """Say where the resource, or the array of them, stands in a success answer ("" is the whole answer)."""
    if words.data is not None and (words.certain or answer is None or _leads(raw, answer, words.data)):
        return words.data
    if answer is None or answer.schema is None:
        return ""
    last = key.rpartition("/")[2]
    if key.startswith("GET "):
        if _asked(raw, parameters, words)[2] is not None:
            return _array_in(raw, answer.schema) or _wrapped(raw, answer.schema)
        if "{" not in last and "id" not in members(raw, answer.schema):
            # Without page parameters only a telling name makes a list: any resource may contain an array.
            return _array_in(raw, answer.schema, (*ITEMS, fold(last))) or _wrapped(raw, answer.schema)
    return _wrapped(raw, answer.schema)


def _leads(raw: Schema, answer: Answer, data: str) -> bool:
    """Tell whether the document's pointer fits one answer; where the schema is silent, it does."""
    if answer.schema is None or not members(raw, answer.schema):
        return not (answer.schema is not None and items(raw, answer.schema) is not None)
    return member_at(raw, answer.schema, data) is not None


def _array_in(raw: Schema, schema: Schema, names: tuple[str, ...] | None = None, depth: int = 0) -> str:
    """Find the member that holds the items, of these names only if any are given; "" for none, or for an array."""
    inside = members(raw, schema)
    arrays = [name for name, member in inside.items() if _holds_objects(raw, member.schema)]
    usual = [name for name in arrays if fold(name) in (names or ITEMS)]
    if usual:
        return join("", min(usual, key=lambda name: (names or ITEMS).index(fold(name))))
    if len(arrays) == 1 and names is None:
        return join("", arrays[0])
    for name, member in inside.items() if depth < 1 else ():
        if fold(name) in WRAPPERS and (inner := _array_in(raw, member.schema, names, depth + 1)):
            return join("", name) + inner
    return ""


def _holds_objects(raw: Schema, schema: Schema) -> bool:
    entry = items(raw, schema)
    return entry is not None and types(raw, entry) <= {"object", "null"}


def _wrapped(raw: Schema, schema: Schema) -> str:
    """Look into an envelope around one object."""
    for name, member in members(raw, schema).items():
        if fold(name) in ("data", "result") and "object" in types(raw, member.schema):
            return join("", name)
    return ""


def shows_list(raw: Schema, answer: Answer | None, data: str) -> bool:
    """Tell whether a success answer holds an array where its data stands."""
    if answer is None or answer.schema is None:
        return False
    found = member_at(raw, answer.schema, data)
    return found is not None and items(raw, found.schema) is not None


def paging(
    raw: Schema, parameters: tuple[Parameter, ...], answer: Answer | None, data: str, words: Wording, pointer: str
) -> Paging | None:
    """Say how the pages of a list are asked for; None where the operation is no list or takes no page parameters."""
    if answer is None or not (shows_list(raw, answer, data) or (answer.schema is None and words.data is not None)):
        return None
    size, position, dialect = _asked(raw, parameters, words)
    described = page_info(raw, answer, data, words)
    headers = words.headers if words.headers is not None else header_roles(answer)
    linked = "link" in described.members or "link" in headers
    if dialect is None and not (size and linked):
        return None
    roles = settle(described.members, dialect or "cursor", position)
    return Paging(
        dialect=dialect or "cursor",
        size=size,
        position=position,
        items=data,
        pagination=described.pagination,
        optional=described.optional,
        members=roles,
        default=_default(raw, size),
        maximum=_largest(raw, size),
        pointer=pointer,
        headers=headers,
        last=_last(raw, answer, data, position) if not {"cursor", "link"} & {*roles, *headers} else None,
    )


def _last(raw: Schema, answer: Answer, data: str, position: Parameter | None) -> str | None:
    """Say which member of a page's last item asks for the next page, where a parameter is named for that."""
    found = member_at(raw, answer.schema, data) if answer.schema is not None else None
    entry = items(raw, found.schema) if found is not None else None
    if position is None or entry is None or fold(position.name) not in AFTER:
        return None
    return "/id" if "id" in members(raw, entry) else None


def _asked(
    raw: Schema, parameters: tuple[Parameter, ...], words: Wording
) -> tuple[Parameter | None, Parameter | None, Dialect | None]:
    """Find the page parameters and the dialect they speak."""
    query = {fold(item.name): item for item in parameters if item.location == "query"}
    position, dialect = _position(raw, query, words)
    folded = [fold(words.size)] if words.size else [name for name in SIZES if name in query]
    size = next((query[name] for name in folded if name in query and query[name] is not position), None)
    if size is None and position is not None and fold(position.name) in UNSURE and not words.position:
        return None, None, None
    return size, position, dialect


def _position(raw: Schema, query: dict[str, Parameter], words: Wording) -> tuple[Parameter | None, Dialect | None]:
    if words.position is not None and (stated := query.get(fold(words.position))) is not None:
        return stated, words.dialect or _dialect_of(fold(words.position)) or "offset"
    for dialect, names in POSITIONS.items():
        for name in names if words.dialect in (None, dialect) else ():
            if name in query and not _is_filter(raw, query[name], dialect):
                return query[name], cast("Dialect", dialect)
    return None, None


def _is_filter(raw: Schema, parameter: Parameter, dialect: str) -> bool:
    """Tell a page position from a filter of the same name: "after" a date, "from" a place."""
    schema = follow(raw, parameter.schema)
    if str(schema.get("format", "")).startswith("date"):
        return True
    return dialect == "offset" and fold(parameter.name) in UNSURE and types(raw, schema) == {"string"}


def _dialect_of(name: str) -> Dialect | None:
    return next((cast("Dialect", dialect) for dialect, names in POSITIONS.items() if name in names), None)


def _default(raw: Schema, size: Parameter | None) -> int | None:
    """Give the page size that holds where none is asked for."""
    return _whole(follow(raw, size.schema).get("default")) if size is not None else None


def _largest(raw: Schema, size: Parameter | None) -> int | None:
    """Give the largest page size that may be asked for."""
    schema = follow(raw, size.schema) if size is not None else {}
    maximum, exclusive = _whole(schema.get("maximum")), schema.get("exclusiveMaximum")
    if exclusive is True and maximum is not None:
        return maximum - 1
    bound = _whole(exclusive)
    return bound - 1 if bound is not None else maximum


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None
