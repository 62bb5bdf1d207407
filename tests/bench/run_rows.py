"""The rows of how the suite behaves: what it sends, how it keeps its pace under load, what it takes to find limits."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator

from contracts.gate.sandbox import Sandbox
from tests.bench import load_cost
from tests.bench.bench import Bench, Elsewhere, Line, Row, Tree, row, slow
from tests.bench.peers import GATE
from tests.power import limits_live, limits_trials

TRIALS = 10_000
SECONDS = 20.0
PACE = 1000.0
"""Requests a second of one core that have to be sent in time."""


@row
def standard(bench: Bench) -> Iterator[Line]:
    """What depth standard sends to the sandbox, next to then."""
    yield Row("requests at depth standard", _sent(bench.ours), "requests", 0.85, _sent(bench.base))
    yield Elsewhere("faults found at depth standard", "python -m tests.power economy --depth standard")


def _sent(tree: Tree) -> int:
    out = tree.work / "standard"
    tree.used(*GATE, "--depth", "standard", "--out", str(out))
    return int(json.loads((out / "verdicts.json").read_text("utf-8"))["run"]["requests"])


@row
def mixed(bench: Bench) -> Iterator[Line]:
    """The load generator next to a user of Locust that looks at nothing, and its pace."""
    sandbox = Sandbox(arguments=["--limits", "off"])
    try:
        cost = load_cost.measured(sandbox, bench.ours.work / "mixed", SECONDS, PACE, (1.0,))
    finally:
        sandbox.stop()
    told = cost.runs[1.0]
    parts = [told["cpu"][part] / told["requests"] * 1e3 for part in ("sending", "judging")]
    split = f"{parts[0]:.2f} + {parts[1]:.2f} ms, bare {1e3 / cost.bare:.2f}"
    yield Row(f"mixed, all judged ({split})", cost.rate(1.0) / cost.bare, "of a bare user", 0.6, at_least=True)
    short = 1 - told["achieved_rate"] / told["attempted_rate"]
    yield Row(f"mixed, {PACE:,.0f} a second: not achieved", short * 100, "%", 2.0)
    waited = told["cpu"]["waited"]
    yield Row(f"the same, late (waited {waited:.1f} s for a core)", told["late"] * 100, "%", 1.0)


@slow
def limits(bench: Bench) -> Iterator[Line]:
    """Real windows of a minute, on a machine that should be quiet."""
    for depth, (median, worst) in limits_live.LONGEST.items():
        found = limits_live.measured(limits_live.options_of(["--depth", depth]), {})
        spans = limits_live.spans(found)
        yield Row(f"limits, {depth}, {len(spans)} operations, worst", max(spans), "windows", worst)
        if depth == "full":
            yield Row("the same, median", statistics.median(spans), "windows", median)
            yield Row("the same, requests", found["run"]["requests"], "requests", limits_live.MOST_REQUESTS)


@row
def trials(bench: Bench) -> Iterator[Line]:
    """Simulated limiters."""
    tally = limits_trials.tallied(range(TRIALS), show=False)
    yield Row(f"{TRIALS:,} simulated limiters, wrong", tally.share * 100, "%", 0.1)
    yield Row("the same, inconclusive", tally.unsure.total() / tally.total.total() * 100, "%", 0.3)


@row
def ci(bench: Bench) -> Iterator[Line]:
    """All that has to hold before a change lands: it is not run by what it runs itself."""
    yield Elsewhere(".ci/run on 2 cores, at most 8 minutes", "time .ci/run (less the installation)")
