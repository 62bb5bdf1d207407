"""Making models of plain JSON objects that a schema has already checked."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs

__all__ = ["many", "model"]

T = TypeVar("T", bound=attrs.AttrsInstance)


def model(kind: type[T], raw: Mapping[str, Any], **made: Any) -> T:
    """An instance of an attrs class from a JSON object: its lists as tuples, `made` in place of members.

    Members the class does not know are left out: later versions of the suite may write more.
    """
    names = [field.name for field in attrs.fields(kind)]
    return kind(**{name: _frozen(raw[name]) for name in names if name in raw and name not in made}, **made)


def many(kind: type[T], raw: Iterable[Mapping[str, Any]]) -> tuple[T, ...]:
    """A tuple of instances."""
    return tuple(model(kind, each) for each in raw)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
