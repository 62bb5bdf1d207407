"""What checks say of recorded exchanges, gathered to one verdict an operation."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Container, Mapping, Sequence, Sized
from functools import lru_cache

import attrs

from contracts.checks import Check, JudgeOfAll
from contracts.core.conversation import Broken, Observed
from contracts.core.exchange import Exchange, Response
from contracts.core.flakiness import is_superseded, repeated
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.judging.alike import Said, said
from contracts.judging.judge import Verdict
from contracts.judging.own_values import OwnValues
from contracts.judging.reproduce import script, with_rivals
from contracts.plan.plan import Plan, PlanItem
from specs.contract import Operation
from specs.contract.rate_headers import taken_apart

Judged = dict[str, dict[int, Said]]
"""What a check, by its id, has said of an exchange, by its seq: that never changes."""


def check_verdicts(
    plan: Plan, exchanges: Mapping[int, Exchange], not_served: str | None = None, judged: Judged | None = None
) -> list[Verdict]:
    """The verdicts of all checks over everything that was exchanged.

    `not_served`: why the document does not seem to be what is served there, so that nothing is held against it.
    `judged`: what was said of the same exchanges before, and what is said now.
    """
    checks = Checks(plan, repeated(exchanges.values()), judged)
    for each in exchanges.values() if not not_served else ():
        checks.hear(each)
    return checks.verdicts(exchanges, not_served)


class Checks:
    """All checks of a plan, told of one exchange after the other, so that nobody has to keep all of them."""

    def __init__(self, plan: Plan, again: Container[int], judged: Judged | None = None) -> None:
        """`again`: the exchanges that were sent once more. `judged`: as for `check_verdicts`."""
        self._plan, self._again, self._judged = plan, again, judged
        self._items = [item for item in plan.items if isinstance(item.rule, Check)]
        self._sent: dict[str, _Sent] = {}
        self._rules: dict[str, list[Check]] = {}
        for item in self._items:
            assert isinstance(item.rule, Check)
            self._rules.setdefault(item.operation.key, []).append(item.rule)

    def hear(self, exchange: Exchange) -> None:
        """Ask every check that can have anything to say of an exchange."""
        sent = self._of(exchange.operation)
        sent.seqs.append(exchange.seq)
        sent.error = exchange.error
        if is_superseded(exchange, self._again):
            return
        sent.counted = True
        sent.answered = sent.answered or exchange.response is not None
        for rule, heard, known in sent.asked(exchange):
            if (said_of := known.get(exchange.seq)) is None:
                said_of = said(rule, exchange, self._plan.contract)
                if self._judged is not None:
                    known[exchange.seq] = said_of
            if said_of is True:
                heard.answers += 1
            elif said_of is not False:
                heard.note(exchange.seq, said_of)

    def verdicts(self, every: Mapping[int, Exchange], not_served: str | None = None) -> list[Verdict]:
        """What they have found. `every`: all exchanges that they were told of."""
        if not_served:
            return [Verdict(each, BLOCKED, reason=not_served) for each in self._items]
        own = OwnValues(self._plan.contract, every)
        found: dict[str, Verdict] = {}
        by_operation: dict[str, list[PlanItem]] = {}
        for item in self._items:
            by_operation.setdefault(item.operation.key, []).append(item)
        for items in by_operation.values():
            sent = self._of(items[0].operation)
            all_ = [_outline(every[seq]) for seq in sent.seqs]
            found |= {item.id: _of_check(self._plan, item, sent, all_, every, own) for item in items}
        return [found[item.id] for item in self._items]

    def _of(self, operation: Operation) -> _Sent:
        """What was heard of an operation."""
        if (sent := self._sent.get(operation.key)) is None:
            judged = self._judged if self._judged is not None else {}
            sent = self._sent[operation.key] = _Sent()
            for rule in self._rules.get(operation.key, ()):
                if not rule.judge_all and (rule.concerns is None or rule.concerns(operation, self._plan.contract)):
                    heard = sent.heard[rule.id] = _Heard()
                    sent.ask(rule, heard, judged.setdefault(rule.id, {}))
        return sent


SHORT = 500
"""Characters of a body that need not be left out to keep memory small."""


def _outline(exchange: Exchange) -> Exchange:
    """An exchange without what no check reads that judges all of an operation's exchanges: of many, little is kept.

    That is a long body that was sent, the long one of a success, and the headers of the answer but those of quotas and
    the tag; where there is a tag, what tells the body from others is in its place.
    """
    asked, response = exchange.request, exchange.response
    if asked.body is not None and len(asked.body) > SHORT:
        asked = attrs.evolve(asked, body=None)
    if response is not None:
        body = response.body
        if len(body) > SHORT and exchange.ok:
            tagged = response.header("ETag") is not None
            body = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest() if tagged else ""
        headers = tuple([each for each in response.headers if _tells_of_all(each[0])])
        response = Response(response.status, headers, body, response.length, response.remarks)
    return Exchange(
        exchange.seq, asked, response, exchange.error, exchange.sent, exchange.received, exchange.retry_of,
        exchange.retry_status, exchange.conversation,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _tells_of_all(name: str) -> bool:
    """Whether a header says something that is compared with what it says in other answers."""
    return name.lower() == "etag" or taken_apart(name) is not None


_Asking = list[tuple[Check, "_Heard", dict[int, Said]]]


@attrs.define
class _Sent:
    """What was sent to an operation, and the checks that are asked about it."""

    seqs: array[int] = attrs.field(factory=lambda: array("q"))
    error: str | None = None
    """What kept the last request from being answered."""
    counted: bool = False
    answered: bool = False
    heard: dict[str, _Heard] = attrs.field(factory=dict)
    _asking: dict[str, _Asking] = attrs.field(factory=lambda: {"": [], "answers": [], "successes": [], "errors": []})
    """The checks by the last kind of `Of` that an exchange is of; "" where it has no answer."""

    def ask(self, rule: Check, heard: _Heard, known: dict[int, Said]) -> None:
        """Have a check asked about every exchange of which it can have anything to say."""
        for kind, asking in self._asking.items():
            if rule.unread or (kind and rule.of in ("answers", kind)):
                asking.append((rule, heard, known))

    def asked(self, exchange: Exchange) -> _Asking:
        """The checks that can have anything to say of an exchange, with what they have said before."""
        if exchange.response is None:
            return self._asking[""]
        status = exchange.response.status
        return self._asking["successes" if 200 <= status < 300 else "errors" if status >= 400 else "answers"]


Findings = dict[tuple[str, str], list[tuple[int, Broken]]]
"""The exchanges in which a check found something, by what was expected and got without what differs every time."""


@attrs.define
class _Heard:
    """What a check has said of the exchanges of one operation."""

    answers: int = 0
    findings: Findings = attrs.field(factory=dict)
    defect: str = ""
    """Why the document leaves nothing to judge by."""

    def note(self, seq: int, said: Said) -> None:
        """Add what was found in one exchange, or why it cannot be judged."""
        if isinstance(said, Broken):
            for each in (said, *(Broken(*other) for other in said.others)):
                self.findings.setdefault((_root(each.expected), _root(each.actual)), []).append((seq, each))
        else:
            self.defect = str(said).partition("\n")[0][:120]

    def pass_over(self, rule: Check, own: OwnValues) -> None:
        """Leave out what shows a wrong value that the run has sent and the deployment has taken.

        And, where a check compares what was written with what is shown, what somebody else wrote at that moment.
        """
        every = own.exchanges

        def stays(seq: int, found: Broken) -> bool:
            crowded = rule.family == "state" and own.wrote_beside(every[seq])
            return not crowded and not own.explain(every[seq], found)

        left = {key: [(seq, each) for seq, each in found if stays(seq, each)] for key, found in self.findings.items()}
        self.findings = {key: found for key, found in left.items() if found}


def _of_check(
    plan: Plan, item: PlanItem, sent: _Sent, all_: Sequence[Exchange], every: Mapping[int, Exchange], own: OwnValues
) -> Verdict:
    """The verdict of a check. `all_`: all exchanges of its operation, in outline."""
    rule = item.rule
    assert isinstance(rule, Check)
    if rule.judge_all:
        return _of_all(plan, item, rule.judge_all, all_, every)
    if not sent.seqs:
        return _unasked(item)
    heard = sent.heard.get(rule.id, _Heard())
    heard.pass_over(rule, own)
    if not heard.findings:  # what single exchanges have shown broken needs no pattern over all of them as well
        heard.findings = _found_together(rule, all_)
    if heard.findings:
        return _broken(plan, item, heard, every)
    return _unbroken(item, heard, sent.seqs, sent.error, answered=sent.counted if rule.unread else sent.answered)


def _found_together(rule: Check, sent: Sequence[Exchange]) -> Findings:
    """What a check finds in all answers of an operation taken together, in the order they were asked for."""
    if rule.together is None:
        return {}
    try:
        rule.together(sorted((each for each in sent if each.response is not None), key=lambda each: each.sent))
    except Broken as outcome:
        return {(outcome.expected, outcome.actual): [(seq, outcome) for seq in outcome.shown]}
    return {}


def _broken(plan: Plan, item: PlanItem, heard: _Heard, every: Mapping[int, Exchange]) -> Verdict:
    """Broken, with the lines that show it; observed where it was seen once and not again."""
    verdict, smallest = _found(item, heard.findings, heard.answers, every)
    if verdict.count > 1 or _seen_before(smallest):
        return attrs.evolve(verdict, reproduce=script(with_rivals(smallest, every), every, plan))
    reason = f"seen once and not again: expected {verdict.expected}, got {verdict.got}"
    return attrs.evolve(
        verdict, verdict=OBSERVED, reason=reason, expected=None, actual=None, others=(), confidence=None
    )


def _unbroken(item: PlanItem, heard: _Heard, sent: Sized, error: str | None, *, answered: bool) -> Verdict:
    if heard.answers:
        return Verdict(item, UPHELD, count=heard.answers)
    if heard.defect:
        return Verdict(item, NOT_OBSERVABLE, reason=f"a defect of the document: {heard.defect}")
    if answered:
        return Verdict(item, NOT_OBSERVABLE, reason="no applicable response was recorded")
    if sent:
        return Verdict(item, BLOCKED, reason=f"{item.operation.key} does not answer: {error}")
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
    error = sent[-1].error if sent else None
    return _unbroken(item, _Heard(), sent, error, answered=any(each.response for each in sent))


def _unasked(item: PlanItem) -> Verdict:
    """The verdict where no request was sent to an operation: that of its defect, where one prevented that."""
    if item.operation.unusable:
        return Verdict(item, NOT_OBSERVABLE, reason=f"a defect of the document: {item.operation.unusable}")
    return Verdict(item, NOT_ASKED, reason="no request was sent to this operation")


def _root(actual: str) -> str:
    """What was expected or got, without what differs from answer to answer: two findings with one root are one."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "…", actual)


def _found(item: PlanItem, found: Findings, heard: int, every: Mapping[int, Exchange]) -> tuple[Verdict, Exchange]:
    """One verdict of a check: the finding seen most often, with its smallest request; the others are named."""
    groups = sorted(found.values(), key=lambda group: (-len(group), group[0][0]))
    (seq, broken), *others = (min(group, key=lambda each: _size(every[each[0]])) for group in groups)
    seen = sum(map(len, groups))
    verdict = Verdict(
        item,
        BROKEN,
        expected=broken.expected,
        actual=broken.actual,
        others=tuple((other.expected, other.actual) for _, other in others),
        confidence=f"seen in {len(groups[0])} of {heard + seen} answers",
        count=len(groups[0]),
        exchanges=tuple(dict.fromkeys([seq, *(each for each, _ in groups[0][:9])])),
        status=every[seq].status,
    )
    return verdict, every[seq]


def _size(exchange: Exchange) -> tuple[bool, int, int]:
    """Requests that only look are easier to repeat, short ones easier to read."""
    request = exchange.request
    return not request.safe, len(request.target) + len(request.body or ""), exchange.seq
