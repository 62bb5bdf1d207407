"""The keywords of one schema: which are of the wrong kind, and those of OpenAPI 3.0 that stand in a later document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from specs.source.pattern import is_pattern

UNUSABLE = "x-unusable"
"""Marks, in a mended document, a part that no verdict can rest on, and says why."""
TYPES = ("null", "boolean", "object", "array", "number", "integer", "string")
_LARGEST = 1e300  # beyond it, a number of JSON is no number of everybody's
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def said_plainly(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Say in the words of OpenAPI 3.0 what generators say in a word of their own, in place; give that word."""
    if schema.get("x-nullable") is True:
        yield "x-nullable", "x-nullable is no word of OpenAPI 3: nullable is, or from 3.1 on a type of null"
        del schema["x-nullable"]
        schema["nullable"] = True


def modernised(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Say in a schema of OpenAPI 3.1 what its owner says there in the words of 3.0, in place; give those words."""
    if schema.get("nullable") is True:
        yield "nullable", 'nullable says nothing from OpenAPI 3.1 on; type: [..., "null"] does'
        kind = schema.get("type")
        if isinstance(kind, str) and kind != "null":
            schema["type"] = [kind, "null"]
        elif isinstance(kind, list) and "null" not in kind:
            schema["type"] = [*kind, "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        del schema["nullable"]
    for bound, exclusive in _BOUNDS:
        if isinstance(schema.get(exclusive), bool):
            yield exclusive, f"{exclusive} is a number from OpenAPI 3.1 on, not true or false"
            strict = schema.pop(exclusive)
            if strict and bound in schema:
                schema[exclusive] = schema.pop(bound)


def with_numbers(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Read numbers that are written as text, as some generators do of decimals, in place; give those words."""
    for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        value = schema.get(key)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            yield key, f"{key} has to be {_WANTED[key][1]}, not {_short(value)}"
            schema[key] = float(value) if "." in value else int(value)


def keyword_faults(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the keywords of a schema that cannot be used, each with what is wrong with it."""
    return list(_faults(schema))


def _faults(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in schema.items():
        wanted = _WANTED.get(key)
        if wanted is not None and not wanted[0](value):
            yield key, f"{key} has to be {wanted[1]}, not {_short(value)}"
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not is_pattern(pattern):
        yield "pattern", f"{_short(pattern)} is no regular expression of ECMA 262"
    named = schema.get("patternProperties")
    for name in named if isinstance(named, dict) else ():
        if not is_pattern(str(name)):
            yield "patternProperties", f"{_short(name)} is no regular expression of ECMA 262"
            return


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _is_type(value: Any) -> bool:
    several = value if isinstance(value, list) else [value]
    return bool(several) and all(isinstance(each, str) and each in TYPES for each in several)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and float(value).is_integer()


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains")
_WANTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "type": (_is_type, f"one of {', '.join(TYPES)}"),
    "required": (_is_names, "a list of names"),
    "enum": (lambda value: isinstance(value, list) and bool(value), "a list of values"),
    "pattern": (lambda value: isinstance(value, str), "text"),
    "format": (lambda value: isinstance(value, str), "text"),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    "discriminator": (lambda value: isinstance(value, dict | str), "an object"),
    "allOf": (lambda value: isinstance(value, list) and bool(value), "a list of schemas"),
    "anyOf": (lambda value: isinstance(value, list) and bool(value), "a list of schemas"),
    "oneOf": (lambda value: isinstance(value, list) and bool(value), "a list of schemas"),
    **dict.fromkeys(("minimum", "maximum"), (_is_number, "a number")),
    **dict.fromkeys(
        ("exclusiveMinimum", "exclusiveMaximum"), (lambda value: _is_bool(value) or _is_number(value), "a number")
    ),
    **dict.fromkeys((*_COUNTS, "maxContains"), (_is_count, "a whole number, not negative")),
    **dict.fromkeys(("nullable", "readOnly", "writeOnly", "uniqueItems", "deprecated"), (_is_bool, "true or false")),
    **dict.fromkeys(("title", "description", "$id", "$anchor"), (lambda value: isinstance(value, str), "text")),
    "$dynamicRef": (lambda _: False, "a plain $ref, which is all that is followed here"),
}
