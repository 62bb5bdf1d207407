"""Judges the foreign deployment with each of its habits and each of its faults, and prints what came of it.

python tests/foreign/survey.py                  every habit, every fault, and some mixtures
python tests/foreign/survey.py NAME …           these habits and faults only; A+B is a mixture of habits
python tests/foreign/survey.py --depth standard
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from contracts.core.verdicts import BLOCKED, BROKEN
from tests.foreign.choices import CHOICES, ONE_OF
from tests.foreign.faults import FAULTS
from tests.foreign.judging import judged, told

TIMED = ["--choice", "limits", "--time-scale", "60"]
LIMITING = {"limits", "aligned-windows", "sliding-log", "token-bucket", "only-successes-count", "retry-after"}
LIMITING |= {"limits-before-credentials"}
SHOWN = 3
"""Findings printed for each name."""


def arguments(name: str) -> list[str]:
    """How the server has to be started for a habit, a mixture of them, or a fault."""
    if name in FAULTS:
        return ["--fault", name, *(TIMED if FAULTS[name].timed else [])]
    parts = name.split("+")
    chosen = [word for part in parts for word in ("--choice", part)]
    return [*chosen, *(TIMED if LIMITING & {*parts} else [])]


def mixtures(count: int, seed: int) -> list[str]:
    """So many mixtures of about a third of the habits each, none of which exclude each other."""
    luck = random.Random(seed)
    found = []
    for _ in range(count):
        chosen = {name for name in CHOICES if luck.random() < 0.3} - LIMITING - {"slow", "big-data"}
        for group in ONE_OF:
            for extra in sorted(chosen & group)[1:]:
                chosen.discard(extra)
        found.append("+".join(sorted(chosen)))
    return found


def surveyed(name: str, depth: str) -> tuple[str, list[str], list[str]]:
    """What is broken and what is blocked."""
    verdicts = judged(arguments(name), depth)
    return name, told(verdicts, BROKEN), told(verdicts, BLOCKED)


def line(name: str, broken: Sequence[str], blocked: Sequence[str]) -> str:
    """What is printed of one name."""
    if name in FAULTS:
        head = f"{'found' if broken else 'MISSED'}  {name}: {FAULTS[name].text}"
        return "\n        ".join([head, *broken[:SHOWN]])
    head = f"{'BLAMED' if broken or blocked else 'kept'}  {name}"
    return "\n        ".join([head, *broken[:SHOWN], *blocked[:SHOWN]])


def main() -> int:
    """Exit 1 if a habit is blamed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--depth", default="quick", choices=("quick", "standard", "deep"))
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--mixtures", type=int, default=6, metavar="N", help="random mixtures of habits (default 6)")
    parser.add_argument("--seed", type=int, default=0, help="of the mixtures")
    options = parser.parse_args()
    names = options.names or [*CHOICES, *mixtures(options.mixtures, options.seed), *FAULTS]
    if unknown := {part for name in names for part in name.split("+")} - {*CHOICES, *FAULTS}:
        parser.error(f"no such habit or fault: {', '.join(sorted(unknown))}")
    found, blamed = 0, 0
    with ProcessPoolExecutor(options.jobs) as pool:
        for each in as_completed([pool.submit(surveyed, name, options.depth) for name in names]):
            name, broken, blocked = each.result()
            found += name in FAULTS and bool(broken)
            blamed += name not in FAULTS and bool(broken or blocked)
            print(line(name, broken, blocked), flush=True)
    faults = sum(name in FAULTS for name in names)
    print(f"{found} of {faults} faults found; {blamed} of {len(names) - faults} conforming deployments blamed")
    return 1 if blamed else 0


if __name__ == "__main__":
    sys.exit(main())
