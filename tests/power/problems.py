"""Runs with one to six of the sandbox's faults at once: as many problems are to be told as faults are there.

    python -m tests.power problems                     30 runs
    python -m tests.power problems --seed 7 --runs 6   others, and fewer
    python -m tests.power problems --told              and what each problem says

Drawn with a seed, from the faults that a run of depth quick may see: one that concerns several operations as often as
one of a single operation. A run is right where problems and faults differ by one at most, and 27 of 30 are to be; what
a run does not see of its faults counts against it like what it takes for one problem, or for two.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator

from contracts.judging.problems import Problem, grouped
from sandbox.faults import FAULTS
from tests.power import harness, matrix

MOST = 6
WANTED = 0.9
"""The share of the runs that are to be right."""


def draws(seed: int, runs: int) -> Iterator[list[str]]:
    """The faults of each run: one, two … six, and one again."""
    document = harness.document()
    seen = sorted(name for name, switch in FAULTS.switches.items() if not switch.needs)
    single = [name for name in seen if len(FAULTS.switches[name].operations(document)) == 1]
    shared = [name for name in seen if name not in single]
    for number in range(runs):
        drawn = random.Random(f"{seed} {number}")
        chosen: dict[str, None] = {}
        while len(chosen) <= number % MOST:
            chosen[drawn.choice(drawn.choice((single, shared)))] = None
        yield list(chosen)


def problems(faults: list[str], seed: int = 0) -> list[Problem]:
    """What a run on a sandbox with these faults tells."""
    arguments = [*harness.AS_USUAL.split(), *(part for name in faults for part in ("--fault", name))]
    verdicts, _ = matrix.judged(arguments, seed=seed)
    return grouped(each.written() for each in verdicts)


def main() -> int:
    """Print a line per run; exit 1 if too few of them are right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--told", action="store_true", help="also what each problem says")
    options = parser.parse_args()
    right = 0
    for number, faults in enumerate(draws(options.seed, options.runs)):
        began = time.monotonic()
        found = problems(faults, number)
        fits = abs(len(found) - len(faults)) <= 1
        right += fits
        figures = f"{len(faults)} faults, {len(found)} problems, {time.monotonic() - began:.1f} s"
        print(f"{'right' if fits else 'WRONG'}: {figures}: {', '.join(faults)}", flush=True)
        if options.told or not fits:
            for each in found:
                print(f"    {each.id} {each.root.level}: {each.sentence} ({each.why})", flush=True)
    print(f"{right} of {options.runs} runs have as many problems as faults, or one more or less")
    return 0 if right >= WANTED * options.runs else 1
