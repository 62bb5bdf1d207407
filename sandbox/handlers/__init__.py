"""What each operation does. Importing a module registers its handlers."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "users",
    "tokens",
    "webhooks",
    "attributes",
    "options",
    "assignments",
    "bookings",
    "memberships",
    "credentials",
    "forms",
)


def load_all() -> None:
    """Register every handler, and with them every fault and variation."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")
