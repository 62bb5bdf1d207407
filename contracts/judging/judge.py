"""From evidence to verdicts: a pure function, live and offline alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import attrs

from contracts.checks import Check, JudgeOfAll
from contracts.config.deployment import Deployment
from contracts.config.severity import Severity, at_least, read_rows
from contracts.core.conversation import Broken, Observed, Result
from contracts.core.exchange import Exchange
from contracts.core.flakiness import superseded
from contracts.core.verdicts import BLOCKED, BROKEN, KNOWN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD, VERDICTS
from contracts.judging.grants import ungranted
from contracts.judging.reproduce import script
from contracts.judging.severity import severity_of
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem
from specs.promises.promise import Promise
from specs.promises.quoting import quote

NAMED = 6
"""How many further findings of a plan item are named at most."""


@attrs.frozen
class Verdict:
    """What became of one plan item."""

    item: PlanItem
    verdict: str
    expected: str | None = None
    actual: str | None = None
    reason: str | None = None
    confidence: str | None = None
    count: int = 0
    exchanges: tuple[int, ...] = ()
    reproduce: str | None = None
    others: tuple[tuple[str, str], ...] = ()
    """What else was seen broken here, for other reasons: expected and actual."""
    status: int | None = None
    """The status of the one answer that shows it, where one does."""
    severity: Severity | None = None
    """How grave it is, where it is broken."""
    awaits_grant: bool = False
    """Whether it was upheld if the right credential were granted the operation, as it may be later in the run."""

    def written(self) -> dict[str, Any]:
        """As verdicts.json has it."""
        line, rule = self.item, self.item.rule
        return {
            "id": line.id,
            "law": rule.id,
            "family": rule.family,
            "kind": line.kind,
            "title": rule.title,
            "operation": line.operation.key,
            "tags": list(line.operation.tags),
            "principal": line.principal.name if line.principal else None,
            "verdict": self.verdict,
            "expected": self.expected,
            "actual": self.got,
            "reason": self.reason,
            "confidence": self.confidence,
            "count": self.count,
            "promises": [each.pointer for each in self.promises],
            "exchanges": list(self.exchanges),
            "reproduce": self.reproduce,
            **({"severity": self.severity.written()} if self.severity else {}),
        }

    @property
    def promises(self) -> tuple[Promise, ...]:
        """The promises of the item, those first whose parameter, header, member or status the verdict is about."""
        expected, actual = (self.expected, self.actual) if self.expected else ("", "")

        family = self.item.rule.family

        def about(promise: Promise) -> tuple[bool, ...]:
            name, status = promise.name, promise.kind == "status"
            came = _speaks(actual, name) and not status  # what came in place of what was promised is no promise
            shown = promise.topic == str(self.status) and (not status or family in {"status", "schema", "errors"})
            counts = promise.kind.startswith("page") and bool(name)
            return _speaks(expected, name), promise.kind == family.rstrip("s"), came, shown, not (status or counts)

        return tuple(sorted(self.item.promises, key=about, reverse=True))

    @property
    def got(self) -> str | None:
        """What was got, with the other things found broken here named at its end."""
        if not self.others:
            return self.actual
        named = "; ".join(f"{expected} → {actual}" for expected, actual in self.others[:NAMED])
        more = f"; and {len(self.others) - NAMED} more" if len(self.others) > NAMED else ""
        return f"{self.actual}. Also: {named}{more}"


def _speaks(text: str | None, name: str) -> bool:
    return bool(name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text or "") is not None


@attrs.frozen
class Attempt:
    """One conversation's ending. Attempts with the same `key` are repetitions of one another."""

    key: str
    ending: Result


