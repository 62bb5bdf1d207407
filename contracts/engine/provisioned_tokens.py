"""Principals of the suite's own making: users it creates to hold the tokens that the document's operations need.

Nobody has to put a short-lived token into a deployment file. A user is created before the first conversation, its token
is renewed before it expires, and the user is removed with everything else the suite made. Free of any I/O: whoever
sends, in the gate or under load, carries out the steps that `ProvisionedTokens.token` yields.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.core.conversation import Blocked, Broken, Conversation
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.steps.tokens.expiry import access_seconds_left
from contracts.steps.tokens.pairs import Pair, issue, pair_of, refresh_request
from contracts.transport.token_client import Join, Policy, Refused, Renew, Reply, TokenClient, Tokens
from specs.contract import Contract

UNKNOWN = 3600.0
"""Seconds a token is taken to live where nothing says how long."""
KEPT_FOR = 0.5
"""The part of its lifetime for which a token is used before it is renewed."""
EARLY = Policy("early", single=True, ahead=KEPT_FOR)


@attrs.frozen
class TokenTrade:
    """A conversation to be held for a new pair; answered with the pair, or with the reason (text) why none came."""

    api: Callable[[str], RequestFactory]
    """The request factory of its owner, for the tag of the conversation."""
    old: str | None
    """The refresh token it is got by; None: with a new user."""

    def conversation(self, tag: str, found: list[Pair]) -> Conversation:
        """The conversation; what it gets is added to `found`."""
        api = self.api(tag)
        if self.old is not None:
            found.append(pair_of(api, (yield refresh_request(api, self.old))))
            return
        pair, _ = yield from issue(api)
        found.append(pair)


Steps = Generator[Join | TokenTrade, Any, str]


@attrs.define
class ProvisionedTokens:
    """The tokens of all provisioned principals of a run, each kept good by a token client of its own.

    `clock` in seconds; `dead`: why principals hold no token, shared with whoever sends requests in their name.
    """

    contract: Contract
    deployment: Deployment
    clock: Callable[[], float]
    dead: dict[str, str] = attrs.field(factory=dict)
    _clients: dict[str, TokenClient] = attrs.field(factory=dict)
    _first: dict[str, str] = attrs.field(factory=dict)

    def token(self, name: str, first: bool = False) -> Steps:
        """The access token of a provisioned principal, renewed if it is old; "" for any other. Raises Blocked.

        `first`: the one it was given first, which nobody renews.
        """
        principal = next((each for each in self.deployment.principals if each.name == name and each.provisioned), None)
        if principal is None:
            return ""
        client = self._clients.setdefault(name, TokenClient(self.clock, EARLY))
        if name not in self.dead:
            yield from self._ready(client, principal)
        if name in self.dead or client.tokens is None:
            raise Blocked(self.dead.get(name, f"{name} holds no token"))
        return self._first[name] if first else client.tokens.access

    def _ready(self, client: TokenClient, principal: Principal) -> Generator[Join | TokenTrade, Any, None]:
        """Do what the token client asks for until it holds a good token, or none is to be had."""
        flow = client.ready()
        reply: Reply = None
        while True:
            try:
                step = flow.send(reply)
            except StopIteration:
                return
            if isinstance(step, Renew):
                reply = yield from self._renewed(principal, step.refresh)
            elif isinstance(step, Join):
                reply = yield step

    def _renewed(
        self, principal: Principal, refresh: str | None
    ) -> Generator[Join | TokenTrade, Pair | str, Tokens | Refused]:
        """A new pair, by its refresh token if it has one, else with a new user."""
        pair: Pair | str = (yield self._trade(principal, refresh)) if refresh else ""
        if isinstance(pair, str):
            pair = yield self._trade(principal, None)
        if isinstance(pair, str):
            self.dead[principal.name] = f"{principal.name} could not be created: {pair}"
            return Refused(0)
        vault = self.deployment.vault
        placeholder = next(iter(principal.values.values()))
        vault.keep(placeholder.removeprefix("$"), vault.reveal(pair.access))
        self._first.setdefault(principal.name, pair.access)
        return Tokens(pair.access, pair.refresh, self.clock() + self._lifetime(pair))

    def _trade(self, principal: Principal, old: str | None) -> TokenTrade:
        rules = self.contract.tokens
        assert rules is not None
        operation, owner = rules.issue[0], self._owner_of(principal)
        return TokenTrade(lambda tag: RequestFactory(self.contract, self.deployment, operation, owner, tag), old)

    def _owner_of(self, principal: Principal) -> Principal | None:
        """Who creates a provisioned principal: somebody of its tenant that may, and was not provisioned itself."""
        rules = self.contract.tokens
        assert rules is not None
        able = callers(self.deployment, rules.issue[0])
        return next((each for each in able if each.tenant == principal.tenant and not each.provisioned), None)

    def _lifetime(self, pair: Pair) -> float:
        """Seconds a pair's access token lives: as it announces, and no longer than is declared."""
        rules = self.contract.tokens
        assert rules is not None
        declared = (rules.access.lifetime or UNKNOWN) / self.deployment.time_scale
        try:
            announced = access_seconds_left(rules, pair)
        except Broken:  # an announcement in another form is a law's to judge
            return declared
        return min(announced, declared) if announced and announced > 0 else declared
