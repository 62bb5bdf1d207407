"""Rules about what a document is made of: references, paths, parameters, security."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from jsonschema.exceptions import ValidationError, relevance

from specs.contract.model import Schema
from specs.contract.operations import IGNORED, Site
from specs.contract.schema_queries import members
from specs.contract.security import carrier
from specs.lint.tolerant_view import Found, View, mapping, rule, short
from specs.source.bundle import HOLDER
from specs.source.mending import OPTIONAL
from specs.source.pointers import MISSING, join, look_up
from specs.source.references import DANGLING, EXTERNAL, MALFORMED
from specs.source.swagger import is_swagger


@rule("invalid-openapi", "defect", "Not allowed by the OpenAPI specification", as_written=True)
def invalid_openapi(view: View) -> Iterator[Found]:
    raw = {key: value for key, value in view.reading.raw.items() if key != HOLDER}
    places = [view.document.origin(fault.pointer) for fault in view.document.faults if fault.code != "bad-pattern"]
    slow, fast = _validators(raw)
    for error in () if fast.is_valid(raw) else slow.iter_errors(raw):
        closest = _closest(error)
        pointer = join("#", *closest.absolute_path)
        known = any(_is_within(pointer, each) or _is_within(each, pointer) for each in places)
        if not known and (view.reading.complete or not lost_in_the_cut(view, pointer)):
            yield pointer, _told(closest)


def _validators(raw: dict[str, Any]) -> tuple[Any, Any]:
    """Give what knows the grammar of a document's version: one that explains, and one that only says no, quickly."""
    import jsonschema_rs
    from jsonschema import Draft4Validator, Draft202012Validator
    from openapi_spec_validator import schemas

    version = str(raw.get("openapi"))
    if is_swagger(raw) or version.startswith("3.0"):
        old = dict(schemas.get_schema_content_v2() if is_swagger(raw) else schemas.get_schema_content_v30())
        return Draft4Validator(old), jsonschema_rs.Draft4Validator(old)
    newer = not version.startswith("3.1")
    grammar = dict(schemas.get_schema_content_v32() if newer else schemas.get_schema_content_v31())
    return Draft202012Validator(grammar), jsonschema_rs.Draft202012Validator(grammar)


def _is_within(pointer: str, around: str) -> bool:
    return pointer == around or pointer.startswith(f"{around}/")


def _closest(error: ValidationError) -> ValidationError:
    """Go down into alternatives to the complaint that says most; that a reference is missing says least."""
    while error.context:
        parts = [part for part in error.context if "$ref" not in list(part.schema_path) + listed(part.validator_value)]
        if not parts:
            break
        deepest = max(len(part.absolute_path) for part in parts)
        error = max((part for part in parts if len(part.absolute_path) == deepest), key=relevance)
    return error


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _told(error: ValidationError) -> str:
    if error.validator == "required":
        return error.message.replace("is a required property", "is missing")
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        return short(error.message.replace("Additional properties are not allowed", "unknown keys"), 120)
    if error.validator in ("oneOf", "anyOf"):
        return "has none of the forms that are allowed here"
    return short(error.message, 120)


def lost_in_the_cut(view: View, pointer: str) -> bool:
    """Say whether something stands around the place where the text ends, and is therefore incomplete."""
    ends = [flaw.pointer for flaw in view.reading.flaws if flaw.code != "duplicate-key"]
    return any(end == pointer or end.startswith(pointer + "/") for end in ends) or pointer == "#"


def _taken_out(code: str, title: str, severity: str = "defect") -> None:
    """Register the rule that tells what had to be taken out of a document before it could be read."""

    @rule(code, severity, title)
    def _(view: View) -> Iterator[Found]:
        for fault in view.document.faults:
            lost = code == MALFORMED and not view.reading.complete and lost_in_the_cut(view, fault.pointer)
            if fault.code == code and not lost:
                yield fault.pointer, fault.message


_taken_out(DANGLING, "References that lead nowhere")
_taken_out(EXTERNAL, "References to other files that cannot be followed")
_taken_out(MALFORMED, "Parts that are not what OpenAPI has at their place; what needs them is not judged")
_taken_out("bad-pattern", "Patterns that are no regular expressions; their schemas are not judged")
_taken_out("impossible-schema", "Schemas that no value fits; nothing is judged by them")
_taken_out("empty-range", "Bounds that leave no value")
_taken_out("outdated-nullable", "nullable, which means nothing in this version of OpenAPI; it is read as meant")
_taken_out("outdated-exclusive-bound", "Bounds in the words of an older version of OpenAPI; they are read as meant")
_taken_out("unknown-required", "Members that are required and not described; their schemas are not judged")
_taken_out("operation-reference", "References in place of operations, where OpenAPI has none", "remark")
_taken_out("response-status", "Answers under what is no status")


