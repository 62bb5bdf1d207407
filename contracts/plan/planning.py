"""One judging session: from a deployment file to a plan, a run, and its written outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from contracts.config import deployment as deployments
from contracts.config.deployment import ConfigError, Deployment, Principal
from contracts.config.writes import idle
from contracts.plan.plan import Plan, make
from contracts.request.credentials import held
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
    deployment.vault.watch(
        told.secret_members(contract), told.granting_operations(contract), harmless=told.open_members(contract)
    )


def planned(
    file: str | Path, *, document: str | None = None, overlays: Sequence[str] = (), depth: str = "quick"
) -> Plan:
    """The plan for a deployment file. Raises ConfigError."""
    deployment = deployments.load(file)
    contract = contract_of(deployment, document, overlays)
    if mistake := idle(deployment.write_rules, ((each.key, each.tags) for each in contract.operations)):
        raise ConfigError(f"{file}: {mistake}")
    told = (*deployment.warnings, *_idle(file, contract, deployment))
    return make(contract, attrs.evolve(deployment, warnings=told), depth)


def _idle(file: str | Path, contract: Contract, deployment: Deployment) -> Iterator[str]:
    """A warning for each principal that no operation knows what to do with.

    Where anybody may get a token, that is what a principal may be for.
    """
    if contract.tokens and any(not each.security for each in contract.tokens.issue):
        return
    for principal in deployment.principals:
        if held(contract, principal) is None:
            hint = _hint(contract, principal)
            yield f"{file}: principals.{principal.name}: no operation takes its credential ({principal.kind}; {hint})"


def _hint(contract: Contract, principal: Principal) -> str:
    """What the document's schemes want of a principal of this kind, or which kinds they know, with their members."""
    wanted: dict[str, list[str]] = {}
    for scheme in contract.schemes.values():
        if scheme.principal:
            wanted.setdefault(scheme.principal, []).append(scheme.member or "key")
    if principal.kind in wanted:
        return f"that kind has {', '.join(sorted(wanted[principal.kind]))}"
    kinds = ", ".join(f"{kind} ({', '.join(sorted(members))})" for kind, members in sorted(wanted.items()))
    return f"the document's schemes take {kinds}" if kinds else "the document has no security schemes"
