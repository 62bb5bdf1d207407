"""What is examined when every limit has been: refused creations, and operations that may share a bucket."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any

import gevent

from contracts.core.conversation import Outcome
from contracts.core.exchange import Exchange, Request, at
from contracts.request.credentials import callers
from contracts.request.url import path_values
from load.runtime.run import LoadRun, Send
from load.scenarios.limits import probe_request
from load.scenarios.limits.counted_bodies import CountedBodies
from load.scenarios.limits.examiner import IDLE
from load.scenarios.limits.findings import Job, LimitFinding
from load.scenarios.limits.refusals import shows
from specs.contract import Limit, Operation

ROOM, MOST_ROOM = 0.1, 0.45
"""Shares of a window that should be left of it when a run begins: at least, and at most."""
OPENING = 2.5
"""Seconds in which all limits are used up for the first time."""
SHORT = 10.0
"""Seconds up to which a window is waited for at depth quick."""
SOON = 0.1
"""Windows to wait, at depth quick, for a place to look at what a refused request has done."""
MOST = 10
"""How many times its number one operation is asked at most, to see the end of a bucket it may share."""


def await_room(run: LoadRun, limit: Limit) -> None:
    """Begin where limits can be used up before a window of the server's clock ends, if it is like ours."""
    window = run.rule(limit).window
    left = (-run.clock.offset - time.time()) % window
    if left < min(MOST_ROOM * window, max(ROOM * window, OPENING)):
        gevent.sleep(left + 0.02 * window)


class Quiet:
    """Asks while nobody else does."""

    def __init__(self, run: LoadRun, send: Send, bodies: CountedBodies) -> None:
        self.run = run
        self.send = send
        self.bodies = bodies

    def listed(self, finding: LimitFinding) -> None:
        """Whether what a refused request would have made or changed is there all the same."""
        resource = self.run.contract.resource_of(finding.job.operation)
        if resource is None:
            return
        if finding.created is not None and resource.list is not None:
            mark, seq, _ = finding.created
            answer = self._looked(finding, resource.list, seq)
            if answer is not None:
                there = bool(answer.response and re.search(rf"{re.escape(mark)}(?!\d)", answer.response.body))
                finding.created = (mark, seq, there if there or _is_whole(answer) else None)
        if finding.changed is not None:
            before, new, seq, _ = finding.changed
            for operation in filter(None, (resource.read, resource.list)):
                answer = self._looked(finding, operation, seq)
                thing = _shown(answer, resource.member, at(before, resource.member)) if answer else None
                if thing is not None:
                    there = any(thing.get(name) == value for name, value in new.items())
                    finding.changed = (before, new, seq, there)
                    return

    def _looked(self, finding: LimitFinding, operation: Operation, seq: int) -> Exchange | None:
        """A look at what a refused request was about, as anybody of its tenant who is admitted."""
        number, tag = self.run.open(f"limits/a-refused-request-changes-nothing {finding.job.operation.key}")
        tenant, refused = finding.job.principal.tenant, self.run.exchanges[seq].request
        able = [each for each in callers(self.run.deployment, operation) if each.tenant == tenant]
        known = path_values(refused.operation, refused.target)
        path = {
            name: known.get(name) or self.run.deployment.value(tenant, name) or "" for name in operation.path_parameters
        }
        for wait in (0.0, *self._waits(operation.limits)):
            gevent.sleep(wait)
            for principal in able:
                api = self.run.api(operation, principal, tag)
                answer = self.run.ask(api.ask(path=path, principal=principal, expects_429=True), self.send, number)
                if answer.ok:
                    return answer
                if answer.status not in finding.refusals | {429}:
                    return None
        return None

    def _waits(self, limits: tuple[Limit, ...]) -> tuple[float, ...]:
        """How long to wait before another look: until a place comes free, or at depth quick for little more."""
        window = self._window(limits)
        return (window * IDLE,) if self.run.depth != "quick" or window <= SHORT else (SOON * window,) * 2

    def _window(self, limits: tuple[Limit, ...]) -> float:
        return self.run.rule(limits[0]).window if limits else 0.0

    def _rest(self, limits: tuple[Limit, ...]) -> None:
        gevent.sleep(self._window(limits) * IDLE)

    def alone(self, finding: LimitFinding, others: Iterable[Job]) -> None:
        """Use up one operation by itself after an idle window; the others are asked once before it and once after."""
        job = finding.job
        self._rest(job.operation.limits)
        await_room(self.run, job.limit)
        name, principal = job.key
        number, _ = self.run.open(f"limits/operations-have-buckets-of-their-own {name} {principal}")
        same = [each for each in others if each.operation is not job.operation and each.principal == job.principal]
        most = min(MOST * job.limit.requests, job.limit.requests + sum(each.limit.requests for each in same))
        # Who is refused before anything was used up is shut for a reason of its own.
        free = [each for each in same if not self._refused(each, number)]
        question, admitted = self._question(job), 0
        last = self.run.ask(question, self.send, number) if question else None
        while question and last and not _turned_away(last, finding) and admitted < most:
            admitted, last = admitted + 1, self.run.ask(question, self.send, number)
        if last is None or not _turned_away(last, finding):
            return
        finding.looked = last.seq
        finding.sharing = tuple(each.operation.key for each in free if self._refused(each, number))
        finding.alone = admitted + len(finding.sharing)  # each of them has had one place of it before

    def _refused(self, job: Job, number: int) -> bool:
        question = self._question(job)
        return question is not None and shows(self.run.ask(question, self.send, number))

    def _question(self, job: Job) -> Request | None:
        try:
            api = self.run.api(job.operation, job.principal, "alone")
            question = probe_request.question(api, inert=self.bodies.of(job.operation)[0])
        except Outcome:
            return None
        return question if self.run.guard.objection(question) is None else None


def _is_whole(answer: Exchange) -> bool:
    """Whether a list showed all there is, as far as can be told: fewer than fit on its page."""
    paging = answer.operation.paging
    size = paging.size.schema.get("default") if paging and paging.size else None
    return not isinstance(size, int) or len(answer.items) < size


def _shown(answer: Exchange, member: str, own: Any) -> dict[str, Any] | None:
    """One thing as an answer shows it, by itself or in a list."""
    found = [answer.data, *answer.items]
    return next((each for each in found if isinstance(each, dict) and at(each, member) == own), None)


def _turned_away(exchange: Exchange, finding: LimitFinding) -> bool:
    """Whether an answer is one by which this operation refuses."""
    return shows(exchange) or exchange.status in finding.refusals - finding.statuses
