"""Laws: judgements of conversations, one module per family."""

from __future__ import annotations

import importlib
import pkgutil

from contracts.law import LAWS, Law


def load() -> dict[str, Law]:
    """All laws of this package, by id."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(LAWS.items()))
