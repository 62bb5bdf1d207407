"""Cases that were made before, in the user's cache folder: to make them takes longer than all other planning.

A file for each operation, named by a digest of everything its content depends on. Safe to delete, and for several runs
at once: a file is written whole under another name and then renamed, and what cannot be read is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs

from contracts.core.places import ROOT
from specs.contract import Contract, Operation

_MADE_BY = ("schemathesis", "hypothesis", "hypothesis-jsonschema", "jsonschema-rs")
_SOURCES = ("specs/contract", "specs/source", "contracts/strategies")
"""What of the project decides about the cases."""


def read(contract: Contract, operation: Operation) -> list[dict[str, Any]] | None:
    """The cases of an operation as they were written; None where there are none, or none that can be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        made = json.loads(_place(contract, operation).read_bytes())
        if isinstance(made, list) and all(isinstance(each, dict) for each in made):
            return made
    return None


def write(contract: Contract, operation: Operation, made: list[dict[str, Any]]) -> None:
    """Keep the cases of an operation; where that cannot be done, they will be made again."""
    place = _place(contract, operation)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(made, file)
        Path(name).replace(place)


def _place(contract: Contract, operation: Operation) -> Path:
    told = json.dumps([_makers(), contract.document.digest, operation.key])
    name = hashlib.sha256(told.encode()).hexdigest()
    return platformdirs.user_cache_path("calcom-contracts") / "cases" / f"{name}.json"


@cache
def _makers() -> str:
    """A digest of everything that makes cases: the interpreter, libraries, and the project's own sources."""
    made = hashlib.sha256(platform.python_version().encode())
    for name in _MADE_BY:
        with contextlib.suppress(ImportError):
            made.update(f"{name} {version(name)}".encode())
    for folder in _SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            made.update(path.read_bytes())
    return made.hexdigest()
