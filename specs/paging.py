"""Finds out which operations are lists, how their pages are asked for and what they tell about a page.

What `x-contract` states is taken; the rest is inferred from names that APIs commonly use. A list is a GET whose success
answer holds an array and that takes page parameters.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, cast

from attrs import frozen

from specs.model import Answer, Dialect, Paging, Parameter, Schema
from specs.pointers import SpecError, join
from specs.shapes import Member, follow, items, member_at, members, types
from specs.vocabulary import HEADERS, ITEMS, OBJECTS, POSITIONS, ROLES, SIZES, TYPES, UNSURE, WRAPPERS, fold


@frozen(eq=False)
class Wording:
    """What `x-contract` says of an operation's answers: the document's words, overridden by the operation's own."""

    data: str | None
    pagination: str | None
    optional: bool
    pages: dict[str, str] | None
    dialect: Dialect | None
    size: str | None
    position: str | None
    headers: dict[str, str] | None


def wording(root: Schema, own: Schema, pointer: str) -> Wording:
    """Read the extension of the document and of one operation. Raises SpecError for words of the wrong kind."""
    both = {**root, **{key: value for key, value in own.items() if (key, value) != ("pagination", "optional")}}
    for key in ("data", "pagination", "size", "position"):
        if not isinstance(both.get(key), str | None):
            raise SpecError(f"{pointer}/x-contract/{key}: has to be text")
    if both.get("dialect") not in (None, *POSITIONS):
        raise SpecError(f"{pointer}/x-contract/dialect: has to be one of {', '.join(POSITIONS)}")
    for key in ("pages", "headers"):
        if not isinstance(both.get(key), dict | None):
            raise SpecError(f"{pointer}/x-contract/{key}: has to be an object")
    return Wording(
        both.get("data"), both.get("pagination"), own.get("pagination") == "optional", both.get("pages"),
        both.get("dialect"), both.get("size"), both.get("position"), both.get("headers"),
    )  # fmt: skip


def data_pointer(
    raw: Schema, key: str, parameters: tuple[Parameter, ...], answer: Answer | None, words: Wording
) -> str:
    """Say where the resource, or the array of them, stands in a success answer ("" is the whole answer)."""
    if words.data is not None:
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
    described = _described(raw, answer, data, words)
    headers = words.headers if words.headers is not None else _header_roles(answer)
    linked = "link" in described.members or "link" in headers
    if dialect is None and not (size and linked):
        return None
    return Paging(
        dialect=dialect or "cursor",
        size=size,
        position=position,
        items=data,
        pagination=described.pagination,
        optional=described.optional,
        members=_settle(described.members, dialect or "cursor", position),
        default=_default(raw, size),
        maximum=_largest(raw, size),
        pointer=pointer,
        headers=headers,
    )


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


@frozen
class _Described:
    pagination: str | None
    optional: bool
    members: dict[str, str]


def _described(raw: Schema, answer: Answer, data: str, words: Wording) -> _Described:
    """Find the pagination object and its members, as stated or by their usual names."""
    schema = answer.schema
    if schema is None:
        return _Described(words.pagination, words.optional, dict(words.pages or {}))
    if words.pagination is None:
        return _inferred(raw, schema, data)
    found = member_at(raw, schema, words.pagination)
    if found is None:
        return _Described(words.pagination if words.optional else None, words.optional, {})
    known = {
        role: place for role, place in (words.pages or {}).items()
        if not members(raw, found.schema) or member_at(raw, found.schema, place) is not None
    }  # fmt: skip
    return _Described(words.pagination, words.optional or not found.required, known)


def _inferred(raw: Schema, schema: Schema, data: str) -> _Described:
    """Look for members with usual names beside the items, and in objects with usual names."""
    places: dict[str, dict[str, str]] = {}
    required = True
    for holder, member in _holders(raw, schema, data):
        if roles := _roles(raw, member.schema, plain=not _is_links(holder)):
            places[holder] = roles
            required = required and member.required
    if not places:
        return _Described(None, False, {})
    if len(places) == 1:
        holder, roles = next(iter(places.items()))
        return _Described(holder, not required, roles)
    spread: dict[str, str] = {}
    for holder, roles in places.items():
        for role, place in roles.items():
            spread.setdefault(role, holder + place)
    return _Described("", not required, spread)


def _is_links(holder: str) -> bool:
    return fold(holder.rpartition("/")[2]) == "links"


def _holders(raw: Schema, schema: Schema, data: str) -> list[tuple[str, Member]]:
    """Give the objects that may tell about a page, most likely first, as pointers from the answer's root."""
    if not data:
        return []
    around = data.rpartition("/")[0]
    found: list[tuple[str, Member]] = []
    for place in dict.fromkeys(("", around)):
        root = member_at(raw, schema, place)
        for name, member in members(raw, root.schema).items() if root else ():
            if fold(name) in OBJECTS and "object" in types(raw, member.schema):
                found.append((join(place, name), member))
                found += [
                    (join(place, name, inner), below)
                    for inner, below in members(raw, member.schema).items()
                    if fold(inner) in OBJECTS and "object" in types(raw, below.schema)
                ]
        if root is not None:
            found.append((place, root))
    return found


def _roles(raw: Schema, schema: Schema, *, plain: bool) -> dict[str, str]:
    """Match an object's members to roles by name and type. In an object of links only links count."""
    inside = members(raw, schema)
    by_name = {fold(name): (name, member) for name, member in inside.items()}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for role, names in ROLES.items():
        if not plain and role not in ("link", "previous_link"):
            continue
        for name in names:
            if name in by_name and name not in taken and (place := _fits(raw, role, *by_name[name])) is not None:
                found[role] = place
                taken.add(name)
                break
    return found


def _fits(raw: Schema, role: str, name: str, member: Member) -> str | None:
    """Give the place of a member that may play a role, or None. `next: {href: …}` counts as a link."""
    kinds = types(raw, member.schema)
    if role in ("link", "previous_link") and "href" in members(raw, member.schema):
        return join("", name, "href")
    if role == "cursor" and fold(name) in ("next", "nextpage") and _reads_like_address(member.schema):
        return None
    return join("", name) if not kinds - {"null"} or kinds & set(TYPES[role]) else None


def _reads_like_address(schema: Schema) -> bool:
    text = f"{schema.get('description', '')} {schema.get('example', '')}".lower()
    return schema.get("format") in ("uri", "url", "uri-reference") or "http" in text or "url" in text or "link" in text


def _settle(found: dict[str, str], dialect: Dialect, position: Parameter | None) -> dict[str, str]:
    """Drop roles that the dialect gives no meaning: a lone `next` text is a cursor only where cursors are asked for."""
    settled = dict(found)
    if dialect != "cursor" or position is None:
        cursor = settled.pop("cursor", None)
        if cursor is not None and "link" not in settled and fold(cursor.rpartition("/")[2]) == "next":
            settled["link"] = cursor
    return settled


def _header_roles(answer: Answer) -> dict[str, str]:
    by_name = {fold(header.name): header.name for header in answer.headers}
    return {role: by_name[name] for role, names in HEADERS.items() for name in names if name in by_name}


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
