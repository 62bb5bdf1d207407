"""The verdicts of a run, handed over from its own thread to whoever waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from contracts.judging.judge import Verdict


class Results:
    """Verdicts by the ids of their plan items, as they become known."""

    def __init__(self) -> None:
        self.known: dict[str, Verdict] = {}
        self.finished = False
        """Whether no more will come."""
        self._changed = threading.Condition()
        self.failure: BaseException | None = None
        """The error of the suite itself that has ended the run."""
        self._raised_at: TracebackType | None = None

    def put(self, *verdicts: Verdict) -> None:
        """Hand over what is known now."""
        with self._changed:
            self.known |= {each.item.id: each for each in verdicts}
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """An error of the suite itself has ended the run."""
        self.failure, self._raised_at = error, error.__traceback__

    def finish(self) -> None:
        """No more will come."""
        with self._changed:
            self.finished = True
            self._changed.notify_all()

    def wait(self, identity: str, meanwhile: Callable[[], None], every: float) -> Verdict:
        """The verdict of an item; until it is known, `meanwhile` is called every few seconds. Raises what ended a run.

        What is raised is as it was: a traceback that is raised again would grow each time.
        """
        while not self._is_known(identity, every):
            meanwhile()
        if self.failure:
            raise self.failure.with_traceback(self._raised_at)
        return self.known[identity]

    def _is_known(self, identity: str, patience: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: identity in self.known or self.finished, patience)
