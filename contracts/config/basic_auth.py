"""HTTP Basic: one secret made of a name and a password, encoded before it is sent.

So a damaged one cannot be made by changing what is sent: everything that damages want is encoded here beforehand.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from contracts.config.vault import Vault


def kept(vault: Vault, label: str, name: str, values: Mapping[str, str]) -> str:
    """The placeholder of what a principal sends; the same with an ending of `damages` is what is not quite right."""
    user = next((values[key] for key in ("username", "user", "login", "client_id") if key in values), name)
    password = vault.reveal(values["password"])
    every = {
        ending: base64.b64encode(f"{each}:{other}".encode()).decode()
        for ending, (each, other) in {"": (user, password), **damages(user, password)}.items()
    }
    label = vault.free_name(label, every)
    for ending, value in every.items():
        vault.keep(f"{label}{ending}", value)
    return f"${label}"


def damages(user: str, password: str) -> dict[str, tuple[str, str]]:
    """Names and passwords that are not quite right, by the ending of their placeholder's name."""
    return {
        "_CUT": (user, password[:-1]),
        "_CHANGED": (user, f"{password[:-1]}~"),
        "_LONGER": (user, f"{password}x"),
        "_NOBODY": (f"{user}-nobody", password),
        "_EMPTY": (user, ""),
    }
