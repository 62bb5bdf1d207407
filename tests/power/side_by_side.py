"""This suite and plain Schemathesis on the same faults: requests sent, and faults found, by each.

    python -m tests.power side-by-side                     a sample of the sandbox's faults
    python -m tests.power side-by-side --sample 40         a larger one
    python -m tests.power side-by-side NAME …              these faults

Both get the same document and the same credentials, on a sandbox whose limits are off, one fault at a time.
Schemathesis runs as its users run it (`schemathesis run`, all default checks and phases), with credentials configured
for every security scheme. What it also reports on a sandbox without faults is no fault found.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs
import yaml

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.plan.plan import make
from contracts.request.credentials import secret_of
from specs.contract import Contract, build
from specs.source.document import load

ROOT = Path(__file__).resolve().parents[2]

DEPTHS = ("quick", "standard")
THEIRS = "schemathesis"
NAMES = {"quick": "this suite, quick", "standard": "this suite, standard", THEIRS: "Schemathesis"}
SAMPLE = 12
"""Faults compared unless told otherwise."""
SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
PATIENCE = 3600
"""Seconds Schemathesis may take for one fault: on a busy machine it needs more than ten minutes."""


@attrs.frozen
class Outcome:
    """What one tool sent and found on one sandbox; a finding is named by what it is and where."""

    requests: int
    findings: frozenset[str]
    seconds: float
    cpu: float = 0.0
    """Seconds of processor time, where that is known."""


def faults() -> list[dict[str, Any]]:
    """All faults of the sandbox that show without limits and without waiting."""
    told = subprocess.run(
        [sys.executable, "-m", "sandbox", "--list-faults", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    listed: list[dict[str, Any]] = json.loads(told.stdout)
    return [each for each in listed if each["needs"] in {"", "depth"}]


def ours(contract: Contract, depth: str, arguments: Sequence[str]) -> Outcome:
    """This suite on a sandbox started with these arguments."""
    began = time.monotonic()
    sandbox = Sandbox(arguments=["--limits", "off", *arguments])
    try:
        with tempfile.TemporaryDirectory() as folder:
            plan = make(contract, deployments.load(sandbox.deployment), depth)
            run = Run(plan, Path(folder))
            run.start([item.id for item in plan.items])
            run.wait()
    finally:
        sandbox.stop()
    broken = [each for each in run.verdicts if each.verdict == BROKEN]
    names = frozenset(f"{each.item.rule.id} {each.item.operation.key}" for each in broken)
    return Outcome(run.recorder.requests, names, time.monotonic() - began)


def theirs(contract: Contract, arguments: Sequence[str]) -> Outcome:
    """Plain Schemathesis on such a sandbox."""
    began = time.monotonic()
    sandbox = Sandbox(arguments=["--limits", "off", *arguments])
    try:
        with tempfile.TemporaryDirectory() as folder:
            return attrs.evolve(_schemathesis(contract, sandbox, Path(folder)), seconds=time.monotonic() - began)
    finally:
        sandbox.stop()


def _schemathesis(contract: Contract, sandbox: Sandbox, folder: Path) -> Outcome:
    (folder / "document.yaml").write_text(yaml.safe_dump(contract.document.raw, sort_keys=False), "utf-8")
    (folder / "schemathesis.toml").write_text(_configured(contract, sandbox), "utf-8")
    base = tomllib.loads(sandbox.deployment.read_text("utf-8"))["deployment"]["base_url"]
    before = _used_by_others()
    subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", "schemathesis.toml", "run", "document.yaml", "--url", base),
            *("--continue-on-failure", "--seed", "1", "--report", "ndjson", "--report-ndjson-path", "events.ndjson"),
        ],
        cwd=folder, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return attrs.evolve(_read(folder / "events.ndjson"), cpu=_used_by_others() - before)


def _used_by_others() -> float:
    """Seconds of processor time of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _configured(contract: Contract, sandbox: Sandbox) -> str:
    """Its configuration: a credential per security scheme, and the path values the deployment file tells."""
    deployment = deployments.load(sandbox.deployment)
    lines: list[str] = []
    for name, scheme in contract.schemes.items():
        holders = (secret_of(each, scheme) for each in deployment.principals if each.tenant == deployment.tenants[0])
        secret = next((deployment.vault.reveal(each) for each in holders if each), None)
        if secret is not None:
            kind = "bearer" if scheme.kind == "bearer" else "api_key"
            lines += [f"[auth.openapi.{name}]", f"{kind} = {json.dumps(secret)}", ""]
    known = {
        parameter: deployment.value(deployment.tenants[0], parameter)
        for operation in contract.operations
        for parameter in operation.path_parameters
    }
    told = [f'"path.{name}" = {json.dumps(value)}' for name, value in known.items() if value is not None]
    return "\n".join([*lines, "[parameters]", *told, ""])


