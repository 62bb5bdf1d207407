"""Reads a document of Swagger 2.0 as one of OpenAPI 3.0 that says the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import Factory, define

from specs.source.grammar import METHODS
from specs.source.pointers import join, look_up

_HOMES = {
    "#/definitions/": "#/components/schemas/",
    "#/responses/": "#/components/responses/",
    "#/parameters/": "#/components/parameters/",
}
_ABOUT_VALUES = (
    "type", "format", "items", "default", "enum", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
    "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "x-nullable",
)  # fmt: skip
_STYLES = {"ssv": "spaceDelimited", "tsv": "spaceDelimited", "pipes": "pipeDelimited"}
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
_KEPT = ("tags", "summary", "description", "externalDocs", "operationId", "deprecated", "security")
_JSON = ["application/json"]


@define
class Converted:
    """A document of OpenAPI 3.0, and where its parts stood in that of Swagger 2.0."""

    raw: dict[str, Any]
    origins: dict[str, str] = Factory(dict)

    def origin(self, pointer: str) -> str:
        """Give the place in the document as it was written that a pointer into the converted one stands for."""
        around = pointer
        while around not in self.origins:
            if "/" not in around:
                return pointer
            around = around.rpartition("/")[0]
        return self.origins[around] + pointer[len(around) :]


def is_swagger(raw: Any) -> bool:
    """Say whether a document says that it is one of Swagger 2.0."""
    return isinstance(raw, dict) and str(raw.get("swagger", "")).startswith("2")


def converted(raw: dict[str, Any]) -> Converted:
    """Convert a document; what is malformed in it stays so, to be reported with its place."""
    return _Converter(raw).convert()


@define
class _Converter:
    old: dict[str, Any]
    new: Converted = Factory(lambda: Converted({}))

    def convert(self) -> Converted:
        old, extensions = self.old, {key: value for key, value in self.old.items() if str(key).startswith("x-")}
        parts = {
            "schemas": self._schemas(),
            "responses": self._named("responses", self._response),
            "parameters": self._parameters(),
            "securitySchemes": self._schemes(),
        }
        self.new.raw = {
            "openapi": "3.0.3",
            "info": old.get("info", {}),
            "servers": [{"url": url} for url in _servers(old)],
            "paths": self._paths(old["paths"]) if isinstance(old.get("paths"), dict) else old.get("paths", {}),
            "components": {name: part for name, part in parts.items() if part},
            **{key: old[key] for key in ("security", "tags", "externalDocs") if key in old},
            **extensions,
        }
        return self.new

    def _came(self, new: str, old: str) -> None:
        self.new.origins[new] = old

    def _schemas(self) -> Any:
        stated = self.old.get("definitions", {})
        self._came("#/components/schemas", "#/definitions")
        return {name: schema(each) for name, each in stated.items()} if isinstance(stated, dict) else stated

    def _named(self, key: str, convert: Any) -> dict[str, Any]:
        stated = self.old.get(key)
        return {
            name: convert(each, join("#", key, name), join(f"#/components/{key}", name), self.old)
            for name, each in (stated.items() if isinstance(stated, dict) else ())
        }

    def _parameters(self) -> dict[str, Any]:
        """Convert the shared parameters; a body or a form is no parameter of OpenAPI 3."""
        stated = self.old.get("parameters")
        found: dict[str, Any] = {}
        for name, each in stated.items() if isinstance(stated, dict) else ():
            if not (isinstance(each, dict) and each.get("in") in ("body", "formData")):
                found[name] = self._parameter(each, join("#/parameters", name), join("#/components/parameters", name))
        return found

    def _paths(self, paths: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, item in paths.items():
            place = join("#/paths", path)
            found[path] = item if str(path).startswith("x-") or not isinstance(item, dict) else self._path(item, place)
        return found

    def _path(self, item: dict[str, Any], place: str) -> dict[str, Any]:
        """Convert a path item; bodies and forms that it shares go to each of its operations."""
        found: dict[str, Any] = {key: value for key, value in item.items() if key not in ("parameters", *METHODS)}
        entries, shared = self._sorted(item, place)
        if entries:
            found["parameters"] = self._listed(entries, join(place, "parameters"))
        for method in METHODS:
            if method in item:
                node = item[method]
                where = join(place, method)
                found[method] = self._operation(node, where, shared) if isinstance(node, dict) else node
        return found

    def _sorted(self, node: dict[str, Any], place: str) -> tuple[list[tuple[Any, str]], list[tuple[Any, str]]]:
        """Part the parameters of a node into plain ones, and those that make a body, each with its place."""
        listed = node.get("parameters")
        plain: list[tuple[Any, str]] = []
        inside: list[tuple[Any, str]] = []
        for index, each in enumerate(listed if isinstance(listed, list) else ()):
            where, target = join(place, "parameters", index), each
            if isinstance(each, dict) and isinstance(each.get("$ref"), str):
                target = look_up(self.old, each["$ref"])
            is_body = isinstance(target, dict) and target.get("in") in ("body", "formData")
            (inside if is_body else plain).append((target if is_body else each, where))
        return plain, inside

    def _listed(self, entries: list[tuple[Any, str]], place: str) -> list[Any]:
        return [self._parameter(node, old, join(place, index)) for index, (node, old) in enumerate(entries)]

    def _operation(self, node: dict[str, Any], place: str, shared: list[tuple[Any, str]]) -> dict[str, Any]:
        kept = {key: value for key, value in node.items() if key in _KEPT or str(key).startswith("x-")}
        plain, inside = self._sorted(node, place)
        if plain:
            kept["parameters"] = self._listed(plain, join(place, "parameters"))
        if not isinstance(node.get("parameters", []), list):
            kept["parameters"] = node["parameters"]
        if inside or shared:
            kept["requestBody"] = self._body(inside or shared, node, place)
        responses = node.get("responses", {})
        if isinstance(responses, dict):
            responses = {
                status: each
                if str(status).startswith("x-")
                else self._response(each, join(place, "responses", status), join(place, "responses", status), node)
                for status, each in responses.items()
            }
        return {**kept, "responses": responses}

    def _parameter(self, node: Any, old: str, new: str) -> Any:
        self._came(new, old)
        if not isinstance(node, dict) or "$ref" in node:
            return referred(node)
        self._came(join(new, "schema"), old)
        kept = {key: value for key, value in node.items() if key not in (*_ABOUT_VALUES, "collectionFormat")}
        kept |= {"schema": _of_value(node)}
        if node.get("type") == "array":
            style = str(node.get("collectionFormat", "csv"))
            kept["style"] = _STYLES.get(style, "form" if node.get("in") == "query" else "simple")
            kept["explode"] = style == "multi"
        if "x-example" in kept:
            kept["example"] = kept["x-example"]
        return kept

    def _body(self, inside: list[tuple[Any, str]], node: dict[str, Any], place: str) -> dict[str, Any]:
        new = join(place, "requestBody")
        body = next(((each, where) for each, where in inside if each.get("in") == "body"), None)
        if body is None:
            return self._form([each for each, _ in inside], node, new, inside[0][1])
        stated, where = body
        self._came(new, where)
        content = {}
        for media in self._media("consumes", node):
            self._came(join(new, "content", media, "schema"), join(where, "schema"))
            content[media] = {"schema": schema(stated["schema"])} if "schema" in stated else {}
        return {"required": stated.get("required") is True, "content": content, **_described(stated)}

    def _form(self, fields: list[Any], node: dict[str, Any], new: str, old: str) -> dict[str, Any]:
        self._came(new, old)
        files = any(each.get("type") == "file" for each in fields)
        properties = {str(each.get("name")): {**_of_value(each), **_described(each)} for each in fields}
        required = [str(each.get("name")) for each in fields if each.get("required") is True]
        whole = {"type": "object", "properties": properties, **({"required": required} if required else {})}
        stated = [each for each in self._media("consumes", node) if "form" in each]
        media = stated or ["multipart/form-data" if files else "application/x-www-form-urlencoded"]
        return {"required": bool(required), "content": {each: {"schema": whole} for each in media}}

    def _response(self, node: Any, old: str, new: str, operation: dict[str, Any]) -> Any:
        self._came(new, old)
        if not isinstance(node, dict) or "$ref" in node:
            return referred(node)
        found: dict[str, Any] = {"description": "", **_described(node)}
        found |= {key: value for key, value in node.items() if str(key).startswith("x-")}
        if isinstance(node.get("headers"), dict):
            found["headers"] = {name: _header(each) for name, each in node["headers"].items()}
        shown = node.get("examples") if isinstance(node.get("examples"), dict) else {}
        if "schema" in node or shown:
            found["content"] = {}
            for media in dict.fromkeys([*self._media("produces", operation), *(str(each) for each in shown or ())]):
                self._came(join(new, "content", media, "schema"), join(old, "schema"))
                self._came(join(new, "content", media, "example"), join(old, "examples", media))
                inner = {"schema": schema(node["schema"])} if "schema" in node else {}
                found["content"][media] = {**inner, **({"example": shown[media]} if shown and media in shown else {})}
        return found

    def _media(self, key: str, operation: dict[str, Any]) -> list[str]:
        stated = operation.get(key) or self.old.get(key)
        named = [each for each in stated if isinstance(each, str) and each] if isinstance(stated, list) else []
        return named or _JSON

    def _schemes(self) -> Any:
        stated = self.old.get("securityDefinitions", {})
        self._came("#/components/securitySchemes", "#/securityDefinitions")
        return {name: _scheme(each) for name, each in stated.items()} if isinstance(stated, dict) else stated


def schema(node: Any) -> Any:
    """Convert a schema, and those inside it."""
    if isinstance(node, list):
        return [schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = dict(_keywords(referred(node)))
    if isinstance(found.get("discriminator"), str):
        found["discriminator"] = {"propertyName": found["discriminator"]}
    if found.pop("x-nullable", None) is True:
        found["nullable"] = True
    if found.get("type") == "file":
        found |= {"type": "string", "format": "binary"}
    return found


def _keywords(node: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if key in ("items", "additionalProperties", "not", "allOf", "anyOf", "oneOf"):
            yield key, schema(value)
        elif key in ("properties", "patternProperties") and isinstance(value, dict):
            yield key, {name: schema(each) for name, each in value.items()}
        else:
            yield key, value


def referred(node: Any) -> Any:
    """Let a reference lead to where the converted part stands."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    if not isinstance(reference, str):
        return node
    for old, new in _HOMES.items():
        if reference.startswith(old):
            return {**node, "$ref": new + reference.removeprefix(old)}
    return node


