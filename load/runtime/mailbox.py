"""Rows between processes: what a worker records travels to the master, is merged there, and nothing is lost unnoticed.

Every line a worker records has a number. The master takes them in order, sees where numbers are missing, and is told at
the end how many requests the worker has sent. Times are of the worker's clock and turned into the master's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from contracts.evidence.recorder import SENT, Recorder

REPORT = "report"
"""A line that is no evidence but a message to the judging side, in its place among the exchanges."""


class Outbox(Recorder):
    """A worker's record: kept until it is sent to the master."""

    def __init__(self) -> None:
        super().__init__(None)
        self._lines: list[str] = []
        self._first = 0

    def _line(self, line: str, kind: str) -> None:
        """One line, to be sent with the next parcel. It is ASCII: only JSON's escapes can carry what is no text."""
        with self._lock:
            self.requests += kind in SENT
            self._lines.append(line)

    def parcel(self) -> dict[str, Any] | None:
        """What has gathered since the last one."""
        with self._lock:
            lines, first = self._lines, self._first
            self._lines, self._first = [], first + len(lines)
        return {"first": first, "lines": lines} if lines else None


@attrs.define
class Inbox:
    """What the master has got from one worker. `offset`: its own clock minus the worker's, in seconds."""

    worker: str
    offset: float = 0.0
    unsure: float = 0.0
    """Seconds by which `offset` may be wrong."""
    rows: int = 0
    """Exchanges received."""
    sent: int | None = None
    """Requests the worker says it has sent; None until it has said so."""
    gaps: list[tuple[int, int]] = attrs.field(factory=list)
    """First and last numbers of lines that never came."""
    left: bool = False
    """Whether the worker is gone before the end of the run."""
    left_behind: list[str] = attrs.field(factory=list)
    seqs: dict[int, int] = attrs.field(factory=dict)
    """The worker's number of an exchange, and the one it has in the evidence."""
    talks: dict[int, int] = attrs.field(factory=dict)
    _next: int = 0

    def take(self, first: int, lines: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The lines of a parcel that are new."""
        if first > self._next:
            self.gaps.append((self._next, first - 1))
        for number, line in enumerate(lines, first):
            if number >= self._next:
                self._next = number + 1
                told: dict[str, Any] = json.loads(line)
                yield told

    def renumbered(self, line: dict[str, Any], talks: Iterator[int], seqs: Iterator[int]) -> dict[str, Any]:
        """A line with the evidence's own numbers and the master's time."""
        made = dict(line)
        if made["type"] == "conversation":
            made["id"] = self.talks[line["id"]] = next(talks)
        elif "conversation" in made:
            made["conversation"] = self.talks.get(made["conversation"], 0)
        for name in {"sent", "received", "due"} & made.keys():
            made[name] = round(made[name] + self.offset, 6)
        if made["type"] in SENT:
            self.rows += 1
            made["worker"] = self.worker
            made["seq"] = self.seqs[line["seq"]] = next(seqs)
            if "repeats" in made:
                made["repeats"] = self.seqs.get(made["repeats"], made["seq"])
        elif "seq" in made:
            made["seq"] = self.seqs.get(made["seq"], 0)
        return made

    def written(self) -> dict[str, Any]:
        """as the footer and `run` of verdicts.json."""
        return {
            "worker": self.worker,
            "requests": self.rows,
            "sent": self.sent,
            "clock_offset": round(self.offset, 6),
            "clock_unsure": round(self.unsure, 6),
            "gap": self.gap,
        }

    @property
    def gap(self) -> str | None:
        """What is missing, in words; None if nothing is."""
        missing = [f"its lines {first} to {last} never came" for first, last in self.gaps]
        if self.sent is not None and self.sent != self.rows:
            missing.append(f"it sent {self.sent} requests, and {self.rows} are recorded")
        if self.sent is None:
            missing.append(f"it fell silent; what it sent after its first {self.rows} requests is not recorded")
        return "; ".join(missing) or None
