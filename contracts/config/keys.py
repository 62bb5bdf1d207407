"""What a key of a deployment file may hold: how it is read, how editors check it, and how the reference tells it.

One declaration serves all three, so that none of them can say what the others do not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import attrs

from contracts.config.http import KIB, MIB

Schema = dict[str, Any]
_UNITS = {"": 1, "b": 1, "kib": KIB, "mib": MIB, "gib": 1024 * MIB}
_SIZE = re.compile(r"(\d{1,12})\s*([A-Za-z]*)", re.ASCII)


@attrs.frozen
class Form:
    """What a value looks like. `read` gives it as the suite uses it, and raises ValueError with what is needed."""

    told: str
    """The type in words, for the reference."""
    schema: Schema
    read: Callable[[Any], Any] = attrs.field(eq=False)
    choices: tuple[str, ...] = ()


@attrs.frozen
class Key:
    """One key of a table. `default`: as the reference tells it, "" for none; `example`: as TOML has it."""

    name: str
    form: Form
    says: str
    example: str
    default: str = ""
    required: bool = False
    secret: bool = False
    """Whether its value goes into the vault wherever it comes from."""

    def schema(self) -> Schema:
        """What an editor checks."""
        return {**self.form.schema, "description": self.says}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is needed")
    return value


def _where(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a name, a path or an address is needed")
    return value


def _url(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("an http or https address is needed")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is needed")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError("a number above 0 is needed")
    return float(value)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError("seconds above 0 are needed")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise ValueError("a whole number above 0 is needed")
    return value


def _size(value: Any) -> int:
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())) and match[2].lower() in _UNITS:
        value = int(match[1]) * _UNITS[match[2].lower()]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 2**40:
        raise ValueError('a size such as 65536, "64 KiB" or "10 MiB" is needed')
    return value


def _share(value: Any) -> float:
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if isinstance(value, bool) or not 0 <= share <= 1:
        raise ValueError('a share such as "1%" is needed')
    return share


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ValueError("a list of texts is needed")
    return value


def _one_or_more(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) and each for each in listed):
        raise ValueError("the name of a file, or a list of such, is needed")
    return listed


def _operations(value: Any) -> list[str]:
    try:
        return _texts(value)
    except ValueError:
        raise ValueError('a list of operations is needed, such as ["POST /exports", "tag:webhooks"]') from None


def _value(value: Any) -> Any:
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        told = "an empty text" if value == "" else type(value).__name__
        raise ValueError(f"a text or a number is needed, not {told}")
    return value


def _plain(value: Any) -> str:
    if not isinstance(value, str | int | float) or value != value:
        raise ValueError(f"a text or a number is needed, not {type(value).__name__}")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _maybe_empty(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('an address such as "http://proxy.example:3128" is needed, or "" for no proxy')
    return value


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("a table is needed")
    return value


def _none(value: Any) -> int:
    if value != 0 or isinstance(value, bool):
        raise ValueError("0 is needed: a redirect is an answer to be judged, and never followed")
    return 0


_NUMBER: Schema = {"type": "number", "exclusiveMinimum": 0}
_LISTED: Schema = {"type": "array", "items": {"type": "string", "minLength": 1}}
TEXT = Form("text", {"type": "string", "minLength": 1}, _text)
WHERE = Form("name, path or address", {"type": "string", "minLength": 1}, _where)
URL = Form("address", {"type": "string", "minLength": 1}, _url)
FLAG = Form("true or false", {"type": "boolean"}, _flag)
NUMBER = Form("number above 0", _NUMBER, _number)
SECONDS = Form("seconds above 0", _NUMBER, _seconds)
COUNT = Form("whole number above 0", {"type": "integer", "minimum": 1}, _count)
SIZE = Form("size in bytes", {"type": ["integer", "string"]}, _size)
SHARE = Form('share such as "1%"', {"type": ["number", "string"]}, _share)
TEXTS = Form("list of texts", _LISTED, _texts)
FILES = Form("file, or list of files", {"anyOf": [{"type": "string", "minLength": 1}, _LISTED]}, _one_or_more)
OPERATIONS = Form("list of operations", _LISTED, _operations)
VALUE = Form("text or whole number", {"type": ["string", "integer"]}, _value)
PLAIN = Form("text or number", {"type": ["string", "number", "boolean"]}, _plain)
PROXY = Form("address, or empty", {"type": "string"}, _maybe_empty)
TABLE = Form("table", {"type": "object"}, _table)
ANY = Form("any", {}, lambda value: value)
NEVER = Form("0", {"const": 0}, _none)


def choice(*choices: str) -> Form:
    """One of some words."""

    def read(value: Any) -> str:
        if value not in choices or not isinstance(value, str):
            raise ValueError(f"one of {', '.join(choices)} is needed")
        return value

    return Form(" or ".join(f'"{each}"' for each in choices), {"enum": [*choices]}, read, choices)
