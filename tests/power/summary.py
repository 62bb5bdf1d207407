"""What the executed matrix has shown, law by law, for the end of a test run and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import attrs

from contracts import checks, laws
from contracts.core import places
from load.scenarios.limits import laws as limits
from load.scenarios.mixed import laws as mixed
from load.scenarios.tokens import laws as tokens


@attrs.define
class Proven:
    """Which faults each law was seen to notice, and which it did not."""

    by: dict[str, list[str]] = attrs.field(factory=dict)
    missed: dict[str, list[str]] = attrs.field(factory=dict)

    def add(self, fault: str, depth: str, proven: Iterable[str], unproven: Mapping[str, str]) -> None:
        """Take note of one executed row; `unproven` has its lines, beginning with a law."""
        for law in proven:
            self._note(self.by, law, fault)
        for line in unproven:
            self._note(self.missed, line.partition(" ")[0], f"{fault} ({depth})" if depth else fault)

    def _note(self, where: dict[str, list[str]], law: str, fault: str) -> None:
        if fault not in (known := where.setdefault(law, [])):
            known.append(fault)

    def lines(self, *, every: bool = False) -> list[str]:
        """A line for every law that is not proven, or not by all of its faults; `every`: for the others as well."""
        told = [self._line(law) for law in sorted({*self.by, *self.missed}) if every or law in self.missed]
        nothing = sorted(self.missed.keys() - self.by.keys())
        count = f"{len(self.by)} laws and checks proven"
        return [*told, f"{count}, {len(nothing)} not proven: {', '.join(nothing)}" if nothing else count]

    def _line(self, law: str) -> str:
        by, missed = self.by.get(law, []), self.missed.get(law, [])
        at = f"{law} ({place(law)})"
        if not by:
            return f"{at}: NOT PROVEN, none of its faults is noticed: {_few(missed)}"
        unnoticed = f"; NOT noticed: {_few(missed)}" if missed else ""
        return f"{at}: proven by {_few(by)}{unnoticed}"


def _few(faults: list[str], most: int = 4) -> str:
    more = len(faults) - most
    return ", ".join(faults[:most]) + (f" and {more} more" if more > 0 else "")


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """The function of every law and check, those of load included, by id."""
    of_load = {**limits.LAWS, **mixed.LAWS, **tokens.LAWS}
    return {name: each.function for name, each in {**laws.load(), **checks.load(), **of_load}.items()}


def place(identity: str) -> str:
    """Where a law or check stands."""
    known = functions()
    return places.place(known[identity]) if identity in known else "there is no such law"
