"""`python -m contracts`: what a run would do, what a law means, and judging or cleaning up after a recorded run."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator

import click

from contracts import checks, laws
from contracts.checks import Check
from contracts.config import reference
from contracts.config.deployment import ConfigError
from contracts.core.places import ROOT, place
from contracts.core.verdicts import DEPTHS
from contracts.gate.mistakes import fail
from contracts.gate.sandbox import Sandbox, SandboxError
from contracts.laws.law import Law
from contracts.plan import changes, duration, planning, summary
from contracts.plan.plan import Plan
from specs.contract import SpecError, build
from specs.source.document import load

MATRIX = ROOT / "tests" / "power" / "matrix.json"
"""Which fault breaks which law, as the tests execute it."""
DEPTH = click.option(
    "--depth", type=click.Choice(DEPTHS), default="quick", show_default=True, help="How thoroughly to test."
)


LOADED_LATE = {
    "clean": ("contracts.gate.clean_command", "clean"),
    "gate": ("contracts.gate.gate_command", "gate"),
    "init": ("contracts.gate.init_command", "init"),
    "judge": ("contracts.gate.judge_command", "judging"),
}
"""Commands that need much of the suite, and where each is."""


class _Commands(click.Group):
    """The commands here, and those that are loaded when they are asked for: a plan needs nothing of a run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all."""
        return sorted({*super().list_commands(ctx), *LOADED_LATE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        if cmd_name not in LOADED_LATE:
            return super().get_command(ctx, cmd_name)
        module, name = LOADED_LATE[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Laws and checks that judge a deployment by its own document."""


@main.command()
@click.option("--deployment", "file", metavar="FILE", help="Deployment file (default: the sandbox's).")
@click.option("--document", metavar="DOC", help="OpenAPI document, in place of the deployment file's own.")
@click.option("--base-url", metavar="URL", help="Where it is, without a deployment file: only safe methods.")
@click.option("--overlay", metavar="FILE", multiple=True, help="OpenAPI Overlay for the document.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as reports/schemas/plan.schema.json has it.")
@click.option("--items", is_flag=True, help="Also every item of the plan, one a line.")
@DEPTH
def plan(
    file: str | None, document: str | None, base_url: str | None, overlay: tuple[str, ...], as_json: bool, items: bool,
    depth: str,
) -> None:  # fmt: skip
    """What the suite read of the document, and how much would be run, before anything is sent."""
    made = _planned(file, document, base_url, overlay, depth)
    if as_json:
        click.echo(json.dumps(_listed(made), indent=1))
        return
    for warning in made.deployment.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(summary.text(made))
    for item in made.items if items else ():
        click.echo(f"{item.id}  ({item.closed})" if item.closed else item.id)


def _planned(
    file: str | None, document: str | None, base_url: str | None, overlay: tuple[str, ...], depth: str
) -> Plan:
    try:
        if file is None and planning.is_address(base_url or document):
            return planning.planned_without_file(document, base_url, overlays=overlay, depth=depth)
        if base_url is not None:
            fail(planning.misplaced(base_url, file))
        if file is not None:
            return planning.planned(file, document=document, overlays=overlay, depth=depth)
        sandbox = Sandbox()
        try:
            return planning.planned(sandbox.deployment, document=document, overlays=overlay, depth=depth)
        finally:
            sandbox.stop()
    except (ConfigError, SandboxError) as error:
        fail(str(error))


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
        fail(f"no law or check is called {identity!r}" + (f"; perhaps {', '.join(near[:5])}" if near else ""))
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
        fail(str(error))
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


@main.command("reference")
@click.option("--schema", "as_schema", is_flag=True, help="The JSON Schema for editors in place of the page.")
def referring(as_schema: bool) -> None:
    """The reference of the deployment file: docs/deployment-file.md, or specs/deployments/schema.json."""
    click.echo(reference.text(as_schema=as_schema), nl=False)


if __name__ == "__main__":
    sys.argv[0] = "python -m contracts"
    main(prog_name="python -m contracts")
