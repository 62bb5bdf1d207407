"""The replay driver: recorded evidence answers in place of the deployment, and the same laws judge it again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
from attrs.filters import exclude

from contracts.core.conversation import (
    Blocked,
    Command,
    Concurrently,
    Draw,
    NotAsked,
    NotObservable,
    Result,
    RunningConversation,
    Supplied,
    Token,
    Void,
    Wait,
)
from contracts.core.exchange import Exchange, Request
from contracts.core.failures import SILENT, is_one_of
from contracts.core.verdicts import NOT_ASKED, NOT_OBSERVABLE
from contracts.engine.prologue import with_prologue
from contracts.engine.side_by_side import side_by_side
from contracts.evidence.reader import Conversation, Evidence
from contracts.judging import deviations, judge
from contracts.judging.checks import Checks
from contracts.judging.endings import Endings
from contracts.judging.grants import Granted
from contracts.judging.judge import Attempt, Verdict
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem
from contracts.request.api import RequestFactory


def verdicts(
    plan: Plan, evidence: Evidence, also: Callable[[Exchange], None] = lambda _: None, *, processes: int = 1
) -> list[Verdict]:
    """Every item of the plan judged from what was recorded. Raises EvidenceError where the two do not fit.

    `also` is told of every exchange, since a long record is not gone through once more for nothing. `processes`: so
    many judge at once, each of them some of the operations; all of them read the whole record.
    """
    same, started = evidence.header["plan"] == plan.digest, evidence.header["started"]
    shares = _shares(plan, processes)

    def judged(number: int) -> list[tuple[str, dict[str, Any]]]:
        found = _judged(shares[number], evidence, also if number == 0 else lambda _: None, same=same)
        return [(each.item.id, attrs.asdict(each, filter=exclude("item"), recurse=False)) for each in found]

    told = {name: parts for share in side_by_side(judged, len(shares)) for name, parts in share}
    known, laws_first = plan.deployment.known, sorted(plan.items, key=lambda each: not isinstance(each.rule, Law))
    found = [Verdict(each, **told[each.id]) for each in laws_first]
    return [deviations.apply(judge.graded(each, plan.deployment), known, started) for each in found]


def _shares(plan: Plan, count: int) -> list[Plan]:
    """So many plans at most, of about as many items each: all items of an operation are in one of them."""
    by_operation: dict[str, list[PlanItem]] = {}
    for item in plan.items:
        by_operation.setdefault(item.operation.key, []).append(item)
    shares: list[list[PlanItem]] = [[] for _ in range(min(count, len(by_operation)))] or [[]]
    for items in sorted(by_operation.values(), key=len, reverse=True):
        min(shares, key=len).extend(items)
    return [attrs.evolve(plan, items=tuple(each)) for each in shares]


def _judged(plan: Plan, evidence: Evidence, also: Callable[[Exchange], None], *, same: bool) -> list[Verdict]:
    """The verdicts of these items alone. `same`: as for `attempts`."""
    seed = evidence.header["seed"]
    laws = {item.id: item for item in plan.items if isinstance(item.rule, Law)}
    ended = {name: Endings() for name in laws}
    granted, checks = Granted(), Checks(plan, evidence.again)
    for event in evidence.events():
        if isinstance(event, Exchange):
            granted.hear(event)
            checks.hear(event)
            also(event)
        elif item := laws.get(event.line):
            for attempt in attempts(plan, item, [event], seed, same_plan=same):
                ended[item.id].add(event.opened, attempt)
    judged = [
        judge.law_verdict(item, ended[item.id].attempts(), evidence.exchanges, plan, granted) for item in laws.values()
    ]
    return judged + checks.verdicts(evidence.exchanges, (evidence.footer or {}).get("not_served"))


def attempts(
    plan: Plan, item: PlanItem, conversations: list[Conversation], seed: int, *, same_plan: bool = True
) -> list[Attempt]:
    """How each recorded conversation of a plan item ends when it is replayed; unfinished ones do not count.

    `same_plan`: whether it was recorded for this very plan. Where it was not, a law may be handed what it was given in
    another form then: what it cannot read does not count either.
    """
    finished = [each for each in conversations if each.ended != "abandoned"]
    heard = [(each, replay(plan, item, each, seed, same_plan=same_plan)) for each in finished]
    return [Attempt(key(each.inputs, each.drawn), ending) for each, ending in heard if ending]


def key(inputs: Any, drawn: list[Any]) -> str:
    """By which two conversations of a plan item are known to be repetitions."""
    return json.dumps([inputs, drawn], sort_keys=True)


class _UnfinishedError(Exception):
    """The record ends before the conversation does."""


def replay(
    plan: Plan, item: PlanItem, conversation: Conversation, seed: int, *, same_plan: bool = True
) -> Result | None:
    """One conversation, replayed; None if the run ended in the middle of it, or nobody can read it any more."""
    assert isinstance(item.rule, Law)
    if item.rule.cases is not None and conversation.inputs is None and conversation.ended:
        kind, _, reason = conversation.ended.partition(":")
        return Result(kind, reason=reason)  # nothing could be sent at all
    depth = item.depth or plan.depth
    api = RequestFactory(plan.contract, plan.deployment, item.operation, item.principal, conversation.tag, depth, seed)
    talk = RunningConversation(with_prologue(item, api, conversation.inputs))
    memory = _Memory(conversation)
    try:
        talk.drive(memory.answer)
    except _UnfinishedError:
        return None
    return talk.ending if same_plan or not talk.puzzled else None


class _Memory:
    """Recorded answers in the order they came, and how the conversation was cut off if it was."""

    def __init__(self, conversation: Conversation) -> None:
        self._answers = _settled(conversation.answers)
        self._drawn = iter(conversation.drawn)
        self._tokens = iter(conversation.tokens)
        self._ended = conversation.ended

    def answer(self, command: Command) -> Any:
        match command:
            case Request():
                return self._next(command)
            case Concurrently(requests):
                return [self._next(request) for request in requests]
            case Draw():
                return self._following(self._drawn)
            case Token() | Supplied():
                return self._following(self._tokens)
            case Wait():
                return None

    def _next(self, request: Request) -> Exchange:
        # By method and target, not by place in the record: requests sent together are recorded as they were answered.
        verb, target = request.verb, request.target
        for position, exchange in enumerate(self._answers):
            if exchange.request.target == target and exchange.request.verb == verb:
                return _heard(self._answers.pop(position), request)
        raise self._cut_off()

    def _following(self, values: Any) -> Any:
        for value in values:
            return value
        raise self._cut_off()

    def _cut_off(self) -> Exception:
        # A record that ends without a reason was cut off by a crash: no verdict, rather than a made-up one.
        if self._ended is None:
            return _UnfinishedError()
        kind, _, reason = self._ended.partition(":")
        return {NOT_OBSERVABLE: NotObservable, NOT_ASKED: NotAsked}.get(kind, Blocked)(reason)


def _settled(answers: list[Exchange]) -> list[Exchange]:
    """What the law was given: not what was repeated because of a 5xx or a surprising 429."""
    again = {exchange.retry_of for exchange in answers}
    return [exchange for exchange in answers if exchange.seq not in again]


def _heard(exchange: Exchange, request: Request) -> Exchange:
    if exchange.response is None and request.silence_counts and is_one_of(exchange.error, SILENT):
        return exchange
    if exchange.response is None:
        raise Void(f"no answer from {exchange.operation.key}: {exchange.error}")
    if exchange.status == 429 and not request.expects_429:
        raise Void(f"{exchange.operation.key} answered 429 though its declared limit was not used up")
    return exchange
