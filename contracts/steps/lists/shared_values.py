"""Whether a deployment has the same value in two places: then it need not be unique in both together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any

from contracts.steps.own_things import bears_mark


def texts_apart(content: Mapping[str, Any]) -> set[str]:
    """The members of a creation that could be the reason of a conflict: texts that were made up for it."""
    return {name for name, value in content.items() if isinstance(value, str) and bears_mark(value)}


def values_shared(lists: Collection[Collection[Any]]) -> set[str]:
    """The members of which two of these lists have an item each with the same text, and not the same item."""
    found: set[str] = set()
    for one, other in combinations(lists, 2):
        texts = {(name, value) for item in one if item not in other for name, value in _texts(item)}
        found |= {name for item in other if item not in one for name, value in _texts(item) if (name, value) in texts}
    return found


def _texts(item: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in item.items() if isinstance(value, str)] if isinstance(item, dict) else []
