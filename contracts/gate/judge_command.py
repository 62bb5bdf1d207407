"""`python -m contracts judge`: verdicts from what is recorded already, a run's evidence or the traffic of others."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from contracts.config import deployment
from contracts.config.deployment import ConfigError
from contracts.core import exit_codes
from contracts.core.places import ROOT
from contracts.core.verdicts import BLOCKED, HEARD, NOT_ASKED
from contracts.engine import replay_driver
from contracts.engine.side_by_side import most
from contracts.evidence import reader
from contracts.evidence.long_record import open_record
from contracts.evidence.mending import UNKNOWN
from contracts.evidence.reader import Evidence, EvidenceError
from contracts.gate.mistakes import fail
from contracts.judging import judge
from contracts.judging.outputs import run_folder, verdicts_json, write
from contracts.judging.screen import FRAME, ROWS, Screen, outcome
from contracts.plan import planning
from contracts.plan.plan import Plan, make
from contracts.steps.created import Changes
from contracts.traffic import importing
from contracts.traffic.judging import verdicts as traffic_verdicts
from contracts.traffic.plan import is_recorded, plan_of
from specs.contract import SpecError, build
from specs.source.document import load

MANY = 20_000
"""Lines of a record that are worth more than one process."""
TRAFFIC = "Recorded traffic to judge: HAR, Schemathesis' cassettes, or NDJSON."


@attrs.frozen
class Judged:
    """A record and what became of each item of its plan."""

    plan: Plan
    evidence: Evidence
    verdicts: Sequence[judge.Verdict]
    changes: Changes

    @property
    def footer(self) -> dict[str, Any]:
        """What the record says of its end; nothing, where it has none."""
        return self.evidence.footer or {}

    @property
    def cut_short(self) -> bool:
        """Whether the run did not reach its end."""
        return bool(self.footer.get("ended") != "complete")

    @property
    def code(self) -> int:
        """The exit code it deserves."""
        if any(judge.fails(each, self.plan.deployment) for each in self.verdicts):
            return exit_codes.BROKEN
        words = {each.verdict for each in self.verdicts}
        if not words & {*HEARD}:
            return exit_codes.NOTHING
        blocked = BLOCKED in words and BLOCKED not in self.plan.deployment.passes
        return exit_codes.OPEN if blocked or self.cut_short or self.evidence.unread else exit_codes.KEPT

    def content(self) -> dict[str, Any]:
        """What verdicts.json holds of it."""
        header = self.evidence.header
        return verdicts_json(
            self.plan,
            header,
            list(self.verdicts),
            requests=len(self.evidence.exchanges),
            finished=self.footer.get("finished", header["started"]),
            ended=self.footer.get("ended", "incomplete"),
            left_behind=self.footer.get("left_behind", []),
            deaths=self.footer.get("deaths", {}),
            changes=self.changes.told(),
        )


@click.command("judge")
@click.argument("file", metavar="EVIDENCE", required=False, type=click.Path(path_type=Path))
@click.option("--document", metavar="DOC", help="The document the run was made with, if it has moved.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for what is written (default: beside the evidence)."
)
@click.option("--har", "traffic", metavar="FILE", type=click.Path(path_type=Path), help=TRAFFIC)
@click.option("--deployment", "target", metavar="FILE", help="With --har: whose secrets, deviations and severities.")
@click.option(
    "--base-url", metavar="URL", help="With --har: where the paths of the document begin (default: found out)."
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="How many judge at once (one a core at most, which is the default for a long record).",
)
def judging(
    file: Path | None,
    document: str | None,
    out: Path | None,
    traffic: Path | None,
    target: str | None,
    base_url: str | None,
    processes: int | None,
) -> None:
    """Judge recorded evidence again, offline. EVIDENCE is a run's folder or its evidence.ndjson.

    With --har, judge traffic that others recorded by all checks and by those laws that need no question.
    """
    if (file is None) == (traffic is None):
        raise click.UsageError("either EVIDENCE or --har FILE is needed")
    try:
        if file is not None:
            judged = _judged(file / "evidence.ndjson" if file.is_dir() else file, document, processes)
            folder = out or (file if file.is_dir() else file.parent)
        else:
            assert traffic is not None
            folder = run_folder(str(out) if out else None)
            judged = _recorded(traffic, document, target, base_url, folder)
    except (ConfigError, EvidenceError) as error:
        fail(str(error))
    content = judged.content()
    write(folder, content)
    for remark in _remarks(judged):
        click.echo(remark, err=True)
    for row in outcome(content, folder, Screen.here(ROWS - FRAME)):
        click.echo(row.text)
    if traffic is not None:
        click.echo(f"`python -m reports {folder}` writes the report")
    sys.exit(judged.code)


def _remarks(judged: Judged) -> list[str]:
    """What a reader of the verdicts must know of the record they come from."""
    recorded, remarks = judged.evidence, []
    if recorded.header["plan"] != judged.plan.digest:
        remarks.append("recorded for another plan than this suite makes; laws that send other requests now are skipped")
    if judged.cut_short:
        missing = sum(each.verdict == NOT_ASKED for each in judged.verdicts)
        remarks.append(f"this run did not reach its end; what was recorded is judged, {missing} not asked")
    if complaint := recorded.complaint():
        remarks.append(complaint)
    if recorded.under_way:
        keys = ", ".join(sorted({each.request.operation.key for each in recorded.under_way}))
        remarks.append(
            f"{len(recorded.under_way)} requests have no answer in the record and may have been carried out ({keys}); "
            "`python -m contracts clean` looks for what they made"
        )
    return remarks


def _judged(file: Path, document: str | None, processes: int | None) -> Judged:
    header = reader.header_of(file)
    target = deployment.recorded(header)
    location, digest = document or header["document"]["location"], header["document"]["digest"]
    if location == UNKNOWN:
        raise EvidenceError(f"{file}: its header does not name the document; --document does")
    contract = planning.contract_of(target, _found(location))
    if digest not in (contract.document.digest, UNKNOWN):
        raise EvidenceError(
            f"{file}: made with another document than {contract.document.location}; --document names it"
        )
    if is_recorded(header):
        made = plan_of(contract, target)
        return _of_traffic(made, reader.read(file, contract))
    made, recorded = make(contract, target, header["depth"]), open_record(file, contract)
    changes = Changes(contract)
    count = min(processes or (most() if recorded.lines > MANY else 1), most())
    verdicts = replay_driver.verdicts(made, recorded, changes.note, processes=count)
    return Judged(made, recorded, verdicts, changes)


def _found(location: str) -> str:
    """Where a recorded document is now: one of ours is named as it stands in the suite, wherever one is."""
    inside = ROOT / location
    return str(inside) if not Path(location).exists() and inside.is_file() else location


def _recorded(file: Path, document: str | None, target: str | None, base_url: str | None, folder: Path) -> Judged:
    """Traffic that others recorded, put into the folder as evidence, and its verdicts."""
    given = deployment.load(target) if target else None
    if given is None and document is None:
        raise ConfigError("--har: --document or --deployment is needed, to know what was promised")
    try:
        contract = planning.contract_of(given) if given and document is None else build(load(str(document)))
    except SpecError as error:
        raise ConfigError(str(error)) from None
    imported = importing.read(file, contract, given, base_url)
    importing.write(folder, imported.evidence)
    click.echo(imported.summary())
    return _of_traffic(imported.plan, imported.evidence)


def _of_traffic(made: Plan, recorded: Evidence) -> Judged:
    changes = Changes(made.contract)
    for exchange in recorded.exchanges.values():
        changes.note(exchange)
    return Judged(made, recorded, traffic_verdicts(made, recorded), changes)
