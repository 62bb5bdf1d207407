"""One valid value of a schema, plain and always the same: for fixtures, where variety would only cost requests."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis_jsonschema import from_schema


def sample(schema: dict[str, Any]) -> Any:
    """The simplest value a schema allows; an empty object where none can be found."""
    plain = settings(
        max_examples=20,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        return find(from_schema(schema), lambda _: True, settings=plain)
    except (NoSuchExample, ValueError):
        return {}


def stranger(schema: dict[str, Any]) -> str:
    """A value that fits a path parameter but names nothing."""
    if schema.get("type") in {"number", "integer"}:
        return "2147480000"
    if schema.get("format") == "uuid":
        return "00000000-0000-4000-8000-000000000000"
    return "nobody"
