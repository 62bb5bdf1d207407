"""Values that fit a schema and mean nothing: for requests that have to be refused, whatever they ask for."""

from __future__ import annotations

from typing import Any


def stranger(schema: dict[str, Any]) -> str:
    """A value that fits a path parameter but names nothing."""
    if schema.get("type") in {"number", "integer"}:
        return "2147480000"
    if schema.get("format") == "uuid":
        return "00000000-0000-4000-8000-000000000000"
    return "nobody"
