"""The command line: ``python -m sandbox``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from sandbox.build import Options, build
from sandbox.deployment import deployment_toml
from sandbox.document import DEFAULT, Document, DocumentError, load
from sandbox.faults import FAULTS
from sandbox.limiter import METERS
from sandbox.server import AddressError, listen, serve, url
from sandbox.switches import Switchboard, SwitchError
from sandbox.variations import VARIATIONS


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to serve on; 0 is any free one.")
@click.option("--host", default="127.0.0.1", help="Loopback address to serve on; no other is allowed.")
@click.option("--document", type=click.Path(path_type=Path, dir_okay=False), help="The document; default: ours.")
@click.option(
    "--time-scale", type=click.FloatRange(0, min_open=True), default=1.0, help="Divides windows and lifetimes."
)
@click.option("--seed", type=int, default=0, help="Decides data, ids and secrets.")
@click.option("--window", type=click.Choice(list(METERS)), default="fixed", help="Algorithm of the rate limits.")
@click.option("--limits", type=click.Choice(["on", "off"]), default="on", help="Off: counted, never enforced.")
@click.option(
    "--fault",
    "faults",
    metavar="NAME",
    multiple=True,
    help="Turn a fault on (a limit's: NAME@operationId for one operation); repeatable.",
)
@click.option("--variation", "variations", metavar="NAME", multiple=True, help="Behave differently; repeatable.")
@click.option(
    "--deployment-out", type=click.Path(path_type=Path, dir_okay=False), help="Write the deployment file here."
)
@click.option("--end-with-stdin", is_flag=True, help="End when standard input does: with whoever started it.")
@click.option("--not-disposable", is_flag=True, help="Say in the deployment file that the data must be left alone.")
@click.option("--list-faults", is_flag=True, help="Print the faults and stop.")
@click.option("--list-variations", is_flag=True, help="Print the permitted variations and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print a list as JSON.")
def main(
    port: int,
    host: str,
    document: Path | None,
    time_scale: float,
    seed: int,
    window: str,
    limits: str,
    faults: tuple[str, ...],
    variations: tuple[str, ...],
    deployment_out: Path | None,
    end_with_stdin: bool,
    not_disposable: bool,
    list_faults: bool,
    list_variations: bool,
    as_json: bool,
) -> None:
    """Serve a conforming deployment of the document on this machine, with faults if wanted.

    Prints one line `READY http://…` when it accepts requests; SIGINT or SIGTERM ends it.
    """
    try:
        loaded = load(document or DEFAULT)
        if list_faults or list_variations:
            _list(FAULTS if list_faults else VARIATIONS, loaded, as_json)
            return
        options = Options(seed, time_scale, window, limits == "on", faults, variations)
        app = build(options, loaded)
        listener = listen(host, port)
        if deployment_out:
            name = str(document.resolve()) if document else DEFAULT.stem
            told = deployment_toml(app.world, options, url(listener), name, disposable=not not_disposable)
            deployment_out.write_text(told, "utf-8")
    except (SwitchError, DocumentError, AddressError, OSError) as error:
        _refuse(str(error))
    serve(app, listener, lambda: print(f"READY {url(listener)}", flush=True), end_with_stdin=end_with_stdin)


def _list(board: Switchboard, document: Document, as_json: bool) -> None:
    switches = sorted(board.switches.values(), key=lambda switch: (switch.family, switch.name))
    if as_json:
        print(json.dumps([switch.described(document) for switch in switches], indent=2))
        return
    for switch in switches:
        print(f"{switch.name}  [{switch.family}]  {switch.reach(document)}  {switch.place}\n    {switch.text}")


def _refuse(message: str) -> NoReturn:
    print(f"sandbox: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m sandbox")
