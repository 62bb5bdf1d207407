"""One judging session: from a deployment file to a plan, a run, and its written outputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from contracts.config import deployment as deployments
from contracts.config.deployment import ConfigError, Deployment
from contracts.config.writes import idle
from contracts.plan.plan import Plan, make
from contracts.plan.strictness import require_useful, uncalled
from contracts.steps.tokens.grants import bound, granting
from specs.contract import Contract, build, secret_answers
from specs.source.document import SpecError, load


def contract_of(deployment: Deployment, document: str | None = None, overlays: Sequence[str] = ()) -> Contract:
    """The contract a deployment is judged by, its secrets watched for. Raises ConfigError where it cannot be read."""
    try:
        contract = build(load(document or deployment.document, [*deployment.overlays, *overlays]))
    except SpecError as error:
        raise ConfigError(str(error)) from None
    if not contract.operations:
        raise ConfigError(f"{contract.document.location}: it has no operations, so there is nothing to test")
    watch_secrets(deployment, contract)
    return contract


def watch_secrets(deployment: Deployment, contract: Contract) -> None:
    """From now on, what the document says is secret stays out of everything."""
    told = secret_answers
    grants = told.granting_operations(contract) | granting(contract, bound(contract, deployment))
    deployment.vault.watch(told.secret_members(contract), grants, harmless=told.open_members(contract))


def planned(
    file: str | Path, *, document: str | None = None, overlays: Sequence[str] = (), depth: str = "quick"
) -> Plan:
    """The plan for a deployment file. Raises ConfigError."""
    deployment = deployments.load(file)
    contract = contract_of(deployment, document, overlays)
    require_sound(contract, deployment)
    made = make(contract, deployment, depth)
    told = (*uncalled(contract, made.deployment), *deployment.warnings)
    return attrs.evolve(made, deployment=attrs.evolve(made.deployment, warnings=told))


def require_sound(contract: Contract, deployment: Deployment) -> None:
    """Raises ConfigError where a deployment file says what its document knows nothing of."""
    if mistake := idle(deployment.write_rules, ((each.key, each.tags) for each in contract.operations)):
        key = mistake.partition(":")[0]
        raise ConfigError(f"{deployment.source.at(*key.split('.'))}: {mistake}")
    require_useful(contract, bound(contract, deployment))