def law_verdict(item: PlanItem, attempts: Sequence[Attempt], exchanges: dict[int, Exchange], plan: Plan) -> Verdict:
    """A plan item's verdict from all its conversations: broken if any was shown broken, and shown again."""
    law = item.rule
    assert isinstance(law, Law)
    if not attempts and item.operation.unusable:
        return Verdict(item, NOT_OBSERVABLE, reason=item.closed)
    if not attempts:
        return Verdict(item, NOT_ASKED, reason=item.closed or "not selected, or the run ended before its turn")
    shown, once = _broken(law, attempts)
    if shown:
        # The confidence is that of the finding seen most often; the proof is the one with the fewest requests to read.
        sure = max(shown, key=len)
        confidence = _confidence(law, len(sure), attempts)
        smallest = min((group[0] for group in shown), key=lambda each: len(each.exchanges))
        verdict = Verdict(item, BROKEN, confidence=confidence, count=len(shown))
        return _with_ending(verdict, smallest, exchanges, plan)
    if once:
        # A lock, a deploy or somebody else's write can break a law once. Nobody is blamed for that, but it is shown.
        seen = once[0]
        verdict = _with_ending(Verdict(item, OBSERVED, count=len(once)), seen, exchanges, plan)
        reason = f"seen once and not again: expected {seen.expected}, got {seen.actual}"
        return attrs.evolve(verdict, reason=reason, expected=None, actual=None)
    found = _unbroken(item, attempts)
    why = ungranted(item, found.verdict, exchanges, plan)
    return attrs.evolve(found, verdict=NOT_OBSERVABLE, reason=why, awaits_grant=True) if why else found


def _confidence(law: Law, seen: int, attempts: Sequence[Attempt]) -> str:
    """How often a finding was seen."""
    if law.by_luck:
        return f"seen in {seen} of {max(Counter(each.key for each in attempts).values())} rounds"
    return f"repeated {seen} of {seen}" if seen > 1 else "seen once, which uses up what shows it"


def _broken(law: Law, attempts: Sequence[Attempt]) -> tuple[list[list[Result]], list[Result]]:
    """What was seen broken, its sightings together; and what was seen broken once and not again.

    Sightings of a law that draws its inputs confirm each other: what is drawn may depend on what was found.
    """
    groups: dict[str, list[Result]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.key, []).append(attempt.ending)
    drawn = law.examples != (0, 0, 0)
    sightings = sum(attempt.ending.verdict == BROKEN for attempt in attempts)
    shown: list[list[Result]] = []
    once: list[Result] = []
    for endings in groups.values():
        broken = [each for each in endings if each.verdict == BROKEN]
        again = len(broken) > 1 or (drawn and sightings > 1 and len(endings) == 1)
        if broken and (again or law.one_sighting):
            shown.append(broken)
        elif broken:
            once.append(broken[0])
    return shown, once


def _with_ending(verdict: Verdict, ending: Result, exchanges: dict[int, Exchange], plan: Plan) -> Verdict:
    shown = [exchanges[seq] for seq in ending.exchanges if seq in exchanges]
    return attrs.evolve(
        verdict,
        expected=ending.expected,
        actual=ending.actual,
        others=ending.others,
        exchanges=ending.exchanges,
        reproduce=script(shown, exchanges, plan) if verdict.verdict == BROKEN else None,
    )


def _unbroken(item: PlanItem, attempts: Sequence[Attempt]) -> Verdict:
    # The most that was learnt names the item; what kept the other conversations from it is said in the reason.
    for verdict in (OBSERVED, UPHELD, NOT_OBSERVABLE, BLOCKED, NOT_ASKED):
        these = [each for each in attempts if each.ending.verdict == verdict]
        if these:
            others = [each.ending.reason for each in attempts if each.ending.verdict != verdict]
            reason = these[0].ending.reason
            if verdict == UPHELD and others:
                reason = f"{len(others)} of {len(attempts)} conversations were not conclusive: {others[0]}"
            seen = tuple(dict.fromkeys(seq for each in these[:20] for seq in each.ending.exchanges))
            return Verdict(item, verdict, reason=reason, count=len(these), exchanges=seen)
    raise AssertionError("every ending has a verdict")


Judged = dict[tuple[str, int], "bool | Broken | ValueError | re.error"]
"""What a check, by its id, has said of an exchange, by its seq: that never changes."""


