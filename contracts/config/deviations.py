"""The file of known deviations: law, operation, reason, owner, and the day they end."""

from __future__ import annotations

import datetime
import fnmatch
import re
from pathlib import Path
from typing import Any

import attrs

from contracts.config import toml_file

KEYS = {"rule", "operation", "matches", "reason", "owner", "expires"}


@attrs.frozen
class Deviation:
    """One accepted finding."""

    rule: str
    expires: str
    operation: str = "*"
    matches: str = ""
    reason: str = ""
    owner: str = ""

    @property
    def name(self) -> str:
        """How reports and items of the gate call it."""
        return f"{self.rule} {self.operation}" + (f" {self.matches!r}" if self.matches else "")

    def covers(self, rule: str, operation: str) -> bool:
        """Whether the entry speaks of a law or check on an operation, by id and key."""
        return _like(rule, self.rule) and _like(operation, self.operation)

    def expired(self, moment: float) -> bool:
        """Whether its last day had passed at a moment (epoch seconds, UTC)."""
        return self.expires < datetime.datetime.fromtimestamp(moment, datetime.UTC).date().isoformat()


def _like(text: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(text, re.sub(r"[\[\]?]", "[\\g<0>]", pattern))


def read(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The `[known]` table with the entries of its file. Raises ValueError, saying which place is wrong."""
    for key in table.keys() - {"file"}:
        raise ValueError(f"known.{key}: unknown key")
    if "file" not in table:
        return {}
    path = folder / str(table["file"])
    return {"file": str(path), "entries": [attrs.asdict(each) for each in load(path)]}


def load(path: Path) -> list[Deviation]:
    """The entries of a file. Raises ValueError, naming the file and the place."""
    try:
        raw = toml_file.read(path)
    except ValueError as error:
        raise ValueError(f"known.file: {path}: {error}") from None
    entries = raw.get("known", [])
    if not isinstance(entries, list):
        raise ValueError(f"known.file: {path}: write each entry as [[known]]")
    return [_entry(each, f"{path}: known[{number}]") for number, each in enumerate(entries)]


def _entry(raw: Any, where: str) -> Deviation:
    if not isinstance(raw, dict):
        raise ValueError(f"{where}: a table is needed")
    for key in raw.keys() - KEYS:
        raise ValueError(f"{where}.{key}: unknown key")
    for key in ("rule", "reason", "owner"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise ValueError(f"{where}.{key}: a text is needed")
    day = raw.get("expires")
    if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
        raise ValueError(f"{where}.expires: a day is needed, such as 2027-01-31")
    texts = {key: str(value) for key, value in raw.items() if key != "expires"}
    return Deviation(**texts, expires=day.isoformat())


def of(known: dict[str, Any]) -> list[Deviation]:
    """The entries of a deployment, as `read` gave them."""
    return [Deviation(**each) for each in known.get("entries", ())]
