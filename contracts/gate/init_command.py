"""`python -m contracts init`: a deployment file for a document, what one lacks, and whether its credentials work."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from contracts.config.deployment import ConfigError, Deployment, load
from contracts.core import exit_codes
from contracts.core.places import ROOT
from contracts.engine.probe import Probe, probe
from contracts.gate.mistakes import fail
from contracts.plan import first_file
from contracts.plan.plan import Plan, make
from contracts.plan.planning import contract_of, require_sound
from contracts.plan.strictness import lines_for, uncalled
from contracts.request.credentials import callers, secret_of
from contracts.request.permission import line, why_not
from specs.contract import Contract, Scheme, build
from specs.contract.selectors import requires_credential
from specs.source.document import SpecError
from specs.source.document import load as load_document

SCHEMA = ROOT / "specs" / "deployments" / "schema.json"


@click.command("init")
@click.argument("document", required=False)
@click.option("--base-url", metavar="URL", help="Where the deployment is (default: as the document says).")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
@click.option("--overlay", metavar="FILE", multiple=True, help="OpenAPI Overlay for the document.")
@click.option("--tenants", type=click.IntRange(1, 2), default=1, show_default=True, help="Tenants that are no comment.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option(
    "--check",
    is_flag=False,
    flag_value="-",
    metavar="FILE",
    help="Say what a file lacks, scheme by scheme; send nothing.",
)
@click.option(
    "--probe", "probed", is_flag=False, flag_value="-", metavar="FILE", help="Send one safe request per principal."
)
def init(
    document: str | None, base_url: str | None, output: Path | None, overlay: tuple[str, ...], tenants: int,
    force: bool, check: str | None, probed: str | None,
) -> None:  # fmt: skip
    """Print a deployment file for DOCUMENT, or see what one lacks.

    DOCUMENT is the name of a file in specs/ (such as calcom-v2), a path, or an http(s) address.
    """
    try:
        if check is not None or probed is not None:
            file, document = _file_of(probed if probed is not None else check or "-", document, output)
            _checked(file, document, overlay) if probed is None else _probed(file, document, overlay)
        elif document is None:
            fail("DOCUMENT is missing: a file of specs/, a path or an address")
        else:
            _written(document, base_url, output, overlay, tenants, force=force)
    except ConfigError as error:
        fail(str(error))


def _file_of(named: str, document: str | None, output: Path | None) -> tuple[Path, str | None]:
    """The deployment file that is meant, wherever the command line has it, and the document."""
    if named != "-" and not (output is None and document and document.endswith(".toml")):
        return Path(named), document
    if output is not None:
        return output, document
    if document is not None and document.endswith(".toml"):
        return Path(document), None if named == "-" else named
    raise ConfigError("the deployment file is missing: --check FILE, or --probe FILE")


def _written(
    document: str, base_url: str | None, output: Path | None, overlay: tuple[str, ...], tenants: int, *, force: bool
) -> None:
    try:
        contract = build(load_document(document, list(overlay)))
    except SpecError as error:
        raise ConfigError(str(error)) from None
    if not contract.operations:
        raise ConfigError(f"{contract.document.location}: it has no operations, so there is nothing to test")
    if output is not None and output.exists() and not force:
        raise ConfigError(f"{output}: is there already; --force writes over it, --check says what it lacks")
    text = _text(contract, document, first_file.base_url_of(contract, base_url), output, overlay, tenants)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(f"{output}: cannot be written ({error.strerror})") from None
    click.echo(f"{output}: written; set its variables, then: python -m contracts init --check {output}")


def _text(
    contract: Contract, document: str, base_url: str, output: Path | None, overlay: tuple[str, ...], tenants: int
) -> str:
    folder = output.parent if output is not None else Path()
    told = _relative(document, folder)
    text = first_file.text(
        contract, base_url, told, schema=_relative(str(SCHEMA), folder), tenants=tenants,
        overlays=[_relative(each, folder) for each in overlay],
    )  # fmt: skip
    closed = _closed(contract, text)
    return text + "\n".join(first_file.closed(closed)).rstrip() + ("\n" if closed else "")


def _relative(name: str, folder: Path) -> str:
    """A path as the file has it; a bare name or an address stays."""
    return Path(os.path.relpath(name, folder)).as_posix() if "://" not in name and Path(name).is_file() else name


def _closed(contract: Contract, text: str) -> dict[str, str]:
    """Operations that will not be asked, each with why."""
    with tempfile.TemporaryDirectory() as spare:
        file = Path(spare) / "deployment.toml"
        file.write_text(text.replace("writes = false", "writes = true"), "utf-8")
        deployment = load(file, incomplete=True)
    found = {}
    for each in contract.operations:
        tenants = deployment.tenants or ("",)
        reasons = [why_not(contract, deployment, each, tenant) for tenant in tenants]
        if reason := reasons[0]:
            found[each.key] = reason.partition(f"; {line(each)}")[0].partition("; a further principal")[0]
    return found


def _loaded(file: Path, document: str | None, overlay: tuple[str, ...]) -> tuple[Contract, Deployment]:
    deployment = load(file, incomplete=True)
    contract = contract_of(deployment, document, overlay)
    require_sound(contract, deployment)
    return contract, deployment


def _checked(file: Path, document: str | None, overlay: tuple[str, ...]) -> NoReturn:
    """Say what a file lacks. Ends with 2 where something is missing, else with 0."""
    contract, deployment = _loaded(file, document, overlay)
    made = make(contract, deployment)
    click.echo(f"{file}: {len(contract.operations)} operations of {contract.document.title} at {deployment.base_url}")
    for told in _schemes(contract, made.deployment):
        click.echo(f"  {told}")
    missing = list(_missing(contract, made.deployment))
    for each in [*missing, *deployment.warnings]:
        click.echo(each)
    click.echo("nothing is missing" if not missing else f"{len(missing)} things are missing")
    sys.exit(exit_codes.MISTAKE if missing else exit_codes.KEPT)


def _schemes(contract: Contract, deployment: Deployment) -> Iterator[str]:
    """Scheme by scheme: who satisfies it, for how many operations."""
    for scheme in contract.schemes.values():
        needing = [each for each in contract.operations if any(scheme in way.schemes for way in each.security)]
        able = [each for each in deployment.principals if secret_of(each, scheme) is not None]
        names = ", ".join(f"{each.name} ({'made by the run' if each.provisioned else each.kind})" for each in able)
        told = names or f"nobody; {_else(contract, deployment, scheme)}"
        yield f"{scheme.name:20} {len(needing):4} operations: {told}"
    if not contract.schemes:
        yield "the document has no security schemes: requests are sent without credentials"


def _else(contract: Contract, deployment: Deployment, scheme: Scheme) -> str:
    """Whether somebody is needed for a scheme, and the lines that name one."""
    lost = [
        each
        for each in contract.operations
        if requires_credential(each)
        and not callers(deployment, each)
        and any(scheme in way.schemes for way in each.security)
    ]
    added = lines_for(contract, scheme)
    if not lost:
        return "not needed, all its operations can be called otherwise"
    return (
        f"{len(lost)} cannot be called; add {added}"
        if added
        else f"{len(lost)} cannot be called; nothing here can satisfy it"
    )


def _missing(contract: Contract, deployment: Deployment) -> Iterator[str]:
    for variable in dict.fromkeys(deployment.missing):
        yield f"missing: the environment variable {variable}"
    for each in uncalled(contract, deployment):
        yield f"missing: {each.partition(': ')[2]}"


def _probed(file: Path, document: str | None, overlay: tuple[str, ...]) -> NoReturn:
    """Say which credentials work. Ends with 3 where none does, with 4 where some do not, else with 0."""
    deployment = load(file)
    contract = contract_of(deployment, document, overlay)
    require_sound(contract, deployment)
    plan: Plan = make(contract, deployment)
    found = asyncio.run(probe(plan))
    for each in found:
        click.echo(f"{each.principal}: {_word(each)}: {each.told}")
    if not found:
        click.echo("the file names nobody with a credential")
    sys.exit(_code(found))


def _word(each: Probe) -> str:
    return {True: "accepted", False: "refused", None: "unknown"}[each.works]


def _code(found: list[Probe]) -> int:
    if not any(each.works for each in found):
        return exit_codes.NOTHING
    return exit_codes.KEPT if all(each.works for each in found) else exit_codes.OPEN
