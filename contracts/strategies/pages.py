"""Pages of a list: sizes and offsets where implementations go wrong, and ones that must be refused.

All of them put the most telling value first, since that is what is drawn first.

    page_sizes(10)                     # 4 (does not divide 10), 2 and 5 (do), 9, 10, 11, …
    page_sizes(10, maximum=5)          # never more than a deployment allows
    offsets(10)                        # 1, 5, 9, 0, …
    offsets_past(10)                   # 10, 11, 1010, 10001
    impossible_pages(minimum=1, maximum=1000)    # "1001", "0", "-1", 2^31, 2^63, text
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.strategies.telling_first import one_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FAR = 10_001
"""An offset that servers with a hidden ceiling refuse."""
ABSURD = (2**31, 2**63)
"""Numbers that do not fit where numbers are commonly kept."""


def page_sizes(
    total: int, *, maximum: int | None = None, pages: int = 12, known: int | None = None
) -> SearchStrategy[int]:
    """Sizes for walking a list of `total` items: first one that does not divide it, then a divisor, then the edges.

    `maximum`: the largest size the document allows. `pages`: how many pages a walk may have at most. `known`: the size
    of a walk that was made already, which tells nothing new and comes last.
    """
    sizes = telling_sizes(total, maximum=maximum, pages=pages)
    return one_of(sorted(sizes, key=lambda size: size == known))


def telling_sizes(total: int, *, maximum: int | None = None, pages: int = 12) -> list[int]:
    """The same as a plain list: about a third of the list that leaves a rest, then what divides it, then the edges."""
    smallest = max(1, -(-total // pages))
    biggest = max(min(total + 1, maximum or total + 1), 1)
    smallest = min(smallest, biggest)
    sizes = range(smallest, biggest + 1) if biggest - smallest < 500 else [smallest, smallest + 1, total // 2]
    uneven = [size for size in sizes if 1 < size < total and total % size]
    uneven.sort(key=lambda size: abs(size - total / 2.5))
    even = [size for size in sizes if size < total and total % size == 0]
    even.sort(key=lambda size: abs(size - total / 3))
    edges = [size for size in (total - 1, total, total + 1, 1) if smallest <= size <= biggest]
    return list(dict.fromkeys([*uneven[:1], *even[:1], *edges, *uneven, *even])) or [smallest]


def offsets(total: int) -> SearchStrategy[int]:
    """Offsets into a list of `total` items, the telling ones first: 1, the middle, the last item."""
    return one_of(list(dict.fromkeys([1, total // 2, max(total - 1, 0), 0, *range(min(total, 500))])))


def offsets_past(total: int) -> SearchStrategy[int]:
    """Offsets past the end of a list of `total` items: just past, one more, far."""
    return one_of([total, total + 1, total + 1000, max(FAR, total + FAR)])


def impossible_pages(*, minimum: int | None = 1, maximum: int | None = None, words: bool = True) -> SearchStrategy[str]:
    """Values of a page parameter that its schema forbids, as a query has them."""
    return one_of(impossible(minimum=minimum, maximum=maximum, words=words))


def impossible(*, minimum: int | None = 1, maximum: int | None = None, words: bool = True) -> list[str]:
    """The same as a plain list; empty where everything is allowed."""
    found = [str(maximum + 1)] if maximum is not None else []
    if minimum is not None:
        found += [str(minimum - 1)]
    if minimum is not None and minimum > 0:
        found += ["-1"]
    if maximum is not None:
        found += [str(number) for number in reversed(ABSURD) if number > maximum]
    return [*dict.fromkeys(found), *(["many"] if words else [])]
