"""Groups operations by the resource they create, read, update and delete, by the shape of their paths."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from specs.contract.model import Operation, Resource, Schema
from specs.contract.paging import shows_list
from specs.contract.schema_queries import Member, follow, items, member_at, members
from specs.contract.vocabulary import fold
from specs.source.pointers import join

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def room(path: str) -> str:
    """Name the collection that is quiet or busy as a whole.

    It reaches up to and including the first fixed segment after the first path parameter. Where there is none, it is
    what is before the parameter; a path without parameters gives its first two segments.
    """
    segments = path.strip("/").split("/")
    first = next((index for index, segment in enumerate(segments) if is_open(segment)), None)
    if first is None:
        return "/" + "/".join(segments[:2])
    for index in range(first + 1, len(segments)):
        if not is_open(segments[index]):
            return "/" + "/".join(segments[: index + 1])
    return "/" + "/".join(segments[:first])


def is_open(segment: str) -> bool:
    """Say whether a path segment is (or contains) a parameter."""
    return "{" in segment


@lru_cache(maxsize=65536)  # the same few paths are compared with one another again and again
def shape(path: str) -> str:
    """Give a path without the names of its parameters: documents may call one value otherwise from path to path."""
    return re.sub(r"\{\}\.\w+$", "{}", re.sub(r"\{[^{}]*\}", "{}", path.rstrip("/")))


def until(path: str, name: str) -> str:
    """Give a path up to and including one of its parameters."""
    return path.partition("{" + name + "}")[0] + "{" + name + "}"


def resources(raw: Schema, operations: tuple[Operation, ...]) -> tuple[Resource, ...]:
    """Find every resource: a collection path, its item path, or both, with what can be done there."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    pairs = _pairs(raw, by_path)
    names = _names([collection for collection, _ in pairs])
    return tuple(
        _resource(raw, names[collection], collection, by_path.get(collection, {}), item, _single(item, pairs, by_path))
        for collection, item in pairs
    )


def _single(
    item: str | None, pairs: list[tuple[str, str | None]], by_path: dict[str, dict[str, Operation]]
) -> dict[str, Operation]:
    """What can be done to an item; where it has items itself, a POST to it creates one of those."""
    known = by_path.get(item or "", {})
    parent = any(collection == item and below for collection, below in pairs)
    return {method: each for method, each in known.items() if method != "POST"} if parent else known


def _pairs(raw: Schema, by_path: dict[str, dict[str, Operation]]) -> list[tuple[str, str | None]]:
    """Give (collection, item) paths in the document's order. A path that is an item is no collection as well."""
    items_of: dict[str, str] = {}
    for path in by_path:
        parent, last = _parted(path, by_path)
        if last.startswith("{") and last.endswith("}") and not _is_collection_of_its_own(raw, path, by_path):
            items_of.setdefault(parent, path)
    found: dict[str, str | None] = {}
    taken = set(items_of.values())
    for path, methods in by_path.items():
        if path in taken:
            parent, _ = _parted(path, by_path)
            found.setdefault(parent, path)
        elif path in items_of or _lists(raw, methods.get("GET")):
            found.setdefault(path, items_of.get(path))
    return list(found.items())


def _parted(path: str, by_path: dict[str, dict[str, Operation]]) -> tuple[str, str]:
    """Part a path into what is before its last segment and that segment; slashes at the ends do not count.

    Nor does an ending such as .json that the list has as well: /X.json has the items /X/{Sid}.json.
    """
    parent, _, last = path.rstrip("/").rpartition("/")
    ending = last[last.rfind("}") + 1 :]
    if ending.startswith(".") and f"{parent}{ending}" in by_path:
        return f"{parent}{ending}", last.removesuffix(ending)
    return (f"{parent}/" if f"{parent}/" in by_path and parent not in by_path else parent), last


def _is_collection_of_its_own(raw: Schema, path: str, by_path: dict[str, dict[str, Operation]]) -> bool:
    """Say whether a path that ends in a parameter is itself a list: it answers with an array and has no parent."""
    return _parted(path, by_path)[0] not in by_path and _lists(raw, by_path[path].get("GET"))


def _lists(raw: Schema, operation: Operation | None) -> bool:
    if operation is None:
        return False
    return operation.paging is not None or any(shows_list(raw, answer, operation.data) for answer in operation.success)


def _names(collections: list[str]) -> dict[str, str]:
    """Name each collection by the shortest end of its path, from a fixed segment on, that no other has."""
    segments = {path: path.strip("/").split("/") for path in collections}
    lengths = {path: _from_last_fixed(parts) for path, parts in segments.items()}
    while True:
        names = {path: "/".join(parts[-lengths[path] :]) for path, parts in segments.items()}
        uses = Counter(names.values())
        shared = [path for path in collections if uses[names[path]] > 1 and lengths[path] < len(segments[path])]
        if not shared:
            return names
        for path in shared:
            lengths[path] += 1


