"""What the laws of recorded traffic judge: all exchanges, in the order they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from contracts.config.deployment import Deployment
from contracts.core.exchange import MISSING, Exchange, at
from contracts.traffic.callers import NOBODY
from specs.contract import Contract, Operation, TokenMember, TokenRules


@attrs.define(slots=False)
class Record:
    """All exchanges by number."""

    contract: Contract
    deployment: Deployment
    exchanges: Mapping[int, Exchange]

    @cached_property
    def ordered(self) -> list[Exchange]:
        """In the order of sending."""
        return sorted(self.exchanges.values(), key=lambda each: (each.sent, each.seq))

    @cached_property
    def _by_operation(self) -> dict[str, list[Exchange]]:
        found: dict[str, list[Exchange]] = {}
        for each in self.ordered:
            found.setdefault(each.operation.key, []).append(each)
        return found

    def of(self, operation: Operation) -> Sequence[Exchange]:
        """The exchanges of an operation."""
        return self._by_operation.get(operation.key, ())

    def by_caller(self, operation: Operation) -> Iterator[list[Exchange]]:
        """The exchanges of an operation, those of each known caller together."""
        found: dict[str, list[Exchange]] = {}
        for each in self.of(operation):
            if each.request.principal not in (None, NOBODY.name):
                found.setdefault(str(each.request.principal), []).append(each)
        yield from found.values()

    def failed_once(self, operation: Operation) -> list[Exchange]:
        """Server errors that nobody sent again."""
        again = {each.retry_of for each in self.of(operation)}
        return [
            each
            for each in self.of(operation)
            if each.status >= 500 and each.retry_of is None and each.seq not in again
        ]

    def given_out(self, rules: TokenRules, member: TokenMember) -> Iterator[tuple[str, Exchange]]:
        """Tokens of one kind that answers gave out, each by its placeholder."""
        for operation in rules.issue:
            for each in self.of(operation):
                token = at(each.json, f"{rules.data}{member.token}")
                if each.ok and token is not MISSING and isinstance(token, str) and "$" in token:
                    yield token, each
