"""`python -m specs`: what is wrong with a document, and what it promises."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import NoReturn

import click

from specs.promises.judged_by import NOBODY, Judges, read_judges
from specs.promises.promise import Promise
from specs.source.document import load
from specs.source.pointers import SpecError
from specs.source.reading import HERE

_DOCUMENT = click.argument("document")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Read an OpenAPI document.

    DOCUMENT is the name of a file in specs/ (such as calcom-v2), a path, or an http(s) address.
    """


@main.command()
@_DOCUMENT
@_JSON
@click.option("--all", "everything", is_flag=True, help="Print every place, however many share one fault.")
def check(document: str, as_json: bool, everything: bool) -> None:
    """Find the defects of DOCUMENT, also of a cut or duplicated one.

    Exits 0 if there is none (remarks may remain), 1 if there is one, 2 if nothing can be made of the document.
    """
    from specs.lint import lint, text_report  # only here: they take half a second to load

    try:
        examination = lint.examine(document)
    except SpecError as error:
        _refuse(error)
    if as_json:
        click.echo(json.dumps(lint.as_json(examination), indent=2, ensure_ascii=False))
    else:
        click.echo(text_report.examination(examination, everything=everything))
    sys.exit(1 if examination.defects else 0)


@main.command()
@_DOCUMENT
@_JSON
@click.option(
    "--overlay", "overlays", multiple=True, metavar="FILE", help="Apply an OpenAPI Overlay first (repeatable)."
)
@click.option("--judges", metavar="FILE", help="Which laws and checks judge which kind of promise (TOML).")
def promises(document: str, as_json: bool, overlays: tuple[str, ...], judges: str | None) -> None:
    """List everything DOCUMENT promises, and what judges it."""
    from specs.contract.contract import build
    from specs.promises.promises import promises as listed

    try:
        judged = read_judges(Path(judges) if judges else HERE / "judged-by.toml", needed=judges is not None)
        found = listed(build(load(document, overlays)))
    except SpecError as error:
        _refuse(error)
    if as_json:
        plain = [
            {"pointer": item.pointer, "kind": item.kind, "operation": item.operation, "text": item.text}
            | {"judges": judged.of(item)}
            for item in found
        ]
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    for operation, group in groupby(found, key=lambda item: item.operation):
        click.echo(operation or "the document as a whole")
        for item in group:
            click.echo(f"  {item.kind:<10}  {item.text}  [{_judges(judged, item)}]")
        click.echo()
    operations = len({item.operation for item in found if item.operation})
    unjudged = sum(not judged.of(item) for item in found)
    click.echo(f"{len(found)} promises of {operations} operations; {unjudged} with no law or check yet")


@main.command()
@_DOCUMENT
@click.option("--overlay", "overlays", multiple=True, metavar="FILE", help="An OpenAPI Overlay that is applied first.")
def overlay(document: str, overlays: tuple[str, ...]) -> None:
    """Write an overlay with everything that is inferred from DOCUMENT, to be corrected."""
    from specs.contract import build
    from specs.contract.overlay_draft import draft

    try:
        click.echo(draft(build(load(document, overlays))), nl=False)
    except SpecError as error:
        _refuse(error)


def _judges(judged: Judges, promise: Promise) -> str:
    names = judged.of(promise)
    if not names:
        return NOBODY
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _refuse(error: SpecError) -> NoReturn:
    click.echo(f"specs: {error}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m specs")
