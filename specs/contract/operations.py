"""Reads the parts of one operation: parameters, body, answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from attrs import frozen

from specs.contract.action_words import acts
from specs.contract.example_bodies import composed
from specs.contract.extension import extension
from specs.contract.model import SAFE, Answer, Body, Filter, Header, Location, Parameter, Schema, Scheme, Sort, Source
from specs.contract.schema_queries import items, members, types
from specs.contract.wire_schema import wire_schema
from specs.source.document import Document
from specs.source.grammar import METHODS
from specs.source.pointers import MISSING, join, resolve

# Header parameters of these names are ignored, says OpenAPI: security schemes and media types govern them.
IGNORED = ("authorization", "accept", "content-type")


@frozen(eq=False)
class Site:
    """An operation as the document has it. `item` is its path item."""

    path: str
    method: str
    node: Schema
    item: Schema
    pointer: str
    item_pointer: str

    @property
    def key(self) -> str:
        """Name the operation as people do: method and path."""
        return f"{self.method.upper()} {self.path}"


def sites(raw: Schema) -> Iterator[Site]:
    """Give every operation of a mended document in its order."""
    for path, node in raw.get("paths", {}).items():
        if str(path).startswith("x-"):
            continue
        pointer = join("#/paths", path)
        item = resolve(raw, node)
        for method in item:
            if method in METHODS:
                yield Site(str(path), method, item[method], item, join(pointer, method), pointer)


def stated_parameters(raw: Schema, site: Site) -> dict[tuple[str, str], tuple[Schema, str]]:
    """Give an operation's parameters, those of its path item included, by location and name, each with its pointer."""
    found: dict[tuple[str, str], tuple[Schema, str]] = {}
    for node, where in ((site.item, site.item_pointer), (site.node, site.pointer)):
        for index, entry in enumerate(node.get("parameters", ())):
            stated = resolve(raw, entry)
            found[stated["in"], stated["name"]] = (stated, join(where, "parameters", index))
    return found


def parameters(document: Document, site: Site, schemes: dict[str, Scheme]) -> tuple[Parameter, ...]:
    """Give the parameters a client fills in.

    Left out are ignored headers, what carries credentials, what cannot be used for a defect of the document, and what
    makes an operation act that otherwise only looks.
    """
    raw, left_out = document.raw, withheld(document, site)
    carriers = {(scheme.location, _fold(scheme.location, scheme.parameter)) for scheme in schemes.values()}
    return tuple(
        _parameter(raw, node, pointer)
        for (location, name), (node, pointer) in stated_parameters(raw, site).items()
        if (location, _fold(location, name)) not in carriers
        and not (location == "header" and name.lower() in IGNORED)
        and (location == "path" or document.why_unusable(node) is None)
        and not (location == "query" and name in left_out)
    )


def withheld(document: Document, site: Site) -> tuple[str, ...]:
    """Give the query parameters that are never sent: with them an operation that only looks acts on what is there."""
    if site.method.upper() not in SAFE:
        return ()
    return tuple(
        name
        for (location, name), (node, _) in stated_parameters(document.raw, site).items()
        if location == "query" and node.get("required") is not True and acts(name, str(node.get("description", "")))
    )


def _fold(location: str, name: str) -> str:
    return name.lower() if location == "header" else name


def _parameter(raw: Schema, node: Schema, pointer: str) -> Parameter:
    location = cast("Location", node["in"])
    style = str(node.get("style", "form" if location in ("query", "cookie") else "simple"))
    style = "json" if _is_wrapped(node) else style
    stated = extension(node, pointer, "input")
    return Parameter(
        name=str(node["name"]),
        location=location,
        required=node.get("required") is True or location == "path",
        schema=wire_schema(raw, parameter_schema(node)),
        style=style,
        explode=bool(node.get("explode", style == "form")),
        pointer=pointer,
        example=_first_example(raw, node),
        source=_source(stated),
        filter=Filter(**stated["filter"]) if "filter" in stated else None,
        sort=Sort(**stated["sort"]) if "sort" in stated else None,
        description=str(node.get("description", "")),
    )


def _is_wrapped(node: Schema) -> bool:
    """Say whether a parameter's value is a JSON text."""
    wrapped = _preferred({}, node.get("content"))
    return not isinstance(node.get("schema"), dict) and wrapped is not None and is_json(wrapped[0])


def parameter_schema(node: Schema) -> Schema:
    """Give a parameter's schema, also where it is wrapped in a media type."""
    schema = node.get("schema")
    if isinstance(schema, dict):
        return schema
    wrapped = _preferred({}, node.get("content"))
    return media_schema(wrapped[1]) or {} if wrapped else {}


def media_schema(media: Schema) -> Schema | None:
    """Give a media type's schema."""
    schema = media.get("schema")
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    return schema if isinstance(schema, dict) else None


def _source(stated: Schema) -> Source | None:
    return Source(stated["from"], stated["value"]) if "from" in stated else None


def examples(raw: Schema, node: Schema) -> tuple[Any, ...]:
    """Give the examples of a parameter, media type or header, those of its schema last."""
    found = [value for value, _ in placed_examples(raw, node, "#")]
    schema = resolve(raw, node.get("schema"))
    if not found and isinstance(schema, dict):
        several = schema.get("examples")
        found += [schema["example"]] if "example" in schema else several if isinstance(several, list) else []
    return tuple(found)


