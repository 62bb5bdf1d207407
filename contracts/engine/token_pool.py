"""Principals of the suite's own making: users it creates to hold the tokens that the document's operations ask for.

Nobody has to put a short-lived token into a deployment file. A user is created before the first conversation, its token
is renewed before it expires, and the user is removed with everything else the suite made.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import Blocked, Broken, Conversation, RunningConversation, carry_async
from contracts.plan.plan import Plan
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.steps.tokens.expiry import access_seconds_left
from contracts.steps.tokens.pairs import Pair, issue, pair_of, refresh_request
from contracts.transport.sender import Sender, converse
from contracts.transport.token_client import Join, Policy, Refused, Renew, Reply, Step, TokenClient, Tokens

UNKNOWN = 3600.0
"""Seconds a token is taken to live where nothing says how long."""
KEPT_FOR = 0.5
"""The part of its lifetime for which a token is lent before it is renewed."""


LENT = Policy("lent", single=True, ahead=KEPT_FOR)


@attrs.define
class TokenPool:
    """Holds the tokens of all lent principals of a run, each kept good by a token client of its own."""

    plan: Plan
    sender: Sender
    opens: Callable[[], tuple[int, str]]
    _clients: dict[str, TokenClient] = attrs.field(factory=dict)
    _first: dict[str, str] = attrs.field(factory=dict)

    async def token(self, name: str, first: bool = False) -> str:
        """The access token of a lent principal, renewed if it is old; "" for any other. Raises Blocked.

        `first`: the one it was given first, which nobody renews.
        """
        principal = next((each for each in self.plan.deployment.principals if each.name == name and each.lent), None)
        if principal is None:
            return ""
        client = self._clients.setdefault(name, TokenClient(time.monotonic, LENT))
        if name not in self.sender.dead:
            await self._ready(client, principal)
        if name in self.sender.dead or client.tokens is None:
            raise Blocked(self.sender.dead.get(name, f"{name} holds no token"))
        return self._first[name] if first else client.tokens.access

    async def _ready(self, client: TokenClient, principal: Principal) -> None:
        """Do what the token client asks for until it holds a good token, or none is to be had."""

        async def done(step: Step) -> Reply:
            if isinstance(step, Renew):
                return await self._renewed(principal, step.refresh)
            if isinstance(step, Join):
                landed = asyncio.Event()
                step.flight.when_over(landed.set)
                await landed.wait()
            return None

        await carry_async(client.ready(), done)

    async def _renewed(self, principal: Principal, refresh: str | None) -> Tokens | Refused:
        """A new pair, by its refresh token if it has one, else with a new user."""
        pair = (await self._asked(principal, refresh) if refresh else None) or await self._asked(principal, None)
        if pair is None:
            return Refused(0)
        vault = self.sender.deployment.vault
        placeholder = next(iter(principal.values.values()))
        vault.keep(placeholder.removeprefix("$"), vault.reveal(pair.access))
        self._first.setdefault(principal.name, pair.access)
        return Tokens(pair.access, pair.refresh, time.monotonic() + self._lifetime(pair))

    def _lifetime(self, pair: Pair) -> float:
        """Seconds a pair's access token lives: as it announces, and no longer than is declared."""
        told = self.plan.contract.tokens
        assert told is not None
        declared = (told.access.lifetime or UNKNOWN) / self.sender.deployment.time_scale
        try:
            announced = access_seconds_left(told, pair)
        except Broken:  # an announcement in another form is a law's to judge
            return declared
        return min(announced, declared) if announced and announced > 0 else declared

    async def _asked(self, principal: Principal, old: str | None) -> Pair | None:
        told = self.plan.contract.tokens
        assert told is not None
        number, tag = self.opens()
        owner = owner_of(self.plan, principal)
        api = RequestFactory(self.plan.contract, self.plan.deployment, told.issue[0], owner, tag)
        found: list[Pair] = []
        talk = RunningConversation(_lent(api, old, found))
        await converse(talk, self.sender, number, reuse=False)
        if not found and old is None and talk.ending is not None:
            self.sender.dead[principal.name] = f"{principal.name} could not be created: {talk.ending.reason}"
        return found[0] if found else None


def owner_of(plan: Plan, principal: Principal) -> Principal | None:
    """Who creates a lent principal: somebody of its tenant that may, and was not lent itself."""
    told = plan.contract.tokens
    assert told is not None
    able = callers(plan.deployment, told.issue[0])
    return next((each for each in able if each.tenant == principal.tenant and not each.lent), None)


def _lent(api: RequestFactory, old: str | None, found: list[Pair]) -> Conversation:
    if old is not None:
        found.append(pair_of(api, (yield refresh_request(api, old))))
        return
    pair, _ = yield from issue(api)
    found.append(pair)
