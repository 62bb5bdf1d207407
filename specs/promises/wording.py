"""Puts schemas and figures into words."""

from __future__ import annotations

from typing import Any

from specs.contract.model import Schema
from specs.contract.schema_queries import items, types

_SPANS = ((31536000.0, "year"), (86400.0, "day"), (3600.0, "hour"), (60.0, "minute"))
_FEW = 8  # alternatives beyond this are counted, not listed


def article(word: str) -> str:
    """Give "a" or "an"."""
    return "an" if word[:1].lower() in "aeio" else "a"


def figure(value: Any) -> str:
    """Write a number without a needless fraction."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def duration(seconds: float) -> str:
    """Write a time span in its largest whole unit."""
    for size, name in _SPANS:
        if seconds >= size and seconds % size == 0:
            number = int(seconds // size)
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{figure(seconds)} seconds"


def described(raw: Schema, schema: Schema) -> str:
    """Describe a schema in a few words: "a number from 1 to 1000"."""
    kinds = sorted(types(raw, schema) - {"null"})
    if kinds == ["array"]:
        entry = items(raw, schema) or {}
        return f"a list, each {described(raw, entry)}"
    words = " or ".join(kinds) or "value"
    return " ".join([article(words), words, *constraints(raw, schema)])


def constraints(raw: Schema, schema: Schema) -> list[str]:
    """Put what a schema requires beyond its type into words."""
    found = [*_range(schema, "minimum", "maximum", ""), *_lengths(schema)]
    if isinstance(schema.get("enum"), list):
        values = schema["enum"]
        listed = ", ".join(str(value) for value in values)
        found.append(f"out of {listed}" if len(values) <= _FEW else f"out of {len(values)} listed ones")
    if isinstance(schema.get("format"), str) and types(raw, schema) <= {"string", "null"}:
        found.append(f"in the form {schema['format']}")
    if isinstance(schema.get("pattern"), str):
        found.append(f"that matches {schema['pattern']}")
    return found


def _range(schema: Schema, low: str, high: str, unit: str) -> list[str]:
    least, most = schema.get(low), schema.get(high)
    if 1 in (least, most) and None in (least, most):
        unit = unit.rstrip("s")
    if least is not None and most is not None:
        return [f"from {figure(least)} to {figure(most)}{unit}"]
    if least is not None:
        return [f"of at least {figure(least)}{unit}"]
    return [] if most is None else [f"of at most {figure(most)}{unit}"]


def _lengths(schema: Schema) -> list[str]:
    return _range(schema, "minLength", "maxLength", " characters") + _range(schema, "minItems", "maxItems", " items")
