"""One judging session: from a deployment file to a plan, a run, and its written outputs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import attrs

from contracts.config import deployment as deployments
from contracts.config.deployment import ConfigError, Deployment
from contracts.config.tables import DOCUMENT
from contracts.config.writes import idle
from contracts.plan import first_file
from contracts.plan.plan import Plan, make
from contracts.plan.strictness import require_useful, uncalled
from contracts.steps.tokens.grants import bound, granting
from specs.contract import Contract, build, secret_answers
from specs.source.document import SpecError, load


def contract_of(deployment: Deployment, document: str | None = None, overlays: Sequence[str] = ()) -> Contract:
    """The contract a deployment is judged by, its secrets watched for. Raises ConfigError where it cannot be read."""
    contract = _read(document or deployment.document, [*deployment.overlays, *overlays])
    watch_secrets(deployment, contract)
    return contract


def _read(document: str, overlays: Sequence[str]) -> Contract:
    try:
        contract = build(load(document, overlays))
    except SpecError as error:
        raise ConfigError(str(error)) from None
    if not contract.operations:
        raise ConfigError(f"{contract.document.location}: it has no operations, so there is nothing to test")
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
    return _made(deployment, contract_of(deployment, document, overlays), depth)


def is_address(text: str | None) -> bool:
    """Whether this is an http or https address."""
    return text is not None and text.lower().startswith(("http://", "https://"))


def misplaced(base_url: str, file: str | None) -> str:
    """What is wrong with a base URL that is none, or that stands beside a deployment file."""
    return f"--base-url {base_url}: {f'{file} says where the deployment is' if file else 'no http or https address'}"


def planned_without_file(
    document: str | None, base_url: str | None = None, *, overlays: Sequence[str] = (), depth: str = "quick"
) -> Plan:
    """The plan for a deployment that no file describes: nobody has a credential, and only safe methods are sent.

    It is at `base_url`, or where the document itself is served. Raises ConfigError.
    """
    document = document or DOCUMENT
    contract = _read(document, overlays)
    address = first_file.base_url_of(contract, base_url) if base_url else _own_address(contract)
    text = f"[deployment]\nbase_url = {json.dumps(address)}\ndocument = {json.dumps(document)}\nwrites = false\n"
    deployment = deployments.parse(text, Path("deployment.toml"))
    watch_secrets(deployment, contract)
    made = _made(deployment, contract, depth)
    more = f"python -m contracts init {document} --base-url {address} -o deployment.toml"
    told = (f"without a deployment file only safe methods are sent, without a credential; for more: {more}",)
    return attrs.evolve(made, deployment=attrs.evolve(made.deployment, warnings=(*told, *made.deployment.warnings)))


def _own_address(contract: Contract) -> str:
    """The server of a document that is served by itself: another origin than its own has to be named by somebody."""
    location = contract.document.location
    own = [each for each in first_file.served_from(contract) if _origin(each) == _origin(location)]
    if not own:
        raise ConfigError(f"{location}: where the deployment is has to be said: --base-url URL, or --deployment FILE")
    return own[0]


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _made(deployment: Deployment, contract: Contract, depth: str) -> Plan:
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
