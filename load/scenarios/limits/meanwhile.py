"""What else is asked while a limit is used up: by another credential, written otherwise, and with effects."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from contracts.core.conversation import Outcome
from contracts.core.exchange import Exchange, Request
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from load.limiters.trace import Sample
from load.runtime.run import LoadRun, Send, sample
from load.scenarios.limits import probe_request
from load.scenarios.limits.findings import LimitFinding
from load.scenarios.limits.made_here import Place
from load.scenarios.limits.refusals import Refusals
from load.scenarios.limits.rewriting import Bucket, renewed

Ask = Callable[[Request], Exchange]
TELLING = 8
"""Characters from which on an id is found in an answer by itself."""


class Meanwhile:
    """Asks beside one examination, once, as soon as its limit is used up."""

    def __init__(self, run: LoadRun, send: Send, finding: LimitFinding, refusals: Refusals) -> None:
        self.run = run
        self.send = send
        self.finding = finding
        self.job = finding.job
        self.refusals = refusals
        self.rewrites = False
        """Whether it is tried if a request that is written otherwise is refused too."""
        self.place: Place | None = None
        """Where a request would have an effect, if it has one and were not refused."""
        self.over = False
        self.conversation = 0
        self._counted: list[Sample] = []
        """Requests that the examined limit counts too."""

    def work(self, question: Request) -> list[Sample]:
        """Another credential sends the same request, and one with an effect is sent; gives what its limit counted."""
        self._counted = []
        self._another(question)
        self._watched(self._elsewhere, question)
        if self.rewrites and not self.finding.renewed:
            self._watched(self._rewritten, question)
        if self.place is not None:
            self._effect()
        return self._counted

    def _api(self, tag: str) -> RequestFactory:
        return self.run.api(self.job.operation, self.job.principal, tag)

    def _watched(self, look: Callable[[Request, Ask], tuple[str, Exchange] | None], question: Request) -> None:
        """Look for a fresh bucket; what is sent for it and draws on the examined one is counted."""
        asked: list[Exchange] = []

        def ask(request: Request) -> Exchange:
            asked.append(self.run.ask(request, self.send, self.conversation))
            return asked[-1]

        with suppress(Outcome):  # one that must not be sent
            if found := look(question, ask):
                self.finding.renewed = (found[0], found[1].seq)
        # What names nobody draws on the same limit where it was refused, or where the usual request was admitted again.
        refusals = [self.refusals.refused(each) for each in asked if each.request is not question]
        again = any(refusals) or any(each.request is question and not self.refusals.refused(each) for each in asked)
        for each in asked:
            refused = self.refusals.refused(each)
            alike = each.status in self._usual and _same_path(each.request, question)
            drew = not self.finding.renewed and (alike or (again and look == self._elsewhere))
            if refused or (drew and 0 < each.status < 500):
                self._counted.append(sample(each, refused))  # it was refused, or took a place that came free meanwhile

    @property
    def _usual(self) -> set[int]:
        return {status for status in self.finding.statuses if status < 500}

    def _rewritten(self, question: Request, ask: Ask) -> tuple[str, Exchange] | None:
        """The same request, written otherwise."""
        return renewed(self._bucket(question, ask), self._usual)

    def _bucket(self, question: Request, ask: Ask) -> Bucket:
        rule = self.run.rule(self.job.limit)
        return Bucket(question, ask, self.refusals.refused, rule.limit / rule.window)

    def _elsewhere(self, question: Request, ask: Ask) -> tuple[str, Exchange] | None:
        """The same with another id in its path: admitted while this one is refused, it has a bucket of its own.

        Where its answers are others than those before, they count only if they are refused after the declared number.
        """
        refused, found = self.refusals.refused, [*probe_request.elsewhere(self._api("elsewhere"), question)]
        first = ask(found[0]) if found else None
        if first is None or refused(first):
            return None
        if first.status in self._usual:
            last = self._bucket(question, ask).fresh(found[0], found[1], self._usual)
        else:
            last = self._used_up(found[0], question, ask)
        return ("id in its path", last) if last and refused(ask(question)) else None

    def _used_up(self, request: Request, question: Request, ask: Ask) -> Exchange | None:
        """The refusal of a request that has been admitted as often as is declared, once before, in turns with another.

        That the other one is refused each time shows that no window has ended meanwhile.
        """
        for admitted in range(1, self.job.limit.requests + 2):
            if not self.refusals.refused(ask(question)):
                return None
            answer = ask(request)
            if self.refusals.refused(answer):
                return answer if admitted >= self.job.limit.requests - 1 else None
        return None

    def _another(self, question: Request) -> None:
        able = [
            each for each in callers(self.run.deployment, self.job.operation) if each.name != self.job.principal.name
        ]
        if not able:
            return
        api = self.run.api(self.job.operation, able[0], "other")
        path = probe_request.path_of(question)
        request = api.ask(path=path, raw=question.body, expects_429=True, principal=able[0])
        exchange = self.run.ask(request, self.send, self.conversation)
        if exchange.response is not None:
            self.finding.other = (able[0].name, exchange.status, exchange.seq)

    def pilot(self) -> Exchange | None:
        """Create something valid, in place of a request that has no effect: refused changes are tried on it."""
        if self.place is None or not self._creates:
            return None
        number, tag = self.run.open(f"limits/a-refused-request-changes-nothing {self.job.operation.key}")
        content = self._content(tag)
        if content is None or (tag not in json.dumps(content) and (self._named(content) or not self.place.given)):
            return None  # it would be the same thing each time
        try:
            return self._sent(number, tag, content)
        except Outcome:
            return None

    @property
    def _creates(self) -> bool:
        resource = self.run.contract.resource_of(self.job.operation)
        return resource is not None and resource.create is self.job.operation and resource.list is not None

    def _content(self, tag: str) -> dict[str, Any] | None:
        if self.place is None or self.job.operation.body is None:
            return None
        return probe_request.valid_body(self._api(tag), self.place.path, self.place.given)

    def _sent(self, number: int, tag: str, content: dict[str, Any]) -> Exchange:
        path = self.place.path if self.place else {}
        return self.run.ask(self._api(tag).ask(path=path, body=content, expects_429=True), self.send, number)

    def _effect(self) -> None:
        """Send what would create or change something, if it were not refused."""
        number, tag = self.run.open(f"limits/a-refused-request-changes-nothing {self.job.operation.key}")
        before = self.place.before if self.place else None
        content = self._content(tag)
        if content is None or not (self._creates or before):
            return
        mark = tag if tag in json.dumps(content) else self._named(content)
        new = {name: value for name, value in content.items() if before and _differs(before.get(name), value)}
        if not (new if before else mark):
            return
        with suppress(Outcome):
            exchange = self._sent(number, tag, content)
            refused = self.refusals.refused(exchange)
            if not sample(exchange, refused).void:
                self._counted.append(sample(exchange, refused))
            if refused and before:
                self.finding.changed = (before, new, exchange.seq, None)
            elif refused and mark:
                self.finding.created = (mark, exchange.seq, None)

    def _named(self, content: dict[str, Any]) -> str | None:
        """The name of something that this run has made, long enough to be nothing else, if a body has one.

        Only where another such thing is named too: what is made for one thing alone may have come with it.
        """
        given = self.place.given if self.place else {}
        named = [value for name, value in given.items() if name in content]
        tenant, value = self.job.principal.tenant, self.run.deployment.value
        made = [name for name in self.job.operation.path_parameters if not value(tenant, name)]
        if len(named) + len(made) < 2:
            return None
        return next((each for each in reversed(named) if isinstance(each, str) and len(each) >= TELLING), None)


def _differs(before: Any, sent: Any) -> bool:
    """Whether a member has another value now, which can be compared."""
    return isinstance(sent, str | bool | int) and type(before) is type(sent) and before != sent


def _same_path(one: Request, other: Request) -> bool:
    return one.target.partition("?")[0] == other.target.partition("?")[0]