def check_verdicts(
    plan: Plan, exchanges: Mapping[int, Exchange], not_served: str | None = None, judged: Judged | None = None
) -> list[Verdict]:
    """The verdicts of all checks over everything that was exchanged.

    `not_served`: why the document does not seem to be what is served there, so that nothing is held against it.
    `judged`: what was said of the same exchanges before, and what is said now.
    """
    judged = {} if judged is None else judged
    if not_served:
        return [Verdict(each, BLOCKED, reason=not_served) for each in plan.items if isinstance(each.rule, Check)]
    by_operation: dict[str, list[Exchange]] = {}
    for exchange in exchanges.values():
        by_operation.setdefault(exchange.operation.key, []).append(exchange)
    passed_over = superseded(list(exchanges.values()))
    items = [item for item in plan.items if isinstance(item.rule, Check)]
    return [
        _of_check(plan, item, by_operation.get(item.operation.key, []), passed_over, exchanges, judged)
        for item in items
    ]


def _of_check(
    plan: Plan,
    item: PlanItem,
    sent: Sequence[Exchange],
    passed_over: Container[int],
    every: Mapping[int, Exchange],
    judged: Judged,
) -> Verdict:
    rule = item.rule
    assert isinstance(rule, Check)
    if rule.judge_all:
        return _of_all(plan, item, rule.judge_all, sent, every)
    exchanges = [each for each in sent if each.seq not in passed_over and (rule.unread or each.response is not None)]
    heard, found, unusable = 0, dict[tuple[str, str], list[tuple[Exchange, Broken]]](), ""
    for exchange in exchanges:
        if (said := judged.get((rule.id, exchange.seq))) is None:
            said = judged[rule.id, exchange.seq] = _said(rule, exchange, plan)
        if isinstance(said, bool):
            heard += said
        elif isinstance(said, Broken):
            for each in (said, *(Broken(*other) for other in said.others)):
                found.setdefault((_root(each.expected), _root(each.actual)), []).append((exchange, each))
        else:
            unusable = str(said).partition("\n")[0][:120]
    # What single exchanges have shown broken needs no pattern over all of them as well.
    if not found and rule.together:
        try:
            rule.together(sorted((each for each in sent if each.response is not None), key=lambda each: each.sent))
        except Broken as outcome:
            found[outcome.expected, outcome.actual] = [(every[seq], outcome) for seq in outcome.shown]
    if found:
        verdict, smallest = _found(item, found, heard)
        if verdict.count == 1 and not _seen_before(smallest):
            reason = f"seen once and not again: expected {verdict.expected}, got {verdict.got}"
            return attrs.evolve(
                verdict, verdict=OBSERVED, reason=reason, expected=None, actual=None, others=(), confidence=None
            )
        return attrs.evolve(verdict, reproduce=script([smallest], every, plan))
    if heard:
        return Verdict(item, UPHELD, count=heard)
    if unusable:
        return Verdict(item, NOT_OBSERVABLE, reason=f"a defect of the document: {unusable}")
    if exchanges:
        return Verdict(item, NOT_OBSERVABLE, reason="no applicable response was recorded")
    return _unasked(item)


def _said(rule: Check, exchange: Exchange, plan: Plan) -> bool | Broken | ValueError | re.error:
    """Whether a check had something to say of an exchange; what it found, or why it cannot tell."""
    try:
        return bool(rule.judge(exchange, plan.contract))
    except Broken as outcome:
        return outcome.with_traceback(None)
    except (ValueError, re.error) as error:  # a schema that is none: no deployment is blamed for it
        return error.with_traceback(None)


def _seen_before(exchange: Exchange) -> bool:
    """Whether an answer is that to a repeated request, and of the same status as the first one."""
    return exchange.retry_of is not None and exchange.retry_status == exchange.status


def _of_all(
    plan: Plan, item: PlanItem, judge: JudgeOfAll, sent: Sequence[Exchange], every: Mapping[int, Exchange]
) -> Verdict:
    """The verdict of a check that judges all exchanges of an operation at once."""
    try:
        heard = judge(sent, plan.deployment.flaky)
    except Broken as outcome:
        shown, confidence = [every[seq] for seq in outcome.shown], f"counted over {len(sent)} requests"
        verdict = Verdict(item, BROKEN, outcome.expected, outcome.actual, confidence=confidence, count=len(shown))
        return attrs.evolve(verdict, exchanges=outcome.shown, reproduce=script(shown[:1], every, plan))
    except Observed as outcome:
        return Verdict(item, OBSERVED, reason=outcome.reason, count=1)
    if heard:
        return Verdict(item, UPHELD, count=len(sent))
    return _unasked(item)


