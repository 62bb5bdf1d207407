"""The tokens of principals that have none in the deployment file: users the suite creates, and those who log in.

Nobody has to put a short-lived token into a deployment file. A user is created before the first conversation, or one of
the file logs in or is granted a token; it is renewed before it expires, and what was created is removed with everything
else the suite made. Free of any I/O: whoever sends, in the gate or under load, carries out the steps that
`ProvisionedTokens.token` yields.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import attrs

from contracts.config.deployment import Deployment, Principal
from contracts.config.reading_principals import TOKEN
from contracts.core.conversation import Blocked, Broken, Conversation, Outcome
from contracts.core.exchange import Exchange, Request
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers
from contracts.steps.tokens.expiry import access_seconds_left
from contracts.steps.tokens.grant_answers import Given, given
from contracts.steps.tokens.grants import Elsewhere, discovery, discovery_request, grant_request
from contracts.steps.tokens.pairs import Pair, issue, pair_of, refresh_request
from contracts.transport.token_client import Join, Policy, Refused, Renew, Reply, TokenClient, Tokens
from specs.contract import Contract

UNKNOWN = 3600.0
"""Seconds a token is taken to live where nothing says how long."""
KEPT_FOR = 0.5
"""The part of its lifetime for which a token is used before it is renewed."""
EARLY = Policy("early", single=True, ahead=KEPT_FOR)
RENEWALS = 3
"""So often a credential that was refused before its time is got anew; then it counts as dead."""


@attrs.frozen
class TokenTrade:
    """A conversation to be held for a new pair; answered with the pair, or with the reason (text) why none came."""

    api: Callable[[str], RequestFactory]
    """The request factory of its owner, for the tag of the conversation."""
    old: str | None
    """The refresh token it is got by; None: with a new user."""

    def conversation(self, tag: str, found: list[Any]) -> Conversation:
        """The conversation; what it gets is added to `found`."""
        api = self.api(tag)
        if self.old is not None:
            found.append(pair_of(api, (yield refresh_request(api, self.old))))
            return
        pair, _ = yield from issue(api)
        found.append(pair)


@attrs.frozen
class Asking:
    """One request to be sent in a conversation of its own; answered with the exchange, or the reason why none came."""

    request: Request

    def conversation(self, _: str, found: list[Any]) -> Conversation:
        """The conversation; the exchange is added to `found`."""
        found.append((yield self.request))


Step = Join | TokenTrade | Asking | Elsewhere
"""What is to be done; `Elsewhere` is answered with the response, or with the reason (text) why there is none."""
Steps = Generator[Step, Any, str]


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
    _endpoints: dict[str, str] = attrs.field(factory=dict)
    _renewals: dict[str, int] = attrs.field(factory=dict)

    def token(self, name: str, first: bool = False) -> Steps:
        """The access token of a principal that has none of its own, renewed if it is old; "" for any other.

        `first`: the one it was given first, which nobody renews. Raises Blocked.
        """
        principal = self._kept(name)
        if principal is None:
            return ""
        client = self._clients.setdefault(name, TokenClient(self.clock, EARLY))
        if name not in self.dead:
            yield from self._ready(client, principal)
        if name in self.dead or client.tokens is None:
            raise Blocked(self.dead.get(name, f"{name} holds no token"))
        return self._first[name] if first else client.tokens.access

    def again(self, name: str, refused: str | None) -> Generator[Step, Any, bool]:
        """Whether a principal whose token was refused has another one now. Only who logs in by itself gets one.

        `refused`: the token that was refused; None: the one that is held.
        """
        principal, client = self._kept(name), self._clients.get(name)
        if principal is None or not principal.obtains or client is None or client.tokens is None or name in self.dead:
            return False
        if refused is not None and client.tokens.access != refused:
            return True
        if self._renewals.get(name, 0) >= RENEWALS:
            return False
        self._renewals[name] = self._renewals.get(name, 0) + 1
        client.hold(Tokens(client.tokens.access, client.tokens.refresh, self.clock()))
        yield from self._ready(client, principal)
        return name not in self.dead

    def held(self, name: str) -> str | None:
        """The token that a principal holds now."""
        client = self._clients.get(name)
        return client.tokens.access if client and client.tokens else None

    def _kept(self, name: str) -> Principal | None:
        """The principal of a name, where its token is kept here."""
        found = (each for each in self.deployment.principals if each.name == name)
        return next((each for each in found if each.provisioned or each.obtains), None)

    def _ready(self, client: TokenClient, principal: Principal) -> Generator[Step, Any, None]:
        """Do what the token client asks for until it holds a good token, or none is to be had."""
        renewed = self._obtained if principal.obtains else self._renewed
        flow = client.ready()
        reply: Reply = None
        while True:
            try:
                step = flow.send(reply)
            except StopIteration:
                return
            if isinstance(step, Renew):
                reply = yield from renewed(principal, step.refresh)
            elif isinstance(step, Join):
                reply = yield step

    def _renewed(self, principal: Principal, refresh: str | None) -> Generator[Step, Any, Tokens | Refused]:
        """A new pair, by its refresh token if it has one, else with a new user."""
        pair: Pair | str = (yield self._trade(principal, refresh)) if refresh else ""
        if isinstance(pair, str):
            pair = yield self._trade(principal, None)
        if isinstance(pair, str):
            self.dead[principal.name] = f"{principal.name} could not be created: {pair}"
            return Refused(0)
        self._keep(principal, next(iter(principal.values.values())), pair.access)
        return Tokens(pair.access, pair.refresh, self.clock() + self._lifetime(pair))

    def _obtained(self, principal: Principal, refresh: str | None) -> Generator[Step, Any, Tokens | Refused]:
        """A credential of a principal that logs in or is granted one: by its refresh token, else all over again."""
        came: Given | str = (yield from self._asked(principal, refresh)) if refresh else ""
        if isinstance(came, str):
            came = yield from self._asked(principal, None)
        if isinstance(came, str):
            self.dead[principal.name] = f"{principal.name} gets no credential ({principal.kind}): {came}"
            return Refused(0)
        self._keep(principal, principal.values[TOKEN], came.access)
        # what was traded may be spent: without another one, the next is got from the beginning
        seconds = UNKNOWN if came.seconds is None or came.seconds <= 0 else came.seconds
        return Tokens(came.access, came.refresh or "", self.clock() + seconds)

    def _asked(self, principal: Principal, refresh: str | None) -> Generator[Step, Any, Given | str]:
        try:
            endpoint = yield from self._endpoint(principal)
            asked = grant_request(self.contract, self.deployment, principal, refresh, endpoint)
        except Outcome as outcome:
            return outcome.reason
        answer: Any = yield asked if isinstance(asked, Elsewhere) else Asking(asked)
        if isinstance(answer, str):
            return answer
        response, received = (answer.response, answer.received) if isinstance(answer, Exchange) else answer
        return given(self.contract, principal, response, received)

    def _endpoint(self, principal: Principal) -> Generator[Step, Any, str | None]:
        """The token endpoint, where OpenID Connect has to be asked for it. Raises Blocked."""
        url = discovery(self.contract, principal)
        if principal.kind == "login" or url is None:
            return None
        if principal.name not in self._endpoints:
            answer: Any = yield discovery_request(self.deployment, url)
            told = answer[0].json if not isinstance(answer, str) and answer[0] is not None else {}
            found = told.get("token_endpoint") if isinstance(told, dict) else None
            if not isinstance(found, str):
                raise Blocked(f"{url} tells no token_endpoint")
            self._endpoints[principal.name] = found
        return self._endpoints[principal.name]

    def _keep(self, principal: Principal, placeholder: str, access: str) -> None:
        vault = self.deployment.vault
        vault.keep(placeholder.removeprefix("$"), vault.reveal(access))
        self._first.setdefault(principal.name, access)

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
