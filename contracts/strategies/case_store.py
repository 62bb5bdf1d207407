"""Cases that were made before, kept: to make them takes longer than all other planning."""

from __future__ import annotations

from typing import Any

from specs.contract import Contract, Operation
from specs.source import kept

_MADE_BY = ("schemathesis", "hypothesis", "hypothesis-jsonschema", "jsonschema-rs")
_SOURCES = ("specs/contract", "specs/source", "contracts/strategies")
"""What of the project decides about the cases."""


def read(contract: Contract, operation: Operation) -> list[dict[str, Any]] | None:
    """The cases of an operation as they were written; None where there are none, or none that can be read."""
    made = kept.read("cases", *_depends(contract, operation))
    return made if isinstance(made, list) and all(isinstance(each, dict) for each in made) else None


def write(contract: Contract, operation: Operation, made: list[dict[str, Any]]) -> None:
    """Keep the cases of an operation."""
    kept.write(made, "cases", *_depends(contract, operation))


def _depends(contract: Contract, operation: Operation) -> tuple[str, ...]:
    return kept.makers(_MADE_BY, _SOURCES), contract.document.digest, operation.key
