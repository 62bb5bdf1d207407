"""What was worked out before, in the user's cache folder, because to work it out again takes longer than to read it.

A file for each value, named by a digest of everything it depends on. Safe to delete, and for several runs at once: a
file is written whole under another name and then renamed, and what cannot be read is worked out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs

ROOT = Path(__file__).parents[2]


def read(kind: str, *depends: str) -> Any:
    """A value as it was written; None where there is none, or none that can be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        return json.loads(_place(kind, depends).read_bytes())
    return None


def write(value: Any, kind: str, *depends: str) -> None:
    """Keep a value of plain JSON; where that cannot be done, it will be worked out again."""
    place = _place(kind, depends)
    with contextlib.suppress(OSError, RecursionError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(json.dumps(value))
        Path(name).replace(place)


def _place(kind: str, depends: Iterable[str]) -> Path:
    name = hashlib.sha256(json.dumps([*depends]).encode()).hexdigest()
    return platformdirs.user_cache_path("calcom-contracts") / kind / f"{name}.json"


@cache
def makers(libraries: tuple[str, ...], sources: tuple[str, ...]) -> str:
    """A digest of what works a value out: the interpreter, libraries, and files or folders of the project."""
    made = hashlib.sha256(platform.python_version().encode())
    for name in libraries:
        with contextlib.suppress(ImportError):
            made.update(f"{name} {version(name)}".encode())
    for each in sources:
        place = ROOT / each
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            made.update(path.read_bytes())
    return made.hexdigest()
