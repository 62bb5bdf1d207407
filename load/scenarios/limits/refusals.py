"""Which answers are refusals of a limiter: 429, and what else a document names for it or a limiter shows."""

from __future__ import annotations

import re

import attrs

from contracts.core.exchange import Exchange
from contracts.core.quotas import number, quotas
from load.limiters.conclusion import Estimate
from load.limiters.trace import Sample
from load.runtime.run import sample
from specs.contract import Operation

WORDS = re.compile(
    r"rate.?limit|too.?many.?(requests|calls)|throttl|(request|call|usage) limit|quota\W+(\w+\W+){0,3}(exceed|reach)",
    re.IGNORECASE,
)
USUAL = frozenset({403, 420, 503, 509})
"""Statuses that limiters use beside 429."""
MUTE = "answers of {} say nothing of a limit: it may be one, or the server is overloaded"


def promised(operation: Operation) -> frozenset[int]:
    """The statuses by which the document has requests over the limit refused; none where it does not say."""
    worded = {answer.status for answer in operation.answers if WORDS.search(answer.description)}
    own = {answer.status for answer in operation.answers if answer.status == "429"}
    return frozenset(int(status) for status in own | worded if status.isdigit() and int(status) >= 400)


def shows(exchange: Exchange) -> bool:
    """Whether an answer says by itself that a limiter gave it: by status, words, Retry-After or nothing left."""
    if exchange.status == 429:
        return True
    if exchange.response is None or exchange.status < 400:
        return False
    if _speaks(exchange):
        return True
    spent = any(number(quota.remaining) == 0 for quota in quotas(exchange.response.headers))
    return exchange.status in USUAL and (spent or exchange.response.header("Retry-After") is not None)


def _speaks(exchange: Exchange) -> bool:
    """Whether the body of an answer speaks of a limit."""
    return exchange.response is not None and WORDS.search(exchange.response.body[:2000]) is not None


@attrs.define
class Refusals:
    """Tells refusals of one operation from its usual answers: a status by which it answered before is no refusal."""

    operation: Operation
    statuses: set[int] = attrs.field(factory=set)
    """What refusals were answered with."""
    mute: set[int] = attrs.field(factory=set)
    """Those of them that only their coming after other answers shows."""
    _usual: set[int] = attrs.field(factory=set)
    """What was answered before the limit was used up."""

    _worded: bool = False
    """Whether usual answers speak of limits, too."""

    def read(self, exchange: Exchange) -> Sample:
        """An answer as the estimator takes it."""
        refused = self.refused(exchange)
        if refused:
            self.statuses.add(exchange.status)
        elif 0 < exchange.status < 500:
            self._usual.add(exchange.status)
            self._worded |= _speaks(exchange)
        return sample(exchange, refused)

    def refused(self, exchange: Exchange) -> bool:
        """Whether the limiter turned a request away."""
        status = exchange.status
        if status < 400:  # a success in name only, where those before said nothing of the kind
            return bool(self._usual) and not self._worded and _speaks(exchange)
        if status == 429 or status in self._usual:
            return status == 429
        if shows(exchange) or (status in promised(self.operation) and self._usual):
            return True
        if status in USUAL and self._usual:
            self.mute.add(status)
            return True
        return False

    def weighed(self, found: Estimate) -> Estimate:
        """A server that says it is not available, and nothing of a limit, proves none but one that is kept."""
        errors = sorted(self.mute & {503})
        if not errors or found.verdict == "kept":
            return found
        return attrs.evolve(found, verdict="inconclusive", reason=MUTE.format(", ".join(map(str, errors))))
