"""What the command line may say besides Locust's own options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from load.run import DEPTHS
from load.stages import Judging, Stage


def add(parser: Any, scenarios: Sequence[str]) -> None:
    """Add the suite's options to Locust's parser."""

    def option(name: str, **settings: Any) -> None:
        parser.add_argument(name, include_in_web_ui=False, **settings)

    option("--deployment", metavar="FILE", default="", help="Deployment file (default: the sandbox is started).")
    option("--document", metavar="DOC", default="", help="OpenAPI document, in place of the file's own.")
    option("--overlay", metavar="FILE", action="append", default=[], help="OpenAPI Overlay for the document.")
    option("--scenario", choices=scenarios, default=scenarios[0], help="What the users do (default: %(default)s).")
    option(
        "--depth", choices=DEPTHS, default=DEPTHS[0],
        help="quick: about one window; full: window and kind proven; soak: hour limits too (default: %(default)s).",
    )  # fmt: skip
    option("--out", metavar="DIR", default="", help="Where to write the run (default: reports/out/<time>).")
    option("--fault", metavar="NAME", action="append", default=[], help="Start the sandbox with this fault.")
    option(
        "--sandbox-args", metavar="ARGS", default="--time-scale 10",
        help="Further arguments for the sandbox (default: %(default)s).",
    )  # fmt: skip


def users(options: Any, stage: Stage) -> None:
    """As many users as the scenario needs, all at once, unless somebody said otherwise."""
    if not isinstance(stage, Judging):
        return
    crew = stage.kind.crew(stage.setup, getattr(options, "expect_workers", 1) or 1)
    options.num_users = options.num_users or crew
    options.spawn_rate = options.spawn_rate or min(100.0, crew)
