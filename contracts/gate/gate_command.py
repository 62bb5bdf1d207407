"""`python -m contracts gate`: pytest over the gate, with the suite's own exit codes in place of pytest's."""

from __future__ import annotations

import sys

import attrs
import click
import pytest

from contracts.core import exit_codes
from contracts.core.places import ROOT

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
    sys.exit(judged(arguments))


def judged(arguments: tuple[str, ...]) -> int:
    """Run it; gives the exit code."""
    told = Translation()
    here = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(ROOT / "contracts")]
    here += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # this module, too, was imported before pytest began
    code = pytest.main([*here, *arguments], plugins=[told])
    if told.code is not None:
        return told.code
    return exit_codes.MISTAKE if code in USAGE else int(code) if code < 2 else exit_codes.NOTHING
