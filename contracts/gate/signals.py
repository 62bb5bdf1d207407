"""Signals that end a run: the first one in good order, the second at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
AT_ONCE = "ended at once: what was made may be left behind; `python -m contracts clean` removes it\n"


class EndingSignals:
    """Turns each of them into a KeyboardInterrupt, which pytest ends for in good order; `received` is its number."""

    def __init__(self, at_once: Callable[[], None]) -> None:
        """`at_once` is called before the process is ended by a second signal."""
        self.received: int | None = None
        self._at_once = at_once
        self._before = {each: signal.getsignal(each) for each in ENDING}
        for each, handler in self._before.items():
            if handler is not signal.SIG_IGN:  # whoever started this wants it to live on, as nohup does
                signal.signal(each, self._on)

    @property
    def code(self) -> int | None:
        """The exit code that tells of the signal, as shells count; None where none came."""
        return None if self.received is None else 128 + self.received

    def check(self) -> None:
        """Raise it once more: raised while a destructor or a callback ran, nobody heard of it."""
        if self.received is not None:
            raise KeyboardInterrupt

    def restore(self) -> None:
        """Leave the signals to whom they belonged before."""
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _on(self, number: int, _: FrameType | None) -> None:
        if self.received is not None:
            self._at_once()
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, AT_ONCE.encode())
            os._exit(128 + number)
        self.received = number
        raise KeyboardInterrupt(number)
