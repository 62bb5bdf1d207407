"""Whether credentials still work: known from every response, and tried where no recent response has shown it.

A credential that nobody has used for a while is tried before a law that writes begins with it, and at the end of the
run.

A run that kills one of its own credentials learns nothing from what it sends with it afterwards. So a refusal of a
request that is plainly right is not believed before the credential was tried by itself; what a dead credential was
answered is void, and the reason names the requests that may have killed it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import Outcome
from contracts.core.exchange import Exchange, Request
from contracts.plan.plan import Plan
from contracts.request.api import RequestFactory
from contracts.request.credentials import callers, credentials, secret_of
from contracts.request.url import path_values
from contracts.transport.sender import Sender
from specs.contract import Operation

SUSPECTS = 3
"""Requests named at most as what may have killed a credential."""
STALE = 200
"""Exchanges of the run after which a credential that was accepted has to show once more that it lives."""


def plain(plan: Plan, principal: Principal) -> Iterator[Operation]:
    """Safe operations that this principal may call and whose paths the tenant's own values fill."""
    for operation in plan.contract.operations:
        known = all(plan.deployment.value(principal.tenant, name) for name in operation.path_parameters)
        if operation.safe and known and principal in callers(plan.deployment, operation):
            yield operation


def questions(plan: Plan, principal: Principal) -> Iterator[Request]:
    """The plain requests this principal may send."""
    for operation in plain(plan, principal):
        values = {name: plan.deployment.value(principal.tenant, name) or "" for name in operation.path_parameters}
        yield RequestFactory(plan.contract, plan.deployment, operation, principal, "").ask(
            path=values, principal=principal
        )


def question(plan: Plan, principal: Principal) -> Request | None:
    """The first plain request this principal may send; None where there is none."""
    return next(questions(plan, principal), None)


