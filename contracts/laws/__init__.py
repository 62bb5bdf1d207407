"""Laws: judgements of conversations, one module per family."""

from __future__ import annotations

import importlib
import pkgutil

from contracts.laws.law import LAWS, Law


def load() -> dict[str, Law]:
    """All laws of this package, by id."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(LAWS.items()))
