"""One step of a stateful law, chosen by whoever drives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from contracts.core.conversation import Draw

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


END = ["end", 0, 0]


@attrs.frozen
class Step(Draw):
    """The next step: [kind, which, what], of one of these kinds, or the end. Numbers choose among what there is."""

    kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, kinds: tuple[str, ...]) -> Step:
        return cls(steps(kinds), kinds)


def steps(kinds: tuple[str, ...]) -> SearchStrategy[list[Any]]:
    """Steps of these kinds, the end first because it is the simplest; for tests that need no state machine."""
    from hypothesis import strategies as st  # only where something is drawn: it takes long to load

    return st.tuples(st.sampled_from(("end", *kinds)), numbers(), numbers()).map(list)


def numbers() -> SearchStrategy[int]:
    """The numbers of a step."""
    from hypothesis import strategies as st

    return st.integers(0, 3)
