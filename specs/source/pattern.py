"""Whether a text is a regular expression of ECMA 262, as JSON Schema requires."""

from __future__ import annotations

import re
from functools import lru_cache

import jsonschema_rs

_NEEDLESS = re.compile(r"\\([^\w\s^$\\.*+?()\[\]{}|/-]|_)")
"""An escaped character that means itself: strictly no ECMA 262, but everybody reads it alike."""


@lru_cache(maxsize=4096)
def is_pattern(text: str) -> bool:
    """Say whether readers of JSON Schema understand a pattern, and understand it alike."""
    return _is_strict(text) or _is_strict(_NEEDLESS.sub(r"\1", text))


def _is_strict(text: str) -> bool:
    return bool(_strict().is_valid(text))


@lru_cache(maxsize=1)
def _strict() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True)
