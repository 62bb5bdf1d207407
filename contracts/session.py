"""One judging session: from a deployment file to a plan, a run, and its written outputs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from contracts import deployment as deployments
from contracts import judge
from contracts.api import held
from contracts.deployment import ConfigError, Deployment, Principal
from contracts.evidence import SCHEMA
from contracts.judge import Verdict
from contracts.plan import Plan, make
from specs.contract import Contract, build
from specs.document import SpecError, load

SUITE = "0.1.0"
OUT = Path(__file__).resolve().parent.parent / "reports" / "out"


def contract_of(deployment: Deployment, document: str | None = None, overlays: Sequence[str] = ()) -> Contract:
    """The contract a deployment is judged by. Raises ConfigError for a document that cannot be read."""
    try:
        contract = build(load(document or deployment.document, [*deployment.overlays, *overlays]))
    except SpecError as error:
        raise ConfigError(str(error)) from None
    if not contract.operations:
        raise ConfigError(f"{contract.document.location}: it has no operations, so there is nothing to ask")
    return contract


def planned(
    file: str | Path, *, document: str | None = None, overlays: Sequence[str] = (), depth: str = "quick"
) -> Plan:
    """The plan for a deployment file. Raises ConfigError."""
    deployment = deployments.load(file)
    contract = contract_of(deployment, document, overlays)
    told = (*deployment.warnings, *_idle(file, contract, deployment))
    return make(contract, attrs.evolve(deployment, warnings=told), depth)


def _idle(file: str | Path, contract: Contract, deployment: Deployment) -> Iterator[str]:
    """A warning for each principal that no operation knows what to do with.

    Where anybody may ask for a token, that is what a principal may be for.
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


def run_folder(chosen: str | None) -> Path:
    """Where a run writes: the folder asked for, or one named after the time."""
    if chosen:
        return Path(chosen)
    name = time.strftime("%Y%m%d-%H%M%S")
    folder, number = OUT / name, 1
    while folder.exists():
        number += 1
        folder = OUT / f"{name}-{number}"
    return folder


def header(plan: Plan, seed: int, started: float) -> dict[str, Any]:
    """The first line of the evidence, and most of `run` in verdicts.json."""
    document, deployment = plan.contract.document, plan.deployment
    return {
        "schema": SCHEMA,
        "suite": SUITE,
        "document": {
            "title": document.title,
            "version": document.version,
            "digest": document.digest,
            "location": document.location,
        },
        "deployment": {
            "name": deployment.name,
            "base_url": deployment.base_url,
            "time_scale": deployment.time_scale,
            "writes": deployment.writes,
        },
        "seed": seed,
        "depth": plan.depth,
        "plan": plan.digest,
        "started": started,
        "settings": deployment.settings(),
    }


def writable(folder: Path) -> None:
    """Make a run's folder. Raises ConfigError where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise ConfigError(f"{folder}: nothing can be written there")
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made a folder ({error.strerror})") from None


def verdicts_json(
    plan: Plan,
    header: dict[str, Any],
    verdicts: Sequence[Verdict],
    *,
    requests: int,
    finished: float,
    ended: str,
    left_behind: Sequence[str] = (),
    deaths: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The content of verdicts.json. `deaths`: by principal, why its credential stopped working."""
    told = {key: value for key, value in header.items() if key not in {"schema", "settings", "type"}}
    return {
        "schema": 1,
        "run": {
            **told,
            "requests": requests,
            "finished": finished,
            "ended": ended,
            "left_behind": list(left_behind),
            "deaths": dict(deaths or {}),
        },
        "totals": judge.totals(verdicts),
        "verdicts": [verdict.written() for verdict in verdicts],
        "limits": [],
        "promises": judge.promise_verdicts(plan, verdicts),
    }


def write(folder: Path, content: dict[str, Any]) -> None:
    """Put verdicts.json into a run's folder, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "verdicts.json.part"
    unfinished.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    unfinished.replace(folder / "verdicts.json")