@rule("undefined-security-scheme", "defect", "Security schemes that are used but not defined")
def undefined_security_scheme(view: View) -> Iterator[Found]:
    for requirement, pointer, _ in view.requirements():
        for name in requirement:
            if name not in view.schemes:
                yield join(pointer, name), f"{name} is not defined"


@rule("unsatisfiable-security", "defect", "Credentials required together that no request can carry together")
def unsatisfiable_security(view: View) -> Iterator[Found]:
    carriers = _carriers(view)
    for requirement, pointer, _ in view.requirements():
        for first, second in combinations(requirement, 2):
            if carriers.get(first, first) == carriers.get(second, second):
                location, name = carriers[first]
                place = f"{name.title()} header" if location == "header" else f"{location} parameter {name}"
                yield pointer, f"{first} and {second} are both required, and both travel in the one {place}"


def _carriers(view: View) -> dict[str, tuple[str, str]]:
    """Say what carries each scheme's credential. For one that is not defined, ask the operations that require it."""
    found = {name: _folded(*carrier(view.follow(node))) for name, node in view.schemes.items()}
    spoken: dict[str, set[str]] = {}
    for requirement, _, site in view.requirements():
        for name in requirement if site is not None else ():
            if name not in found and site is not None and (headers := _spoken_of(view, site, name)):
                spoken[name] = spoken.get(name, headers) & headers
    return found | {name: ("header", headers.pop()) for name, headers in spoken.items() if len(headers) == 1}


def _folded(location: str, name: str) -> tuple[str, str]:
    return location, name.lower() if location == "header" else name


def _spoken_of(view: View, site: Site, scheme: str) -> set[str]:
    """Give the header parameters that speak of a scheme, or Authorization if it is the only one."""
    headers = {
        str(node.get("name")).lower(): str(node.get("description", ""))
        for node, _ in view.parameters(site)
        if node.get("in") == "header"
    }
    spoken = {name for name, text in headers.items() if _speaks_of(text, scheme)}
    return spoken or (set(headers) if list(headers) == ["authorization"] else set())


def _speaks_of(text: str, scheme: str) -> bool:
    words = re.sub(r"[\W_]+", " ", scheme).strip().lower()
    return bool(words) and words in re.sub(r"[\W_]+", " ", text).lower()


@rule(
    "ignored-header-parameter",
    "defect",
    "Header parameters that OpenAPI ignores (a security scheme or media type rules)",
)
def ignored_header_parameter(view: View) -> Iterator[Found]:
    for site in view.sites:
        for node, pointer in view.parameters(site):
            name = str(node.get("name", ""))
            if node.get("in") == "header" and name.lower() in IGNORED:
                yield pointer, f"{name} is declared as a header parameter"


@rule("credential-parameter", "remark", "Parameters that only repeat a security scheme")
def credential_parameter(view: View) -> Iterator[Found]:
    carriers = {}
    for name, node in view.schemes.items():
        scheme = view.follow(node)
        if scheme.get("type") == "apiKey":
            location, parameter = carrier(scheme)
            carriers[location, parameter.lower()] = name
    for site in view.sites:
        for node, pointer in view.parameters(site):
            scheme_name = carriers.get((str(node.get("in")), str(node.get("name", "")).lower()))
            if scheme_name is not None:
                yield pointer, f"{node['name']} repeats the security scheme {scheme_name}"


@rule("path-parameter", "defect", "Path parameters that do not fit the path")
def path_parameter(view: View) -> Iterator[Found]:
    for site in view.sites:
        declared = {
            str(node.get("name")): pointer for node, pointer in view.parameters(site) if node.get("in") == "path"
        }
        wanted = re.findall(r"{([^{}]*)}", site.path)
        for name in wanted:
            if name not in declared and all(node for node, _ in view.parameters(site)):
                yield site.pointer, f"the path's {{{name}}} is not declared"
        for name, pointer in declared.items():
            if name not in wanted:
                yield pointer, f"the path has no {{{name}}}"


@rule("path-key", "defect", "Path keys that are more than a path; their operations are not judged")
def path_key(view: View) -> Iterator[Found]:
    for path in mapping(view.raw.get("paths")):
        mark = next((mark for mark in "?#" if mark in str(path)), None)
        if mark is not None and not str(path).startswith("x-"):
            yield join("#/paths", path), f"{short(path)} holds {mark}, with which a path ends"


