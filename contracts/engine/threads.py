"""Threads for Hypothesis: it calls and cannot be called, so what it drives waits in threads beside the run's own."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

LOOK_UP = 0.5
"""Seconds after which a thread that waits for an answer looks whether the run is still there."""


class Stopped(BaseException):
    """The run answers nobody any more. No `Exception`, so that Hypothesis does not take it for a finding."""


def parse_source_in_turns() -> None:
    """Let one thread at a time parse Python source, where the interpreter cannot do with more.

    Hypothesis reads the source of what it draws by, pytest that of what it shows. CPython before 3.11.8 counts the
    depth of all trees that are being built together, and ends one of them with SystemError (cpython#106905).
    """
    if sys.version_info >= (3, 11, 8) or hasattr(ast.parse, "__wrapped__"):
        return
    turn, parse = threading.RLock(), ast.parse

    @functools.wraps(parse)
    def parse_alone(*arguments: Any, **named: Any) -> Any:
        with turn:
            return parse(*arguments, **named)

    ast.parse = parse_alone


class Workers:
    """The threads of one run, answered by its event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int = 1) -> None:
        self._loop = loop
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="asking")
        self._busy: set[Future[None]] = set()
        self._stopped = False

    async def run(self, work: Callable[[], None]) -> None:
        """Have a thread do this, and wait until it is done or the run is stopped."""
        working = self._threads.submit(_until_stopped, work)
        self._busy.add(working)
        working.add_done_callback(self._busy.discard)
        await asyncio.wrap_future(working)

    async def stop(self) -> None:
        """Answer nobody any more, and wait until all threads have noticed."""
        self._stopped = True
        await asyncio.gather(*map(asyncio.wrap_future, list(self._busy)), return_exceptions=True)
        self._threads.shutdown(wait=False)

    def call(self, asked: Coroutine[Any, Any, Any]) -> Any:
        """The result of a thread's command; waits for it. Raises Stopped once the run has ended."""
        if self._stopped or not self._loop.is_running():
            asked.close()
            raise Stopped
        waiting = asyncio.run_coroutine_threadsafe(asked, self._loop)
        while True:
            try:
                return waiting.result(LOOK_UP)
            except CancelledError:
                raise Stopped from None
            except TimeoutError:
                if waiting.done():
                    raise
                if self._stopped and self._loop.is_running():
                    waiting.cancel()
                elif self._loop.is_closed():  # nobody answers any more, and who waits would keep the process alive
                    raise Stopped from None


def _until_stopped(work: Callable[[], None]) -> None:
    with contextlib.suppress(Stopped):
        work()
