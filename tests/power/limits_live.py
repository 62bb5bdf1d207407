"""How well the scenario `limits` does on the sandbox: its cost, its false alarms, and what it calls faults.

    python -m tests.power limits-live                                  real windows, depth quick, no fault
    python -m tests.power limits-live --depth full                     the same, window and kind proven
    python -m tests.power limits-live --depth full --time-scale 10 --runs 10
    python -m tests.power limits-live --depth full --time-scale 10 --runs 3 --faults   one random fault per operation

Prints one line per run, what was wrong, and the shares; exits 1 on a false alarm, if fewer than 97 % of the faults were
named rightly, or if a run took longer or more requests than it should.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

ROOT = Path(__file__).resolve().parents[2]
LOCUST = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--only-summary"]
MOST_REQUESTS = 2800
LONGEST = {"quick": (1.05, 1.05), "full": (1.8, 2.2)}
"""Windows that the median limit and the longest may take, by depth."""
NAMED = 0.97
HEADERS = ("limits/headers-are-true", "limits/rate-headers-tell-the-truth")
WORDS: dict[str, set[str]] = {
    "limit-not-enforced": {"not enforced"},
    "limit-looser": {"looser"},
    "limit-off-by-one": {"looser"},
    "limit-per-worker": {"looser"},
    "limit-tighter": {"tighter"},
    "limit-one-less": {"tighter"},
    "limit-counts-twice": {"tighter"},
    "limit-window-halved": {"window"},
    "limit-window-longer": {"window"},
    "limit-window-tenth-longer": {"window"},
    "limit-window-tenth-shorter": {"window"},
    "limit-never-recovers": {"window", "limits/recovery"},
    "limit-block-outlives-window": {"window", "limits/recovery"},
    "limit-keyed-by-address": {"limits/credentials-have-buckets-of-their-own"},
    "limit-refusal-is-503": {"limits/declared-limit-is-enforced"},
    "remaining-negative": {*HEADERS},
    "remaining-stuck": {*HEADERS},
    "remaining-one-too-many": {*HEADERS},
    "reset-in-milliseconds": {*HEADERS},
    "reset-in-the-past": {*HEADERS},
    "reset-jitters": {*HEADERS},
    "reset-always-soon": {*HEADERS},
    "limit-reset-in-seconds-left": {*HEADERS},
    "limit-header-of-the-longer-window": {*HEADERS},
    "rate-header-names-suffixed": {*HEADERS},
    "retry-after-too-short": {*HEADERS},
}
"""What each fault must be called: the word of the operation's shortest limit, or a law that is broken there."""


