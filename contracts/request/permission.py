"""Whether an operation may be asked at all: what could change what a run has not made only where that is allowed.

What an operation does is told by `specs.contract.effects`; the deployment file says what is allowed beyond that. The
plan closes lines by this, steps look before they create, and `contracts.transport.guard` refuses right before sending.
"""

from __future__ import annotations

from contracts.config.deployment import Deployment
from specs.contract import Contract, Operation
from specs.contract.effects import Effect, effect_of

NO_WRITES = "the deployment file does not allow writes"


def why_not(contract: Contract, deployment: Deployment, operation: Operation, tenant: str) -> str | None:
    """Why an operation is not asked in any form on behalf of a tenant; None where it may be."""
    if denied(deployment, operation):
        return "the deployment file forbids it ([writes] deny)"
    if not deployment.writes and (operation.looks_up or not operation.safe):
        return NO_WRITES  # a POST that only looks is sent where POSTs may be sent at all
    if operation.safe:
        return None
    if operation.ends_credential and not any(each.spare for each in deployment.principals):
        return "it could end the credential it is asked with; a further principal with spare = true" + _and_line(
            deployment, operation, tenant
        )
    if allowed(deployment, operation, tenant):
        return None
    return _by_effect(contract, deployment, operation, tenant, effect_of(contract, operation))


def _by_effect(
    contract: Contract, deployment: Deployment, operation: Operation, tenant: str, effect: Effect
) -> str | None:
    if effect.kind in {"action", "keep"}:
        return f"{effect.why}; {line(operation)} allows it"
    if effect.maker is not None and (reason := why_not(contract, deployment, effect.maker, tenant)):
        return f"nothing may be made for it by {effect.maker.key}: {reason}"
    return None


def denied(deployment: Deployment, operation: Operation) -> bool:
    """Whether the deployment file forbids an operation altogether."""
    return deployment.write_rules.denies(operation.key, operation.tags)


def allowed(deployment: Deployment, operation: Operation, tenant: str) -> bool:
    """Whether the deployment file allows an operation whatever it does: by its name, or since all may be changed."""
    return deployment.is_disposable(tenant) or deployment.write_rules.allows(operation.key, operation.tags)


def line(operation: Operation) -> str:
    """The line of a deployment file that allows an operation."""
    return f'[writes] allow = ["{operation.key}"]'


def _and_line(deployment: Deployment, operation: Operation, tenant: str) -> str:
    return " allows it" if allowed(deployment, operation, tenant) else f" and {line(operation)} allow it"
