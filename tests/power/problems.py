"""Runs with one to six of the sandbox's faults at once: as many problems are to be told as faults are there.

    python -m tests.power problems                     30 runs
    python -m tests.power problems --seed 7 --runs 6   others, and fewer
    python -m tests.power problems --told              and what each problem says
    python -m tests.power problems --switched          pairs of runs, the last fault off and on: one problem is new

Drawn with a seed, from the faults that a run of depth quick may see: one that concerns several operations as often as
one of a single operation. A run is right where problems and faults differ by one at most, and 27 of 30 are to be; what
a run does not see of its faults counts against it like what it takes for one problem, or for two. With `--switched`,
what a run does not see with its seed is counted apart: no comparison could name it.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from typing import Any

from contracts.judging import history
from contracts.judging.problems import Problem, grouped
from sandbox.faults import FAULTS
from tests.power import harness, matrix, planted

MOST = 6
ANY_RUN = {"deployment": {"name": ""}, "document": {"title": ""}, "depth": "quick", "requests": 0, "ended": "complete"}
WANTED = 0.9
"""The share of the runs that are to be right."""


def draws(seed: int, runs: int) -> Iterator[list[str]]:
    """The faults of each run: one, two … six, and one again."""
    document = harness.document()
    missed = {name for name, said in planted.kept()["sandbox"].items() if [*said.values()][-1] != "quick"}
    seen = sorted(name for name, switch in FAULTS.switches.items() if not switch.needs and name not in missed)
    single = [name for name in seen if len(FAULTS.switches[name].operations(document)) == 1]
    shared = [name for name in seen if name not in single]
    for number in range(runs):
        drawn = random.Random(f"{seed} {number}")
        chosen: dict[str, None] = {}
        while len(chosen) <= number % MOST:
            chosen[drawn.choice(drawn.choice((single, shared)))] = None
        yield list(chosen)


def lines(faults: list[str], seed: int = 0) -> list[dict[str, Any]]:
    """The lines of verdicts.json of a run on a sandbox with these faults."""
    arguments = [*harness.AS_USUAL.split(), *(part for name in faults for part in ("--fault", name))]
    verdicts, _ = matrix.judged(arguments, seed=seed)
    return [each.written() for each in verdicts]


def problems(faults: list[str], seed: int = 0) -> list[Problem]:
    """What such a run tells."""
    return grouped(lines(faults, seed))


def switched(faults: list[str], seed: int) -> list[history.State] | None:
    """What two runs say that differ in the last of these faults: every problem but those of both.

    None where no line says more or anything else with that fault than without it: then the run does not see it.
    """
    runs: list[history.Ran] = []
    for moment, chosen in enumerate((faults[:-1], faults)):
        found = lines(chosen, seed)
        told = [each.written() for each in grouped(found)]
        run = {**ANY_RUN, "started": moment}
        runs.append(history.ran("", {"run": run, "verdicts": found, "problems": told}))
    if runs[1].symptoms.items() <= runs[0].symptoms.items():
        return None
    return [each for each in history.states(runs[1], runs[:1]) if each.word != history.STILL]


def main() -> int:
    """Print a line per run; exit 1 if too few of them are right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--told", action="store_true", help="also what each problem says")
    parser.add_argument("--switched", action="store_true", help="compare runs with and without the last fault")
    options = parser.parse_args()
    return _switched(options) if options.switched else _counted(options)


def _switched(options: argparse.Namespace) -> int:
    right = unseen = 0
    for number, faults in enumerate(draws(options.seed, options.runs)):
        found = switched(faults, number)
        fits = found is not None and [each.word for each in found] == [history.NEW]
        right += fits
        unseen += found is None
        word = "unseen" if found is None else "right" if fits else "WRONG"
        print(f"{word}: {faults[-1]} switched on beside {', '.join(faults[:-1]) or 'none'}", flush=True)
        for each in found or ():
            print(f"    {each.word} {each.problem.id}: {each.problem.sentence}", flush=True)
    seen = options.runs - unseen
    print(f"{right} of {seen} pairs of runs differ in one new problem; {unseen} faults that no run saw")
    return 0 if right >= WANTED * seen else 1


def _counted(options: argparse.Namespace) -> int:
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
