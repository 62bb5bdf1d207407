"""Finds out which operations are lists, how their pages are requested and what they say about a page.

What `x-contract` states is taken; the rest is inferred from names that APIs commonly use. A list is a GET whose success
answer holds an array and that takes page parameters.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from attrs import evolve

from specs.contract.example_schema import example_schema
from specs.contract.model import Answer, Asked, Paging, Parameter, Schema
from specs.contract.page_info import Wording, header_roles, page_info, settle
from specs.contract.page_parameters import asked
from specs.contract.schema_queries import Member, follow, items, member_at, members, types
from specs.contract.vocabulary import AFTER, BESIDE, ITEMS, OBJECTS, WRAPPERS, fold
from specs.source.keywords import UNUSABLE
from specs.source.pointers import join


def asked_for(raw: Schema, key: str, parameters: tuple[Parameter, ...], answer: Answer | None, words: Wording) -> Asked:
    """Say how pages are requested, by the parameters and by what the response says of them."""
    found = asked(raw, parameters, words, scim=_of_scim(raw, answer))
    if found.dialect is not None or answer is None:
        return found
    maybe = asked(raw, parameters, words, told=True)
    roles = page_info(raw, answer, data_pointer(raw, key, maybe, answer, words), words).members
    return maybe if {"cursor", "next", "link"} & roles.keys() else found


def _of_scim(raw: Schema, answer: Answer | None) -> bool:
    """Say whether an answer is a list as SCIM has it."""
    told = {fold(name) for name in members(raw, answer.schema)} if answer and answer.schema is not None else set()
    return {"resources", "totalresults"} <= told


def data_pointer(raw: Schema, key: str, pages: Asked, answer: Answer | None, words: Wording) -> str:
    """Say where the resource, or the array of them, stands in a success answer ("" is the whole answer)."""
    if words.data is not None and (words.certain or answer is None or _leads(raw, answer, words.data)):
        return words.data
    if answer is None or answer.schema is None:
        return ""
    last = key.rpartition("/")[2]
    if key.startswith("GET "):
        if pages.dialect is not None or pages.size is not None:
            named = tuple(fold(part) for part in reversed(key.split("/")) if "{" not in part)
            found = _array_in(raw, answer.schema, named, alone="{" not in last)
            return found or _sole_list(raw, answer, named, words) or _wrapped(raw, answer.schema)
        if "{" not in last and "id" not in members(raw, answer.schema):
            # Without page parameters only a telling name makes a list: any resource may contain an array.
            return _array_in(raw, answer.schema, (fold(last),)) or _wrapped(raw, answer.schema)
    return _wrapped(raw, answer.schema)


def _sole_list(raw: Schema, answer: Answer, named: tuple[str, ...], words: Wording) -> str:
    """Find the only list of an answer at the address of one resource: if it is all there is, or said to be a page."""
    found = _array_in(raw, answer.schema or {}, named, alone=True)
    alone = len(members(raw, answer.schema or {})) == 1
    return found if alone or page_info(raw, answer, found, words).members.keys() - {"size"} else ""


def _leads(raw: Schema, answer: Answer, data: str) -> bool:
    """Say whether the document's pointer fits one answer; where the schema is silent, it does."""
    if answer.schema is None or not members(raw, answer.schema):
        return not (answer.schema is not None and items(raw, answer.schema) is not None)
    return member_at(raw, answer.schema, data) is not None


