"""What the command line may say besides Locust's own options."""

from __future__ import annotations

from typing import Any

from load.run import DEPTHS


def add(parser: Any) -> None:
    """Add the suite's options to Locust's parser."""
    parser.add_argument(
        "--deployment", metavar="FILE", default="", help="Deployment file (default: the sandbox is started)."
    )
    parser.add_argument("--document", metavar="DOC", default="", help="OpenAPI document, in place of the file's own.")
    parser.add_argument(
        "--overlay", metavar="FILE", action="append", default=[], help="OpenAPI Overlay for the document."
    )
    parser.add_argument("--scenario", choices=("limits",), default="limits", help="What the users do.")
    parser.add_argument("--depth", choices=DEPTHS, default="quick", help="How much is proven.")
    parser.add_argument(
        "--out", metavar="DIR", default="", help="Where to write the run (default: reports/out/<time>)."
    )
    parser.add_argument(
        "--fault", metavar="NAME", action="append", default=[], help="Start the sandbox with this fault."
    )
    parser.add_argument(
        "--sandbox-args", metavar="ARGS", default="--time-scale 10", help="Further arguments for the sandbox."
    )
