"""Rows of a severity table: which findings they are about, and how grave those are."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

import attrs

LEVELS = ("critical", "major", "minor")
"""Gravest first."""
KEYS = {"law", "operation", "expected", "got", "level", "reason", "owasp", "wfc"}


@attrs.frozen
class Severity:
    """How grave something is, and why. `owasp`, `wfc`: how catalogues of the field call it."""

    level: str
    reason: str
    owasp: str | None = None
    wfc: int | None = None

    def written(self) -> dict[str, Any]:
        """As verdicts.json has it; catalogues that have no name for it are left out."""
        return {key: value for key, value in attrs.asdict(self).items() if value is not None}


@attrs.frozen
class Row:
    """One row of the table: which findings it is about, and how grave they are."""

    law: str
    severity: Severity
    operation: str = "*"
    expected: str = ""
    got: str = ""

    def fits(self, law: str, operation: str, expected: str, got: str) -> bool:
        """Whether a finding is one that this row is about."""
        return (
            fnmatch.fnmatchcase(law, self.law)
            and (self.operation == "*" or operation == self.operation)
            and re.search(self.expected, expected) is not None
            and re.search(self.got, got) is not None
        )


def read_rows(raw: Any) -> list[Row]:
    """Rows from the `[[severity]]` tables of a file. Raises ValueError, naming the place that is wrong."""
    if not isinstance(raw, list):
        raise ValueError("severity: write each row as [[severity]]")
    return [_row(each, f"severity[{number}]") for number, each in enumerate(raw)]


def _row(raw: Any, where: str) -> Row:
    if not isinstance(raw, dict):
        raise ValueError(f"{where}: a table is needed")
    for key in raw.keys() - KEYS:
        raise ValueError(f"{where}.{key}: unknown key")
    for key in ("expected", "got"):
        try:
            re.compile(str(raw.get(key, "")))
        except re.error as error:
            raise ValueError(f"{where}.{key}: no regular expression ({error})") from None
    if raw.get("level") not in LEVELS:
        raise ValueError(f"{where}.level: one of {', '.join(LEVELS)} is needed")
    if not isinstance(raw.get("law"), str):
        raise ValueError(f"{where}.law: the id of a law is needed")
    severity = Severity(raw["level"], str(raw.get("reason", "")), raw.get("owasp"), raw.get("wfc"))
    texts = {key: str(raw[key]) for key in ("operation", "expected", "got") if key in raw}
    return Row(raw["law"], severity, **texts)


def at_least(level: str, least: str) -> bool:
    """Whether one level is as grave as another, or graver."""
    return LEVELS.index(level) <= LEVELS.index(least)
