"""The second wall: right before sending, every request that could change something must be one that may.

The plan has closed what is not to be asked; here nothing is planned any more. A request that is not safe passes where
the deployment file allows its operation, where it creates what can be removed again, or where it addresses what this
run has made, what hangs below that, or nothing at all. Everything that sends asks here: the gate, the clean-up, and
runs under load.
"""

from __future__ import annotations

import re
from collections import Counter

import attrs

from contracts.config.deployment import Deployment
from contracts.core.conversation import NotAsked
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.request.permission import NO_WRITES, allowed, line, why_not
from contracts.request.references import somebodys
from contracts.request.url import path_values
from contracts.steps.created import Ledger, address_of
from contracts.steps.own_things import bears_mark, prefixes
from contracts.strategies.samples import is_stranger
from contracts.strategies.schemathesis_cases import fits
from specs.contract import Contract, Operation
from specs.contract.effects import Effect, effect_of, may_put

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


@attrs.define
class WriteGuard:
    """Judges requests by what the run has made so far; keeps count of creations that stay for good."""

    contract: Contract
    deployment: Deployment
    ledger: Ledger
    _effects: dict[str, Effect] = attrs.field(factory=dict)
    _kept: Counter[str] = attrs.field(factory=Counter)
    """Creations of what cannot be removed, sent or under way, by operation."""

    def objection(self, request: Request) -> str | None:
        """Why a request must not be sent; None where it may."""
        operation = request.operation
        if self.deployment.write_rules.denies(f"{request.verb} {operation.path}", operation.tags):
            return "the deployment file forbids it ([writes] deny)"
        if f"{request.verb} {operation.path}" in self.contract.document.removed:
            return "an overlay has taken it out of the document"
        if request.logs_in or (request.safe and (self.deployment.writes or not operation.looks_up)):
            return None
        if not self.deployment.writes:
            return NO_WRITES
        if request.verb == "DELETE" == operation.method and address_of(request).rstrip("/") in self.ledger.own.made:
            return None
        tenant = self._tenant(request)
        if reason := why_not(self.contract, self.deployment, operation, tenant):
            return reason
        return self._undeclared(request, tenant) or self._spends(request) or self._target(request, tenant)

    def pass_on(self, request: Request) -> None:
        """A request is about to be sent. Raises NotAsked where it must not be."""
        if reason := self.objection(request):
            raise NotAsked(reason)
        if self._stays(request) and request.principal:  # what shows no right credential is refused, and takes no place
            self._kept[request.operation.key] += 1

    def heard(self, exchange: Exchange) -> None:
        """What became of it: a refused creation has made nothing."""
        if not self._stays(exchange.request):
            return
        if exchange.request.principal:
            self._kept[exchange.operation.key] -= exchange.status >= 400
        else:
            self._kept[exchange.operation.key] += exchange.ok

    # -- one question each ---------------------------------------------------------------------------------------------

    def _tenant(self, request: Request) -> str:
        """Whose things a request is about: its sender's, unless its path names another tenant."""
        sender = next((each.tenant for each in self.deployment.principals if each.name == request.principal), "")
        for name, value, _ in prefixes(request):
            owners = {each for each in self.deployment.tenants if self.deployment.value(each, name) == value}
            if owners and sender not in owners:
                return next((each for each in owners if not self.deployment.is_disposable(each)), sender)
        return sender

    def _undeclared(self, request: Request, tenant: str) -> str | None:
        if request.verb == request.operation.method or self.deployment.is_disposable(tenant):
            return None
        return "a method that the document does not declare may change anything; disposable = true allows it"

    def _spends(self, request: Request) -> str | None:
        """Whether a credential that is not spare would be sent where it could be ended."""
        if not request.operation.ends_credential:
            return None
        shown = [*(value for _, value in request.headers), request.target, request.body or ""]
        for principal in self.deployment.principals:
            secrets = [each for each in principal.values.values() if each.startswith("$")]
            if not (principal.spare or principal.provisioned) and any(
                each in text for each in secrets for text in shown
            ):
                return f"it could end the credential of {principal.name}, which is not spare"
        return None

    def _target(self, request: Request, tenant: str) -> str | None:
        operation, effect = request.operation, self._effect(request.operation)
        if allowed(self.deployment, operation, tenant):
            once = self._stays(request) and self._kept[operation.key] and not self.deployment.is_disposable(tenant)
            return "one was made already, and what is made here stays" if once else None
        if reason := self._place(request, effect):
            return f"{reason}; {line(operation)} allows it"
        if name := self._foreign(request):
            return f"nothing says whose {name} this is; {line(operation)} allows it"
        return None

    def _place(self, request: Request, effect: Effect) -> str | None:
        """Whether what a request addresses is neither the run's own nor nothing at all."""
        operation = request.operation
        if operation.path_parameters and not next((value for _, value, _ in prefixes(request)), ""):
            return "its address cannot be read"
        if effect.kind in {"create", "keep"} and self._names_its_own(request):
            return None
        for name, value, address in prefixes(request):
            if self.ledger.own.is_own(operation, name, address, value):
                return None
            if self._names_nothing(operation, name, value):
                last = operation.path.rstrip("/").endswith("{" + name + "}")
                return "it may create what it addresses" if last and may_put(self.contract, operation) else None
            if value not in self._given(name):
                return f"{name} names what this run has not made"
        return None if effect.kind in {"create", "tokens"} else "it changes what this run has not made"

    def _names_its_own(self, request: Request) -> bool:
        """Whether a creation names what it makes by a name that only this run gives."""
        resource = self.contract.resource_of(request.operation)
        values = path_values(request.operation, request.target)
        return bool(resource and resource.names_its_own and bears_mark(values.get(resource.identifier or "")))

    def _names_nothing(self, operation: Operation, name: str, value: str) -> bool:
        """Whether a value is one that names nothing, or cannot name anything by its schema."""
        if is_stranger(value):
            return True
        parameter = operation.parameter(name, "path")
        plain = parameter is not None and _PLAIN.fullmatch(value)
        return bool(plain and parameter and fits(self.contract, parameter, value) is False)

    def _given(self, name: str) -> set[str | None]:
        return {self.deployment.value(tenant, name) for tenant in (*self.deployment.tenants, "")}

    def _foreign(self, request: Request) -> str | None:
        """The member of a body that names something by the document's example, or by a number anybody could have."""
        content = request.json
        if content is MISSING or not isinstance(content, dict):
            return None
        known = {
            *self.ledger.own.ids,
            *(value for each in self.deployment.principals for value in each.values.values()),
        }
        known |= {*self.deployment.parameters.values()}
        for name in content:
            for value in somebodys(self.contract, request.operation, name, content[name]):
                if str(value) not in known:
                    return None if is_stranger(str(value)) else name
        return None

    def _stays(self, request: Request) -> bool:
        """Whether a request would make something that cannot be removed again."""
        return request.verb == request.operation.method and self._effect(request.operation).kind == "keep"

    def _effect(self, operation: Operation) -> Effect:
        if operation.key not in self._effects:
            self._effects[operation.key] = effect_of(self.contract, operation)
        return self._effects[operation.key]
