"""A sending side of the scenario `limits`: does what the judging side hands out, whatever the requests travel by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore

from load.runtime.run import LoadRun, Send
from load.scenarios.limits.counted_bodies import CountedBodies
from load.scenarios.limits.examiner import Examiner
from load.scenarios.limits.findings import Job, LimitFinding
from load.scenarios.limits.isolation import Quiet, await_room
from load.scenarios.limits.longer_limits import Longer
from load.scenarios.limits.made_here import Place
from load.scenarios.limits.tasks import Task

BURSTS = 4
"""How many bursts may go on at the same time."""


class Worker:
    """Does tasks, many at the same time, and reports what was found (`report` takes plain data)."""

    def __init__(self, run: LoadRun, jobs: Mapping[tuple[str, str], Job], report: Callable[[Any], None]) -> None:
        self.run = run
        self.jobs = jobs
        self.report = report
        self.findings: dict[tuple[str, str], LimitFinding] = {}
        """With this process's own numbers of exchanges."""
        self.bodies = CountedBodies(run.contract)
        self._bursts = BoundedSemaphore(BURSTS)
        self._alone = BoundedSemaphore(1)
        """What must be the only thing that goes on."""
        self._rows: defaultdict[tuple[str, str], BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(1))
        """Operations that may share a bucket, by the one that was used up first: one after the other."""
        shortest = min((run.rule(job.limit).window for job in jobs.values()), default=60.0)
        # Where windows are short, so many side by side would only wait for each other.
        self._lanes = BoundedSemaphore(64 if shortest >= 20 else max(2, int(shortest * 6)))

    def work(self, given: Mapping[str, Any], send: Send) -> None:
        """Do one task, and report what is known of its limit then."""
        job = self.jobs[given["job"][0], given["job"][1]]
        finding = self.findings.setdefault(job.key, LimitFinding(job))
        cut = False
        try:
            self._do(given, finding, send)
        except gevent.GreenletExit:
            cut = True
            raise
        except Exception as error:  # the judging side waits for an answer, whatever it is
            finding.blocked = f"internal error: {type(error).__name__}: {error}"
            raise
        finally:
            self.report({"finding": finding.written(), "cut": cut})

    def _do(self, given: Mapping[str, Any], finding: LimitFinding, send: Send) -> None:
        match given["do"]:
            case Task.LISTED:
                Quiet(self.run, send, self.bodies).listed(finding)
            case Task.ALONE:
                with self._alone:
                    Quiet(self.run, send, self.bodies).alone(finding, list(self.jobs.values()))
            case Task.FIRST:
                self._first(given, finding, send)
            case Task.AGAIN:
                self._again(finding, send)
            case Task.ROW:
                with self._rows[given["after"][0], given["after"][1]]:
                    self._again(finding, send)
            case Task.EXAMINE:
                with self._lanes:
                    examiner = self._examiner(given, finding, send)
                    examiner.work()
                self._soak(examiner)

    def _examiner(self, given: Mapping[str, Any], finding: LimitFinding, send: Send) -> Examiner:
        """Who examines one limit, and says when it is used up."""
        made = Examiner(self.run, send, finding, self._bursts, self.bodies)
        made.used_up = lambda: self.report({"used_up": list(finding.job.key)})
        made.paths, made.meanwhile.rewrites = given.get("paths", []), given.get("rewrites", False)
        made.meanwhile.place = Place(**given["place"]) if given.get("place") else None
        return made

    def _first(self, given: Mapping[str, Any], finding: LimitFinding, send: Send) -> None:
        """The first examination with a credential: the others begin as soon as this limit is used up."""
        examiner = self._examiner(given, finding, send)
        await_room(self.run, finding.job.limit)
        with self._rows[finding.job.key]:
            examiner.work()
            if finding.refused_at_once:
                examiner.rest()
                examiner.work(idle=False)
        self._soak(examiner)

    def _again(self, finding: LimitFinding, send: Send) -> None:
        """After an idle window, whatever the first request is answered."""
        examiner = self._examiner({}, finding, send)
        examiner.rest()
        examiner.work(idle=False)
        self._soak(examiner)

    def _soak(self, examiner: Examiner) -> None:
        """At depth soak, go on to the longer limits."""
        if self.run.depth == "soak":
            Longer(examiner).work()
