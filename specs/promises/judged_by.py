"""Reads which laws and checks judge which kind of promise, from a table that `contracts` writes."""

from __future__ import annotations

import tomllib
from pathlib import Path

from attrs import frozen

from specs.promises.promise import Promise
from specs.source.pointers import SpecError

NOBODY = "none yet"


@frozen
class Judges:
    """Law and check ids by kind of promise, or kind and topic ("token/refresh")."""

    kinds: dict[str, tuple[str, ...]]

    def of(self, promise: Promise) -> tuple[str, ...]:
        """Give what judges a promise, what speaks of its very topic first."""
        steps = [promise.kind, *promise.topic.split("/")]
        named = ["/".join(steps[:count]) for count in range(len(steps), 0, -1)]
        return tuple(dict.fromkeys(name for kind in named for name in self.kinds.get(kind, ())))


def read_judges(path: Path, *, needed: bool = False) -> Judges:
    """Read the table `[kinds]` of a TOML file; without the file nobody judges. Raises SpecError for a bad one."""
    if not path.is_file():
        if needed:
            raise SpecError(f"{path}: there is no such file")
        return Judges({})
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeError, OSError) as error:
        raise SpecError(f"{path}: {error}") from None
    kinds = table.get("kinds", {})
    if not isinstance(kinds, dict):
        raise SpecError(f"{path}: kinds has to be a table")
    for kind, names in kinds.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise SpecError(f"{path}: kinds.{kind} has to be a list of law and check ids")
    return Judges({kind: tuple(names) for kind, names in kinds.items()})
