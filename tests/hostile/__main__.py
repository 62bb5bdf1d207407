"""Every mode of the hostile server, and flaky servers over many seeds: what a run makes of them, as a table.

    python -m tests.hostile [MODE …]                       a run for every mode: verdicts, time, memory
    python -m tests.hostile --flaky 0.01 0.05 --seeds 20   runs with so large a share of requests lost

Exits 1 where a run goes wrong: something else harmed, things left, more time or memory than there may be.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from contracts.core.flakiness import flakiness
from contracts.core.verdicts import BLOCKED, BROKEN, UPHELD
from tests.hostile.judging import judged
from tests.hostile.server import MODES, Flaky

LONGEST = 60.0
MOST_MEMORY = 300
"""MiB that a run and the server beside it may take."""
SLOW = "[http]\nconnect = 2\nread = 3\ntotal = 6"
"""Bounds a tenth of the usual ones, for delays a tenth of those that real servers have."""
DELAY = (0.5, 4.0)


def apart(measure: Any) -> dict[str, Any]:
    """What a function tells, called in a process of its own; with the MiB it took at most."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        with os.fdopen(writing, "w") as pipe:
            json.dump(measure(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told: dict[str, Any] = json.loads(pipe.read() or "{}")
    _, _, usage = os.wait4(child, 0)
    return {**told, "memory": usage.ru_maxrss // 1024}


def of_mode(name: str) -> dict[str, Any]:
    """A run against one mode."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = judged(name, Path(folder))
    errors = Counter(each.error for each in outcome.run.exchanges.values() if each.error)
    return {
        "odd": dict(Counter(each.verdict for each in outcome.odd)),
        "broken": [each.item.rule.id for each in outcome.odd if each.verdict == BROKEN],
        "harmed": [each.item.id for each in outcome.others],
        "left": outcome.run.left_behind,
        "seconds": outcome.seconds,
        "error": next(iter(errors), "")[:50],
    }


def of_seed(share: float, seed: int) -> dict[str, Any]:
    """A run against a server that loses so large a share of its requests."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = judged(Flaky(share, seed, DELAY), Path(folder), SLOW, everywhere=True)
    verdicts, exchanges = outcome.run.verdicts, outcome.run.exchanges
    laws = [each for each in verdicts if each.item.kind == "law"]
    heard = {seq for seq, each in exchanges.items() if each.response is not None}
    return {
        "broken": [each.item.id for each in verdicts if each.verdict == BROKEN],
        "blocked": sum(each.verdict == BLOCKED for each in verdicts) / len(verdicts),
        "unheard": [each.item.id for each in laws if each.verdict == UPHELD and not {*each.exchanges} <= heard],
        "left": outcome.run.left_behind,
        "lost": flakiness(exchanges.values()).summary(),
        "seconds": outcome.seconds,
    }


def modes(names: list[str]) -> bool:
    """The table of modes; whether all is well."""
    well = True
    for name in names:
        row = apart(lambda name=name: of_mode(name))
        wrong = "odd" not in row or row["harmed"] or row["left"] or row["seconds"] > LONGEST
        wrong = wrong or row["memory"] > MOST_MEMORY
        well = well and not wrong
        counts = ", ".join(f"{count} {word}" for word, count in row.get("odd", {}).items())
        print(f"{name:24} {row.get('seconds', 0):5.1f} s {row['memory']:4} MiB  {counts}", flush=True)
        for each in (*row.get("broken", ()), *([row["error"]] if row.get("error") else ())):
            print(f"{'':24}   {each}")
        if wrong:
            print(f"{'':24}   WRONG: harmed {row.get('harmed')}, left {row.get('left')}")
    return well


def flaky(shares: list[float], seeds: int) -> bool:
    """What became of runs with requests lost; whether nothing was broken by luck, and little blocked."""
    well = True
    for share in shares:
        rows = [apart(lambda share=share, seed=seed: of_seed(share, seed)) for seed in range(1, seeds + 1)]
        broken = [each for row in rows for each in row["broken"]]
        unheard = [each for row in rows for each in row["unheard"]]
        left = [each for row in rows for each in row["left"]]
        blocked = [row["blocked"] for row in rows]
        print(f"{share:.0%} lost, {seeds} seeds: {len(broken)} broken by luck, blocked {max(blocked):.1%} at most")
        print(
            f"    {sum(blocked) / len(blocked):.1%} on average, {len(unheard)} upheld unheard, {len(left)} things left"
        )
        print(f"    such as: {rows[0]['lost']}; {max(row['seconds'] for row in rows):.0f} s at most")
        for each in (*broken, *unheard, *left):
            print(f"    WRONG: {each}")
        well = well and not (broken or unheard or left) and max(blocked) < 0.05
    return well


def main() -> int:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="MODE", help="modes (default: all)")
    parser.add_argument("--flaky", nargs="+", type=float, metavar="SHARE", help="shares of lost requests instead")
    parser.add_argument("--seeds", type=int, default=20, help="runs per share (default 20)")
    options = parser.parse_args()
    if options.flaky:
        return int(not flaky(options.flaky, options.seeds))
    return int(not modes(options.names or sorted(MODES)))


if __name__ == "__main__":
    sys.exit(main())
