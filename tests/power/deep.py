"""False alarms at depth deep: a sandbox without faults, asked for a while with one seed after another.

    python -m tests.power deep                            six seeds, 60 seconds each
    python -m tests.power deep --seeds 50 --seconds 60    what a release is held against
    python -m tests.power deep --from 7 --seeds 1         one seed again

Nothing is wrong with the sandbox, so whatever is broken is a mistake of the suite. Examples that broke a law in earlier
runs are not tried again here: every seed begins anew.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.judging.judge import Verdict
from contracts.plan.plan import make
from specs.contract import Contract, build
from specs.source.document import load


def judged(contract: Contract, seed: int, seconds: float, arguments: Sequence[str]) -> tuple[list[Verdict], int]:
    """All verdicts on a sandbox without faults after so many seconds at depth deep, and the requests sent."""
    sandbox = Sandbox(arguments=arguments)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            patch("contracts.engine.hypothesis_driver._kept", return_value=None),
        ):
            plan = make(contract, deployments.load(sandbox.deployment), "deep")
            run = Run(plan, Path(folder), seed, max_seconds=seconds)
            run.start([item.id for item in plan.items])
            run.wait()
            return run.verdicts, run.recorder.requests
    finally:
        sandbox.stop()


def main() -> int:
    """Print what is broken for every seed; exit 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=6, help="how many (default 6)")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first seed (default 1)")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each (default 60)")
    parser.add_argument("--args", default="--limits off", help="further arguments of the sandbox")
    options = parser.parse_args()
    contract = build(load("calcom-v2"))
    alarms = 0
    for seed in range(options.first, options.first + options.seeds):
        began = time.monotonic()
        verdicts, requests = judged(contract, seed, options.seconds, options.args.split())
        broken = [each for each in verdicts if each.verdict == BROKEN]
        alarms += len(broken)
        asked = sum(bool(each.count) for each in verdicts)
        print(
            f"seed {seed}: {len(broken)} broken, {asked} lines, {requests} requests, {time.monotonic() - began:.0f} s"
        )
        for each in broken:
            print(f"    {each.item.id}: expected {each.expected}, got {each.got}\n    {each.reproduce}", flush=True)
    print(f"{alarms} false alarms over {options.seeds} seeds")
    return 1 if alarms else 0
