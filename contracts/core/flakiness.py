"""How many requests were lost by chance: answered with a server error or not at all, and well when sent again."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import attrs

from contracts.core.exchange import Exchange
from contracts.core.failures import GATEWAY, HEARD, is_one_of

SHOWN = 10
"""Exchanges named at most."""


@attrs.frozen
class Flakiness:
    """`lost` of so many `requests`, what was sent again not counted."""

    requests: int
    lost: tuple[Exchange, ...]

    @property
    def share(self) -> float:
        return len(self.lost) / self.requests if self.requests else 0.0

    @property
    def operations(self) -> int:
        """On how many operations."""
        return len({each.operation.key for each in self.lost})

    @property
    def shown(self) -> tuple[Exchange, ...]:
        return self.lost[:SHOWN]

    def summary(self) -> str:
        """In a few words."""
        return f"{len(self.lost)} of {self.requests} requests were lost, {self.share:.1%}"


def flakiness(exchanges: Iterable[Exchange]) -> Flakiness:
    """What was lost among these exchanges. Whatever never came out well is no matter of chance, and not counted."""
    heard = list(exchanges)
    first = [each for each in heard if each.retry_of is None]
    again = {each.retry_of: each for each in heard if each.retry_of is not None}
    # An operation that fails every time is broken, not unreliable, and its own check says so.
    well = {(each.operation.key, each.request.verb) for each in heard if _answered(each)}
    lost = (each for each in first if not _answered(each) and not is_one_of(each.error, HEARD))
    return Flakiness(len(first), tuple(each for each in lost if _vanished(each, again, well)))


def _answered(exchange: Exchange) -> bool:
    return 0 < exchange.status < 500


def _vanished(exchange: Exchange, again: Mapping[int, Exchange], well: set[tuple[str, str]]) -> bool:
    """Whether the request came out well in the end; one that could not be sent again, whether others like it did."""
    if exchange.seq not in again:
        lost = exchange.response is None or exchange.status in GATEWAY
        return lost and (exchange.operation.key, exchange.request.verb) in well
    while exchange.seq in again:
        exchange = again[exchange.seq]
    return _answered(exchange)


def repeated(exchanges: Iterable[Exchange]) -> set[int]:
    """The seqs of what was sent again."""
    return {each.retry_of for each in exchanges if each.retry_of is not None}


def is_superseded(exchange: Exchange, again: Container[int]) -> bool:
    """Whether it is a server error that was sent again, or a refusal of what may have been carried out before."""
    return (exchange.status >= 500 and exchange.seq in again) or _refused_later(exchange)


def _refused_later(exchange: Exchange) -> bool:
    """Whether an answer may be a refusal only because the first sending of a change was carried out after all."""
    repeated = exchange.retry_status is not None and exchange.retry_status != 429
    return repeated and not exchange.request.safe and 400 <= exchange.status < 500
