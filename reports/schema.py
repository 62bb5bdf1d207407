"""The JSON Schemas of a run's files, and one-line complaints about what does not keep them."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from reports.errors import ReportError
from specs.source.pointers import join

__all__ = ["SCHEMAS", "validate"]

SCHEMAS = Path(__file__).parent / "schemas"
LONGEST = 160  # characters of a complaint; a fault in a large value would otherwise quote all of it


def validate(kind: str, value: Any, where: str) -> None:
    """Check `value` against the schema `kind` ("verdicts" or "evidence"); `where` opens the complaint."""
    validator = _validator(kind)
    try:
        if validator.is_valid(value):
            return
        error = next(iter(validator.iter_errors(value)))
    except UnicodeEncodeError:
        raise ReportError(f"{where}: it has a text with half of a character") from None
    raise ReportError(f"{where}: {_pointer(error.instance_path)}{_cut(error.message)}")


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return jsonschema_rs.Draft202012Validator(schema)


def _pointer(path: Iterable[str | int]) -> str:
    steps = join("", *path)
    return f"at {steps}: " if steps else ""


def _cut(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} … {line[-LONGEST // 2 :]}"
