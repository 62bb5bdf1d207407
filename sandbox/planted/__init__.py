"""Faults of one kind each, planted at one operation each: before it, in it, in its answer, or beside it."""

from __future__ import annotations

import importlib
import pkgutil


def load_all() -> None:
    """Import every module here, so that its faults are declared."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
