"""What the command line may say besides Locust's own options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from contracts.transport.token_client import POLICIES
from load.runtime.processes import Judging, Process
from load.runtime.run import DEPTHS
from load.runtime.shapes import SHAPES

Option = Callable[..., None]


def add(parser: Any, scenarios: Sequence[str]) -> None:
    """Add the suite's options to Locust's parser."""

    def option(name: str, **settings: Any) -> None:
        parser.add_argument(name, include_in_web_ui=False, **settings)

    _of_every_scenario(option, scenarios)
    _of_the_sandbox(option)
    _of_tokens(option)
    _of_mixed(option)


def _of_every_scenario(option: Option, scenarios: Sequence[str]) -> None:
    option("--deployment", metavar="FILE", default="", help="Deployment file (default: the sandbox is started).")
    option("--document", metavar="DOC", default="", help="OpenAPI document, in place of the file's own.")
    option("--overlay", metavar="FILE", action="append", default=[], help="OpenAPI Overlay for the document.")
    option("--scenario", choices=scenarios, default=scenarios[0], help="What the users do (default: %(default)s).")
    option(
        "--depth", choices=DEPTHS, default=DEPTHS[0],
        help="quick: about one window, more where a bucket is shared; full: window and kind; soak: hour limits too.",
    )  # fmt: skip
    option("--out", metavar="DIR", default="", help="Where to write the run (default: reports/out/<time>).")
    option("--yes-this-is-production", action="store_true", help="Write to a deployment that may be production.")


def _of_the_sandbox(option: Option) -> None:
    option("--fault", metavar="NAME", action="append", default=[], help="Start the sandbox with this fault.")
    option(
        "--sandbox-args", metavar="ARGS", default="",
        help="Further arguments for the sandbox (default: --time-scale 10, for tokens 1200).",
    )  # fmt: skip


def _of_tokens(option: Option) -> None:
    option("--rate", type=float, metavar="N", help="tokens, mixed: requests per second.")
    option("--seconds", type=float, metavar="N", help="tokens: how long each policy is at work; mixed: the whole load.")
    option(
        "--policy", choices=[each.name for each in POLICIES], action="append",
        help="tokens: only this client policy; repeatable.",
    )  # fmt: skip
    option("--managed", type=int, metavar="N", help="tokens: how many managed users.")
    option("--callers", type=int, metavar="N", help="tokens: how many callers share each of them.")


def _of_mixed(option: Option) -> None:
    option("--shape", choices=list(SHAPES), help="mixed: how the rate goes over time (default: waves).")
    option(
        "--threshold", metavar="TEXT", action="append", default=[],
        help='mixed: a service level besides those of the deployment file, such as "p95 < 400ms"; repeatable.',
    )  # fmt: skip
    option(
        "--sample", type=float, metavar="SHARE",
        help="mixed: judge this share of the answers to looks (default: all, fewer when the generator falls behind).",
    )  # fmt: skip


def users(options: Any, process: Process) -> None:
    """As many users as the scenario needs, all at once, unless somebody said otherwise."""
    if not isinstance(process, Judging):
        return
    count = process.kind.user_count(process.setup, getattr(options, "expect_workers", 1) or 1)
    options.num_users = options.num_users or count
    options.spawn_rate = options.spawn_rate or min(100.0, count)
