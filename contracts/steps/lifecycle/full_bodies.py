"""Bodies that say more than they have to: every optional member, other choices, what is right and hardly ever sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contracts.core.exchange import MISSING
from contracts.core.same import Same
from contracts.request.api import RequestFactory
from contracts.request.references import somebodys
from contracts.steps.lifecycle.values import SIGNS, choices_of, is_valid_with, several, shown_in_examples, usual
from contracts.steps.unique_values import make_unique
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Operation
from specs.contract.member_names import Hint
from specs.contract.model import Schema

EARLIER = 3
"""Choices that others make: the example's, that of `full_body`, and the one behind it."""


def full_body(api: RequestFactory, operation: Operation, content: dict[str, Any], *, bold: bool) -> dict[str, Any]:
    """A body with every optional member whose value can be known to make sense; `bold`: with other choices, too."""
    assert operation.body is not None
    examples, names = shown_in_examples(api.contract, operation), api.contract.names
    found = dict(content)
    for name, rule in api.contract.body_rules(operation).items():
        now = found.get(name, examples.get(name, MISSING))
        if name not in found and (names.suggest(name, Hint.REFERENCE) or name in operation.body.sources):
            continue
        if isinstance(now, bool):
            now = not now
        elif "enum" in rule and (bold or name not in found):
            now = _next(rule["enum"], now)
        elif bold and (items := several(Same(rule))):
            now = items[:2]
        elif bold and isinstance(now, str) and (word := usual(name, now)):
            now = word
        elif bold and name in found and isinstance(now, str) and (unusual := _unusual(rule, now)):
            now = unusual
        elif name in found and names.suggest(name, Hint.FREE) and isinstance(now, str) and " " in now:
            now = f"{now}{SIGNS}"
        elif name not in found and names.suggest(name, Hint.FREE):
            now = f"Said {api.unique_name()}{SIGNS}" if now is MISSING or isinstance(now, str) else now
        elif name not in found and now is not MISSING:
            now = make_unique(api, name, now, rule)
        if now is MISSING or now is None or not is_valid_with(api, operation, found, name, now):
            continue
        if name not in found and somebodys(api.contract, operation, name, now):
            continue
        if name in found or not _replaces(api, operation, found, name, now):
            found[name] = now
    return found


def _unusual(rule: Schema, now: str) -> str:
    """A web address with a port and a query, or an email address with a tag and a capital; empty for other texts."""
    if found := re.fullmatch(r"(https?://[^/?#:@]+)(/[^?#]*)?", now):
        return f"{found[1]}:8443{found[2] or '/'}?from=there&to=here"
    if rule.get("format") == "email" and (found := re.fullmatch(r"([\w-]+)(@[\w.-]+)", now)):
        return f"{found[1]}+Tag{found[2]}"
    return ""


def other_choices(rules: Mapping[str, Schema], content: dict[str, Any], turn: int = 0) -> dict[str, Any]:
    """A body with other values of its enumerations than its own, and than `full_body` has, where there are enough.

    `turn`: which others. The first are those behind what `full_body` has; further ones come from the other end, and
    only where there are so many that no creation has made them yet.
    """
    words = {name: choices_of(rules.get(name, {})) for name in content}
    return {name: _turned(words[name], value, turn) if value in words[name] else value
            for name, value in content.items()}  # fmt: skip


def _turned(choices: list[Any], now: Any, turn: int) -> Any:
    if not turn:
        return _next(choices, _next(choices, now))
    return choices[choices.index(now) - turn] if len(choices) >= EARLIER + turn else now


def _next(choices: list[Any], now: Any) -> Any:
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]


def _replaces(api: RequestFactory, operation: Operation, content: dict[str, Any], name: str, value: Any) -> bool:
    """Whether a member says in another way what one says that is there: one of the two suffices."""
    valid = validator(api.contract, operation).is_valid
    without = ({key: each for key, each in content.items() if key != other} for other in content)
    return any(not valid(fewer) and valid({**fewer, name: value}) for fewer in without)
