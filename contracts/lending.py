"""Principals of the suite's own making: users it creates to hold the tokens that the document's operations ask for.

Nobody has to put a short-lived token into a deployment file. A user is created before the first conversation, its token
is renewed before it expires, and the user is removed with everything else the suite made.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

import attrs

from contracts.api import Api, callers
from contracts.deployment import Principal
from contracts.drive import Live, converse
from contracts.expiry import access_ahead
from contracts.law import Blocked, Broken, Conversation, Talk
from contracts.pairs import Pair, issued, pair_of, presented
from contracts.plan import Plan

UNKNOWN = 3600.0
"""Seconds a token is taken to live where nothing says how long."""
KEPT_FOR = 0.5
"""The part of its lifetime for which a token is lent before it is renewed."""


@attrs.define
class Lender:
    """Holds the pairs of tokens of all lent principals of a run."""

    plan: Plan
    live: Live
    opens: Callable[[], tuple[int, str]]
    _pairs: dict[str, tuple[Pair, float]] = attrs.field(factory=dict)
    _first: dict[str, str] = attrs.field(factory=dict)
    _locks: dict[str, asyncio.Lock] = attrs.field(factory=lambda: defaultdict(asyncio.Lock))

    async def lend(self, name: str, first: bool = False) -> str:
        """The access token of a lent principal, renewed if it is old; "" for any other. Raises Blocked.

        `first`: the one it was given first, which nobody renews.
        """
        principal = next((each for each in self.plan.deployment.principals if each.name == name and each.lent), None)
        if principal is None:
            return ""
        async with self._locks[name]:
            if name in self.live.dead:
                raise Blocked(self.live.dead[name])
            if name not in self._pairs or time.monotonic() > self._pairs[name][1]:
                await self._renew(principal)
            return self._first[name] if first else self._pairs[name][0].access

    async def _renew(self, principal: Principal) -> None:
        """A new pair, by its refresh token if it has one, else with a new user."""
        old = self._pairs.pop(principal.name, None)
        pair = (await self._asked(principal, old[0]) if old else None) or await self._asked(principal, None)
        if pair is None:
            raise Blocked(self.live.dead[principal.name])
        vault = self.live.deployment.vault
        placeholder = next(iter(principal.values.values()))
        vault.keep(placeholder.removeprefix("$"), vault.reveal(pair.access))
        self._first.setdefault(principal.name, pair.access)
        self._pairs[principal.name] = pair, time.monotonic() + self._lifetime(pair) * KEPT_FOR

    def _lifetime(self, pair: Pair) -> float:
        """Seconds a pair's access token lives: as it announces, and no longer than is declared."""
        told = self.plan.contract.tokens
        assert told is not None
        declared = (told.access.lifetime or UNKNOWN) / self.live.deployment.time_scale
        try:
            announced = access_ahead(told, pair)
        except Broken:  # an announcement in another form is a law's to judge
            return declared
        return min(announced, declared) if announced and announced > 0 else declared

    async def _asked(self, principal: Principal, old: Pair | None) -> Pair | None:
        told = self.plan.contract.tokens
        assert told is not None
        number, tag = self.opens()
        owner = owner_of(self.plan, principal)
        api = Api(self.plan.contract, self.plan.deployment, told.issue[0], owner, tag)
        found: list[Pair] = []
        talk = Talk(_lent(api, old, found))
        await converse(talk, self.live, number, reuse=False)
        if not found and old is None and talk.ending is not None:
            self.live.dead[principal.name] = f"{principal.name} could not be created: {talk.ending.reason}"
        return found[0] if found else None


def owner_of(plan: Plan, principal: Principal) -> Principal | None:
    """Who creates a lent principal: somebody of its tenant that may, and was not lent itself."""
    told = plan.contract.tokens
    assert told is not None
    able = callers(plan.deployment, told.issue[0])
    return next((each for each in able if each.tenant == principal.tenant and not each.lent), None)


def _lent(api: Api, old: Pair | None, found: list[Pair]) -> Conversation:
    if old is not None:
        found.append(pair_of(api, (yield presented(api, old.refresh))))
        return
    pair, _ = yield from issued(api)
    found.append(pair)
