"""Rules about examples and defaults: what an API owner shows has to be what she declares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import ValidationError, best_match

from specs.contract.operations import Site, parameter_schema
from specs.contract.schema_queries import items, types
from specs.contract.schemas import Direction, json_schema
from specs.contract.vocabulary import POSITIONS, SIZES, UNSURE, fold
from specs.lint.formats import checker
from specs.lint.tolerant_view import Found, View, listing, mapping, rule, short
from specs.source.pointers import SpecError, join

_DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_NAMES = {"dict": "an object", "list": "an array", "str": "text", "bool": "a boolean", "int": "a number"}
_WORDS = {**_NAMES, "float": "a number", "NoneType": "null"}
Shown = tuple[Any, str, Any, Direction]  # value, pointer, schema, direction


@rule("example-mismatch", "defect", "Examples that their own schema refuses")
def example_mismatch(view: View) -> Iterator[Found]:
    for value, pointer, schema, direction in shown(view):
        error = _error(view, schema, value, direction)
        if error is not None and error.validator != "format":
            yield pointer, told(error)


@rule("example-format", "defect", "Examples that are not of the format their schema names")
def example_format(view: View) -> Iterator[Found]:
    for value, pointer, schema, direction in shown(view):
        error = _error(view, schema, value, direction)
        if error is not None and error.validator == "format":
            yield pointer, told(error)


@rule("default-mismatch", "defect", "Defaults that their own schema refuses")
def default_mismatch(view: View) -> Iterator[Found]:
    for schema, pointer in schemas(view):
        if "default" in schema:
            error = _error(view, {**schema, "default": None}, schema["default"], "request")
            if error is not None:
                yield join(pointer, "default"), told(error)


@rule("empty-range", "defect", "Bounds that leave no value")
def empty_range(view: View) -> Iterator[Found]:
    for schema, pointer in schemas(view):
        for low, high in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
            least, most = schema.get(low), schema.get(high)
            if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
                yield join(pointer, low), f"{low} {least:g} is above {high} {most:g}"


@rule("list-example", "defect", "Lists whose example shows no list")
def list_example(view: View) -> Iterator[Found]:
    for site in view.sites:
        if site.method == "get" and asks_for_pages(view, site):
            for value, pointer in view.success_values(site):
                if isinstance(value, dict) and not _has_array(value):
                    yield pointer, "takes page parameters, but the example shows one object and no array"


def asks_for_pages(view: View, site: Site) -> bool:
    """Tell whether an operation takes a page size together with a position."""
    names = {fold(str(node.get("name"))) for node, _ in view.parameters(site) if node.get("in") == "query"}
    positions = {name for kind in POSITIONS.values() for name in kind}
    sized = bool(names & set(SIZES))
    return bool(names & (positions - set(UNSURE))) or (sized and bool(names & positions))


def _has_array(value: dict[str, Any]) -> bool:
    """Look for an array in an answer, or in the envelope inside it; deeper down it belongs to an item."""
    if any(isinstance(member, list) for member in value.values()):
        return True
    inner = [member for member in value.values() if isinstance(member, dict) and "id" not in member]
    return any(isinstance(member, list) for holder in inner for member in holder.values())


def shown(view: View) -> Iterator[Shown]:
    """Give every example with the schema it is held to."""
    for site in view.sites:
        for node, pointer in view.parameters(site):
            for value, place in view.values(node, pointer):
                yield _off_the_wire(view, node, value), place, parameter_schema(node), "request"
        body = view.follow(site.node.get("requestBody"))
        yield from _in_media(view, body, join(site.pointer, "requestBody"), "request")
        for _, response, pointer in view.responses(site):
            yield from _in_media(view, response, pointer, "response")
    for schema, pointer in schemas(view):
        if "example" in schema:
            yield schema["example"], join(pointer, "example"), {**schema, "example": None}, "response"


def _in_media(view: View, node: dict[str, Any], pointer: str, direction: Direction) -> Iterator[Shown]:
    for media, place in view.json_media(node, pointer):
        if "schema" in media:
            for value, where in view.values(media, place):
                yield value, where, media["schema"], direction


def _off_the_wire(view: View, node: dict[str, Any], value: Any) -> Any:
    """Read an example that is written as it travels ("100,200" for an array, "5" for a number)."""
    schema = parameter_schema(node)
    try:
        kinds = types(view.raw, schema)
        if not isinstance(value, str) or not kinds or "string" in kinds:
            return value
        if "array" in kinds:
            delimiter = _DELIMITERS.get(str(node.get("style", "form")), ",")
            return [_atom(part, types(view.raw, items(view.raw, schema))) for part in value.split(delimiter)]
        return _atom(value, kinds)
    except SpecError:
        return value


def _atom(text: str, kinds: set[str]) -> Any:
    if kinds & {"number", "integer", "boolean"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _error(view: View, schema: Any, value: Any, direction: Direction) -> ValidationError | None:
    """Give the most telling complaint about a value; None also where the schema itself is unusable (told elsewhere)."""
    try:
        validator = Draft202012Validator(json_schema(view.raw, schema, direction), format_checker=checker)
        plain = list(validator.iter_errors(value))
        graver = [error for error in plain if error.validator != "format"]
        found: ValidationError | None = best_match(graver) or best_match(plain)
    except (SpecError, SchemaError, RecursionError, ValueError, TypeError, AttributeError, LookupError):
        return None
    except Exception as error:  # a broken pattern or reference inside the schema: no verdict about the example
        if type(error).__module__.split(".")[0] in ("re", "referencing", "jsonschema"):
            return None
        raise
    return found


def told(error: ValidationError) -> str:
    """Put a complaint into a sentence that names the place inside the value."""
    at = join("", *error.absolute_path) or "it"
    if error.validator == "type":
        wanted = error.validator_value
        expected = " or ".join(wanted) if isinstance(wanted, list) else str(wanted)
        return f"{at} is {_WORDS.get(type(error.instance).__name__, 'something')}, not {expected}"
    if error.validator == "format":
        return f"{at} is {short(error.instance)}, which is no {error.validator_value}"
    if error.validator == "enum":
        return f"{at} is {short(error.instance)}, which is none of the listed values"
    if error.validator == "required":
        return f"{at}: {error.message.replace('is a required property', 'is missing')}"
    return f"{at}: {short(error.message, 100)}"


def schemas(view: View) -> Iterator[tuple[dict[str, Any], str]]:
    """Give every schema of the document with its pointer, references not followed."""
    for name, schema in mapping(mapping(view.raw.get("components")).get("schemas")).items():
        yield from _nested(schema, join("#/components/schemas", name))
    for site in view.sites:
        for index, entry in enumerate(listing(site.node.get("parameters"))):
            if isinstance(entry, dict) and "$ref" not in entry:
                yield from _nested(entry.get("schema"), join(site.pointer, "parameters", index, "schema"))
        for key, node in _bodies(site):
            for media, place in view.json_media(mapping(node), key):
                yield from _nested(media.get("schema"), join(place, "schema"))


def _bodies(site: Site) -> Iterator[tuple[str, Any]]:
    yield join(site.pointer, "requestBody"), site.node.get("requestBody")
    for status, node in mapping(site.node.get("responses")).items():
        yield join(site.pointer, "responses", status), node


def _nested(schema: Any, pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    yield schema, pointer
    for name, member in mapping(schema.get("properties")).items():
        yield from _nested(member, join(pointer, "properties", name))
    for key in ("items", "additionalProperties", "not"):
        yield from _nested(schema.get(key), join(pointer, key))
    for key in ("allOf", "anyOf", "oneOf"):
        for index, part in enumerate(listing(schema.get(key))):
            yield from _nested(part, join(pointer, key, index))
