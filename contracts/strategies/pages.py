"""Strategies for pages of a list: sizes and offsets where implementations go wrong."""

from __future__ import annotations

from hypothesis import strategies as st


def page_sizes(total: int, *, maximum: int | None = None, pages: int = 12) -> st.SearchStrategy[int]:
    """Sizes for walking a list of `total` items: first one that does not divide it, then divisors, then any.

    `maximum`: the largest size the document allows. `pages`: how many pages a walk may have at most.
    """
    smallest = max(1, -(-total // pages))
    largest = min(max(total + 1, smallest), maximum or total + 1)
    sizes = list(range(smallest, largest + 1))
    uneven = [size for size in sizes if 1 < size < total and total % size]
    even = [size for size in sizes if size < total and total % size == 0]
    edges = [size for size in (total - 1, total, total + 1, 1) if smallest <= size <= largest]
    telling = list(dict.fromkeys([*uneven[:1], *even[:1], *edges, *uneven, *even]))
    return st.sampled_from(telling or [smallest])


def offsets(total: int) -> st.SearchStrategy[int]:
    """Offsets into a list of `total` items, the telling ones first: 1, the middle, the last item."""
    return st.sampled_from(list(dict.fromkeys([1, total // 2, max(total - 1, 0), 0, *range(total)])))


def offsets_past(total: int) -> st.SearchStrategy[int]:
    """Offsets past the end of a list of `total` items: just past, one more, far."""
    return st.sampled_from([total, total + 1, total + 1000])