def _unasked(item: PlanItem) -> Verdict:
    """The verdict where no request was sent to an operation: that of its defect, where one prevented that."""
    if item.operation.unusable:
        return Verdict(item, NOT_OBSERVABLE, reason=f"a defect of the document: {item.operation.unusable}")
    return Verdict(item, NOT_ASKED, reason="no request was sent to this operation")


def _root(actual: str) -> str:
    """What was expected or got, without what differs from answer to answer: two findings with one root are one."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "…", actual)


def _found(
    item: PlanItem, found: dict[tuple[str, str], list[tuple[Exchange, Broken]]], heard: int
) -> tuple[Verdict, Exchange]:
    """One verdict of a check: the finding seen most often, with its smallest request; the others are named."""
    groups = sorted(found.values(), key=lambda group: (-len(group), group[0][0].seq))
    smallest, *others = (min(group, key=lambda each: _size(each[0])) for group in groups)
    seen = sum(map(len, groups))
    verdict = Verdict(
        item,
        BROKEN,
        expected=smallest[1].expected,
        actual=smallest[1].actual,
        others=tuple((broken.expected, broken.actual) for _, broken in others),
        confidence=f"seen in {len(groups[0])} of {heard + seen} answers",
        count=len(groups[0]),
        exchanges=tuple(dict.fromkeys([smallest[0].seq, *(each.seq for each, _ in groups[0][:9])])),
        status=smallest[0].status,
    )
    return verdict, smallest[0]


def _size(exchange: Exchange) -> tuple[bool, int, int]:
    """Requests that only look are easier to repeat, short ones easier to read."""
    request = exchange.request
    return not request.safe, len(request.target) + len(request.body or ""), exchange.seq


def graded(verdict: Verdict, deployment: Deployment) -> Verdict:
    """The verdict with how grave it is, where it is broken."""
    if verdict.verdict != BROKEN:
        return verdict
    own = read_rows(deployment.severity)
    found = severity_of(verdict.item.rule.id, verdict.item.operation.key, verdict.expected, verdict.actual, own)
    return attrs.evolve(verdict, severity=found)


def fails(verdict: Verdict, deployment: Deployment) -> bool:
    """Whether a verdict fails the gate: broken, and as grave as the deployment file demands."""
    level = verdict.severity.level if verdict.severity else "major"
    return verdict.verdict == BROKEN and at_least(level, deployment.fail_on)


def totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    counted = dict.fromkeys(VERDICTS, 0)
    for verdict in verdicts:
        counted[verdict.verdict] += 1
    return counted


OF_A_PROMISE = (BROKEN, KNOWN, UPHELD, OBSERVED, BLOCKED, NOT_OBSERVABLE, NOT_ASKED)
"""Which verdict of several is that of a promise: what was seen of it, before what was not."""


def _quoted(plan: Plan, promise: Promise) -> dict[str, str] | None:
    found = quote(plan.contract, promise)
    return {"text": found.text, "place": found.place} if found else None


def promise_verdicts(plan: Plan, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Every promise of the document with what became of it, "none yet" where nothing judges it."""
    by_pointer: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        for promise in verdict.item.asserted:
            by_pointer.setdefault(promise.pointer, []).append(verdict)
    found: dict[str, Any] = {}
    for promise in plan.promises:
        judged = by_pointer.get(promise.pointer, [])
        worst = min((each.verdict for each in judged), key=OF_A_PROMISE.index, default="none yet")
        found[promise.pointer] = {
            "kind": promise.kind,
            "operation": promise.operation,
            "text": promise.text,
            "verdict": worst,
            "laws": sorted({each.item.rule.id for each in judged}),
            "quote": _quoted(plan, promise) if worst in (BROKEN, KNOWN) else None,
        }
    return found
