"""What else is asked while a limit is used up: by another credential, written otherwise, and with effects."""

from __future__ import annotations

from contextlib import suppress

from contracts.core.conversation import Outcome
from contracts.core.exchange import Exchange, Request
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from load.limiters.trace import Sample
from load.runtime.run import LoadRun, Send, sample
from load.scenarios.limits import probe_request
from load.scenarios.limits.findings import LimitFinding
from load.scenarios.limits.refusals import Refusals
from load.scenarios.limits.rewriting import renewed


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
        self.over = False
        self.conversation = 0
        self._counted: list[Sample] = []
        """Requests that the examined limit counts too."""

    def work(self, question: Request) -> list[Sample]:
        """Another credential sends the same request, and one valid creation is sent; gives what its limit counted."""
        self._counted = []
        self._another(question)
        if self.rewrites:
            self._rewritten(question)
        if self.run.deployment.writes and self.job.operation.method == "POST":
            self._creation()
        return self._counted

    def _api(self, tag: str) -> RequestFactory:
        return self.run.api(self.job.operation, self.job.principal, tag)

    def _rewritten(self, question: Request) -> None:
        """The same request, written otherwise; what is refused of it is counted as it is everywhere."""

        asked: list[Exchange] = []

        def ask(request: Request) -> Exchange:
            asked.append(self.run.ask(request, self.send, self.conversation))
            return asked[-1]

        usual = {status for status in self.finding.statuses if status < 500}
        with suppress(Outcome):  # one that must not be sent
            if found := renewed(question, usual, ask, self.refusals.refused):
                self.finding.renewed = (found[0], found[1].seq)
        for each in asked:
            refused = self.refusals.refused(each)
            drew = not self.finding.renewed and each.status in usual and _same_path(each.request, question)
            if refused or drew:  # a place that came free meanwhile
                self._counted.append(sample(each, refused))

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

    def _creation(self) -> None:
        resource = self.run.contract.resource_of(self.job.operation)
        if resource is None or resource.create is not self.job.operation or resource.list is None:
            return
        number, tag = self.run.open(f"limits/a-refused-request-changes-nothing {self.job.operation.key}")
        api = self._api(tag)
        values = {name: self.run.deployment.value(api.tenant, name) for name in api.operation.path_parameters}
        if api.operation.body is None or api.operation.body.sources or not all(values.values()):
            return
        try:
            request, _ = self.run.carry(
                probe_request.real_creation(api, {k: v or "" for k, v in values.items()}), self.send, number
            )
            exchange = self.run.ask(request, self.send, number)
        except Outcome:
            return
        refused = self.refusals.refused(exchange)
        self._counted.append(sample(exchange, refused))
        if refused and tag in (request.body or ""):
            self.finding.created = (tag, exchange.seq, None)


def _same_path(one: Request, other: Request) -> bool:
    return one.target.partition("?")[0] == other.target.partition("?")[0]
