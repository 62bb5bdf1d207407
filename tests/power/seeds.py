"""Twenty different sandboxes that keep the document, judged with as many seeds: nothing may be broken on any of them.

    python -m tests.power seeds                     20 seeds, all permitted variations among them, every kind of window
    python -m tests.power seeds --seeds 5           fewer
    python -m tests.power seeds --depth standard    asked more

Each seed decides the sandbox's data, ids and secrets, what this suite draws, and which permitted variations stand
together, as far as they do not contradict each other. Limits are off but for one run per kind of window, in which a
minute takes a second.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from contracts.core.verdicts import BLOCKED, UPHELD
from tests.power.matrix import ROOT, broken, judged

WINDOWS = ("fixed", "sliding", "bucket")
TOGETHER = 6
"""Variations that a sandbox has at a time."""
STEP = 5
"""How far the next seed's first variation is from this one's."""


def variations() -> list[str]:
    """The names of all permitted variations, as the sandbox lists them."""
    asked = [sys.executable, "-m", "sandbox", "--list-variations", "--json"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    return [each["name"] for each in json.loads(said.stdout)]


def chosen(names: Sequence[str], seed: int) -> list[str]:
    """Some variations for a seed, no two of which answer one question in two ways; all come up within a few seeds."""
    found: list[str] = []
    for number in range(len(names)):
        name = names[(seed * STEP + number) % len(names)]
        stem = name.rstrip("0123456789").rstrip("-")
        if len(found) < TOGETHER and all(each.rstrip("0123456789").rstrip("-") != stem for each in found):
            found.append(name)
    return found


def sandboxes(seeds: int) -> Iterator[tuple[int, list[str]]]:
    """Each seed with the arguments of its sandbox."""
    names = variations()
    for seed in range(seeds):
        varied = [part for name in chosen(names, seed) for part in ("--variation", name)]
        yield seed, ["--seed", str(seed), "--limits", "off", *varied]
    for number, window in enumerate(WINDOWS):
        yield number, ["--seed", str(number), "--window", window, "--time-scale", "60"]


def main() -> int:
    """Print a line per sandbox; exit 1 if anything is broken on any of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--depth", default="quick")
    options = parser.parse_args()
    wrong = 0
    for seed, arguments in sandboxes(options.seeds):
        began = time.monotonic()
        verdicts, requests = judged(arguments, options.depth, seed)
        found = broken(verdicts)
        wrong += len(found)
        counts = [sum(each.verdict == word for each in verdicts) for word in (UPHELD, BLOCKED)]
        figures = f"{len(found)} broken, {counts[0]} upheld, {counts[1]} blocked, {requests} requests"
        print(f"{' '.join(arguments)}: {figures}, {time.monotonic() - began:.1f} s", flush=True)
        for each in found:
            print(f"    {each}", flush=True)
    print(f"{wrong} broken in all")
    return 1 if wrong else 0
