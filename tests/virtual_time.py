"""Time that passes only while nothing else is to be done: what takes minutes by the clock is over in seconds.

An event loop that would sleep until its next timer has it at once, and every clock that a run and the sandbox read is
that of the loop. Threads are given a moment before time goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import attrs

EPOCH = 1_796_000_000.0
MOMENT = 0.003
"""Seconds of real time in which a thread may have something to say before time goes on."""


@attrs.define
class Clock:
    """The time that has passed, in seconds."""

    now: float = 1000.0

    def time(self) -> float:
        """Epoch seconds."""
        return EPOCH + self.now


class _Waiting(selectors.DefaultSelector):
    """Waits for nothing but what is there already."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        """What is ready; where nothing is, the time until the next timer has passed."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        ready = super().select(MOMENT)
        if not ready and timeout is not None:
            self._clock.now += timeout + 1e-6
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        super().__init__(_Waiting(clock))

    def time(self) -> float:
        return self._clock.now


class _Policy(asyncio.DefaultEventLoopPolicy):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return _Loop(self._clock)


@contextlib.contextmanager
def virtual_time() -> Iterator[Clock]:
    """Let time pass by this clock."""
    clock, before = Clock(), asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(_Policy(clock))
    try:
        with patch("time.time", clock.time), patch("time.monotonic", lambda: clock.now):
            yield clock
    finally:
        asyncio.set_event_loop_policy(before)
