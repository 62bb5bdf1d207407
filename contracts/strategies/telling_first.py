"""Drawing from a list of values, the most telling of them first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Value = TypeVar("Value")


def one_of(values: Sequence[Value]) -> SearchStrategy[Value]:
    """One of these values; the first is drawn first."""
    from hypothesis import strategies as st  # only where something is drawn: it takes long to load

    return st.sampled_from(values)
