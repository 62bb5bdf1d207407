"""Work that is done in several processes at once: the first part here, each of the others in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Made = TypeVar("Made")
_under_way: list[Callable[[int], Any]] = []
"""What the processes find here that are forked meanwhile, since functions of functions cannot be sent to them."""


def most() -> int:
    """How many processes can work at once: one a core, and no other where work cannot be handed over."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def side_by_side(work: Callable[[int], Made], parts: int) -> list[Made]:
    """What `work` gives for every part, counted from 0; what it gives and raises has to bear being pickled.

    Nothing else that `work` does elsewhere than here is seen here.
    """
    if parts == 1:
        return [work(0)]
    _under_way.append(work)
    try:
        with ProcessPoolExecutor(parts - 1, mp_context=multiprocessing.get_context("fork")) as pool:
            others = [pool.submit(_worked, number) for number in range(1, parts)]
            return [work(0), *(each.result() for each in others)]
    finally:
        _under_way.pop()


def _worked(number: int) -> Any:
    return _under_way[-1](number)
