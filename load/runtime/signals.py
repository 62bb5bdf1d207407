"""Which signal ended a run: Locust ends in good order for some of them, and does not say which it was."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

import gevent


class EndingSignal:
    """Notes the first signal that ends this process, and has SIGHUP end it as SIGTERM does."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._before: Any = signal.getsignal(signal.SIGINT)
        if callable(self._before):
            signal.signal(signal.SIGINT, self._interrupted)
        gevent.signal_handler(signal.SIGTERM, self._note, signal.SIGTERM)
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            gevent.signal_handler(signal.SIGHUP, self._hung_up)

    def code(self, code: int) -> int:
        """The exit code of a run: that of the signal, as shells count, unless something was found broken."""
        return code if self.received is None or code == 1 else 128 + self.received

    def _note(self, number: int) -> None:
        self.received = self.received or number

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        """End the run as Locust does: by KeyboardInterrupt, in the greenlet that waits for it.

        Raised in whichever was running, it would end that one as well, such as the one that hears the workers.
        """
        self._note(number)
        hub = gevent.get_hub()
        if gevent.getcurrent() in (hub, hub.parent):
            self._before(number, frame)
        else:
            hub.loop.run_callback(hub.parent.throw, KeyboardInterrupt)

    def _hung_up(self) -> None:
        self._note(signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
