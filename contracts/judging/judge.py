"""From evidence to verdicts: a pure function, live and offline alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from contracts.config.deployment import Deployment
from contracts.config.severity import LEVELS, Severity, at_least, read_rows
from contracts.core.conversation import Result
from contracts.core.exchange import Exchange
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD, VERDICTS
from contracts.judging.grants import Granted, ungranted
from contracts.judging.reproduce import script
from contracts.judging.severity import severity_of
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem
from specs.promises.promise import Promise

NAMED = 6
"""How many further findings of a plan item are named at most."""
TOLD = 20
"""Of how many conversations that ended alike the exchanges are named at most."""


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

        meant = [each for each in self.item.promises if not _speaks(expected, _OTHER_BOUND.get(each.topic, ""))]
        return tuple(sorted(meant or self.item.promises, key=about, reverse=True))

    @property
    def got(self) -> str | None:
        """What was got, with the other things found broken here named at its end."""
        if not self.others:
            return self.actual
        named = "; ".join(f"{expected} → {actual}" for expected, actual in self.others[:NAMED])
        more = f"; and {len(self.others) - NAMED} more" if len(self.others) > NAMED else ""
        return f"{self.actual}. Also: {named}{more}"


_OTHER_BOUND = {"maximum": "minimum", "minimum": "maximum"}
"""A finding on the one bound is none on the other."""


def _speaks(text: str | None, name: str) -> bool:
    return bool(name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text or "") is not None


@attrs.frozen
class Attempt:
    """One conversation's ending. Attempts with the same `key` are repetitions of one another."""

    key: str
    ending: Result


def law_verdict(
    item: PlanItem,
    attempts: Sequence[Attempt],
    exchanges: Mapping[int, Exchange],
    plan: Plan,
    granted: Granted | None = None,
) -> Verdict:
    """A plan item's verdict from all its conversations: broken if any was shown broken, and shown again.

    `granted`: what is known of the grants among the exchanges, where many items are judged.
    """
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
    why = ungranted(item, found.verdict, granted or Granted(exchanges), plan)
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


def _with_ending(verdict: Verdict, ending: Result, exchanges: Mapping[int, Exchange], plan: Plan) -> Verdict:
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
            seen = tuple(dict.fromkeys(seq for each in these[:TOLD] for seq in each.ending.exchanges))
            return Verdict(item, verdict, reason=reason, count=len(these), exchanges=seen)
    raise AssertionError("every ending has a verdict")


def graded(verdict: Verdict, deployment: Deployment) -> Verdict:
    """The verdict with how grave it is, where it is broken: as the gravest of what was found."""
    if verdict.verdict != BROKEN:
        return verdict
    own, key = read_rows(deployment.severity), verdict.item.operation.key
    pairs = [(verdict.expected, verdict.actual), *verdict.others]
    found = [severity_of(verdict.item.rule.id, key, expected, got, own) for expected, got in pairs]
    return attrs.evolve(verdict, severity=min(found, key=lambda each: LEVELS.index(each.level)))


def fails(verdict: Verdict, deployment: Deployment) -> bool:
    """Whether a verdict fails the gate: broken, and as grave as the deployment file demands."""
    level = verdict.severity.level if verdict.severity else "major"
    return verdict.verdict == BROKEN and at_least(level, deployment.fail_on)


def totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    counted = dict.fromkeys(VERDICTS, 0)
    for verdict in verdicts:
        counted[verdict.verdict] += 1
    return counted
