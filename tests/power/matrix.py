"""The law × fault matrix: which laws and checks each of the sandbox's faults breaks.

python tests/power/matrix.py            print it for every fault
python tests/power/matrix.py --write    and keep the first lines of each fault in matrix.json
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
from concurrent.futures import ProcessPoolExecutor, as_completed
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

KEPT_LINES = 4
KEPT = Path(__file__).with_name("matrix.json")


def faults() -> list[dict[str, Any]]:
    """All faults of the sandbox that the gate can see, as it lists them."""
    said = subprocess.run(
        [sys.executable, "-m", "sandbox", "--list-faults", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    listed: list[dict[str, Any]] = json.loads(said.stdout)
    return [each for each in listed if each["needs"] != "load"]


def judged(
    contract: Contract, arguments: Sequence[str], depth: str = "quick", seed: int = 0
) -> tuple[list[Verdict], int]:
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


def arguments(fault: dict[str, Any] | None, base: Sequence[str]) -> list[str]:
    """How the sandbox has to be started for a fault to be visible."""
    if fault is None:
        return list(base)
    scales = {"limits": ["--time-scale", "60"], "time-scale": ["--time-scale", "600"]}
    return [*scales.get(fault["needs"], base), "--fault", fault["name"]]


_contract: Contract | None = None


def row(fault: dict[str, Any] | None, base: Sequence[str], depth: str) -> tuple[str, list[str], str]:
    """One row of the matrix: the fault's name, what it breaks, and what that cost."""
    global _contract
    _contract = _contract or build(load("calcom-v2"))
    began = time.monotonic()
    deep = "standard" if fault and fault["needs"] == "depth" else depth
    verdicts, requests = judged(_contract, arguments(fault, base), deep)
    blocked = sum(each.verdict == BLOCKED for each in verdicts)
    cost = f"{blocked} blocked, {requests} requests, {time.monotonic() - began:.1f} s"
    return fault["name"] if fault else "none", broken(verdicts), cost


def main() -> int:
    """Print the matrix; exit 1 if a fault breaks nothing, or none breaks something."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true", help="keep the result in matrix.json")
    parser.add_argument("--missing", action="store_true", help="only faults that matrix.json does not have")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--depth", default="quick")
    parser.add_argument("--args", default="--limits off", help="further arguments of the sandbox")
    options = parser.parse_args()
    kept: dict[str, list[str]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    known = faults()
    wanted = [each for each in known if not options.names or each["name"] in options.names]
    wanted = [each for each in wanted if not (options.missing and kept.get(each["name"]))]
    matrix: dict[str, list[str]] = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        rows = [pool.submit(row, each, options.args.split(), options.depth) for each in [None, *wanted]]
        for done in as_completed(rows):
            name, found, cost = done.result()
            matrix[name] = found
            print(f"{name}: {len(found)} broken, {cost}", *found[:4], sep="\n    ", flush=True)
    missed = sorted(name for name, found in matrix.items() if bool(found) == (name == "none"))
    print(f"{len(matrix) - 1 - len(set(missed) - {'none'})} of {len(matrix) - 1} faults found; wrong: {missed}")
    if options.write:
        names = {each["name"] for each in known} | {"none"}
        merged = {name: found[:KEPT_LINES] for name, found in {**kept, **matrix}.items() if name in names}
        KEPT.write_text(json.dumps(dict(sorted(merged.items())), indent=1) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