def run(arguments: list[str], sandbox: list[str], folder: Path) -> dict[str, Any]:
    """One run against a sandbox of its own; its verdicts.json."""
    said = subprocess.run(
        [*LOCUST, "--out", str(folder), "--sandbox-args", " ".join(sandbox), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if not (folder / "verdicts.json").exists():
        raise SystemExit(said.stdout[-2000:] + said.stderr[-2000:])
    found: dict[str, Any] = json.loads((folder / "verdicts.json").read_text("utf-8"))
    return found


def shortest(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The shortest limit of every operation."""
    limits: dict[str, dict[str, Any]] = {}
    for each in found["limits"]:
        limits.setdefault(each["operation"], each)
    return limits


def spans(found: dict[str, Any]) -> list[float]:
    """How many windows after the beginning of the run the last request about each operation was sent."""
    begun = found["run"]["started"]
    return [
        (each["started"] + max([*each["admitted"], *each["refused"]], default=0) - begun)
        / each["declared"]["scaled_window"]
        for each in shortest(found).values()
    ]


def called(found: dict[str, Any], operation: str) -> set[str]:
    """Everything wrong that was said of an operation."""
    word = shortest(found).get(operation, {}).get("verdict", "")
    laws = {each["law"] for each in found["verdicts"] if each["operation"] == operation and each["verdict"] == "broken"}
    return {word, *laws}


def drawn(seed: int) -> dict[str, str]:
    """One fault for every operation, by its key."""
    operations = operation_ids()
    rng = random.Random(seed)
    names = list(WORDS)
    rng.shuffle(names)
    return {key: names[number % len(names)] for number, key in enumerate(rng.sample(list(operations), len(operations)))}


def operation_ids() -> dict[str, str]:
    """The operationId of every operation, by its key."""
    from specs.contract import build
    from specs.source.document import load

    return {each.key: each.operation_id or each.key for each in build(load("calcom-v2")).operations}


def judged(found: dict[str, Any], faults: Mapping[str, str]) -> Iterator[tuple[str, str, set[str]]]:
    """Operations whose fault was not named, with the fault and what was said instead."""
    for operation, fault in faults.items():
        said = called(found, operation)
        if not said & WORDS[fault]:
            yield operation, fault, said


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depth", choices=("quick", "full"), default="quick")
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--window", default="fixed", help="algorithm of the sandbox")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--faults", action="store_true", help="one random fault per operation")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def measured(options: argparse.Namespace, faults: Mapping[str, str]) -> dict[str, Any]:
    """The verdicts.json of one run with these faults, by operation."""
    ids = operation_ids() if faults else {}
    chosen = [part for key, fault in faults.items() for part in ("--fault", f"{fault}@{ids[key]}")]
    sandbox = ["--time-scale", f"{options.time_scale:g}", "--window", options.window]
    with tempfile.TemporaryDirectory() as folder:
        return run(["--depth", options.depth, *chosen], sandbox, Path(folder) / "run")


@attrs.define
class Tally:
    """What the runs came to."""

    depth: str
    alarms: int = 0
    named: int = 0
    faults: int = 0
    dear: int = 0
    """Runs with too many requests."""
    wide: int = 0
    """Runs that took too long."""

    def add(self, found: dict[str, Any], faults: Mapping[str, str]) -> None:
        """Take one run, and print what it came to."""
        lengths, requests = spans(found), found["run"]["requests"]
        median, worst = statistics.median(lengths), max(lengths)
        self.dear += requests > MOST_REQUESTS
        self.wide += median > LONGEST[self.depth][0] or worst > LONGEST[self.depth][1]
        seconds = found["run"]["finished"] - found["run"]["started"]
        print(
            f"{len(lengths)} operations, {requests} requests, {seconds:.1f} s, "
            f"median {median:.2f} and worst {worst:.2f} windows, totals {found['totals']}",
            flush=True,
        )
        self._faults(found, faults)
        self._alarms(found, faults)

    def _faults(self, found: dict[str, Any], faults: Mapping[str, str]) -> None:
        missed = list(judged(found, faults))
        self.named += len(faults) - len(missed)
        self.faults += len(faults)
        for operation, fault, said in missed:
            why = shortest(found).get(operation, {}).get("reason")
            print(f"    {fault} at {operation}: said {sorted(filter(None, said))}: {why}")

    def _alarms(self, found: dict[str, Any], faults: Mapping[str, str]) -> None:
        false = [each for each in found["verdicts"] if each["verdict"] == "broken" and each["operation"] not in faults]
        self.alarms += bool(false)
        for each in false:
            print(f"    false alarm: {each['id']}: expected {each['expected']}, got {each['actual']}")

    @property
    def good(self) -> bool:
        """Whether nothing was falsely blamed, nearly every fault named, and without faults nothing too dear."""
        return not self.alarms and (self.named >= NAMED * self.faults if self.faults else not (self.wide or self.dear))

    @property
    def told(self) -> str:
        """The shares in words."""
        told = f"{self.alarms} with a false alarm"
        if not self.faults:
            return told
        return f"{told}; {self.named} of {self.faults} faults named rightly ({self.named / self.faults:.1%})"


def main() -> int:
    """Measure; see above."""
    options = options_of()
    tally = Tally(options.depth)
    for number in range(options.runs):
        faults = drawn(options.seed + number) if options.faults else {}
        found = measured(options, faults)
        print(f"run {number + 1}: ", end="")
        tally.add(found, faults)
    print(f"{options.runs} runs: {tally.told}")
    return int(not tally.good)