def placed_examples(raw: Schema, node: Schema, pointer: str) -> Iterator[tuple[Any, str]]:
    """Give the examples that are beside a schema, each with its pointer."""
    if "example" in node:
        yield node["example"], join(pointer, "example")
    named = node.get("examples")
    for name, entry in named.items() if isinstance(named, dict) else ():
        stated = resolve(raw, entry)
        if isinstance(stated, dict) and "value" in stated:
            yield stated["value"], join(pointer, "examples", name, "value")


def _first_example(raw: Schema, node: Schema) -> Any:
    found = examples(raw, node)
    return found[0] if found else None


def body(document: Document, site: Site) -> Body | None:
    """Give the request body, or None where the operation takes none, or one that no request can have."""
    raw, pointer = document.raw, join(site.pointer, "requestBody")
    node = resolve(raw, site.node.get("requestBody"))
    chosen = _preferred(raw, node.get("content")) if isinstance(node, dict) else None
    if chosen is None:
        return None
    name, media = chosen
    schema = media_schema(media) or {}
    place = join(pointer, "content", name)
    required = node.get("required") is True
    shown = examples(raw, media)
    made = () if shown else _made(raw, schema)
    kinds, bracketed = form_kinds(raw, schema, media) if "form" in name else ({}, frozenset())
    sources = _body_sources(raw, schema, place)
    fullest = {} if shown else composed(raw, schema, fully=True)
    return Body(required, name, schema, shown or made, place, sources, not shown, fullest, kinds, bracketed)


def _made(raw: Schema, schema: Schema) -> tuple[Any, ...]:
    value = composed(raw, schema)
    return () if value is MISSING or value == {} else (value,)


def _body_sources(raw: Schema, schema: Schema, pointer: str) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for name, member in members(raw, schema).items():
        place = join(pointer, "schema", "properties", name)
        inner = items(raw, member.schema)
        for path, node in ((join("", name), member.schema), (join("", name, "*"), inner)):
            source = _source(extension(node, place, "input")) if isinstance(node, dict) else None
            if source is not None:
                found[path] = source
    return found


def answers(document: Document, site: Site) -> tuple[Answer, ...]:
    """Give the declared answers in the document's order."""
    pointer = join(site.pointer, "responses")
    return tuple(
        _answer(document, str(status), node, join(pointer, status))
        for status, node in site.node.get("responses", {}).items()
        if not str(status).startswith("x-")
    )


def _answer(document: Document, status: str, node: Any, pointer: str) -> Answer:
    raw = document.raw
    target = resolve(raw, node)
    content = target.get("content")
    chosen = _preferred(raw, content)
    return Answer(
        status=status,
        media_types=tuple(content) if isinstance(content, dict) else (),
        schema=media_schema(chosen[1]) if chosen and is_json(chosen[0]) else None,
        headers=_headers(raw, target, pointer),
        pointer=pointer,
        description=str(target.get("description", "")),
        schema_pointer=join(pointer, "content", chosen[0], "schema") if chosen else "",
        examples=examples(raw, chosen[1]) if chosen else (),
        unusable=document.why_unusable(target),
    )


def _headers(raw: Schema, answer: Schema, pointer: str) -> tuple[Header, ...]:
    """Give the headers of an answer; Content-Type is ignored there, says OpenAPI."""
    listed = answer.get("headers")
    found = []
    for name, node in listed.items() if isinstance(listed, dict) else ():
        target = resolve(raw, node)
        if name.lower() != "content-type" and isinstance(target, dict):
            required = target.get("required") is True
            described = str(target.get("description", ""))
            schema = wire_schema(raw, parameter_schema(target))
            found.append(Header(name, required, schema, join(pointer, "headers", name), described))
    return tuple(found)


def is_json(media_type: str) -> bool:
    """Say whether a media type is JSON or a range that includes it."""
    bare = media_type.split(";")[0].strip().lower()
    return bare in ("application/json", "*/*", "application/*") or bare.endswith("+json")


def _preferred(raw: Schema, content: Any) -> tuple[str, Schema] | None:
    """Choose a media type: plain JSON first, then other JSON, then what is listed first."""
    stated = content.items() if isinstance(content, dict) else ()
    usable = [(str(name), resolve(raw, node) if raw else node) for name, node in stated if isinstance(node, dict)]
    usable.sort(key=lambda entry: (entry[0].split(";")[0] != "application/json", not is_json(entry[0])))
    return usable[0] if usable else None


def is_form(media_type: str) -> bool:
    """Whether a media type is one of the two kinds of forms."""
    return "x-www-form-urlencoded" in media_type or "multipart/form-data" in media_type


_DEEPEST = 3  # levels of brackets


def form_kinds(raw: Schema, schema: Schema, media: Schema) -> tuple[dict[str, str], frozenset[str]]:
    """Give the type of each member of a form by its place, and the names of the arrays written with brackets."""
    encoding = media.get("encoding")
    stated = encoding.items() if isinstance(encoding, dict) else ()
    deep = {str(name) for name, node in stated if isinstance(node, dict) and node.get("style") == "deepObject"}
    return _kinds(raw, schema, "", 0), frozenset(deep)


def _kinds(raw: Schema, schema: Any, where: str, depth: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, member in members(raw, schema).items() if depth < _DEEPEST else ():
        place = f"{where}{name}"
        inner = items(raw, member.schema)
        found[place] = _kind(raw, member.schema) if inner is None else f"{_kind(raw, inner)}[]"
        found |= _kinds(raw, member.schema, f"{place}/", depth + 1)
    return found


def _kind(raw: Schema, schema: Schema) -> str:
    if schema.get("format") == "binary":
        return "binary"
    return next(iter(sorted(types(raw, schema) - {"null"})), "string")
