"""Composes a request body where the document has no example of one, out of what its schemas say of the members.

A reader of the document would do the same: take the examples, defaults and choices that are beside members, and values
that look like what a name or a format needs. Nobody promises that such a body makes sense to a server.
"""

from __future__ import annotations

import re
from typing import Any

from specs.contract.member_names import USUAL, Hint
from specs.contract.model import Schema
from specs.contract.schema_queries import alternatives
from specs.contract.vocabulary import FREE, TELLING, fold
from specs.source.pointers import MISSING

_FORMATS = {
    "email": "someone@example.com", "idn-email": "someone@example.com", "uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "date": "2031-04-05", "date-time": "2031-04-05T06:07:08Z", "time": "06:07:08Z", "duration": "PT1H",
    "uri": "https://example.com/", "url": "https://example.com/", "uri-reference": "https://example.com/",
    "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "hostname": "example.com", "byte": "c29tZQ==", "binary": "some text",
    "json-pointer": "/some",
}  # fmt: skip
_FILLER = "some"
"""What stands for a text of which nothing but its type is known."""
_DEEPEST = 6  # levels of objects; schemas may contain themselves


def composed(raw: Schema, schema: Any, depth: int = 0, *, fully: bool = False) -> Any:
    """Give a value of a request schema; MISSING where none can be thought of.

    `fully`: with every member but those that refer to something else.
    """
    if depth > _DEEPEST:
        return MISSING
    plain = alternatives(raw, schema)[0]
    if (stated := _stated(plain)) is not MISSING:
        return stated
    kind = _kind(plain)
    if kind == "object":
        return _object(raw, plain, depth, fully=fully)
    if kind == "array":
        entry = composed(raw, plain.get("items", {}), depth + 1)
        few = max(1, plain.get("minItems", 1)) if isinstance(plain.get("minItems", 1), int) else 1
        return [] if entry is MISSING else [entry] * few
    if kind in ("integer", "number"):
        return _number(plain)
    return {"boolean": True, "null": None}.get(kind, _text(plain, "") if kind == "string" else _FILLER)


def is_filler(value: Any) -> bool:
    """Say whether a value is, or holds, a text of which nothing was known: a server may have no use for it."""
    if isinstance(value, dict | list):
        return any(map(is_filler, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and value.rstrip("x") == _FILLER


def _stated(schema: Schema) -> Any:
    """Give what the document itself says a value may be."""
    for key in ("const", "example", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        values = [each for each in _listed(schema.get(key)) if each is not None]
        if values:
            return values[0]
    return MISSING


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else ""
    return str(kind)


def _object(raw: Schema, schema: Schema, depth: int, *, fully: bool) -> dict[str, Any]:
    """Every member that is required or whose value the document states; of an object without such, what can be said."""
    properties = schema.get("properties")
    required = {each for each in _listed(schema.get("required")) if isinstance(each, str)}
    found: dict[str, Any] = {}
    spare: dict[str, Any] = {}
    for name, member in properties.items() if isinstance(properties, dict) else ():
        plain = alternatives(raw, member)[0]
        if plain.get("readOnly") is True:
            continue
        value = _member(raw, str(name), plain, depth)
        if value is MISSING:
            continue
        if name in required or (_stated(plain) is not MISSING and value is not None):
            found[name] = value
        elif not USUAL.suggest(name, Hint.REFERENCE) and (fully or not isinstance(value, dict | list)):
            spare[name] = value
    return {**spare, **found} if fully else found or spare


def _member(raw: Schema, name: str, plain: Schema, depth: int) -> Any:
    if _stated(plain) is MISSING and _kind(plain) == "string":
        return _text(plain, name)
    return composed(raw, plain, depth + 1)


def _text(schema: Schema, name: str) -> str:
    """A text such as a format, a pattern or a telling name needs, as long as it has to be."""
    if isinstance(pattern := schema.get("pattern"), str):
        return _fitting(pattern)
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    words = fold(name)
    text = next((value for word, value in TELLING.items() if words.endswith(word)), "")
    text = text or (f"Some {name}" if words in FREE else _FILLER)
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    text = text.ljust(least, "x") if isinstance(least, int) else text
    return text[:most] if isinstance(most, int) else text


def _fitting(pattern: str) -> str:
    from hypothesis import HealthCheck, Phase, find, settings  # only here: it takes a third of a second to load
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException

    once = settings(max_examples=10, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    once = settings(once, suppress_health_check=list(HealthCheck))
    try:
        return find(st.from_regex(pattern, alphabet=st.characters(max_codepoint=126)), bool, settings=once)
    except (HypothesisException, re.error, ValueError):
        return "some"


def _number(schema: Schema) -> float | int:
    low, high = _bound(schema, "minimum", "exclusiveMinimum", 1), _bound(schema, "maximum", "exclusiveMaximum", -1)
    value = 1.0 if low is None and high is None else low if low is not None and low > 1 else 1.0
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        value = max(1, -(-value // step)) * step
    return int(value) if float(value).is_integer() else float(value)


def _bound(schema: Schema, inclusive: str, exclusive: str, inwards: int) -> float | None:
    """Give a bound one step inwards where it is excluded itself."""
    limit = schema.get(exclusive)
    if isinstance(limit, bool):
        return None if inclusive not in schema else schema[inclusive] + (inwards if limit else 0)
    if isinstance(limit, int | float):
        return limit + inwards
    plain = schema.get(inclusive)
    return plain if isinstance(plain, int | float) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
