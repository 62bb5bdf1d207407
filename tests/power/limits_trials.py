"""How often the estimator errs: simulated limiters of every kind, with and without faults.

    python -m tests.power limits-trials [--trials 10000] [--show]
    python -m tests.power limits-trials --document 10     every limit of the document side by side, from ten moments

Prints, per fault, how many verdicts were wrong and how many inconclusive; exits 1 if more than 0.2 % were wrong. For
the document it prints, per kind of limiter, the windows and requests it takes, with clocks up to a second apart.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from statistics import median

from load.limiters.examination import Setting, examine
from load.limiters.version_space import Rule
from specs.contract import build
from specs.source.document import load
from tests.load.limiters.simulated import FAULTS, KINDS, Off, Server, drive

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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="list what was wrong or inconclusive")
    parser.add_argument("--document", type=int, metavar="RUNS", help="examine the limits of the document so often")
    options = parser.parse_args()
    if options.document:
        document(options.document)
        return 0
    total, wrong, unsure, spans, asked = Counter(), Counter(), Counter(), defaultdict(list), []
    begun = time.perf_counter()
    for number in range(options.first, options.first + options.trials):
        fault, kind, limit, found, span, requests = trial(number)
        total[fault] += 1
        spans[fault].append(span)
        asked.append(requests)
        odd = found.verdict == "inconclusive"
        bad = not odd and found.conforms != (fault == "none")
        unsure[fault] += odd
        wrong[fault] += bad
        if options.show and (odd or bad):
            print(
                "wrong" if bad else "inconclusive",
                number,
                fault,
                kind,
                limit,
                found.verdict,
                found.kinds,
                found.window,
                found.reason,
                f"{span:.2f}",
            )
    print(f"{'fault':24} {'trials':>6} {'wrong':>6} {'inconcl.':>8} {'median W':>9} {'worst W':>8}")
    for fault in FAULTS:
        if total[fault]:
            lengths = sorted(spans[fault])
            middle, longest = lengths[len(lengths) // 2], lengths[-1]
            print(f"{fault:24} {total[fault]:6} {wrong[fault]:6} {unsure[fault]:8} {middle:9.2f} {longest:8.2f}")
    share = sum(wrong.values()) / options.trials
    print(
        f"{options.trials} trials: {sum(wrong.values())} wrong ({share:.2%}), {sum(unsure.values())} inconclusive "
        f"({sum(unsure.values()) / options.trials:.2%}); "
        f"{sum(asked) / len(asked):.0f} requests on average, at most {max(asked)}; "
        f"{time.perf_counter() - begun:.0f} s"
    )
    return int(share > WRONG)
