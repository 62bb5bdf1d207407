"""The table [writes] of a deployment file: which operations may be asked that could change what a run has not made.

[writes]
allow = ["POST /exports", "tag:webhooks"]     # "*": every operation
deny = ["DELETE /projects/{id}"]              # never asked, whatever else is allowed
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

KEYS = ("allow", "deny")


@attrs.frozen
class WriteRules:
    """What the file allows and forbids beyond the rule: keys of operations, `tag:NAME`, or "*" for all."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def allows(self, key: str, tags: Sequence[str]) -> bool:
        return any(_meets(each, key, tags) for each in self.allow)

    def denies(self, key: str, tags: Sequence[str]) -> bool:
        return any(_meets(each, key, tags) for each in self.deny)


def read(table: dict[str, Any]) -> WriteRules:
    """The table as it stands in the file. Raises ValueError that names the key."""
    for key in table:
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            raise ValueError(f"writes.{key}: unknown key" + (f", did you mean {near[0]!r}?" if near else ""))
    return WriteRules(*(_listed(key, table.get(key, [])) for key in KEYS))


def recorded(told: Any) -> WriteRules:
    """The rules as a record tells them; none where that is damaged."""
    try:
        return read(told)
    except (ValueError, TypeError, AttributeError):
        return WriteRules()


def idle(rules: WriteRules, operations: Iterable[tuple[str, Sequence[str]]]) -> str | None:
    """What is wrong with an entry that no operation of the document meets; None where all are met."""
    known = list(operations)
    names = [*(key for key, _ in known), *(f"tag:{tag}" for _, tags in known for tag in tags)]
    for place, entries in (("allow", rules.allow), ("deny", rules.deny)):
        for entry in entries:
            if not any(_meets(entry, key, tags) for key, tags in known):
                near = difflib.get_close_matches(entry, names, 1)
                hint = f", did you mean {near[0]!r}?" if near else ""
                return f"writes.{place}: no operation of the document is {entry!r}{hint}"
    return None


def _meets(entry: str, key: str, tags: Sequence[str]) -> bool:
    if entry == "*":
        return True
    if entry.startswith("tag:"):
        return entry.removeprefix("tag:").strip().lower() in {tag.lower() for tag in tags}
    method, _, path = entry.partition(" ")
    return f"{method.upper()} {path.strip()}" == key


def _listed(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ValueError(f'writes.{key}: a list of operations is needed, such as ["POST /exports", "tag:webhooks"]')
    return tuple(value)
