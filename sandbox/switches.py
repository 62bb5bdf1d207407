"""Named switches: what faults and variations have in common."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from sandbox.document import Document, Operation

SCOPES: dict[str, Callable[[Operation], bool]] = {
    "every operation": lambda _: True,
    "every list": lambda operation: operation.paging is not None,
    "every list with a pagination object": lambda operation: bool(
        operation.paging and operation.paging.object_required
    ),
    "every GET": lambda operation: operation.method == "GET",
    "operations that issue tokens": lambda operation: operation.issues_tokens,
    "every operation with a body": lambda operation: operation.body is not None,
    "operations of a client": lambda operation: "{clientId}" in operation.segments,
    "operations of an organization": lambda operation: "{orgId}" in operation.segments,
}


class SwitchError(Exception):
    """No switch of that name; the message is one line with the nearest names."""


@frozen(eq=False)
class Switch:
    """One behaviour that can be turned on. Compared by identity, so membership in a set costs next to nothing."""

    name: str
    family: str
    text: str
    scope: str | tuple[str, ...]
    needs: str = ""
    place: str = ""
    """The file and line that declare it, from the root of the project."""

    def operations(self, document: Document) -> list[str]:
        """The keys of the operations it touches."""
        if isinstance(self.scope, str):
            touches = SCOPES[self.scope]
            return [operation.key for operation in document.operations if touches(operation)]
        return [document.operation(operation_id).key for operation_id in self.scope]

    def reach(self, document: Document) -> str:
        """The scope in words: the operation, or what the operations have in common."""
        return self.scope if isinstance(self.scope, str) else ", ".join(self.operations(document))

    def described(self, document: Document) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "name": self.name,
            "family": self.family,
            "scope": self.reach(document),
            "operations": self.operations(document),
            "needs": self.needs,
            "text": self.text,
            "place": self.place,
        }


def _declared_at() -> str:
    """The line under way of the module that is being loaded: a declaration may go through functions of others."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    if frame is None:
        return ""
    file, root = Path(frame.f_code.co_filename), Path(__file__).parents[1]
    return f"{file.relative_to(root) if file.is_relative_to(root) else file}:{frame.f_lineno}"


@define
class Switchboard:
    """All switches of one kind, by name."""

    kind: str
    switches: dict[str, Switch] = field(factory=dict)

    def declare(self, name: str, *, family: str, scope: str | tuple[str, ...], text: str, needs: str = "") -> Switch:
        """Add a switch; ValueError when the name is taken or the scope has no such name.

        `needs` says what must be so for it to show: "limits" (they are on), "time-scale" (lifetimes can be awaited),
        "depth" (a run asks more than at depth quick), "load" (many requests in a second, or several at once).
        """
        if name in self.switches:
            raise ValueError(f"the {self.kind} {name} is declared twice")
        if isinstance(scope, str) and scope not in SCOPES:
            raise ValueError(f"the {self.kind} {name} has the unknown scope {scope!r}")
        self.switches[name] = Switch(name, family, text, scope, needs, _declared_at())
        return self.switches[name]

    def select(self, names: Iterable[str]) -> frozenset[Switch]:
        """The switches of these names, or SwitchError."""
        return frozenset(self._find(name) for name in names)

    def _find(self, name: str) -> Switch:
        if name in self.switches:
            return self.switches[name]
        near = difflib.get_close_matches(name, self.switches, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else f"; see --list-{self.kind}s"
        raise SwitchError(f"there is no {self.kind} named {name!r}{hint}")