@attrs.define
class CredentialWatch:
    """Follows every exchange of a run; `sender.dead` says which principals are dead, and how that was found."""

    plan: Plan
    sender: Sender
    opens: Callable[[], int]
    _accepted: dict[str, Exchange] = attrs.field(factory=dict)
    _granted: dict[str, Request] = attrs.field(factory=dict)
    """By principal, a request that only reads and was granted: what is refused alike later has lost its credential."""
    _changes: list[Exchange] = attrs.field(factory=list)
    _trusted: set[tuple[str, str]] = attrs.field(factory=set)
    _locks: dict[str, asyncio.Lock] = attrs.field(factory=lambda: defaultdict(asyncio.Lock))
    _latest: int = 0

    def note(self, exchange: Exchange) -> None:
        """Remember whose credential was accepted last, and what changed something."""
        self._latest = max(self._latest, exchange.seq)
        name = exchange.request.principal
        if name and exchange.ok and exchange.operation.security:
            self._accepted[name] = exchange
            if exchange.request.safe and name not in self._granted and self._is_plain(exchange):
                self._granted[name] = exchange.request
        if not exchange.request.safe and (exchange.ok or exchange.status == 0 or exchange.status >= 500):
            self._changes.append(exchange)

    def shows_its_own(self, exchange: Exchange) -> bool:
        """Whether a request carries the credential of its principal as it is, where it was accepted before."""
        principal = self._principal(exchange.request.principal)
        return principal is not None and principal.name in self._accepted and self._plainly_right(exchange, principal)

    async def doubt(self, exchange: Exchange) -> str | None:
        """Why the credential of a refused request counts as dead; None where it lives, or nothing was wrong with it."""
        principal = self._principal(exchange.request.principal)
        if principal is None or not self._plainly_right(exchange, principal):
            return None
        if (principal.name, exchange.operation.key) in self._trusted:
            return None
        # Many conversations may be refused at once; the first of them tries the credential, the others wait for that.
        async with self._locks[principal.name]:
            if principal.name not in self.sender.dead and not self._accepted_since(exchange, principal):
                await self._ask(principal, exchange)
            self._trusted.add((principal.name, exchange.operation.key))
        return self.sender.dead.get(principal.name)

    async def freshly(self, principal: Principal | None, conversation: int | None = None) -> None:
        """Try a credential that was accepted once, but in none of the latest exchanges.

        `conversation`: the one it is sent in, if not one of its own.
        """
        if principal is None or principal.name not in self._accepted:
            return
        async with self._locks[principal.name]:
            stale = self._accepted[principal.name].seq < self._latest - STALE
            if stale and principal.name not in self.sender.dead and not self.sender.gone:
                await self._ask(principal, None, conversation)

    async def everyone(self, conversation: int) -> None:
        """Try every credential that was accepted once but of late no more, those of users made here left out."""
        for name in list(self._accepted):
            principal = self._principal(name)
            if principal and not principal.provisioned:
                await self.freshly(principal, conversation)

    async def _ask(self, principal: Principal, refused: Exchange | None, conversation: int | None = None) -> None:
        """Ask as this principal, twice where it is refused, and note its death if it is."""
        request = self._granted.get(principal.name) or question(self.plan, principal)
        if request is None or principal.name not in self._accepted:
            return
        number, last = conversation or self.opens(), self._accepted[principal.name]
        for _ in range(2):
            try:
                if (token_for := self.sender.authenticated.token_for) and (principal.provisioned or principal.obtains):
                    await token_for(principal.name)
                answer = await self.sender.probe(request, number)
            except Outcome:
                return
            if answer.status not in {401, 403}:
                return
        self.sender.dead[principal.name] = self._obituary(principal, last, refused or answer)
        mine = [each for each in self.plan.deployment.principals if not each.provisioned]
        if all(each.name in self.sender.dead for each in mine):
            self.sender.give_up(f"no credential is left: {self.sender.dead[principal.name]}")

    def _obituary(self, principal: Principal, last: Exchange, refused: Exchange) -> str:
        between = [each for each in self._changes if last.sent <= each.received and each.sent <= refused.received]
        between.sort(key=lambda each: (*self._suspicion(each, principal), -each.seq))
        worst = [each for each in between if self._suspicion(each, principal) == self._suspicion(between[0], principal)]
        suspects = ", ".join(f"#{each.seq} {each.request.verb} {each.request.target}" for each in worst[:SUSPECTS])
        return (
            f"the credential of {principal.name} died during the run: accepted in #{last.seq},"
            f" refused since #{refused.seq}; "
            + (f"killed by {'one of ' if len(worst) > 1 else ''}{suspects}" if worst else "no request of ours did that")
        )

    def _suspicion(self, exchange: Exchange, principal: Principal) -> tuple[bool, ...]:
        """How far a change is from what ends a credential: False stands for what makes it likely."""
        request = exchange.request
        own = {each for each in principal.values.values() if len(each) > 1 and not each.startswith("$")}
        named = own & {*path_values(exchange.operation, request.target).values()}
        return (
            not exchange.operation.ends_credential,
            request.principal not in (None, principal.name),
            not named,
            request.verb != "DELETE",
        )

    def _accepted_since(self, exchange: Exchange, principal: Principal) -> bool:
        last = self._accepted.get(principal.name)
        return last is not None and last.sent >= exchange.received

    def _principal(self, name: str | None) -> Principal | None:
        return next((each for each in self.plan.deployment.principals if each.name == name), None)

    def _plainly_right(self, exchange: Exchange, principal: Principal) -> bool:
        """Whether the request carries the credential as it should, and for 403, is about the principal's own tenant."""
        if exchange.status == 403 and (
            principal.provisioned or principal.reads_only or not self._own(exchange, principal)
        ):
            return False
        carriers = {each.parameter.lower() for each in self.plan.contract.schemes.values() if each.location == "header"}
        sent = {(name, value) for name, value in exchange.request.headers if name.lower() in carriers}
        for alternative in exchange.operation.security:
            if all(secret_of(principal, scheme) is not None for scheme in alternative.schemes):
                headers, _ = credentials(alternative, principal)
                if sent == {each for each in headers if each[0].lower() in carriers}:
                    return True
        return False

    def _is_plain(self, exchange: Exchange) -> bool:
        """Whether a request asks with its principal's credential as it is for what is its tenant's own."""
        principal = self._principal(exchange.request.principal)
        return principal is not None and self._own(exchange, principal) and self._plainly_right(exchange, principal)

    def _own(self, exchange: Exchange, principal: Principal) -> bool:
        values = path_values(exchange.operation, exchange.request.target)
        known = {name: self.plan.deployment.value(principal.tenant, name) for name in values}
        return all(value is None or value == values[name] for name, value in known.items())
