"""The laws of the gate that only look, driven under load: the same functions, as conversations of virtual users.

What they find is judged like in the gate: broken is what was seen twice. Data changes under load all the time, by the
run's own doing, so a sighting counts only where nothing that the run sent can have changed what it read.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import attrs

from contracts import laws
from contracts.config.deployment import Deployment
from contracts.core.conversation import Outcome, Result, RunningConversation
from contracts.core.exchange import Exchange
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE
from contracts.engine.prologue import with_prologue
from contracts.engine.replay_driver import key
from contracts.judging import judge
from contracts.judging.judge import Attempt, Verdict
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem, law_items
from contracts.request.api import RequestFactory
from load.runtime.run import LoadRun
from specs.contract import Contract, room
from specs.promises.promise import Promise

FAMILIES = frozenset({"pagination", "filters", "sorting", "caching", "state"})
"""Families whose laws send plain requests; those of credentials, input and limits provoke refusals."""
DEPTH = "quick"
AGAIN = 3
"""How often something that was seen broken is repeated at once."""
MOST = 100.0
"""Requests a second that laws of one tenant send in one process at most: a faster load repeats no law more often."""
SLACK = 0.25
"""Seconds before and after a change in which it may show: clocks of several processes, and what lags behind."""


def drivable(law: Law) -> bool:
    """Whether a law only reads, and needs nothing that has to be drawn."""
    drawn = law.stateful or law.examples != (0, 0, 0)
    return law.family in FAMILIES and not (law.writes or law.runs_last or law.exclusive or drawn)


def driven_items(contract: Contract, deployment: Deployment, stated: Iterable[Promise]) -> list[PlanItem]:
    """The items of laws that are driven under load, as the gate has them; users made for the run are left out."""
    chosen = [law for law in laws.load().values() if drivable(law)]
    found = law_items(contract, deployment, DEPTH, stated, chosen)
    return [
        item
        for item in found
        if not (item.writes or item.closed or item.principal is None or item.principal.provisioned)
    ]


@attrs.frozen
class Question:
    """A law to be run at an operation, with one of its inputs."""

    item: PlanItem
    inputs: Any

    @property
    def key(self) -> str:
        """By which two conversations of an item are known to be repetitions."""
        return key(self.inputs, [])

    def open(self, run: LoadRun) -> tuple[RunningConversation, int]:
        """Begin a conversation: recorded, and run to its first command."""
        number, tag = run.open(self.item.id, self.inputs)
        return RunningConversation(with_prologue(self.item, _api(run, self.item, tag), self.inputs)), number


class QuestionsInTurn:
    """All that is run as one tenant, each in its turn; what was seen broken is repeated first."""

    def __init__(self, questions: Iterable[Question], first: int = 0) -> None:
        """`first`: the number of the one to begin with; processes that run side by side begin elsewhere."""
        self._turns = deque(questions)
        self._turns.rotate(-first)
        self._again: deque[Question] = deque()
        self._seen: Counter[str] = Counter()
        self._room, self._since = MOST, 0.0
        self.asked = 0
        """How many were run."""

    def __len__(self) -> int:
        return len(self._turns)

    def next(self, now: float) -> Question | None:
        """What is run next (`now`: seconds of any clock); None where nothing is, or too much was sent just before."""
        self._room, self._since = min(MOST, self._room + (now - self._since) * MOST), now
        if self._room < 1 or not (self._again or self._turns):
            return None
        self.asked += 1
        if self._again:
            return self._again.popleft()
        self._turns.rotate(-1)
        return self._turns[-1]

    def sent(self) -> None:
        """A request of one of them was sent."""
        self._room -= 1

    def again(self, question: Question) -> None:
        """Ask this once more, since broken is what is seen twice; a few times, since data may change meanwhile."""
        self._seen[f"{question.item.id} {question.key}"] += 1
        if self._seen[f"{question.item.id} {question.key}"] <= AGAIN:
            self._again.append(question)


def questions(run: LoadRun, items: Iterable[PlanItem], tenant: str) -> list[Question]:
    """All that the items of a tenant's principals run, with each of their inputs.

    Every law comes once before any comes again, each at another operation: so a short run does some of everything.
    """
    by_law: dict[str, list[Question]] = defaultdict(list)
    for item in items:
        if item.principal is not None and item.principal.tenant == tenant:
            by_law[item.rule.id] += _questions(run, item)
    found = [each for each in by_law.values() if each]
    turned = [each[number % len(each) :] + each[: number % len(each)] for number, each in enumerate(found)]
    return [question for row in zip_longest(*turned) for question in row if question is not None]


def _questions(run: LoadRun, item: PlanItem) -> list[Question]:
    assert isinstance(item.rule, Law)
    if item.rule.cases is None:
        return [Question(item, None)]
    try:
        return [Question(item, inputs) for inputs in item.rule.cases(_api(run, item, ""), DEPTH)]
    except (Outcome, ValueError):  # what cannot be run here is reported by the gate
        return []


def _api(run: LoadRun, item: PlanItem, tag: str) -> RequestFactory:
    return RequestFactory(run.contract, run.deployment, item.operation, item.principal, tag, DEPTH)


@attrs.define
class Attempts:
    """How the conversations of driven laws ended, by item."""

    _of: dict[str, list[Attempt]] = attrs.field(factory=lambda: defaultdict(list))

    def add(self, line: str, asked: str, ending: Result) -> None:
        """One more has ended; what was in the way of one says nothing of the law."""
        if ending.verdict == BLOCKED:
            ending = attrs.evolve(ending, verdict=NOT_OBSERVABLE)
        self._of[line].append(Attempt(asked, ending))

    def verdict(self, item: PlanItem, changes: Changes, plan: Plan) -> Verdict:
        """An item's verdict, as in the gate, from the sightings that nothing of the run's own can explain."""
        heard = [_sound(item, attempt, changes) for attempt in self._of.get(item.id, ())]
        return judge.law_verdict(item, heard, dict(changes.exchanges), plan)


class Changes:
    """When the run itself changed something, by the part of the deployment it was in; times are epoch seconds."""

    def __init__(self, exchanges: Mapping[int, Exchange]) -> None:
        self.exchanges = exchanges
        self._changed: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._talked: dict[int, tuple[float, float]] = {}
        for each in exchanges.values():
            begin, end = self._talked.get(each.conversation, (each.sent, each.received))
            self._talked[each.conversation] = min(begin, each.sent), max(end, each.received)
            if not each.request.safe:
                until = each.received if each.response else float("inf")  # it may still be carried out
                self._changed[room(each.operation.path)].append((each.sent - SLACK, until + SLACK))

    def touch(self, rooms: Sequence[str], seqs: Sequence[int]) -> bool:
        """Whether something may have changed in these parts during the conversation of these exchanges."""
        shown = [self.exchanges[seq] for seq in seqs if seq in self.exchanges]
        if not shown:
            return True  # nobody knows when that was
        begin, end = self._talked[shown[0].conversation]
        return any(sent <= end and begin <= until for place in rooms for sent, until in self._changed.get(place, ()))


def _sound(item: PlanItem, attempt: Attempt, changes: Changes) -> Attempt:
    if attempt.ending.verdict != BROKEN or not changes.touch(item.rooms, attempt.ending.exchanges):
        return attempt
    reason = "what it looked at was changed meanwhile by other callers of this run"
    return Attempt(attempt.key, Result(NOT_OBSERVABLE, reason=reason, exchanges=attempt.ending.exchanges))
