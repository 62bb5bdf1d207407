"""Whether another commit comes to the same verdicts: of the sandbox, by several seeds, at quick and standard.

    python -m tests.bench.same_verdicts COMMIT [--seeds 5] [--python INTERPRETER]

Both ask a sandbox in their own process, without limits, one request after the other: what is judged by how a number
falls would else depend on which requests chance has put side by side. Exits 1 where a verdict, its words, or the number
of requests is not the same; what differs by its words alone because a secret or a time is in them is told too, so read
it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPTHS = ("quick", "standard")
ASK = """
import attrs, json, sys
from tests.power.harness import sandbox
told = {}
for depth in sys.argv[2].split(","):
    for seed in range(int(sys.argv[1])):
        server = sandbox(["--limits", "off"], depth)
        usual = server.plan.deployment
        in_turn = attrs.evolve(usual, http=attrs.evolve(usual.http, in_flight=1))
        run = attrs.evolve(server, plan=attrs.evolve(server.plan, deployment=in_turn)).run(lambda item: True, seed)
        of = {each.item.id: [each.verdict, each.expected, each.actual, each.reason] for each in run.verdicts}
        told[f"{depth}, seed {seed}"] = {"requests": run.recorder.requests, **of}
print(json.dumps(told))
"""
Told = dict[str, dict[str, object]]


def asked(root: Path, python: str, seeds: int) -> Told:
    """What the suite in a folder says."""
    command = [python, "-c", ASK, str(seeds), ",".join(DEPTHS)]
    said = subprocess.run(command, cwd=root, env={"PYTHONPATH": str(root)}, check=True, stdout=subprocess.PIPE)
    told: Told = json.loads(said.stdout)
    return told


def differences(ours: Told, theirs: Told) -> list[str]:
    """In words, one a line."""
    return [
        f"{run}: {name}: {theirs[run].get(name)} has become {ours[run].get(name)}"
        for run in ours
        for name in sorted(ours[run].keys() | theirs[run].keys())
        if ours[run].get(name) != theirs[run].get(name)
    ]


def main() -> int:
    """Print what differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.same_verdicts", description=__doc__.partition("\n")[0])
    parser.add_argument("commit", help="whose verdicts to compare with")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default 5)")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has what the commit needs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        tree = Path(name) / "tree"
        add = ["git", "worktree", "add", "--detach", str(tree), options.commit]
        subprocess.run(add, cwd=ROOT, check=True, capture_output=True)
        try:
            theirs = asked(tree, options.python, options.seeds)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=False)
    ours = asked(ROOT, sys.executable, options.seeds)
    found = differences(ours, theirs)
    print("\n".join(found))
    compared = f"{sum(map(len, ours.values()))} verdicts of {len(ours)} runs compared with {options.commit}"
    print(f"{compared}: {len(found)} differ")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
