"""What the judging side has a worker do with one limit."""

from __future__ import annotations

from enum import StrEnum


class Task(StrEnum):
    """A task, by the word that travels to the worker."""

    FIRST = "first"
    """Examine the smallest limit of a credential; as soon as it is used up, its other limits begin."""
    EXAMINE = "examine"
    """Examine one of those others, side by side with the rest."""
    AGAIN = "again"
    """Examine once more, after an idle window, what was refused at its very first request."""
    ROW = "row"
    """The same behind the operation whose bucket it may share: one after the other."""
    LISTED = "listed"
    """Read the list in which a refused creation would show."""
    ALONE = "alone"
    """Use up one operation by itself, then send one request to each of the others: who is refused shares its bucket."""
