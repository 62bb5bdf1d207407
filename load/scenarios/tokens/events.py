"""What a caller did, in a form that travels: one event for each request, saying what it was for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import attrs

from contracts.core.exchange import Exchange

CALL, AGAIN, RENEW, AHEAD, ISSUE = "call", "again", "renew", "ahead", "issue"
RACE, FORCE, OLD, FLOOD, LATER, OTHER, QUIET = "race", "force", "old", "flood", "later", "other", "quiet"
"""What the drill does: a race for one token, a forced refresh and the token from before it, a refresh refused for its
number and once more later, another user's refresh, and a refresh while all is quiet."""


@attrs.frozen
class Event:
    """One request. `call` numbers the calls of a process; 0 outside of any.

    `token`: what was used or presented. `got`, `until`: the access token of a new pair, and when it ends by our clock.
    """

    kind: str
    stint: int
    user: int
    call: int
    due: float
    token: str
    exchange: Exchange
    got: str = ""
    until: float | None = None

    @property
    def status(self) -> int:
        return self.exchange.status

    @property
    def seq(self) -> int:
        return self.exchange.seq

    @property
    def sent(self) -> float:
        return self.exchange.sent

    @property
    def received(self) -> float:
        return self.exchange.received

    def written(self) -> list[Any]:
        """Plain data, times counted from the exchange, since another process may have another clock."""
        left = None if self.until is None else self.until - self.received
        late = self.sent - self.due
        return [self.kind, self.stint, self.user, self.call, late, self.token, self.seq, self.got, left]


def read(written: Iterable[list[Any]], exchange: Callable[[int], Exchange | None]) -> Iterator[Event]:
    """Events that `written` has made; those whose exchange was lost on the way are left out."""
    for kind, stint, user, call, late, token, seq, got, left in written:
        if (found := exchange(seq)) is not None:
            until = None if left is None else found.received + left
            yield Event(kind, stint, user, call, found.sent - late, token, found, got, until)


@attrs.frozen
class Call:
    """One call with all it took: its first use, perhaps a renewal, perhaps a second use."""

    events: tuple[Event, ...]

    @property
    def uses(self) -> list[Event]:
        return [each for each in self.events if each.kind in (CALL, AGAIN)]

    @property
    def status(self) -> int:
        """Of its last use; 0 where it came to none."""
        return self.uses[-1].status if self.uses else 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def due(self) -> float:
        return self.events[0].due

    @property
    def seconds(self) -> float:
        """From when it was due until its last answer, waiting for others' renewals included."""
        return max(each.received for each in self.events) - self.due


def calls(events: Iterable[Event]) -> list[Call]:
    """The calls that events belong to, in the order in which they were due."""
    mine = sorted((each for each in events if each.call), key=lambda each: (each.call, each.sent))
    made = [Call(tuple(group)) for _, group in groupby(mine, key=lambda each: each.call)]
    return sorted((each for each in made if each.uses), key=lambda each: each.due)
