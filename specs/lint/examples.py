"""Rules about examples and defaults: what an API owner shows has to be what she declares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import ValidationError, best_match

from specs.contract.operations import parameter_schema
from specs.contract.schema_queries import items, types
from specs.contract.schemas import Direction, json_schema
from specs.lint.formats import checker
from specs.lint.tolerant_view import Found, View, rule, short
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
            yield pointer, explained(error)


@rule("example-format", "defect", "Examples that are not of the format their schema names")
def example_format(view: View) -> Iterator[Found]:
    for value, pointer, schema, direction in shown(view):
        error = _error(view, schema, value, direction)
        if error is not None and error.validator == "format":
            yield pointer, explained(error)


@rule("default-mismatch", "defect", "Defaults that their own schema refuses")
def default_mismatch(view: View) -> Iterator[Found]:
    for schema, pointer in schemas(view):
        if "default" in schema:
            error = _error(view, {**schema, "default": None}, schema["default"], "request")
            if error is not None:
                yield join(pointer, "default"), explained(error)


@rule("list-example", "defect", "Lists whose example shows no list")
def list_example(view: View) -> Iterator[Found]:
    for site, operation in view.lists():
        item = operation.paging is None and site.path.rstrip("/").endswith(
            "}"
        )  # one resource may take pages of what is in it
        for value, pointer in view.success_values(site) if operation.asks.position and not item else ():
            if isinstance(value, dict) and not _has_array(value):
                yield pointer, "takes page parameters, but the example shows one object and no array"


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
    """Give the most telling complaint about a value; None also where the schema itself is unusable (another rule)."""
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


def explained(error: ValidationError) -> str:
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


def schemas(view: View) -> tuple[tuple[dict[str, Any], str], ...]:
    """Give every schema of the document with its pointer, references not followed."""
    return view.document.schemas
