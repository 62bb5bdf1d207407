"""Time that passes only while nothing else is to be done: what takes minutes by the clock is over in seconds.

An event loop that would sleep until its next timer has it at once, and every clock that a run and the sandbox read is
that of the loop. Time stands still while a thread of a run works, however slow the machine; it goes on once all of
them wait for an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple
from unittest.mock import patch

import attrs

from contracts.engine.threads import Workers

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

EPOCH = 1_796_000_000.0
MOMENT = 0.003
"""Seconds of real time in which a thread that is none of the run's may have something to say before time goes on."""


@attrs.define
class Clock:
    """The time that has passed, in seconds, and how many threads are at work meanwhile."""

    now: float = 1000.0
    working: int = 0

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
        ready = super().select(None if self._clock.working else MOMENT)
        if not ready and timeout is not None:
            self._clock.now += timeout + 1e-6
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        super().__init__(_Waiting(clock))

    def time(self) -> float:
        return self._clock.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], Result], *args: *Arguments
    ) -> asyncio.Future[Result]:
        self._clock.working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._is_done)
        return future

    def _is_done(self, _: asyncio.Future[Any]) -> None:
        self._clock.working -= 1


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
        with patch("time.time", clock.time), patch("time.monotonic", lambda: clock.now), _counted_threads(clock):
            yield clock
    finally:
        asyncio.set_event_loop_policy(before)


@contextlib.contextmanager
def _counted_threads(clock: Clock) -> Iterator[None]:
    """Count the threads of a run that work: from the loop's side, so that none is overlooked between two steps."""
    run, call = Workers.run, Workers.call

    async def counted(asked: Coroutine[Any, Any, Any]) -> Any:
        clock.working -= 1
        try:
            return await asked
        finally:
            clock.working += 1

    async def run_counted(self: Workers, work: Callable[[], None]) -> None:
        clock.working += 1
        try:
            await run(self, work)
        finally:
            clock.working -= 1

    with patch.object(Workers, "run", run_counted), patch.object(Workers, "call", lambda s, a: call(s, counted(a))):
        yield
