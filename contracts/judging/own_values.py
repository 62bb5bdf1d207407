"""What the run itself has written: what shows it later, or shows it instead of another value, is not to blame for it.

That a deployment takes a value which its document forbids is a finding of the laws of input. Every answer that shows it
afterwards would be another one, and graver: the same cause, told as if clients met it without sending it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs

from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract

_PLACE = re.compile(r"schema at (/\S+)")


@attrs.define(slots=False)
class OwnValues:
    """The wrong values of a run, and what it wrote at once, found when they are first asked for."""

    contract: Contract
    exchanges: Mapping[int, Exchange]

    def explain(self, exchange: Exchange, found: Broken) -> bool:
        """Whether what a check found in an answer is a value that the run has sent in a body that is forbidden."""
        place = _PLACE.search(found.expected)
        if place is None or exchange.response is None:
            return False
        *_, name = place[1].rstrip("*/").split("/")
        return any(
            (name, json.dumps(value, sort_keys=True)) in self._sent and _is_about(found.actual, value)
            for value in _at(exchange.response.json, place[1].split("/")[1:])
        )

    def wrote_beside(self, exchange: Exchange) -> bool:
        """Whether the run sent something else that changes the same thing while this change of it was under way."""
        if exchange.operation.method not in {"PATCH", "PUT"}:
            return False
        return any(
            seq != exchange.seq and sent < exchange.received and exchange.sent < received
            for seq, sent, received in self._writes[_address(exchange)]
        )

    @cached_property
    def _writes(self) -> defaultdict[str, list[tuple[int, float, float]]]:
        """By the address of a thing, what was sent to change it: its seq, and from when to when it was under way."""
        found: defaultdict[str, list[tuple[int, float, float]]] = defaultdict(list)
        for each in self.exchanges.values():
            if not each.request.safe:
                found[_address(each)].append((each.seq, each.sent, each.received))
        return found

    @cached_property
    def _sent(self) -> set[tuple[str, str]]:
        """Members of all bodies that the document forbids there and that were taken, with their values as JSON.

        What was refused with a 4xx is no reason for an answer to show it; what failed may have been taken by half.
        """
        taken = (each for each in self.exchanges.values() if not 400 <= each.status < 500)
        bodies = (each for each in taken if each.request.body and each.operation.body is not None)
        return {pair for each in bodies for pair in self._forbidden(each)}

    def _forbidden(self, exchange: Exchange) -> list[tuple[str, str]]:
        """What the document forbids of the body of a request."""
        operation, text = exchange.operation, exchange.request.body or ""
        if operation.body is None or "json" not in operation.body.media_type:
            return []
        try:
            found = validator(self.contract, operation).iter_errors(json.loads(text))
            errors = [each for error in found for each in _all(error)]
        except (ValueError, RecursionError):
            return []
        named = ((next((step for step in reversed(e.instance_path) if isinstance(step, str)), ""), e) for e in errors)
        return [(name, json.dumps(each.instance, sort_keys=True)) for name, each in named if name]


def _address(exchange: Exchange) -> str:
    return exchange.request.target.partition("?")[0]


def _all(error: Any) -> Iterator[Any]:
    """An error, and where a value fits none of several schemas, what each of them has against it."""
    yield error
    for branch in getattr(error.kind, "context", ()):
        for each in branch:
            yield from _all(each)


def _at(value: Any, steps: list[str]) -> Iterable[Any]:
    """All values at a place, in which * is any item of an array."""
    if not steps:
        return [value]
    first, *rest = steps
    inner = value if first == "*" and isinstance(value, list) else []
    if isinstance(value, dict) and first in value:
        inner = [value[first]]
    return [each for below in inner for each in _at(below, rest)]


def _is_about(message: str, value: Any) -> bool:
    """Whether a validator's message begins with a value, as Python or as JSON writes it."""
    return message.startswith((repr(value)[:60], json.dumps(value)[:60]))
