"""How fast recorded evidence is judged: exchanges a second through all checks, on one core.

python -m tests.power judge-speed                  on evidence made for this (a quick run on the sandbox)
python -m tests.power judge-speed RUN/evidence.ndjson
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from contracts.config import deployment as deployments
from contracts.core.exchange import Exchange, Request, Response
from contracts.engine.run import Run
from contracts.evidence import reader
from contracts.gate.sandbox import Sandbox
from contracts.judging.checks import check_verdicts
from contracts.plan import planning
from contracts.plan.plan import Plan, make
from specs.contract import build
from specs.source.document import load

WANTED = 3000
"""Exchanges a second that judging has to manage."""
SECONDS = 5.0


def recorded() -> Path:
    """Evidence of a quick run on a sandbox without faults."""
    folder = Path(tempfile.mkdtemp(prefix="judge-speed-"))
    sandbox = Sandbox(arguments=["--limits", "off"])
    try:
        plan = make(build(load("calcom-v2")), deployments.load(sandbox.deployment))
        run = Run(plan, folder)
        run.start([item.id for item in plan.items])
        run.wait()
    finally:
        sandbox.stop()
    return folder / "evidence.ndjson"


def fresh(exchange: Exchange) -> Exchange:
    """The same exchange, with nothing remembered of its being parsed."""
    asked, got = exchange.request, exchange.response
    return Exchange(
        exchange.seq,
        Request(asked.operation, asked.target, asked.headers, asked.body, asked.principal, asked.method),
        got and Response(got.status, got.headers, got.body, got.length),
        exchange.error,
        exchange.sent,
        exchange.received,
        exchange.retry_of,
        exchange.retry_status,
        exchange.conversation,
    )


def rate(plan: Plan, exchanges: list[Exchange], seconds: float = SECONDS) -> float:
    """Exchanges judged per second of this process's own time."""
    judged, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        check_verdicts(plan, {each.seq: fresh(each) for each in exchanges})
        judged += len(exchanges)
    return judged / spent


def main() -> int:
    """Print the rate; exit 1 below what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("evidence", nargs="?", type=Path)
    options = parser.parse_args()
    file = options.evidence or recorded()
    header = reader.header_of(file)
    told = deployments.recorded(header)
    contract = planning.contract_of(told, header["document"]["location"])
    plan = make(contract, told, header["depth"])
    exchanges = list(reader.read(file, contract).exchanges.values())
    checks = len({item.rule.id for item in plan.items if item.kind == "check"})
    first = rate(plan, exchanges, 0.001)
    print(f"{first:,.0f} exchanges/s the first time, when validators are built and every answer is new")
    found = rate(plan, exchanges)
    print(f"{found:,.0f} exchanges/s through {checks} checks ({len(exchanges)} different ones; {WANTED:,} wanted)")
    return 0 if found >= WANTED else 1
