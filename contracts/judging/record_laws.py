"""Laws that are judged from all that was recorded, item by item: those under load, and those of recorded traffic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from contracts.core.exchange import Exchange
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.judging.judge import Verdict
from contracts.laws.law import Law
from contracts.plan.plan import PlanItem, promised
from contracts.request.curl import curl
from specs.contract import Contract
from specs.promises.promises import Promise

NAMED = 10
"""Exchanges a judgement names at most."""
SHOWN = 8
"""Exchanges a verdict names at most."""


@attrs.frozen
class Judgement:
    """A verdict in words, with the exchanges that show it."""

    verdict: str
    expected: str | None = None
    actual: str | None = None
    reason: str | None = None
    confidence: str | None = None
    seqs: tuple[int, ...] = ()
    count: int = 0


def broken(expected: str, actual: str, seqs: Sequence[int], confidence: str | None = None) -> Judgement:
    return Judgement(BROKEN, expected, actual, None, confidence, tuple(seqs), max(1, len(seqs)))


def upheld(count: int = 0, reason: str | None = None, seqs: Sequence[int] = ()) -> Judgement:
    return Judgement(UPHELD, reason=reason, count=count, seqs=tuple(seqs[:SHOWN]))


def unseen(reason: str) -> Judgement:
    return Judgement(NOT_OBSERVABLE, reason=reason)


def observed(reason: str, seqs: Sequence[int] = ()) -> Judgement:
    return Judgement(OBSERVED, reason=reason, seqs=tuple(seqs), count=len(seqs))


def judgement(law: Law, *record: Any) -> Judgement:
    """What a law says of a record. One that fails says so, and keeps no other from being judged."""
    assert law.judge is not None
    try:
        found: Judgement = law.judge(*record)
        return attrs.evolve(found, seqs=tuple(dict.fromkeys(found.seqs))[:NAMED])
    except Exception as error:
        return Judgement(BLOCKED, reason=f"could not be judged ({type(error).__name__}: {error})"[:200])


def items_of(laws: Iterable[Law], contract: Contract, stated: Iterable[Promise]) -> list[PlanItem]:
    """A plan item for every law and every operation it is about."""
    stated = list(stated)
    return [
        PlanItem(law, operation, None, False, promised(stated, operation, law.kinds))
        for law in laws
        for operation in law.on(contract)
    ]


def verdict_of(item: PlanItem, found: Judgement, exchanges: dict[int, Exchange], base_url: str) -> Verdict:
    """A judgement as the verdict of a plan item, with a curl line for the last request that shows it."""
    asked = [exchanges[seq].request for seq in found.seqs if seq in exchanges]
    return Verdict(
        item,
        found.verdict,
        found.expected,
        found.actual,
        found.reason,
        found.confidence,
        count=found.count,
        exchanges=found.seqs[:SHOWN],
        reproduce=curl(asked[-1], base_url) if asked and found.verdict == BROKEN else None,
    )
