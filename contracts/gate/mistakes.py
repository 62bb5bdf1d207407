"""How a command of the suite says what is wrong with what it was given."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from contracts.core import exit_codes


def fail(message: str) -> NoReturn:
    """End the command with one line on stderr and the exit code of a mistake."""
    click.echo(f"error: {message}", err=True)
    sys.exit(exit_codes.MISTAKE)