def _from_last_fixed(parts: list[str]) -> int:
    fixed = (count for count, part in enumerate(reversed(parts), 1) if not is_open(part))
    return next(fixed, len(parts))


def _resource(
    raw: Schema,
    name: str,
    collection: str,
    plural: dict[str, Operation],
    item: str | None,
    single: dict[str, Operation],
) -> Resource:
    identifier = item.rpartition("{")[2].partition("}")[0] if item else None
    listing = plural.get("GET") if _lists(raw, plural.get("GET")) else None
    create, read = _creation(raw, plural.get("POST"), single), single.get("GET")
    return Resource(
        name=name,
        collection=collection,
        item=item,
        identifier=identifier,
        member=_member(raw, identifier, (create, read, listing), single),
        create=create,
        list=listing,
        read=read,
        update=single.get("PATCH") or _partial(raw, single) or single.get("PUT"),
        delete=single.get("DELETE"),
        delete_all=plural.get("DELETE"),
        room=room(collection),
        replace=single.get("PUT"),
    )


def _creation(raw: Schema, plural: Operation | None, single: dict[str, Operation]) -> Operation | None:
    """Give the operation that creates one: the POST of the collection, or one to the address that the new one gets.

    A collection's POST that answers with several makes several, which is for nobody who needs one.
    """
    named = single.get("POST")
    if named is None or single.get("GET") is None or not _says_create(named) or _partial(raw, single):
        return plural
    return named if plural is None or _lists(raw, plural) else plural


def _says_create(operation: Operation) -> bool:
    return (
        re.match(r"(create|add|register|make)s?\b", operation.summary or operation.operation_id, re.IGNORECASE)
        is not None
    )


def _partial(raw: Schema, single: dict[str, Operation]) -> Operation | None:
    """Give the POST of an item that changes a part of it: it requires no member, and answers as reading it does."""
    post, read = single.get("POST"), single.get("GET")
    if (
        post is None
        or read is None
        or post.body is None
        or any(m.required for m in members(raw, post.body.schema).values())
    ):
        return None
    shapes = [[answer.schema for answer in each.success if answer.schema is not None] for each in (post, read)]
    return post if shapes[0] and shapes[0] == shapes[1] else None


_BY_NAME = re.compile(r"\b(name|slug)\b", re.IGNORECASE)
_BY_ID = re.compile(r"\b(u?u?id|guid|identifier|number)s?\b", re.IGNORECASE)


def _described(single: dict[str, Operation], identifier: str | None) -> list[str]:
    """Give the word by which the description of an address's parameter says that it is a name, and no id."""
    told = [each.parameter(identifier, "path") for each in single.values()] if identifier else []
    prose = next((each.description for each in told if each and each.description), "")
    found = _BY_NAME.search(prose)
    return [found[1].lower()] if found and not _BY_ID.search(prose) else []


def _is_uuid(single: dict[str, Operation], identifier: str) -> bool:
    """Say whether the parameter of an address holds what only its format says."""
    told = (each.parameter(identifier, "path") for each in single.values())
    return any(each is not None and each.schema.get("format") == "uuid" for each in told)


def _member(
    raw: Schema, identifier: str | None, sources: tuple[Operation | None, ...], single: dict[str, Operation]
) -> str:
    """Say where a resource's id is: the member of the parameter's name, the described one, that of its end, or "id".

    `{recipe_slug}` is a slug, though recipes have an id too. Where there is none of these, the only member that all of
    them have.
    """
    if identifier is None:
        return "/id"
    told = [names for operation in sources if operation is not None and (names := _shown(raw, operation))]
    shown = told[0] if told else {}
    words = _WORD.findall(identifier)
    wanted = [fold(identifier), *_described(single, identifier), *([fold(words[-1])] if words else []), "id"]
    for wish in wanted:
        for name, member in ((name, member) for names in told for name, member in names.items()):
            if fold(name) == wish and (wish in {"id", wanted[0]} or _names_one(follow(raw, member.schema))):
                return join("", name)
    needed = [name for name, member in shown.items() if member.required]
    only = shown[needed[0]].schema if len(needed) == 1 else {}
    other = _is_uuid(single, identifier) and follow(raw, only).get("format") != "uuid"  # a name is none, for example
    return join("", needed[0]) if _names_one(only) and not other else "/id"


def _names_one(schema: Schema) -> bool:
    """Say whether a value may stand in a path: a text or an integer, and neither a time nor one of a few."""
    plain = schema.get("type") in {"string", "integer"} and schema.get("format") not in {"date", "date-time", "uri"}
    return plain and "enum" not in schema


def _shown(raw: Schema, operation: Operation) -> dict[str, Member]:
    """Give the members of the resource objects that an operation answers with."""
    for answer in operation.success:
        found = member_at(raw, answer.schema, operation.data) if answer.schema is not None else None
        if found is not None:
            entry = items(raw, found.schema)
            return members(raw, found.schema if entry is None else entry)
    return {}