@rule("optional-path-parameter", "defect", "Path parameters that are said to be optional or null, which no path can be")
def optional_path_parameter(view: View) -> Iterator[Found]:
    for site in view.sites:
        for node, pointer in view.own_parameters(site.node, site.pointer):
            yield from _unfillable(view, node, pointer)
    for path, node in mapping(view.raw.get("paths")).items():
        for stated, pointer in view.own_parameters(view.follow(node), join("#/paths", path)):
            yield from _unfillable(view, stated, pointer)


def _unfillable(view: View, node: Schema, pointer: str) -> Iterator[Found]:
    if node.get("in") != "path":
        return
    if node.get(OPTIONAL) is True:
        yield pointer, f"{node.get('name')} is in the path, so it has to be required: true"
    schema = view.follow(node.get("schema"))
    if schema.get("nullable") is True or "null" in listed(schema.get("type")):
        yield pointer, f"{node.get('name')} is in the path, so it is never null"


@rule("undefined-scope", "defect", "Scopes that are required but that no flow of their scheme has")
def undefined_scope(view: View) -> Iterator[Found]:
    for requirement, pointer, _ in view.requirements():
        for name, wanted in requirement.items():
            flows = mapping(view.follow(view.schemes.get(name)).get("flows"))
            known = {scope for flow in flows.values() for scope in mapping(mapping(flow).get("scopes"))}
            for scope in listed(wanted) if flows else ():
                if scope not in known:
                    yield join(pointer, name), f"{name} has no scope {short(scope)}"


@rule("server-variable", "defect", "Servers whose address has a variable that is not declared")
def server_variable(view: View) -> Iterator[Found]:
    for index, node in enumerate(listed(view.raw.get("servers"))):
        server = mapping(node)
        for name in re.findall(r"{([^{}]*)}", str(server.get("url", ""))):
            if name not in mapping(server.get("variables")):
                yield join("#/servers", index), f"the address's {{{name}}} is not declared"


@rule("discriminator", "defect", "Discriminators that name no member, or no schema")
def discriminator(view: View) -> Iterator[Found]:
    for schema, pointer in view.document.schemas:
        stated, place = mapping(schema.get("discriminator")), join(pointer, "discriminator")
        name = stated.get("propertyName")
        if isinstance(name, str) and _lacks_everywhere(view, schema, name):
            yield place, f"none of the alternatives has the member {short(name)}"
        for value, target in mapping(stated.get("mapping")).items():
            if isinstance(target, str) and target.startswith("#/") and look_up(view.raw, target) is MISSING:
                yield join(place, "mapping", value), f"{target} is not defined"


def _lacks_everywhere(view: View, schema: Schema, name: str) -> bool:
    branches = [each for word in ("oneOf", "anyOf") for each in listed(schema.get(word))]
    shown = [members(view.raw, each) for each in branches or [schema]]
    return any(shown) and not any(name in each for each in shown)


@rule("duplicate-parameter", "defect", "Parameters that are declared twice in one place")
def duplicate_parameter(view: View) -> Iterator[Found]:
    for site in view.sites:
        seen = set()
        for node, pointer in view.own_parameters(site.node, site.pointer):
            name = (str(node.get("in")), str(node.get("name")))
            if node and name in seen:
                yield pointer, f"the {name[0]} parameter {name[1]} stands twice"
            seen.add(name)


@rule("duplicate-operation-id", "defect", "Operations that share an operationId")
def duplicate_operation_id(view: View) -> Iterator[Found]:
    seen: dict[str, str] = {}
    for site in view.sites:
        name = str(site.node.get("operationId", ""))
        if name in seen:
            yield join(site.pointer, "operationId"), f"{name} already names {seen[name]}"
        elif name:
            seen[name] = site.key


@rule("missing-operation-id", "remark", "Operations without an operationId")
def missing_operation_id(view: View) -> Iterator[Found]:
    for site in view.sites:
        if not site.node.get("operationId"):
            yield site.pointer, f"{site.key} has no operationId"


@rule("equivalent-paths", "defect", "Paths that no client can distinguish")
def equivalent_paths(view: View) -> Iterator[Found]:
    seen: dict[str, str] = {}
    for path in mapping(view.raw.get("paths")):
        shape = re.sub(r"{[^{}]*}", "{}", path)
        if shape in seen:
            yield join("#/paths", path), f"{path} is the same as {seen[shape]}"
        seen.setdefault(shape, path)


@rule("body-on-get", "remark", "Requests that read and yet declare a body, which servers and caches may drop")
def body_on_get(view: View) -> Iterator[Found]:
    for site in view.sites:
        if site.method in ("get", "head") and "requestBody" in site.node:
            yield join(site.pointer, "requestBody"), f"{site.key} declares a request body"
