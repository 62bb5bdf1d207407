"""From a file of recorded traffic to evidence: operations found, callers named, secrets hidden."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from contracts.config.deployment import Deployment
from contracts.config.vault import Vault
from contracts.core.exchange import Exchange, Request
from contracts.core.http_date import epoch
from contracts.evidence.header import header
from contracts.evidence.reader import Evidence, EvidenceError
from contracts.evidence.recorder import Recorder
from contracts.plan.plan import Plan
from contracts.plan.planning import watch_secrets
from contracts.traffic.callers import NOBODY, Callers
from contracts.traffic.entry import Entry
from contracts.traffic.matching import Routes, base_url_of, origin_of
from contracts.traffic.plan import RECORDED, plan_of
from contracts.traffic.reading import entries
from contracts.transport.wire_format import decode_response
from specs.contract import Contract, Operation

SHOWN = 5
"""Requests named at most of those that no operation describes."""
_BODILESS = {204, 205, 304}


@attrs.define
class Left:
    """What was not judged, and why: how many of each."""

    elsewhere: int = 0
    undescribed: Counter[str] = attrs.field(factory=Counter)
    unanswered: int = 0
    partial: int = 0
    cached: int = 0
    unread: list[str] = attrs.field(factory=list)

    def lines(self) -> Iterator[str]:
        """One line for each kind."""
        if self.elsewhere:
            yield f"{self.elsewhere} to other addresses"
        if self.undescribed:
            named = ", ".join(name for name, _ in self.undescribed.most_common(SHOWN))
            yield f"{self.undescribed.total()} that no operation of the document describes: {named}"
        if self.unanswered:
            yield f"{self.unanswered} without a recorded answer"
        if self.partial:
            yield f"{self.partial} whose body was not recorded, or not whole"
        if self.cached:
            yield f"{self.cached} that the client answered out of its own cache"
        if self.unread:
            yield f"{len(self.unread)} that cannot be read, the first: {self.unread[0]}"


@attrs.frozen
class Imported:
    """What a file of recorded traffic has become."""

    plan: Plan
    evidence: Evidence
    left: Left

    def summary(self) -> str:
        """What is judged and what was left out, in lines."""
        told = [f"{len(self.evidence.exchanges)} exchanges with {self.plan.deployment.base_url} are judged"]
        return "\n".join([*told, *(f"left out: {line}" for line in self.left.lines())])


def read(file: Path, contract: Contract, given: Deployment | None = None, base_url: str | None = None) -> Imported:
    """The exchanges of a file that are of a document's operations, as evidence of a run that sent nothing.

    `given`: the deployment they were with, else it is made of what the file shows. Raises EvidenceError where nothing
    in the file is of this document.
    """
    target = given or Deployment("", "", contract.document.location, (), Vault())
    watch_secrets(target, contract)
    left, found = Left(), list[Entry]()
    for each in entries(file):
        if isinstance(each, Entry):
            found.append(each)
        else:
            left.unread.append(": ".join(each))
    routes = Routes(contract)
    asked = ((each.method, each.url) for each in found)
    base = base_url or (given.base_url if given else base_url_of(asked, routes))
    if base is None:
        of = f" of {len(found)}" if found else ""
        raise EvidenceError(f"{file}: none{of} of its requests is an operation of {contract.document.location}")
    target = attrs.evolve(target, base_url=base.rstrip("/"), name=target.name or urlsplit(base).netloc, writes=False)
    importer = _Importer(contract, target, routes, left)
    exchanges = importer.exchanges(found)
    if not exchanges:
        told = "; ".join(left.lines())
        raise EvidenceError(f"{file}: nothing in it can be judged at {base}" + (f": {told}" if told else ""))
    target = attrs.evolve(target, principals=(*target.principals, *importer.callers.found))
    plan = plan_of(contract, attrs.evolve(target, document=contract.document.location))
    return Imported(plan, _evidence(plan, exchanges), left)


def _evidence(plan: Plan, exchanges: Sequence[Exchange]) -> Evidence:
    head = header(plan, 0, min(each.sent for each in exchanges))
    head["settings"] = {**head["settings"], RECORDED: True}
    footer = {"finished": max(each.received for each in exchanges), "ended": "complete", "left_behind": []}
    return Evidence(head, {each.seq: each for each in exchanges}, {}, footer)


def write(folder: Path, recorded: Evidence) -> None:
    """Put evidence.ndjson into a folder."""
    recorder = Recorder(folder / "evidence.ndjson")
    recorder.write("header", **recorded.header)
    base: str = recorded.header["deployment"]["base_url"]
    for exchange in recorded.exchanges.values():
        recorder.exchange(exchange, base)
    recorder.write("footer", **(recorded.footer or {}))
    recorder.close()
    if recorder.failure:
        raise EvidenceError(recorder.failure)


class _Importer:
    def __init__(self, contract: Contract, deployment: Deployment, routes: Routes, left: Left) -> None:
        self.callers = Callers(contract, deployment)
        self._vault = deployment.vault
        self._base = deployment.base_url
        self._routes, self._left = routes, left

    def exchanges(self, found: Sequence[Entry]) -> list[Exchange]:
        """What can be judged of what was found, numbered in the order of sending."""
        for each in found:
            self.callers.remember(each)
        kept = [(each, operation) for each in found if (operation := self._of(each)) is not None]
        timed = sorted(_timed([each for each, _ in kept]), key=lambda pair: pair[1])
        operations = {id(each): operation for each, operation in kept}
        made = [self._exchange(seq, each, sent, operations[id(each)]) for seq, (each, sent) in enumerate(timed, 1)]
        return _linked(made)

    def _of(self, entry: Entry) -> Operation | None:
        """The operation of an entry that can be judged; the others are counted."""
        try:
            below = origin_of(entry.url) + urlsplit(entry.url).path
        except ValueError as error:
            self._left.unread.append(f"{entry.place}: {error}")
            return None
        if not below.startswith(f"{self._base}/"):
            self._left.elsewhere += 1
            return None
        path = below.removeprefix(self._base)
        operation = self._routes.operation(entry.method, path)
        if operation is None:
            self._left.undescribed[f"{entry.method} {self._vault.hide(path)}"[:100]] += 1
        elif entry.cached:
            self._left.cached += 1
        elif entry.status < 100:
            self._left.unanswered += 1
        elif entry.content is None and entry.status not in _BODILESS:
            self._left.partial += 1
        else:
            return operation
        return None

    def _exchange(self, seq: int, entry: Entry, sent: float, operation: Operation) -> Exchange:
        parts = urlsplit(entry.url)
        below = (origin_of(entry.url) + parts.path).removeprefix(self._base)
        target = below + (f"?{parts.query}" if parts.query else "")
        caller = self.callers.caller(entry, operation)
        request = Request(
            operation=operation,
            target=self._vault.hide(target),
            headers=tuple((name, self.callers.hidden(name, value)) for name, value in entry.headers),
            body=None if entry.body is None else self._vault.hide(entry.body.decode("utf-8", "surrogateescape")),
            principal=caller.name if caller else None,
            method=entry.method,
        )
        response = decode_response(entry.status, entry.answered, entry.content or b"", self._vault, operation.key)
        return Exchange(seq, request, response, None, sent, sent + entry.seconds)


def _timed(found: Sequence[Entry]) -> Iterator[tuple[Entry, float]]:
    """Each with the time it was sent: as recorded, else as its answer says, else with the one before it."""
    last = 0.0
    for each in found:
        last = each.sent if each.sent is not None else _dated(each) or last or time.time()
        yield each, last


def _dated(entry: Entry) -> float | None:
    value = next((value for name, value in entry.answered if name.lower() == "date"), None)
    try:
        return epoch(value) if value else None
    except ValueError:
        return None


def _linked(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """The same, those that repeat a request which got a server error known for that."""
    failed: dict[Any, Exchange] = {}
    made: list[Exchange] = []
    for each in exchanges:
        request = each.request
        key = request.verb, request.target, request.body, request.principal
        before = failed.pop(key, None) if request.principal != NOBODY.name else None
        if before is not None:
            each = attrs.evolve(each, retry_of=before.seq, retry_status=before.cause)
        if each.status >= 500:
            failed[key] = each
        made.append(each)
    return made
