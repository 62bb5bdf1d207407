"""Damaged credentials: what a valid one turns into by a small mistake or a small attack.

Credentials are placeholders (see `contracts.vault`), so a damage is a change of the placeholder, in bash's notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from contracts.exchange import Pairs

_PLACEHOLDER = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)\}?")

DAMAGES: dict[str, str] = {
    "its last character missing": "${%s%%?}",
    "its last character changed": "${%s%%?}~",
    "only its first eight characters": "${%s:0:8}",
    "its first character missing": "${%s:1}",
    "something after its end": "${%s}x",
    "made up": "cal_0000000000000000000000000000",
    "empty": "",
}
"""Each damage by what it does to the secret; `%s` is the secret's name."""


def damaged(headers: Pairs, damage: str) -> Pairs:
    """Credential headers with one damage done to every secret in them."""
    return tuple((name, _PLACEHOLDER.sub(_doing(DAMAGES[damage]), value)) for name, value in headers)


def _doing(pattern: str) -> Callable[[re.Match[str]], str]:
    return lambda match: pattern % match[1] if "%s" in pattern else pattern
