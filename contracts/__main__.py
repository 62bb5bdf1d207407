"""`python -m contracts`: what a run would do, what a law means, and judging or cleaning up after a recorded run."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from contracts import checks, laws
from contracts.checks import Check
from contracts.config import deployment, reference
from contracts.config.deployment import ConfigError
from contracts.core import exit_codes
from contracts.core.places import ROOT, place
from contracts.core.verdicts import BLOCKED, DEPTHS, HEARD, NOT_ASKED
from contracts.engine import replay_driver
from contracts.engine.cleanup import sweep
from contracts.evidence import reader
from contracts.evidence.mending import NOWHERE, UNKNOWN
from contracts.evidence.reader import EvidenceError
from contracts.evidence.recorder import Recorder
from contracts.gate.gate_command import gate
from contracts.gate.init_command import init
from contracts.gate.sandbox import Sandbox, SandboxError
from contracts.judging import judge
from contracts.judging.outputs import run_folder, verdicts_json, write
from contracts.judging.screen import FRAME, ROWS, Screen, outcome
from contracts.laws.law import Law
from contracts.plan import changes, duration, planning, summary
from contracts.plan.plan import Plan, make
from contracts.steps.created import Ledger
from contracts.traffic import importing
from contracts.traffic.judging import verdicts as traffic_verdicts
from contracts.traffic.plan import is_recorded, plan_of
from contracts.transport.client import Client
from contracts.transport.sender import Sender
from specs.contract import SpecError, build
from specs.source.document import load

MATRIX = ROOT / "tests" / "power" / "matrix.json"
"""Which fault breaks which law, as the tests execute it."""
TRAFFIC = "Recorded traffic to judge: HAR, Schemathesis' cassettes, or NDJSON."
DEPTH = click.option(
    "--depth", type=click.Choice(DEPTHS), default="quick", show_default=True, help="How thoroughly to test."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Laws and checks that judge a deployment by its own document."""


@main.command()
@click.option("--deployment", "file", metavar="FILE", help="Deployment file (default: the sandbox's).")
@click.option("--document", metavar="DOC", help="OpenAPI document, in place of the deployment file's own.")
@click.option("--overlay", metavar="FILE", multiple=True, help="OpenAPI Overlay for the document.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as reports/schemas/plan.schema.json has it.")
@click.option("--items", is_flag=True, help="Also every item of the plan, one a line.")
@DEPTH
def plan(
    file: str | None, document: str | None, overlay: tuple[str, ...], as_json: bool, items: bool, depth: str
) -> None:
    """What the suite read of the document, and how much would be run, before anything is sent."""
    made = _planned(file, document, overlay, depth)
    if as_json:
        click.echo(json.dumps(_listed(made), indent=1))
        return
    for warning in made.deployment.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(summary.text(made))
    for item in made.items if items else ():
        click.echo(f"{item.id}  ({item.closed})" if item.closed else item.id)


def _planned(file: str | None, document: str | None, overlay: tuple[str, ...], depth: str) -> Plan:
    try:
        if file is not None:
            return planning.planned(file, document=document, overlays=overlay, depth=depth)
        sandbox = Sandbox()
        try:
            return planning.planned(sandbox.deployment, document=document, overlays=overlay, depth=depth)
        finally:
            sandbox.stop()
    except (ConfigError, SandboxError) as error:
        _fail(str(error))


def _listed(made: Plan) -> dict[str, object]:
    lines = [{"id": item.id, "writes": item.writes, "rooms": item.rooms, "closed": item.closed} for item in made.items]
    seconds = round(duration.seconds(made))
    return {
        "digest": made.digest,
        "depth": made.depth,
        "seconds": seconds,
        **summary.summary(made),
        "changes": changes.changes(made),
        "lines": lines,
    }


@main.command()
@click.argument("identity", metavar="ID")
@click.option("--document", metavar="DOC", default="calcom-v2", show_default=True, help="Whose operations to name.")
def law(identity: str, document: str) -> None:
    """Explain one law or check."""
    known: dict[str, Law | Check] = {**laws.load(), **checks.load()}
    if identity not in known:
        near = [each for each in known if identity in each]
        _fail(f"no law or check is called {identity!r}" + (f"; perhaps {', '.join(near[:5])}" if near else ""))
    rule = known[identity]
    particulars = list(_particulars(rule, document))
    click.echo(f"{rule.id}\n\n{rule.text}\n")
    for word, text in particulars:
        click.echo(f"{word:9}{text}")


