"""Exchanges that no check can tell apart but by their times: each of such is judged once."""

from __future__ import annotations

import re
from typing import TypeVar

from contracts.checks import Check
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from specs.contract import Contract

Said = bool | Broken | ValueError | re.error
"""Whether a check had something to say of an exchange; what it found, or why it cannot tell."""


class Alike:
    """What checks have said of exchanges, by what they are like."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._numbers: dict[tuple[object, ...], int] = {}
        self._of: dict[int, int] = {}
        self._said: dict[tuple[str, int], Said] = {}

    def say(self, rule: Check, exchange: Exchange) -> Said:
        """What a check says of an exchange."""
        if rule.timed:
            return said(rule, exchange, self._contract)
        marked = rule.id, self._number(exchange)
        if (known := self._said.get(marked)) is None:
            known = self._said[marked] = said(rule, exchange, self._contract)
        return known

    def _number(self, exchange: Exchange) -> int:
        """A number that exchanges have in common that are alike."""
        number = self._of.get(exchange.seq)
        if number is None:
            number = self._of[exchange.seq] = self._numbers.setdefault(_features(exchange), len(self._numbers))
        return number


def _features(exchange: Exchange) -> tuple[object, ...]:
    """All but the times and the number of an exchange."""
    request, response = exchange.request, exchange.response
    asked = (
        request.operation.key, request.verb, request.target, request.headers, request.body, request.principal,
        request.expects_429, request.silence_counts, request.logs_in,
    )  # fmt: skip
    got = response and (response.status, response.headers, response.length, response.remarks, response.fingerprint)
    return *asked, got, exchange.error, exchange.beginning, exchange.retry_of is None, exchange.retry_status


def said(rule: Check, exchange: Exchange, contract: Contract) -> Said:
    """Whether a check had something to say of an exchange; what it found, or why it cannot tell."""
    try:
        return bool(rule.judge(exchange, contract))
    except Broken as outcome:
        return _bare(outcome)
    except RecursionError:  # what is nested deeper than the interpreter goes says nothing, and ends no run
        return False
    except (ValueError, re.error) as error:  # a schema that is none: no deployment is blamed for it
        return _bare(error)


Raised = TypeVar("Raised", bound=Exception)


def _bare(raised: Raised) -> Raised:
    """What was raised, without what it was raised in: that would hold the whole answer in memory."""
    raised.__context__ = raised.__cause__ = None
    return raised.with_traceback(None)
