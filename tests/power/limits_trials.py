"""How often the estimator errs: simulated limiters of every kind, with and without faults.

    python -m tests.power limits-trials [--trials 10000] [--show]
    python -m tests.power limits-trials --document 10     every limit of the document side by side, from ten moments
    python -m tests.power limits-trials --unusual 50      limiters that others build, and liars, with 50 seeds each
    python -m tests.power limits-trials --unusual 50 segments     only those with this in their names

Prints, per fault, how many verdicts were wrong and how many inconclusive; exits 1 if more than 0.2 % were wrong. For
the document it prints, per kind of limiter, the windows and requests it takes, with clocks up to a second apart.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from statistics import median

import attrs

from load.limiters.conclusion import Estimate
from load.limiters.examination import examine
from load.limiters.rule import Rule
from load.limiters.setting import Setting
from specs.contract import build
from specs.source.document import load
from tests.load.limiters.simulated import FAULTS, KINDS, Off, Server, drive
from tests.load.limiters.unusual import TRIALS

LIMITS = (5, 10, 30, 60)
WRONG = 0.002


def trial(number: int, window: float = 60.0):
    """One limiter, one examination: its fault, its kind, the estimate, how long it took, how many requests."""
    rng = random.Random(number)
    fault, kind, limit = rng.choice(list(FAULTS)), rng.choice(list(KINDS)), rng.choice(LIMITS)
    real, length = FAULTS[fault](limit, window)
    limiter = Off(real, length, rng) if fault == "off" else KINDS[kind](real, length, rng)
    now = 1_700_000_000.0 + rng.uniform(0, 600)
    found, _ = drive(examine(Rule(limit, window), now, 0.0), Server(limiter, rng, delay=rng.choice((0.01, 0.08))))
    samples = found.samples + found.after
    return fault, kind, limit, found, (samples[-1].received - now) / window, len(samples)


def document(runs: int, window: float = 60.0) -> None:
    """What it takes to examine all limits of the document, kind by kind."""
    limits = [each.limits[0].requests for each in build(load("calcom-v2")).operations if each.limits]
    print(f"{len(limits)} limits\n{'kind':18} {'median W':>9} {'worst W':>8} {'requests':>9} {'not kept':>9}")
    for name, kind in KINDS.items():
        medians, longest, asked, other = [], 0.0, 0, 0
        for number in range(runs):
            rng = random.Random(number)
            begun, apart = 1_700_000_000.0 + rng.uniform(0, window), rng.uniform(-1, 1)
            spans, requests = [], 0
            for limit in limits:
                server = Server(kind(limit, window, rng), rng, delay=0.03)
                found, _ = drive(examine(Rule(limit, window), begun, apart, Setting(windows=4.0)), server)
                samples = found.samples + found.after
                spans.append((samples[-1].received - begun) / window)
                requests += len(samples)
                other += not found.conforms
            medians.append(median(spans))
            longest, asked = max(longest, *spans), max(asked, requests)
        print(f"{name:18} {max(medians):9.2f} {longest:8.2f} {asked:9} {other:9}", flush=True)


def unusual(seeds: int, part: str) -> bool:
    """Try what others build; says of each how often the verdict was wrong, and gives whether none was."""
    wrong = 0
    for name in (each for each in TRIALS if part in each):
        found = TRIALS[name].wrong(seeds)
        wrong += len(found)
        print(f"{name:32} {len(found):3} of {seeds} wrong", flush=True)
        for seed, each in found[:3]:
            print(f"    {seed}: {each.verdict}, {', '.join(each.kinds)}, {each.reason}", flush=True)
    return not wrong


@attrs.define
class Tally:
    """What trials came to, by fault."""

    total: Counter[str] = attrs.field(factory=Counter)
    wrong: Counter[str] = attrs.field(factory=Counter)
    unsure: Counter[str] = attrs.field(factory=Counter)
    spans: defaultdict[str, list[float]] = attrs.field(factory=lambda: defaultdict(list))
    asked: list[int] = attrs.field(factory=list)

    def add(self, fault: str, found: Estimate, span: float, requests: int) -> str:
        """Take one trial; gives what was amiss with it, if anything."""
        odd = found.verdict == "inconclusive"
        bad = not odd and found.conforms != (fault == "none")
        self.total[fault] += 1
        self.unsure[fault] += odd
        self.wrong[fault] += bad
        self.spans[fault].append(span)
        self.asked.append(requests)
        return "wrong" if bad else "inconclusive" if odd else ""

    @property
    def share(self) -> float:
        """Which part of the verdicts was wrong."""
        return self.wrong.total() / self.total.total()

    def table(self) -> Iterator[str]:
        """A line for each fault, and one for all."""
        yield f"{'fault':24} {'trials':>6} {'wrong':>6} {'inconcl.':>8} {'median W':>9} {'worst W':>8}"
        for fault in filter(self.total.__getitem__, FAULTS):
            lengths = sorted(self.spans[fault])
            counts = f"{self.total[fault]:6} {self.wrong[fault]:6} {self.unsure[fault]:8}"
            yield f"{fault:24} {counts} {lengths[len(lengths) // 2]:9.2f} {lengths[-1]:8.2f}"
        trials, unsure = self.total.total(), self.unsure.total()
        yield (
            f"{trials} trials: {self.wrong.total()} wrong ({self.share:.2%}), {unsure} inconclusive "
            f"({unsure / trials:.2%}); "
            f"{sum(self.asked) / len(self.asked):.0f} requests on average, at most {max(self.asked)}"
        )


def tallied(numbers: Iterable[int], *, show: bool) -> Tally:
    """The tally of so many trials; `show`: what was wrong or inconclusive is printed at once."""
    tally = Tally()
    for number in numbers:
        fault, kind, limit, found, span, requests = trial(number)
        amiss = tally.add(fault, found, span, requests)
        if show and amiss:
            told = (found.verdict, found.kinds, found.window, found.reason, f"{span:.2f}")
            print(amiss, number, fault, kind, limit, *told)
    return tally


def main() -> int:
    """Measure; see above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="list what was wrong or inconclusive")
    parser.add_argument("--document", type=int, metavar="RUNS", help="examine the limits of the document so often")
    parser.add_argument("--unusual", type=int, metavar="SEEDS", help="try what others build with so many seeds")
    parser.add_argument("part", nargs="?", default="", help="with --unusual: a part of the names to try")
    options = parser.parse_args()
    if options.unusual:
        return int(not unusual(options.unusual, options.part))
    if options.document:
        document(options.document)
        return 0
    begun = time.perf_counter()
    tally = tallied(range(options.first, options.first + options.trials), show=options.show)
    print(*tally.table(), f"{time.perf_counter() - begun:.0f} s", sep="\n")
    return int(tally.share > WRONG)
