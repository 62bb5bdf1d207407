"""Families of laws and checks, in the order in which what breaks them is to be mended."""

from __future__ import annotations

GRAVITY = (
    "credentials", "tokens", "state", "status", "limits", "caching", "pagination", "filters", "sorting",
    "input", "schema", "errors", "headers", "protocol",
)  # fmt: skip
"""First whom the deployment lets in, then what it loses or spoils, then what it says wrongly."""


def gravity(family: str) -> tuple[int, str]:
    """Sort key of a family, the gravest first; those not named here follow in alphabetical order."""
    return (GRAVITY.index(family) if family in GRAVITY else len(GRAVITY), family)