def _array_in(raw: Schema, schema: Schema, named: tuple[str, ...], depth: int = 0, *, alone: bool = False) -> str:
    """Find the member that holds the items; "" for none, or for an answer that is an array.

    It has a usual name or one of the path's (`named`), or is the only one (`alone`); in an envelope, one level down.
    """
    inside = members(raw, schema)
    arrays = [
        name
        for name, member in inside.items()
        if _holds_objects(raw, member.schema) and (fold(name) not in OBJECTS or fold(name) in named)
    ]
    for usual in (*ITEMS, *named):
        if (found := next((name for name in arrays if fold(name) == usual), None)) is not None:
            return join("", found)
    telling = [name for name in arrays if fold(name) not in BESIDE]
    alike = [name for name in telling if named and fold(name).startswith(named[0].rstrip("s"))]
    if alone and len(some := telling if len(telling) == 1 else alike) == 1:
        return join("", some[0])
    if alone and not arrays and len(plain := [name for name in inside if _is_plain_list(raw, name, inside[name])]) == 1:
        return join("", plain[0])
    deeper = {} if depth else {name: member for name, member in inside.items() if _is_envelope(raw, member.schema)}
    for name, member in deeper.items():
        if fold(name) in WRAPPERS and (inner := _array_in(raw, member.schema, named, depth + 1, alone=alone)):
            return join("", name) + inner
    found_below = {
        name: inner
        for name, member in (deeper.items() if alone and not arrays else ())
        if fold(name) not in OBJECTS and (inner := _array_in(raw, member.schema, named, depth + 1))
    }
    return join("", *found_below) + next(iter(found_below.values())) if len(found_below) == 1 else ""


def _is_plain_list(raw: Schema, name: str, member: Member) -> bool:
    """Tell a list of texts or numbers, such as ids."""
    return items(raw, member.schema) is not None and fold(name) not in (*OBJECTS, *BESIDE)


def _is_envelope(raw: Schema, schema: Schema) -> bool:
    """Distinguish an object around a list from a resource that has a list of its own."""
    return items(raw, schema) is None and "id" not in members(raw, schema)


def _holds_objects(raw: Schema, schema: Schema) -> bool:
    entry = items(raw, schema)
    if entry is None:
        return False
    untold = "items" in entry and UNUSABLE in follow(raw, entry["items"])  # whatever it is that stands in the list
    return untold or types(raw, entry) <= {"object", "null"}


def _wrapped(raw: Schema, schema: Schema) -> str:
    """Look into an envelope around one object; what has an id of its own, and no other inside, is the object."""
    outer = members(raw, schema)
    for name, member in outer.items():
        own = fold(name) == "data" and "id" in outer and "id" not in members(raw, member.schema)
        if fold(name) in ("data", "result") and "object" in types(raw, member.schema) and not own:
            return join("", name)
    return ""


def shows_list(raw: Schema, answer: Answer | None, data: str) -> bool:
    """Say whether a success answer holds an array where its data is."""
    if answer is None or answer.schema is None:
        return False
    found = member_at(raw, answer.schema, data)
    return found is not None and items(raw, found.schema) is not None


def paging(raw: Schema, pages: Asked, answer: Answer | None, data: str, words: Wording, pointer: str) -> Paging | None:
    """Say how the pages of a list are asked for; None where the operation is no list or takes no page parameters."""
    if answer is None or not (shows_list(raw, answer, data) or (answer.schema is None and words.data is not None)):
        return None
    size, position, dialect = pages.size, pages.position, pages.dialect
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
        first=pages.first,
    )


def shown(raw: Schema, answer: Answer | None) -> Answer | None:
    """Give an answer with the shape of its example, where the document says nothing else of its body."""
    if answer is None or not answer.examples or follow(raw, answer.schema).keys() - {UNUSABLE, "description"}:
        return answer
    return evolve(answer, schema=example_schema(answer.examples[0]))


def _last(raw: Schema, answer: Answer, data: str, position: Parameter | None) -> str | None:
    """Say which member of a page's last item asks for the next page, where a parameter is named for that."""
    found = member_at(raw, answer.schema, data) if answer.schema is not None else None
    entry = items(raw, found.schema) if found is not None else None
    if position is None or entry is None or fold(position.name) not in AFTER:
        return None
    return "/id" if "id" in members(raw, entry) else None


def _default(raw: Schema, size: Parameter | None) -> int | None:
    """Give the page size that holds where none is requested."""
    return _whole(follow(raw, size.schema).get("default")) if size is not None else None


def _largest(raw: Schema, size: Parameter | None) -> int | None:
    """Give the largest page size that may be requested."""
    schema = follow(raw, size.schema) if size is not None else {}
    maximum, exclusive = _whole(schema.get("maximum")), schema.get("exclusiveMaximum")
    if exclusive is True and maximum is not None:
        return maximum - 1
    bound = _whole(exclusive)
    return bound - 1 if bound is not None else maximum


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None
