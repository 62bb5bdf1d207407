"""How a text comes from a secret, in the words of bash: so that a printed curl line with a damaged credential runs."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from contracts.config.secret_finder import Form, Found

_SLICE = re.compile(r":(\d+)(?::(\d+))?")
_CHANGES: dict[str, Callable[[str], str]] = {
    "": str,
    "%?": lambda value: value[:-1],
    "^^": str.upper,
    ",,": str.lower,
    "~~": str.swapcase,
}


def expanded(value: str, change: str) -> str:
    """What becomes of a value by an expansion; the value itself where that is none."""
    if change in _CHANGES:
        return _CHANGES[change](value)
    if part := _SLICE.fullmatch(change):
        start, count = int(part[1]), part[2]
        return value[start : start + int(count)] if count else value[start:]
    return value


def expansion(found: Found) -> str | None:
    """By which expansion a text comes from a secret; "" where it is the secret, None where that cannot be said."""
    secret, text = found.secret, found.text.decode("utf-8", "surrogateescape")
    if found.form is not Form.TEXT:
        whole = base64.b64encode(secret.value.encode("utf-8", "surrogatepass"))
        return "" if found.form is Form.BASE64 and found.text == whole else None
    first, last, size = found.first, found.last, len(secret.folded)
    if (first, last) == (0, size):
        return next((change for change, made in _CHANGES.items() if made(secret.value) == text), None)
    part = f":{first}" if last == size else f":{first}:{last - first}"
    return part if size == len(secret.value) and expanded(secret.value, part) == text else None
