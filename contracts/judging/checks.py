"""What checks say of recorded exchanges, gathered to one verdict an operation."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from functools import cached_property

import attrs

from contracts.checks import Check, JudgeOfAll
from contracts.core.conversation import Broken, Observed
from contracts.core.exchange import Exchange
from contracts.core.flakiness import superseded
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.judging.alike import Said, said
from contracts.judging.judge import Verdict
from contracts.judging.own_values import OwnValues
from contracts.judging.reproduce import script, with_rivals
from contracts.plan.plan import Plan, PlanItem
from specs.contract import Contract

Judged = dict[str, dict[int, Said]]
"""What a check, by its id, has said of an exchange, by its seq: that never changes."""


def check_verdicts(
    plan: Plan, exchanges: Mapping[int, Exchange], not_served: str | None = None, judged: Judged | None = None
) -> list[Verdict]:
    """The verdicts of all checks over everything that was exchanged.

    `not_served`: why the document does not seem to be what is served there, so that nothing is held against it.
    `judged`: what was said of the same exchanges before, and what is said now.
    """
    if not_served:
        return [Verdict(each, BLOCKED, reason=not_served) for each in plan.items if isinstance(each.rule, Check)]
    passed_over = superseded(list(exchanges.values()))
    sent: dict[str, _Sent] = {}
    for exchange in exchanges.values():
        key = exchange.operation.key
        if key not in sent:
            sent[key] = _Sent([], passed_over)
        sent[key].every.append(exchange)
    own, none = OwnValues(plan.contract, exchanges), _Sent([], passed_over)
    items = [item for item in plan.items if isinstance(item.rule, Check)]
    return [_of_check(plan, item, sent.get(item.operation.key, none), exchanges, judged, own) for item in items]


@attrs.define(slots=False)
class _Sent:
    """The exchanges of one operation, and those among them that a check is asked about: each is sorted out once."""

    every: list[Exchange]
    passed_over: Container[int]

    @cached_property
    def counted(self) -> list[Exchange]:
        return [each for each in self.every if each.seq not in self.passed_over]

    @cached_property
    def answers(self) -> list[Exchange]:
        return [each for each in self.counted if each.response is not None]

    @cached_property
    def successes(self) -> list[Exchange]:
        return [each for each in self.answers if each.ok]

    @cached_property
    def errors(self) -> list[Exchange]:
        return [each for each in self.answers if each.status >= 400]

    def asked(self, rule: Check, contract: Contract) -> list[Exchange]:
        """Those that a check can have anything to say of."""
        if rule.concerns is not None and self.every and not rule.concerns(self.every[0].operation, contract):
            return []
        if rule.unread:
            return self.counted
        found: list[Exchange] = getattr(self, rule.of)
        return found


Findings = dict[tuple[str, str], list[tuple[Exchange, Broken]]]
"""What a check found, by what was expected and got without what differs from answer to answer."""


@attrs.define
class _Heard:
    """What a check has said of the exchanges of one operation."""

    answers: int = 0
    findings: Findings = attrs.field(factory=dict)
    defect: str = ""
    """Why the document leaves nothing to judge by."""

    def note(self, exchange: Exchange, said: Said) -> None:
        """Add what was said of one exchange."""
        if said is True:
            self.answers += 1
        elif isinstance(said, Broken):
            for each in (said, *(Broken(*other) for other in said.others)):
                self.findings.setdefault((_root(each.expected), _root(each.actual)), []).append((exchange, each))
        elif said is not False:
            self.defect = str(said).partition("\n")[0][:120]

    def pass_over(self, own: OwnValues) -> None:
        """Leave out what shows a wrong value that the run has sent and the deployment has taken."""
        left = {key: [each for each in found if not own.explain(*each)] for key, found in self.findings.items()}
        self.findings = {key: found for key, found in left.items() if found}


def _of_check(
    plan: Plan,
    item: PlanItem,
    sent: _Sent,
    every: Mapping[int, Exchange],
    judged: Judged | None,
    own: OwnValues,
) -> Verdict:
    rule = item.rule
    assert isinstance(rule, Check)
    if rule.judge_all:
        return _of_all(plan, item, rule.judge_all, sent.every, every)
    if not sent.every:
        return _unasked(item)
    heard = _Heard()
    known: dict[int, Said] = {} if judged is None else judged.setdefault(rule.id, {})
    for exchange in sent.asked(rule, plan.contract):
        if (heard_of := known.get(exchange.seq)) is None:
            heard_of = known[exchange.seq] = said(rule, exchange, plan.contract)
        if heard_of is not False:
            heard.note(exchange, heard_of)
    heard.pass_over(own)
    if not heard.findings:  # what single exchanges have shown broken needs no pattern over all of them as well
        heard.findings = _found_together(rule, sent.every, every)
    if heard.findings:
        return _broken(plan, item, heard, every)
    return _unbroken(item, heard, sent.every, answered=bool(sent.counted if rule.unread else sent.answers))


def _found_together(rule: Check, sent: Sequence[Exchange], every: Mapping[int, Exchange]) -> Findings:
    """What a check finds in all answers of an operation taken together, in the order they were asked for."""
    if rule.together is None:
        return {}
    try:
        rule.together(sorted((each for each in sent if each.response is not None), key=lambda each: each.sent))
    except Broken as outcome:
        return {(outcome.expected, outcome.actual): [(every[seq], outcome) for seq in outcome.shown]}
    return {}


def _broken(plan: Plan, item: PlanItem, heard: _Heard, every: Mapping[int, Exchange]) -> Verdict:
    """Broken, with the lines that show it; observed where it was seen once and not again."""
    verdict, smallest = _found(item, heard.findings, heard.answers)
    if verdict.count > 1 or _seen_before(smallest):
        return attrs.evolve(verdict, reproduce=script(with_rivals(smallest, every), every, plan))
    reason = f"seen once and not again: expected {verdict.expected}, got {verdict.got}"
    return attrs.evolve(
        verdict, verdict=OBSERVED, reason=reason, expected=None, actual=None, others=(), confidence=None
    )


def _unbroken(item: PlanItem, heard: _Heard, sent: Sequence[Exchange], *, answered: bool) -> Verdict:
    if heard.answers:
        return Verdict(item, UPHELD, count=heard.answers)
    if heard.defect:
        return Verdict(item, NOT_OBSERVABLE, reason=f"a defect of the document: {heard.defect}")
    if answered:
        return Verdict(item, NOT_OBSERVABLE, reason="no applicable response was recorded")
    if sent:
        return Verdict(item, BLOCKED, reason=f"{item.operation.key} does not answer: {sent[-1].error}")
    return _unasked(item)


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
    return _unbroken(item, _Heard(), sent, answered=any(each.response for each in sent))


def _unasked(item: PlanItem) -> Verdict:
    """The verdict where no request was sent to an operation: that of its defect, where one prevented that."""
    if item.operation.unusable:
        return Verdict(item, NOT_OBSERVABLE, reason=f"a defect of the document: {item.operation.unusable}")
    return Verdict(item, NOT_ASKED, reason="no request was sent to this operation")


def _root(actual: str) -> str:
    """What was expected or got, without what differs from answer to answer: two findings with one root are one."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "…", actual)


def _found(item: PlanItem, found: Findings, heard: int) -> tuple[Verdict, Exchange]:
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
