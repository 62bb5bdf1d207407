"""What a list answer says about its page: as `x-contract` states it, or by the usual names."""

from __future__ import annotations

from attrs import frozen

from specs.contract.model import Answer, Dialect, Parameter, Schema
from specs.contract.schema_queries import Member, member_at, members, types
from specs.contract.vocabulary import CARRIED, HEADERS, NEXT, OBJECTS, ROLES, TYPES, fold
from specs.source.pointers import join


@frozen(eq=False)
class Wording:
    """What `x-contract` says of an operation's answers: the document's words, overridden by the operation's own."""

    data: str | None
    certain: bool  # `data` is said of this very operation
    pagination: str | None
    optional: bool
    pages: dict[str, str] | None
    dialect: Dialect | None
    size: str | None
    position: str | None
    headers: dict[str, str] | None
    first: int | None = None


def wording(root: Schema, own: Schema) -> Wording:
    """Put together what the extension says of the document and of one operation."""
    optional = own.get("pagination") == "optional"
    both = {**root, **{key: value for key, value in own.items() if (key, value) != ("pagination", "optional")}}
    return Wording(
        data=both.get("data"),
        certain="data" in own,
        pagination=both.get("pagination"),
        optional=optional,
        pages=both.get("pages"),
        dialect=both.get("dialect"),
        size=both.get("size"),
        position=both.get("position"),
        headers=both.get("headers"),
        first=both.get("first"),
    )


@frozen
class PageInfo:
    """Where a list answer describes its page: the object, whether it may be missing, its members by role."""

    pagination: str | None
    optional: bool
    members: dict[str, str]


def page_info(raw: Schema, answer: Answer, data: str, words: Wording) -> PageInfo:
    """Find the pagination object and its members, as stated or by their usual names."""
    schema = answer.schema
    if schema is None:
        return PageInfo(words.pagination, words.optional, dict(words.pages or {}))
    if words.pagination is None:
        return _inferred(raw, schema, data)
    found = member_at(raw, schema, words.pagination)
    if found is None:
        return PageInfo(words.pagination if words.optional else None, words.optional, {})
    known = {
        role: place for role, place in (words.pages or {}).items()
        if not members(raw, found.schema) or member_at(raw, found.schema, place) is not None
    }  # fmt: skip
    return PageInfo(words.pagination, words.optional or not found.required, known)


def _inferred(raw: Schema, schema: Schema, data: str) -> PageInfo:
    """Look for members with usual names beside the items, and in objects with usual names."""
    places: dict[str, dict[str, str]] = {}
    required = True
    for holder, member in _holders(raw, schema, data):
        found = _next_page(raw, member.schema) if _is_next(holder) else {}
        if roles := found or _roles(raw, member.schema, plain=not _is_links(holder)):
            places[holder] = roles
            required = required and member.required
    if not places:
        return PageInfo(None, False, {})
    if len(places) == 1:
        holder, roles = next(iter(places.items()))
        return PageInfo(holder, not required, roles)
    spread: dict[str, str] = {}
    for holder, roles in places.items():
        for role, place in roles.items():
            spread.setdefault(role, holder + place)
    return PageInfo("", not required, spread)


def _is_next(holder: str) -> bool:
    return fold(holder.rpartition("/")[2]) in NEXT


def _next_page(raw: Schema, schema: Schema) -> dict[str, str]:
    """Read an object that is all about the next page: what the next request carries, or its address."""
    inside = members(raw, schema)
    for role, names in (("cursor", CARRIED), ("link", ("uri", "url", "href", "link"))):
        name = next((name for name in inside if fold(name) in names), None)
        if name is not None and types(raw, inside[name].schema) <= {"string", "null"}:
            return {role: join("", name)}
    return {}


def _is_links(holder: str) -> bool:
    return fold(holder.rpartition("/")[2]) == "links"


def _holders(raw: Schema, schema: Schema, data: str) -> list[tuple[str, Member]]:
    """Give the objects that may describe a page, most likely first, as pointers from the answer's root."""
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
    return schema.get("format") in ("uri", "url", "uri-reference") or any(
        each in text for each in ("http", "url", "link", "address")
    )


def settle(found: dict[str, str], dialect: Dialect, position: Parameter | None) -> dict[str, str]:
    """Drop roles that the dialect gives no meaning: a lone `next` text is a cursor only where cursors are asked for."""
    settled = dict(found)
    if dialect != "cursor" or position is None:
        cursor = settled.pop("cursor", None)
        if cursor is not None and "link" not in settled and fold(cursor.rpartition("/")[2]) == "next":
            settled["link"] = cursor
    return settled


def header_roles(answer: Answer) -> dict[str, str]:
    by_name = {fold(header.name): header.name for header in answer.headers}
    return {role: by_name[name] for role, names in HEADERS.items() for name in names if name in by_name}