def _particulars(rule: Law | Check, document: str) -> Iterator[tuple[str, str]]:
    """What else there is to know of a law or check, a word and a text each."""
    yield "place", place(rule.function)
    proofs = _proofs(rule.id)
    yield "proven", f"by {proofs[0]}" if proofs else "by no fault yet"
    yield from (("", f"by {each}") for each in proofs[1:])
    yield "promises", ", ".join(rule.asserts) or "none in so many words"
    if isinstance(rule, Check):
        yield "sends", "nothing: it judges every recorded response of every operation"
        return
    yield "writes", "yes, to resources it has created" if rule.writes else "no"
    yield "depth", f"{rule.depth} and deeper"
    try:
        contract = build(load(document))
    except SpecError as error:
        _fail(str(error))
    operations = [operation.key for operation in rule.on(contract)]
    yield "run at", f"{len(operations)} of {len(contract.operations)} operations of {contract.document.name}"
    yield from (("", key) for key in operations)


def _proofs(identity: str) -> list[str]:
    """The faults that a law or check is seen to notice, each with the operation it does so at."""
    if not MATRIX.exists():  # the suite without its tests
        return []
    matrix: dict[str, list[str]] = json.loads(MATRIX.read_text("utf-8"))
    at = {name: [each for each in lines if each.startswith(f"{identity} ")] for name, lines in matrix.items()}
    return [f"{name}, at {lines[0].partition(' ')[2]}" for name, lines in at.items() if lines]


@main.command("laws")
@click.option(
    "--judged-by", is_flag=True, help="The content of specs/judged-by.toml: which rules judge which promises."
)
def listing(judged_by: bool) -> None:
    """All laws and checks, one a line."""
    rules: list[Law | Check] = [*laws.load().values(), *checks.load().values()]
    if judged_by:
        click.echo(_judged_by(rules), nl=False)
        return
    for rule in rules:
        click.echo(f"{rule.id:58} {rule.title}")


def _judged_by(rules: list[Law | Check]) -> str:
    kinds = sorted({kind for rule in rules for kind in rule.asserts})
    lines = [
        "# Which laws and checks judge promises of which kind; written by `python -m contracts laws --judged-by`.",
        "",
    ]
    lines.append("[kinds]")
    for kind in kinds:
        lines += [f'"{kind}" = [', *(f'    "{rule.id}",' for rule in rules if kind in rule.asserts), "]"]
    return "\n".join(lines) + "\n"


@main.command("judge")
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
def judging(
    file: Path | None,
    document: str | None,
    out: Path | None,
    traffic: Path | None,
    target: str | None,
    base_url: str | None,
) -> None:
    """Judge recorded evidence again, offline. EVIDENCE is a run's folder or its evidence.ndjson.

    With --har, judge traffic that others recorded by all checks and by those laws that need no question.
    """
    if (file is None) == (traffic is None):
        raise click.UsageError("either EVIDENCE or --har FILE is needed")
    try:
        if file is not None:
            made, recorded, verdicts = _judged(file / "evidence.ndjson" if file.is_dir() else file, document)
            folder = out or (file if file.is_dir() else file.parent)
        else:
            assert traffic is not None
            folder = run_folder(str(out) if out else None)
            made, recorded, verdicts = _recorded(traffic, document, target, base_url, folder)
    except (ConfigError, EvidenceError) as error:
        _fail(str(error))
    footer = recorded.footer or {}
    content = verdicts_json(
        made,
        recorded.header,
        verdicts,
        requests=len(recorded.exchanges),
        finished=footer.get("finished", recorded.header["started"]),
        ended=footer.get("ended", "incomplete"),
        left_behind=footer.get("left_behind", []),
        deaths=footer.get("deaths", {}),
        changes=_changes(made, recorded),
    )
    write(folder, content)
    if recorded.header["plan"] != made.digest:
        click.echo(
            "recorded for another plan than this suite makes; laws that send other requests now are skipped", err=True
        )
    cut_short = footer.get("ended") != "complete"
    if cut_short:
        missing = sum(each.verdict == NOT_ASKED for each in verdicts)
        click.echo(f"this run did not reach its end; what was recorded is judged, {missing} not asked", err=True)
    if complaint := recorded.complaint():
        click.echo(complaint, err=True)
    if recorded.under_way:
        keys = ", ".join(sorted({each.request.operation.key for each in recorded.under_way}))
        click.echo(
            f"{len(recorded.under_way)} requests have no answer in the record and may have been carried out ({keys}); "
            "`python -m contracts clean` looks for what they made",
            err=True,
        )
    for row in outcome(content, folder, Screen.here(ROWS - FRAME)):
        click.echo(row.text)
    if traffic is not None:
        click.echo(f"`python -m reports {folder}` writes the report")
    lost = cut_short or bool(recorded.unread)
    sys.exit(_judged_code(verdicts, made.deployment, lost=lost))