def _of_value(node: dict[str, Any]) -> Any:
    """Give the schema that is among the members of a parameter, header or form field."""
    return schema({key: node[key] for key in _ABOUT_VALUES if key in node})


def _described(node: dict[str, Any]) -> dict[str, Any]:
    return {"description": node["description"]} if isinstance(node.get("description"), str) else {}


def _header(node: Any) -> Any:
    return {**_described(node), "schema": _of_value(node)} if isinstance(node, dict) else node


def _scheme(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node.get("type") == "basic":
        return {"type": "http", "scheme": "basic", **_described(node)}
    if node.get("type") != "oauth2":
        return node
    named = ("authorizationUrl", "tokenUrl", "scopes")
    flow = {key: node[key] for key in named if key in node}
    kept = {key: value for key, value in node.items() if key not in ("flow", *named)}
    return {**kept, "flows": {_FLOWS.get(str(node.get("flow")), str(node.get("flow"))): {"scopes": {}, **flow}}}


def _servers(old: dict[str, Any]) -> list[str]:
    base = str(old.get("basePath") or "/")
    if not old.get("host"):
        return [base]
    stated = old.get("schemes")
    schemes = [str(each) for each in stated] if isinstance(stated, list) and stated else ["https"]
    return [f"{each}://{old['host']}{base}".rstrip("/") for each in schemes]
