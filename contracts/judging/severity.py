"""How grave a broken verdict is, by a table that an owner can override: `severity.toml` beside this module says how."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from contracts.config import toml_file
from contracts.config.severity import Row, Severity, read_rows

_TABLE = Path(__file__).with_name("severity.toml")


@cache
def table() -> tuple[Row, ...]:
    """The suite's own rows."""
    return tuple(read_rows(toml_file.read(_TABLE)["severity"]))


def severity_of(law: str, operation: str, expected: str | None, got: str | None, own: Iterable[Row] = ()) -> Severity:
    """How grave a finding is: by the owner's rows first, then by the suite's."""
    rows = (*own, *table())
    return next(row.severity for row in rows if row.fits(law, operation, expected or "", got or ""))
