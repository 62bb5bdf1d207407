"""The judging side of the scenario `limits`: who examines what, in which order, and what has come of it.

first    the smallest limit of every credential; while it is used up, every other operation gets one request (its pilot)
examine  all others side by side; those whose pilot was refused may share a bucket and are kept apart
quiet    when all of that is done: lists looked at, and suspects used up by themselves
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from load.findings import Finding, Job, Seqs, read
from load.run import LoadRun

Key = tuple[str, str]
Give = Callable[[str, Any], None]

SUSPECTS = 6
"""How many operations are used up by themselves at most, to see whether others are refused then."""
IN_A_ROW = 12
"""How many operations that share a bucket are examined one after the other at most."""


@attrs.define
class Desk:
    """Hands out tasks and keeps findings. `over` is called once everything is known."""

    run: LoadRun
    jobs: dict[Key, Job]
    give: Give
    over: Callable[[], None]
    findings: dict[Key, Finding] = attrs.field(factory=dict)
    shared: dict[Key, Key] = attrs.field(factory=dict)
    """Operations whose pilot was refused, and the one that was used up then."""
    _workers: list[str] = attrs.field(factory=list)
    _waiting: dict[Key, str] = attrs.field(factory=dict)
    """What has been handed out, and to whom."""
    _held: dict[Key, list[Job]] = attrs.field(factory=dict)
    """What waits for the pilots of a first examination."""
    _owners: dict[Key, str] = attrs.field(factory=dict)
    _turn: int = 0
    _quiet: bool = False

    def begin(self, workers: Sequence[str]) -> None:
        """Start with the smallest limit of every credential."""
        self._workers = list(workers)
        if not self.jobs:
            self.over()
        groups: dict[str, list[Job]] = {}
        for job in self.jobs.values():
            groups.setdefault(job.principal.name, []).append(job)
        firsts = [(min(group, key=_first), group) for group in groups.values()]
        for first, group in firsts:  # all of them are known before the first one can be answered
            self._held[first.key] = [job for job in group if job is not first]
        for first, _ in firsts:
            pilots = [list(job.key) for job in self._held[first.key]]
            self._hand(self._workers[0], first.key, {"do": "first", "pilots": pilots})

    def _hand(self, worker: str, key: Key, task: dict[str, Any]) -> None:
        self._waiting[key] = self._owners[key] = worker
        self.give(worker, {**task, "job": list(key)})

    def _next_worker(self) -> str:
        self._turn += 1
        return self._workers[self._turn % len(self._workers)]

    def pilots(self, first: Key, answers: dict[Key, tuple[float, float, int, int]]) -> None:
        """The pilots sent while a first operation was used up: when sent, when answered, status, exchange."""
        held = self._held.pop(first, [])
        refused = [job for job in held if answers.get(job.key, (0, 0, 0, 0))[2] == 429]
        for job in sorted(held, key=_order):
            if job in refused:
                self.shared[job.key] = first
            else:
                pilot = answers.get(job.key)
                self._hand(self._next_worker(), job.key, {"do": "examine", "pilot": pilot and list(pilot)})
        if refused:
            self._hand_row(first, refused)

    def _hand_row(self, first: Key, members: list[Job]) -> None:
        """Those that may share a bucket: one after the other, each after an idle window, where there is time for it."""
        ordered = sorted(members, key=lambda job: job.limit.requests)
        most = 0 if self.run.depth == "quick" else IN_A_ROW
        for job in ordered[most:]:
            reason = f"it was refused while {first[0]} was used up, so it was not examined side by side with others"
            self.findings[job.key] = Finding(job, blocked=reason, sharing=(first[0],))
        for job in ordered[:most]:
            self._hand(self._owners[first], job.key, {"do": "row", "after": list(first)})

    def heard(self, worker: str, data: Any, seqs: Seqs) -> None:
        """A worker has sent the pilots, or has ended a task."""
        if "pilots" in data:
            self.pilots(_key(data["first"]), self._pilots(data["pilots"], seqs))
            return
        key = _key(data["finding"]["job"])
        found = read(self.jobs[key], data["finding"], _foreign(seqs), self.run.exchanges)
        if key in self.shared and not found.sharing:
            found.sharing = (self.shared[key][0],)
        self.findings[key] = found
        if data["cut"]:
            return  # the run ends
        if self._waiting.get(key) == worker:
            del self._waiting[key]
        if held := self._held.get(key):  # it ended without having been used up
            self.pilots(key, {job.key: (0.0, 0.0, 0, 0) for job in held})
        self._proceed()

    def _pilots(self, told: Iterable[Any], seqs: Seqs) -> dict[Key, tuple[float, float, int, int]]:
        found = {}
        for operation, principal, number in told:
            exchange = self.run.exchanges.get(seqs(number) or 0)
            if exchange is not None:
                found[operation, principal] = (exchange.sent, exchange.received, exchange.status, exchange.seq)
        return found

    def lost(self, worker: str) -> None:
        """What a lost worker had in hand stays unknown; what it held up goes on."""
        self._workers = [each for each in self._workers if each != worker]
        for key in [key for key, owner in self._waiting.items() if owner == worker]:
            del self._waiting[key]
            if self._workers and (held := self._held.get(key)):
                self.pilots(key, {job.key: (0.0, 0.0, 0, 0) for job in held})
            self.findings.setdefault(key, Finding(self.jobs[key], blocked="the worker that examined it was lost"))
        if self._workers:
            self._proceed()

    def _proceed(self) -> None:
        if self._waiting or self._held:
            return
        if not self._quiet:
            self._quiet = True
            self._hand_quiet()
        if not self._waiting:
            self.over()

    def _hand_quiet(self) -> None:
        for key, finding in self.findings.items():
            owner = self._owners.get(key, "")
            if finding.created is not None and finding.created[2] is None and owner in self._workers:
                self._hand(owner, key, {"do": "listed"})
        suspects = [key for key, each in self.findings.items() if each.estimate and each.estimate.verdict == "tighter"]
        suspects += [first for first in dict.fromkeys(self.shared.values()) if first not in suspects]
        for key in suspects[:SUSPECTS]:
            owner = self._owners.get(key, "")
            if key not in self._waiting and owner in self._workers:
                self._hand(owner, key, {"do": "alone"})


def _long(job: Job) -> bool:
    """Whether a longer limit of it can bind: that takes longest, so it comes first."""
    return any(not limit.implied for limit in job.operation.limits[1:])


def _first(job: Job) -> tuple[int, bool]:
    return job.limit.requests, not _long(job)


def _order(job: Job) -> tuple[bool, int]:
    return not _long(job), -job.limit.requests


def _key(told: Sequence[str]) -> Key:
    return told[0], told[1]


def _foreign(seqs: Seqs) -> Seqs:
    """Numbers below 0 are the evidence's own already: a pilot that another worker has sent."""
    return lambda number: -number if number < 0 else seqs(number)
