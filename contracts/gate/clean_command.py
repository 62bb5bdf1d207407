"""`python -m contracts clean`: removes what a run that was killed left behind."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from contracts.config import deployment
from contracts.config.deployment import ConfigError
from contracts.core import exit_codes
from contracts.engine.cleanup import sweep
from contracts.evidence import reader
from contracts.evidence.mending import NOWHERE
from contracts.evidence.reader import EvidenceError
from contracts.evidence.recorder import Recorder
from contracts.gate.mistakes import fail
from contracts.plan import planning
from contracts.steps.created import Ledger
from contracts.transport.client import Client
from contracts.transport.sender import Sender


@click.command()
@click.argument("file", metavar="EVIDENCE", type=click.Path(path_type=Path))
@click.option("--deployment", "deployment_file", metavar="FILE", required=True, help="The deployment file of the run.")
def clean(file: Path, deployment_file: str) -> None:
    """Remove what a run created and, having crashed, left behind. EVIDENCE shows what that was."""
    try:
        target = deployment.load(deployment_file)
        contract = planning.contract_of(target)
        recorded = reader.read(file / "evidence.ndjson" if file.is_dir() else file, contract)
    except (ConfigError, EvidenceError) as error:
        fail(str(error))
    if complaint := recorded.complaint():
        click.echo(complaint, err=True)
    if recorded.header["deployment"]["base_url"] not in (target.base_url, NOWHERE):
        fail(f"{file}: recorded at {recorded.header['deployment']['base_url']}, not at {target.base_url}")
    ledger = Ledger(contract, target.disposable, whole=recorded.footer is not None and not recorded.unread)
    for exchange in recorded.exchanges.values():
        ledger.note(exchange)
    for sending in recorded.under_way:
        ledger.under_way(sending.request, sending.sent)
    left = asyncio.run(_cleaned(target, ledger, reader.mark(recorded)))
    click.echo(f"{ledger.removed} removed")
    for each in left:
        click.echo(f"left behind: {each}")
    sys.exit(exit_codes.OPEN if ledger.standing else exit_codes.KEPT)


async def _cleaned(target: deployment.Deployment, ledger: Ledger, mark: str) -> list[str]:
    async with Client(target.base_url, target.vault, target.http, target.route) as client:
        sender = Sender(target, client, Recorder(None), ledger)
        return await sweep(sender, 0, mark)
