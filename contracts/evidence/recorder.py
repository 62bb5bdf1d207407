"""Writes evidence: append-only NDJSON, a header, one line per exchange as it happens, a footer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from contracts.core.exchange import Exchange, Request
from contracts.evidence.lines import asked, written

SCHEMA = 1


SENT = ("exchange", "row")
"""Kinds of lines that stand for a request that was sent; a row keeps its times and its status alone."""
AT_ONCE = (*SENT, "sending", "lent", "header", "footer")
"""Kinds of lines that are on the disk before anything else happens; the others follow with the next of these."""


class Recorder:
    """Writes evidence; safe to call from several threads. `path` None records nothing (tests).

    Where nothing can be written any more, `failure` says so once and for all and `on_failure` is called; what is
    recorded after that is lost, and only counted.
    """

    def __init__(self, path: Path | None, on_failure: Callable[[], None] = lambda: None) -> None:
        self._lock = threading.Lock()
        self._file: IO[str] | None = path.open("w", encoding="utf-8") if path else None
        self._path, self._on_failure = path, on_failure
        self.requests = 0
        self.failure: str | None = None

    def write(self, kind: str, **fields: Any) -> None:
        """One line; what tells of something that was sent is flushed at once, so that a crash loses nothing of it."""
        self._line(json.dumps({"type": kind, **fields}, ensure_ascii=True), kind)

    def row(self, line: str) -> None:
        """A line of JSON that stands for one request that was sent. A few are written at a time."""
        self._line(line, "row")

    def exchange(self, exchange: Exchange, base_url: str) -> None:
        """A request and what became of it."""
        self._line(written(exchange, base_url), "exchange")

    def _line(self, line: str, kind: str) -> None:
        with self._lock:
            self.requests += kind in SENT
            # Flushing each row would slow a load generator down; a crash loses fifteen at most, and no exchange.
            if self._file:
                self._put(line, flush=self.requests % 16 == 0 if kind == "row" else kind in AT_ONCE)

    def sending(self, request: Request, conversation: int, sent: float, base_url: str) -> None:
        """A request that is about to be sent and may create something: a run that is killed then leaves a trace of it.

        `sent`: epoch seconds.
        """
        self.write(
            "sending",
            conversation=conversation,
            operation=request.operation.key,
            principal=request.principal,
            request=asked(request, base_url),
            sent=round(sent, 6),
        )

    def close(self) -> None:
        with self._lock:
            self._close()

    def _put(self, line: str, *, flush: bool) -> None:
        assert self._file is not None
        try:
            self._file.write(line + "\n")
            if flush:
                self._file.flush()
        except OSError as error:
            self._failed(error)

    def _close(self) -> None:
        file, self._file = self._file, None
        try:
            if file:
                file.close()
        except OSError as error:  # what was still to be written is lost
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        if self.failure is None:
            self.failure = f"{self._path}: cannot be written any more ({error.strerror})"
            self._close()
            self._on_failure()
