"""The table `[load]` of a deployment file: service levels, weights and how long a broken level is put up with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from contracts.config.deployment import ConfigError
from load.service_levels.thresholds import Threshold, parse, plain
from specs.contract import Contract, Operation

KEYS = {"thresholds", "weights", "abort_after", "rate"}
READ, CHANGE = 6.0, 3.0
"""How often operations that read and operations that change something are called, unless weights say otherwise."""


@attrs.frozen
class Settings:
    """What a deployment file says of load. `weights`: of an operation's key; `abort_after`: seconds, None for never."""

    thresholds: tuple[Threshold, ...] = ()
    weights: Mapping[str, float] = attrs.field(factory=dict)
    abort_after: float | None = 5.0
    rate: float | None = None

    def weight(self, operation: Operation) -> float:
        """How often an operation is called, compared with the others."""
        return self.weights.get(operation.key, READ if operation.safe else CHANGE)


def read(table: Mapping[str, Any], file: str, contract: Contract, more: Sequence[str] = ()) -> Settings:
    """Read the table, and further thresholds from the command line. Raises ConfigError naming what is at fault."""
    for key in table:
        if key not in KEYS:
            raise ConfigError(f"{file}: load.{key}: unknown key (known: {', '.join(sorted(KEYS))})")
    try:
        return Settings(
            thresholds=tuple(_thresholds([*_listed(table), *more], contract)),
            weights=_weights(table.get("weights", {}), contract),
            abort_after=_seconds(table),
            rate=_number("rate", table["rate"]) if "rate" in table else None,
        )
    except ValueError as error:
        raise ConfigError(f"{file}: load.{error}") from None


def _listed(table: Mapping[str, Any]) -> list[Any]:
    lines = table.get("thresholds", [])
    if not isinstance(lines, list):
        raise ValueError("thresholds: a list of texts is needed")
    return lines


def _thresholds(lines: Sequence[Any], contract: Contract) -> list[Threshold]:
    found = []
    for number, line in enumerate(lines):
        try:
            found.append(parse(line, contract))
        except ValueError as error:
            raise ValueError(f"thresholds[{number}]: {error}") from None
    if twice := {each.text for each in found if [other.text for other in found].count(each.text) > 1}:
        raise ValueError(f"thresholds: {min(twice)!r} stands twice")
    return found


def _weights(table: Any, contract: Contract) -> dict[str, float]:
    """Weights by operation; a tag's weight is that of all its operations that have none of their own."""
    if not isinstance(table, dict):
        raise ValueError("weights: a table is needed")
    found: dict[str, float] = {}
    for scope, value in sorted(table.items(), key=lambda pair: not pair[0].lower().startswith("tag ")):
        keys = _keys(scope, contract)
        if not keys:
            raise ValueError(f"weights: the document has no operation or tag {scope!r}")
        found |= dict.fromkeys(keys, _number(f"weights.{scope}", value, least=0.0))
    return found


def _keys(scope: str, contract: Contract) -> list[str]:
    if scope.lower().startswith("tag "):
        wanted = plain(scope[4:])
        return [
            each.key
            for each in contract.operations
            if any(wanted in (plain(tag), plain(tag.rpartition("/")[2])) for tag in each.tags)
        ]
    return [each.key for each in contract.operations if scope in (each.key, each.operation_id)]


def _seconds(table: Mapping[str, Any]) -> float | None:
    value = table.get("abort_after", 5.0)
    return None if value is False else _number("abort_after", value, least=0.0)


def _number(key: str, value: Any, least: float | None = None) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value < (least or 0)
        or (least is None and not value)
    ):
        raise ValueError(f"{key}: a number {'above' if least is None else 'of at least'} 0 is needed")
    return float(value)
