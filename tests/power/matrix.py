"""The law × fault matrix: which laws and checks each of the sandbox's faults breaks.

    python tests/power/matrix.py            print it for every fault
    python tests/power/matrix.py --write    and keep it in matrix.json, which the tests compare
    python tests/power/matrix.py NAME …     for these faults only
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from contracts import deployment as deployments  # noqa: E402
from contracts.embedded import Sandbox  # noqa: E402
from contracts.judge import Verdict  # noqa: E402
from contracts.law import BLOCKED, BROKEN  # noqa: E402
from contracts.plan import make  # noqa: E402
from contracts.run import Run  # noqa: E402
from specs.contract import Contract, build  # noqa: E402
from specs.document import load  # noqa: E402

KEPT = Path(__file__).with_name("matrix.json")


def faults() -> list[dict[str, Any]]:
    """All faults of the sandbox, as it lists them."""
    said = subprocess.run(
        [sys.executable, "-m", "sandbox", "--list-faults", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed: list[dict[str, Any]] = json.loads(said.stdout)
    return listed


def judged(contract: Contract, arguments: Sequence[str], depth: str = "quick", seed: int = 0) -> tuple[list[Verdict], int]:
    """All verdicts on a sandbox started with these arguments, and the requests it took."""
    sandbox = Sandbox(arguments=arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            plan = make(contract, deployments.load(sandbox.deployment), depth)
            run = Run(plan, Path(folder), seed)
            run.start([line.id for line in plan.lines])
            run.wait()
            return run.verdicts, run.recorder.requests
    finally:
        sandbox.stop()


def broken(verdicts: Sequence[Verdict]) -> list[str]:
    """What is broken, as "law operation"."""
    return sorted({f"{each.line.rule.id} {each.line.operation.key}" for each in verdicts if each.verdict == BROKEN})


def main() -> int:
    """Print the matrix; exit 1 if a fault breaks nothing, or none breaks something."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true", help="keep the result in matrix.json")
    parser.add_argument("--depth", default="quick")
    parser.add_argument("--args", default="--limits off", help="further arguments of the sandbox")
    options = parser.parse_args()
    contract = build(load("calcom-v2"))
    known = faults()
    chosen = [None, *(each for each in known if not options.names or each["name"] in options.names)]
    matrix: dict[str, list[str]] = {}
    for fault in chosen:
        name = fault["name"] if fault else "none"
        began = time.monotonic()
        timed = fault is not None and fault["needs"] in {"limits", "time-scale"}
        needs = ["--time-scale", "60"] if timed else options.args.split()
        depth = "standard" if fault and fault["needs"] == "depth" else options.depth
        verdicts, requests = judged(contract, [*needs, *(["--fault", name] if fault else [])], depth)
        matrix[name] = broken(verdicts)
        blocked = sum(each.verdict == BLOCKED for each in verdicts)
        print(
            f"{name}: {len(matrix[name])} broken, {blocked} blocked, {requests} requests,"
            f" {time.monotonic() - began:.1f} s",
            flush=True,
        )
        for each in matrix[name][:6]:
            print(f"    {each}")
    missed = [name for name, found in matrix.items() if bool(found) == (name == "none")]
    print(f"{len(matrix) - 1 - len([m for m in missed if m != 'none'])} of {len(matrix) - 1} faults found; wrong: {missed}")
    if options.write:
        KEPT.write_text(json.dumps(matrix, indent=1) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
