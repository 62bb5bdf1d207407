"""`python -m contracts gate`: pytest over the gate, with the suite's own exit codes in place of pytest's."""

from __future__ import annotations

import contextlib
import io
import re
import sys

import attrs
import click
import pytest

from contracts.core import exit_codes
from contracts.core.places import ROOT

ABOUT = """usage: python -m contracts gate [--deployment FILE | --document DOC [--base-url URL]] [-m MARKS] [-k NAMES] …

Judge a deployment: that of a file, or what is served at an address, or else the embedded sandbox. -m chooses by
family, tag of the document or `writes`, -k by names; -v tells each finding whole.
"""
_HERE = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(ROOT / "contracts")]
_HERE += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # this module, too, was imported before pytest began
USAGE = {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR}


@attrs.define(eq=False)
class Translation:
    """A plugin that is told the suite's exit code at the end of a session; None where there was none."""

    code: int | None = None


@click.command(
    "gate",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def gate(arguments: tuple[str, ...]) -> None:
    """Judge a deployment: all options of `pytest contracts`, and the exit codes of the suite."""
    if {"-h", "--help"} & set(arguments):
        click.echo(_help())
        return
    sys.exit(judged(arguments))


def _help() -> str:
    """The suite's own options, as pytest tells them among all of its own."""
    with contextlib.redirect_stdout(io.StringIO()) as told:
        pytest.main([*_HERE, "--help"])
    own = re.search(r"^conformance of a deployment.*?:\n((?:[ \t].*\n)*)", told.getvalue(), re.MULTILINE)
    return f"{ABOUT}\n{own[1] if own else ''}\nand all options of pytest, see: pytest --help"


def judged(arguments: tuple[str, ...]) -> int:
    """Run it; gives the exit code."""
    told = Translation()
    code = pytest.main([*_HERE, *arguments], plugins=[told])
    if told.code is not None:
        return told.code
    return exit_codes.MISTAKE if code in USAGE else int(code) if code < 2 else exit_codes.NOTHING