def _read(events: Path) -> Outcome:
    """Requests and failures from its report of events."""
    requests, findings = 0, set[str]()
    for line in events.read_text("utf-8").splitlines() if events.is_file() else ():
        event = json.loads(line)
        scenario = event.get("ScenarioFinished")
        if not scenario:
            continue
        recorder = scenario.get("recorder", {})
        requests += len(recorder.get("interactions", {}))
        label = recorder.get("label", "")
        for checks in recorder.get("checks", {}).values():
            findings |= {f"{each['name']} {label}" for each in checks if each.get("status") == "failure"}
    return Outcome(requests, frozenset(findings), 0.0)


def compared(contract: Contract, chosen: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per fault; the first, without a fault, tells what each tool reports of itself."""
    rows: list[dict[str, Any]] = []
    noise: frozenset[str] = frozenset()
    for fault in [None, *chosen]:
        name = fault["name"] if fault else "none"
        arguments = ["--fault", name] if fault else []
        found = {depth: ours(contract, depth, arguments) for depth in DEPTHS}
        found[THEIRS] = theirs(contract, arguments)
        noise = found[THEIRS].findings if fault is None else noise
        known = {THEIRS: noise if fault else frozenset[str]()}
        rows.append(
            {
                "fault": name,
                **{f"found {who}": len(each.findings - known.get(who, frozenset())) for who, each in found.items()},
                **{f"sent {who}": each.requests for who, each in found.items()},
                **{f"seconds {who}": round(each.seconds, 1) for who, each in found.items()},
            }
        )
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def table(rows: list[dict[str, Any]], operations: int) -> str:
    """The comparison as Markdown: a row per fault, and what each tool found and sent in all."""
    asked = [*DEPTHS, THEIRS]
    head = "| fault | " + " | ".join(f"{NAMES[who]} | requests" for who in asked) + " |"
    rule = "|---|" + "---|---:|" * len(asked)
    body = [
        f"| {row['fault']} | "
        + " | ".join(f"{_word(row[f'found {who}'], row)} | {row[f'sent {who}']:,}" for who in asked)
        + " |"
        for row in rows
    ]
    real = [row for row in rows if row["fault"] != "none"]
    found = {who: sum(bool(row[f"found {who}"]) for row in real) for who in asked}
    sent = {who: sum(row[f"sent {who}"] for row in rows) / len(rows) / operations for who in asked}
    total = f"| of {len(real)} | " + " | ".join(
        f"{found[who]} ({found[who] / max(len(real), 1):.0%}) | {sent[who]:.0f} an operation" for who in asked
    )
    return "\n".join([head, rule, *body, total + " |"])


def _word(found: int, row: dict[str, Any]) -> str:
    if row["fault"] == "none":
        return f"{found} reported" if found else "nothing"
    return "found" if found else "–"


def main() -> int:
    """Compare, print the table; exit 1 if this suite finds less or reports a sound deployment."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"how many faults (default {SAMPLE})")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    options = parser.parse_args()
    known = faults()
    named = [each for each in known if each["name"] in options.names]
    chosen = named or random.Random(options.seed).sample(known, min(options.sample, len(known)))
    contract = build(load("calcom-v2"))
    rows = compared(contract, chosen)
    print(table(rows, len(contract.operations)))
    mine = sum(bool(row[f"found {DEPTHS[0]}"]) for row in rows[1:])
    sound = not any(rows[0][f"found {depth}"] for depth in DEPTHS)
    return 0 if sound and mine >= sum(bool(row[f"found {THEIRS}"]) for row in rows[1:]) else 1
