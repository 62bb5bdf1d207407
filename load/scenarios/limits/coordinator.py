"""The judging side of the scenario `limits`: who examines what, in which order, and what has come of it.

The smallest limit of every credential is examined first. When it is used up, the others of the credential begin, side
by side. One that is refused at its first request may share a bucket: it is examined after an idle window, behind the
first that was used up. When all of that is done, lists are read and suspects used up by themselves (see `Task`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from load.runtime.run import LoadRun
from load.scenarios.limits.buckets import look_at, suspect, weighed
from load.scenarios.limits.existing import Path, Unlisted, needs_look, paths
from load.scenarios.limits.findings import Job, LimitFinding, Seqs, read
from load.scenarios.limits.made_here import needed, place_of
from load.scenarios.limits.tasks import Task

Key = tuple[str, str]
Give = Callable[[str, Any], None]

REWRITTEN = 2
"""With how many operations of a credential requests written otherwise are tried, rather with such as only read."""
LOOKS = (6, 2)
"""How many operations are used up by themselves at most, to see whether others are refused then; at depth quick too."""
IN_A_ROW = 12
"""How many operations that share a bucket are examined one after the other at most."""


@attrs.define
class Coordinator:
    """Hands out tasks and keeps findings. `done` is called once everything is known."""

    run: LoadRun
    jobs: dict[Key, Job]
    assign: Give
    done: Callable[[], None]
    findings: dict[Key, LimitFinding] = attrs.field(factory=dict)
    shared: dict[Key, Key] = attrs.field(factory=dict)
    """Operations that were refused at once, and the one that had been used up then."""
    _workers: list[str] = attrs.field(factory=list)
    _waiting: dict[Key, str] = attrs.field(factory=dict)
    """What has been handed out, and to whom."""
    _held: dict[Key, list[Job]] = attrs.field(factory=dict)
    """What begins when a first examination has used up its limit."""
    _dependents: dict[Key, list[Job]] = attrs.field(factory=dict)
    """What begins when a list has shown what exists."""
    _rewritten: set[Key] = attrs.field(factory=set)
    """Limits with which requests written otherwise are tried: two of every credential."""
    _listed: set[Key] = attrs.field(factory=set)
    """What was examined already, so that nothing has to wait for it."""
    _used_up: dict[str, Key] = attrs.field(factory=dict)
    """By credential, the operation that was used up before the others began."""
    _owners: dict[Key, str] = attrs.field(factory=dict)
    _turn: int = 0
    _in_row: int = 0
    _quiet: bool = False
    _looks: list[Key] = attrs.field(factory=list)
    """What was used up by itself, or is just now."""

    def begin(self, workers: Sequence[str]) -> None:
        """Start with the smallest limit of every credential."""
        self._workers = list(workers)
        if not self.jobs:
            self.done()
        groups: dict[str, list[Job]] = {}
        for job in self.jobs.values():
            groups.setdefault(job.principal.name, []).append(job)
        firsts = {min(group, key=_first).key: group for group in groups.values()}
        for key, group in firsts.items():  # all of them are known before the first one can be answered
            self._held[key] = [job for job in group if job.key != key]
            later = sorted(group, key=lambda job: (not job.operation.safe, job.key == key, _order(job)))
            self._rewritten |= {job.key for job in later[:REWRITTEN]}
        for key in firsts:
            place = self._place(self.jobs[key])
            self._hand(self._next_worker(), key, {"do": Task.FIRST, "rewrites": key in self._rewritten, "place": place})

    def _hand(self, worker: str, key: Key, task: dict[str, Any]) -> None:
        self._waiting[key] = self._owners[key] = worker
        self.assign(worker, {**task, "job": list(key)})

    def _next_worker(self) -> str:
        self._turn += 1
        return self._workers[self._turn % len(self._workers)]

    def on_report(self, worker: str, data: Any, seqs: Seqs) -> None:
        """A worker has used up a first limit, or has ended a task."""
        if "used_up" in data:
            key = _key(data["used_up"])
            if key in self._held:
                self._used_up[key[1]] = key
            self._begin_others(key)
            self._begin_dependents(key)
            return
        key = _key(data["finding"]["job"])
        found = read(self.jobs[key], data["finding"], seqs, self.run.exchanges)
        if key in self.shared and not (found.estimate and found.estimate.conforms):
            found.sharing = found.sharing or (self.shared[key][0],)
        self.findings[key] = found
        if data["cut"]:
            return  # the run ends
        if self._waiting.get(key) == worker:
            del self._waiting[key]
        self._begin_others(key)  # it may have ended without having been used up
        self._begin_dependents(key)
        if found.refused_at_once and found.estimate is None:
            self._apart(found)
        self._proceed()

    def _begin_others(self, first: Key) -> None:
        for job in sorted(self._held.pop(first, []), key=_order):
            self._examine(job)

    def _begin_dependents(self, listed: Key) -> None:
        """Begin those for which a list was to show what exists."""
        self._listed.add(listed)
        for job in self._dependents.pop(listed, []):
            self._examine(job)

    def _examine(self, job: Job) -> None:
        """Have a limit examined, when what it needs was shown by a list, or made: by operations examined before it."""
        found: list[Path] = []
        for key in self._makers(job):
            if key not in self._listed:
                self._dependents.setdefault(key, []).append(job)
                return
        if needs_look(job, self.run):
            try:
                found = paths(job, self.run)
            except Unlisted as unlisted:
                if unlisted.key in self.jobs and unlisted.key not in self._listed:
                    self._dependents.setdefault(unlisted.key, []).append(job)
                    return
        owners = [owner for key in self._makers(job) if (owner := self._owners.get(key)) in self._workers]
        task = {"do": Task.EXAMINE, "paths": found, "rewrites": job.key in self._rewritten, "place": self._place(job)}
        if self._workers:
            self._hand(owners[0] if owners else self._next_worker(), job.key, task)

    def _makers(self, job: Job) -> list[Key]:
        """The limits of the creations that make what a request with an effect would name."""
        keys = {operation.key for operation in needed(job, self.run)}
        return [key for key in self.jobs if key[0] in keys]

    def _place(self, job: Job) -> dict[str, Any] | None:
        found = place_of(job, self.run)
        return attrs.asdict(found) if found else None

    def _apart(self, found: LimitFinding) -> None:
        """One refused at once: behind the one it may share a bucket with, or by itself after an idle window."""
        job = found.job
        first = self._used_up.get(job.principal.name)
        if first is None or first == job.key:
            self._hand(self._owners[job.key], job.key, {"do": Task.AGAIN})
            return
        self.shared[job.key] = first
        found.sharing = (first[0],)
        self._in_row += 1
        if self.run.depth == "quick" or self._in_row > IN_A_ROW:
            found.blocked = f"it was refused at once while {first[0]} was used up, so it was not examined by itself"
        elif self._owners[first] in self._workers:
            self._hand(self._owners[first], job.key, {"do": Task.ROW, "after": list(first)})

    def lost(self, worker: str) -> None:
        """What a lost worker had in hand stays unknown; what it held up goes on."""
        self._workers = [each for each in self._workers if each != worker]
        for key in [key for key, owner in self._waiting.items() if owner == worker]:
            del self._waiting[key]
            self.findings.setdefault(key, LimitFinding(self.jobs[key], blocked="the worker that examined it was lost"))
            self._begin_others(key)
            self._begin_dependents(key)
        if self._workers:
            self._proceed()

    def _proceed(self) -> None:
        if not self._waiting and not self._held:
            for key in list(self._dependents):  # whose lists will not be read any more
                self._begin_dependents(key)
        if self._waiting or self._held:
            return
        if not self._quiet:
            self._quiet = True
            self._read_lists()
        if not self._waiting:
            self._look_next()
        if not self._waiting:
            self.done()

    def _read_lists(self) -> None:
        for key, finding in self.findings.items():
            owner = self._owners.get(key, "")
            unknown = (finding.created and finding.created[2] is None) or (
                finding.changed and finding.changed[3] is None
            )
            if unknown and owner in self._workers:
                self._hand(owner, key, {"do": Task.LISTED})

    def _look_next(self) -> None:
        """Have one more suspect used up by itself, unless what it shares its bucket with is known by now."""
        tight = [key for key, each in self.findings.items() if suspect(each)]
        for key in dict.fromkeys([*self.shared.values(), *tight]):
            owner, finding = self._owners.get(key, ""), self.findings.get(key)
            seen = key in self._looks or finding is None or look_at(finding, self.findings) is not None
            if not seen and owner in self._workers and len(self._looks) < LOOKS[self.run.depth == "quick"]:
                self._looks.append(key)
                self._hand(owner, key, {"do": Task.ALONE})
                return

    @property
    def concluded(self) -> dict[Key, LimitFinding]:
        """What was found, numbers held against buckets that are shared."""
        return weighed(self.findings)


def _long(job: Job) -> bool:
    """Whether a longer limit of it can bind: that takes longest, so it comes first."""
    return any(not limit.implied for limit in job.operation.limits[1:])


def _first(job: Job) -> tuple[int, bool]:
    return job.limit.requests, not _long(job)


def _order(job: Job) -> tuple[bool, int]:
    return not _long(job), -job.limit.requests


def _key(told: Sequence[str]) -> Key:
    return told[0], told[1]
