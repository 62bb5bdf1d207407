"""Changes that were sent at one moment and did not both stay: are they kept when one is made after the other?

A server that loses what a change did not send loses it whenever that happens, so it is no question of moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from contracts.exchange import Exchange
from contracts.law import Steps
from contracts.lives import Life, Sight, changing, look, sent_by, unlike


@attrs.frozen
class Undone:
    """A member that was set, and found with another value after a change that did not send it."""

    name: str
    value: Any
    shown: Any
    by: tuple[str, ...]
    """The members that the later change sent."""


def undone(life: Life, answers: Sequence[Exchange], after: Sight) -> Steps:
    """What one of two accepted changes loses to the other when they are made in turn; None where nothing is lost.

    Asked only where something is missing after they were made at once.
    """
    if len(answers) != 2 or not all(each.ok for each in answers) or not after.seen:
        return None
    first, last = sorted(map(sent_by, answers), key=lambda content: not list(unlike(content, after.thing)))
    if not list(unlike(first, after.thing)):
        return None
    for content in (first, last):
        if not (yield changing(life, content)).ok:
            return None
    sight: Sight = yield from look(life.api, life.made, known=life.known)
    lost = list(unlike(first, sight.thing)) if sight.seen else []
    return Undone(lost[0], first[lost[0]], sight.thing[lost[0]], tuple(last)) if lost else None
