"""`calcom-contracts`: every command of the suite by one name, from any folder.

The suite's modules know each other by the names they have in a checkout (`contracts`, `specs` …). Installed, their
folder is the one of this file; it is put on the path of this process and of those it starts, and of no others.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent
ROOT = HERE if (HERE / "contracts").is_dir() else HERE.parents[1]
"""Where the suite stands: beside this file once installed, else the checkout."""
NAME = "calcom-contracts"


def run() -> None:
    """Run the command line."""
    sys.path.insert(0, str(ROOT))
    known = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), known] if known else [str(ROOT)])
    _commands().main(prog_name=NAME)


def _commands() -> click.Group:
    main: click.Group = import_module("contracts.__main__").main
    main.name = NAME
    main.add_command(import_module("reports.__main__").main, "reports")
    main.add_command(import_module("specs.__main__").main, "specs")
    main.add_command(import_module("sandbox.__main__").main, "sandbox")
    main.add_command(_load)
    return main


@click.command("load", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def _load(arguments: tuple[str, ...]) -> None:
    """The same promises under load: options of Locust, and those of `load --help`."""
    import_module("load.__main__").main(list(arguments))


if __name__ == "__main__":
    run()
