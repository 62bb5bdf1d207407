"""Headers that are structured fields (RFC 9651), and the draft's rate-limit fields among them.

A field that does not parse is to be ignored as a whole: nothing here guesses what one may have meant.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import http_sf

Kind = Literal["item", "list", "dictionary"]
Numbers = dict[str, float]


@lru_cache(maxsize=4096)
def parsed(text: str, kind: Kind) -> Any:
    """A field's value as `http_sf` gives it; None where it is no such field. Shared: not to be changed."""
    try:
        return http_sf.parse(text.encode("ascii"), tltype=kind)
    except ValueError:
        return None


def rate_limits(text: str) -> dict[str, Numbers]:
    """What `RateLimit` or `RateLimit-Policy` says of each policy, by its name: empty where it says nothing readable.

    `q` is the quota and `w` its window, `r` is what is left and `t` the seconds until more is. The older drafts'
    `limit=10, remaining=5, reset=60` and `10;w=60` are read in the same words, under the quota as a name.
    """
    if (listed := parsed(text, "list")) is not None:
        found: dict[str, Numbers] = {}
        for value, parameters in map(_item, listed):
            own = {"q": float(value)} if type(value) is int else {}
            found.setdefault(str(value), {**own, **_numbers(parameters)})
        return found
    members = {name: _item(member)[0] for name, member in (parsed(text, "dictionary") or {}).items()}
    old = _numbers({short: members.get(name) for name, short in _OLD_NAMES.items()})
    return {str(members.get("limit", "")): old} if old else {}


_OLD_NAMES = {"limit": "q", "remaining": "r", "reset": "t"}


def _item(member: Any) -> tuple[Any, dict[str, Any]]:
    return member if isinstance(member, tuple) else (member, {})


def _numbers(values: dict[str, Any]) -> Numbers:
    return {name: float(value) for name, value in values.items() if type(value) in (int, Decimal, float)}
