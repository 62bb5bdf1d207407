"""What a deletion leaves on purpose: a thing that can be read on, and says of itself that it was removed."""

from __future__ import annotations

import re
from typing import Any

from contracts.core.conversation import Broken, Observed
from contracts.core.exchange import MISSING
from specs.contract.action_words import words

_REMOVED = re.compile(
    r"delet\w*|remov\w*|archiv\w*|trash\w*|tombstone\w*|purg\w*|destroy\w*|discard\w*|cancel\w*|revok\w*|terminat\w*|"
    r"deactivat\w*|inactive|disabled|deprovision\w*|closed|void|voided|withdrawn|gone"
)
_WORKING = re.compile(r"active|enabled|live|valid")


def sign_of_removal(before: Any, after: Any) -> str | None:
    """The member by which a thing says after a deletion, and did not say before, that it is removed; None without one.

    Such as `deleted: true`, `deleted_at`, `status: "archived"` or `is_active: false`.
    """
    if not isinstance(after, dict):
        return None
    known = before if isinstance(before, dict) else {}
    changed = {name: value for name, value in after.items() if known.get(name, MISSING) != value}
    return next((name for name, value in changed.items() if _removed(name, value)), None)


def require_gone(before: Any, left: Any, where: str) -> None:
    """Raises Broken where something is left of what was deleted, Observed where that says of itself that it is removed.

    `before`: as it was seen before; `left`: as it is shown now, MISSING where it is not; `where`: how that is told.
    """
    if left is MISSING:
        return
    if sign := sign_of_removal(before, left):
        raise Observed(f"what was deleted {where}, and says of itself that it is removed ({sign!r})")
    raise Broken("a deleted resource to be gone", f"it {where}")


def _removed(name: str, value: Any) -> bool:
    if isinstance(value, str) and any(_REMOVED.fullmatch(each) for each in words(value)):
        return True
    named = words(name)
    if any(_REMOVED.fullmatch(each) for each in named):
        return bool(value)
    return value is False and any(_WORKING.fullmatch(each) for each in named)
