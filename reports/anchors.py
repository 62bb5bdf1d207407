"""Anchors of a page: readable, unique, and the same in every report of the same things."""

import re
from collections.abc import Mapping
from typing import TypeVar

__all__ = ["anchors", "slug"]

T = TypeVar("T")


def slug(text: str) -> str:
    """Text as a part of an anchor: letters, digits and hyphens. Path parameters keep a mark of their own."""
    marked = text.replace("{", "-by-").replace("/", "-")
    return re.sub(r"[^a-z0-9]+", "-", marked.lower()).strip("-") or "x"


def anchors(prefix: str, names: Mapping[T, str]) -> dict[T, str]:
    """An anchor for each key, made of its name; a number tells apart those that would be the same."""
    made: dict[T, str] = {}
    taken: set[str] = set()
    for key, name in names.items():
        wanted = anchor = f"{prefix}-{slug(name)}"
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{wanted}-{number}"
        taken.add(anchor)
        made[key] = anchor
    return made
