"""Where a function of this project stands, for whoever wants to read it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def place(function: Callable[..., Any]) -> str:
    """Its file, from the root of the project, and line."""
    code = inspect.unwrap(function).__code__
    file = Path(code.co_filename)
    return f"{file.relative_to(ROOT) if file.is_relative_to(ROOT) else file}:{code.co_firstlineno}"
