"""The client's side of token refresh, free of any I/O: many callers share one pair, by one of several policies.

As with `httpx.Auth.auth_flow`, a flow is a generator: it yields what is to be done next and is sent what came of it.
Whoever drives it sends, waits and knows the time; the flow decides. The steps are

    Use(access)      make the call with this access token      sent back: the status of the answer
    Renew(refresh)   trade this refresh token for a new pair   sent back: Tokens or Refused
    Join(flight)     wait until another caller's trade is over sent back: nothing

    client = TokenClient(time.time, SINGLE_FLIGHT, tokens)
    status = yield from client.call()          # inside another generator, or step by step with `send`

`load/scenarios/tokens/callers.py` drives it under load, `engine/provisioned_tokens.py` in the gate, `token_auth.py` in
httpx.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from random import Random

import attrs

UNAUTHORIZED = 401


@attrs.frozen(eq=False)
class Tokens:
    """A pair. `expires` is when the access token ends, in seconds of the client's clock; None if nobody knows."""

    access: str
    refresh: str
    expires: float | None = None


@attrs.frozen
class Refused:
    """A trade that gave no pair. `wait`: seconds the server asked to wait (Retry-After), if it did."""

    status: int
    wait: float | None = None


@attrs.define(eq=False)
class Flight:
    """A trade under way. `over` is set at its end; `landed` is called then, for drivers that wait for it."""

    over: bool = False
    waiting: list[Callable[[], None]] = attrs.field(factory=list)

    def when_over(self, landed: Callable[[], None]) -> None:
        """Have a function called at the end of the trade; at once if that was already."""
        if self.over:
            landed()
        else:
            self.waiting.append(landed)

    def land(self) -> None:
        self.over = True
        while self.waiting:
            self.waiting.pop()()


@attrs.frozen
class Use:
    """Make the call with this access token. `again`: it was refused with another one before."""

    access: str
    again: bool = False


@attrs.frozen
class Renew:
    """Trade this refresh token; None: get a first pair. `ahead`: the access token is still good."""

    refresh: str | None
    ahead: bool = False


@attrs.frozen
class Join:
    """Wait until this trade is over."""

    flight: Flight


Step = Use | Renew | Join
Reply = int | Tokens | Refused | None
Flow = Generator[Step, Reply, int]
Readying = Generator[Step, Reply, bool]


@attrs.frozen
class Policy:
    """How callers that share a pair renew it.

    `looks`: a caller that was refused first looks whether somebody has renewed meanwhile. `single`: at most one trade
    at a time, the others wait for it. `ahead`: the part of the access token's life after which it is renewed while it
    is still good (None: never); `jitter`: by how much of its life that moment differs from client to client.
    """

    name: str
    looks: bool = True
    single: bool = False
    ahead: float | None = None
    jitter: float = 0.0


STAMPEDE = Policy("stampede", looks=False)
"""Every caller that is refused renews for itself: what goes wrong, on purpose."""
REACTIVE = Policy("reactive")
SINGLE_FLIGHT = Policy("single-flight", single=True)
PROACTIVE = Policy("proactive", single=True, ahead=0.7, jitter=0.1)
POLICIES = (STAMPEDE, REACTIVE, SINGLE_FLIGHT, PROACTIVE)

BACK_OFF = 1.0
"""Seconds for which a careful client leaves a refresh alone that was refused without a word on how long."""


@attrs.define(eq=False)
class TokenClient:
    """What the callers of one user share: the pair they hold, and whoever is renewing it."""

    clock: Callable[[], float]
    policy: Policy = SINGLE_FLIGHT
    tokens: Tokens | None = None
    random: Random = attrs.field(factory=Random)
    flight: Flight | None = None
    _due: float | None = None
    _not_before: float = 0.0

    def __attrs_post_init__(self) -> None:
        if self.tokens is not None:
            self.hold(self.tokens)

    def hold(self, tokens: Tokens) -> None:
        """Use this pair from now on."""
        self.tokens = tokens
        self._due = None
        if tokens.expires is not None and self.policy.ahead is not None:
            life = max(0.0, tokens.expires - self.clock())
            # Clients that started together would otherwise all renew together, for ever.
            swing = self.random.uniform(-self.policy.jitter, self.policy.jitter)
            self._due = tokens.expires - life * (1 - self.policy.ahead - swing)

    def call(self) -> Flow:
        """One call: with the pair that is held, and once more with a new one if that was refused. Gives its status."""
        yield from self.ready()
        used = self.tokens
        if used is None:
            return UNAUTHORIZED
        status = yield Use(used.access)
        if status != UNAUTHORIZED or not (yield from self._renewed(used)):
            return _status(status)
        return _status((yield Use(self.tokens.access if self.tokens else "", again=True)))

    def ready(self) -> Readying:
        """See to it that a pair is held, and renew one that is due; whether one is held in the end."""
        used = self.tokens
        if used is None:
            return (yield from self._joined(used) if self.flight else self._traded(used))
        if self._due is not None and self.clock() >= self._due and self.flight is None and self._may:
            yield from self._traded(used, ahead=True)
        return True

    @property
    def _may(self) -> bool:
        return self.clock() >= self._not_before

    def _renewed(self, used: Tokens) -> Readying:
        """A caller was refused with this pair: whether there is another one in the end."""
        if self.policy.looks and self.tokens is not used:
            return True
        if self.policy.single and self.flight is not None:
            return (yield from self._joined(used))
        if self.policy.single and not self._may:
            return False  # the server wants peace: the caller gets its 401 rather than one more refused trade
        return (yield from self._traded(used))

    def _joined(self, used: Tokens | None) -> Readying:
        assert self.flight is not None
        yield Join(self.flight)
        return self.tokens is not used

    def _traded(self, used: Tokens | None, *, ahead: bool = False) -> Readying:
        """Trade the refresh token that is held now. A refused trade is a new pair all the same if others got one."""
        # The refresh token held now, not the one of the refused call: another caller may have traded that already, and
        # presenting a spent token can end every token of the user.
        flight = Flight()
        self.flight = flight
        try:
            came = yield Renew(self.tokens.refresh or None if self.tokens else None, ahead)
            if isinstance(came, Tokens):
                self.hold(came)
            elif isinstance(came, Refused):
                self._not_before = self.clock() + (BACK_OFF if came.wait is None else came.wait)
        finally:
            if self.flight is flight:
                self.flight = None
            flight.land()
        return self.tokens is not used


def _status(reply: Reply) -> int:
    return reply if isinstance(reply, int) else 0