def _judged_code(verdicts: list[judge.Verdict], target: deployment.Deployment, *, lost: bool) -> int:
    if any(judge.fails(each, target) for each in verdicts):
        return exit_codes.BROKEN
    words = {each.verdict for each in verdicts}
    if not words & {*HEARD}:
        return exit_codes.NOTHING
    blocked = BLOCKED in words and BLOCKED not in target.passes
    return exit_codes.OPEN if blocked or lost else exit_codes.KEPT


def _judged(file: Path, document: str | None) -> tuple[Plan, reader.Evidence, list[judge.Verdict]]:
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
    recorded = reader.read(file, contract)
    if is_recorded(header):
        made = plan_of(contract, target)
        return made, recorded, traffic_verdicts(made, recorded)
    made = make(contract, target, header["depth"])
    return made, recorded, replay_driver.verdicts(made, recorded)


def _found(location: str) -> str:
    """Where a recorded document is now: one of ours is named as it stands in the suite, wherever one is."""
    inside = ROOT / location
    return str(inside) if not Path(location).exists() and inside.is_file() else location


def _recorded(
    file: Path, document: str | None, target: str | None, base_url: str | None, folder: Path
) -> tuple[Plan, reader.Evidence, list[judge.Verdict]]:
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
    return imported.plan, imported.evidence, traffic_verdicts(imported.plan, imported.evidence)


def _changes(made: Plan, recorded: reader.Evidence) -> list[dict[str, object]]:
    """What was created, changed and removed, by what was recorded."""
    ledger = Ledger(made.contract, made.deployment.disposable)
    for exchange in recorded.exchanges.values():
        ledger.note(exchange)
    return ledger.changes()


@main.command()
@click.argument("file", metavar="EVIDENCE", type=click.Path(path_type=Path))
@click.option("--deployment", "deployment_file", metavar="FILE", required=True, help="The deployment file of the run.")
def clean(file: Path, deployment_file: str) -> None:
    """Remove what a run created and, having crashed, left behind. EVIDENCE shows what that was."""
    try:
        target = deployment.load(deployment_file)
        contract = planning.contract_of(target)
        recorded = reader.read(file / "evidence.ndjson" if file.is_dir() else file, contract)
    except (ConfigError, EvidenceError) as error:
        _fail(str(error))
    if complaint := recorded.complaint():
        click.echo(complaint, err=True)
    if recorded.header["deployment"]["base_url"] not in (target.base_url, NOWHERE):
        _fail(f"{file}: recorded at {recorded.header['deployment']['base_url']}, not at {target.base_url}")
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


def _fail(message: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    sys.exit(exit_codes.MISTAKE)


@main.command("reference")
@click.option("--schema", "as_schema", is_flag=True, help="The JSON Schema for editors in place of the page.")
def referring(as_schema: bool) -> None:
    """The reference of the deployment file: docs/deployment-file.md, or specs/deployments/schema.json."""
    click.echo(reference.text(as_schema=as_schema), nl=False)


main.add_command(init)
main.add_command(gate)


if __name__ == "__main__":
    sys.argv[0] = "python -m contracts"
    main(prog_name="python -m contracts")
