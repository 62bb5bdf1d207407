"""Every mode of the hostile server, and flaky servers over many seeds: what a run makes of them, as a table.

    python -m tests.hostile [MODE …]                       a run for every mode: verdicts, time, memory
    python -m tests.hostile --load [MODE …]                the same under load: exit code, time, memory
    python -m tests.hostile --flaky 0.01 0.05 --seeds 20   runs with so large a share of requests lost

Exits 1 where a run goes wrong: other verdicts than deserved, something else harmed, things left, more time or memory
than there may be.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from contracts.core.flakiness import flakiness
from contracts.core.verdicts import BLOCKED, BROKEN, UPHELD
from contracts.gate.sandbox import ROOT
from tests.hostile import odd_amounts, odd_content, odd_modes  # noqa: F401 - registers modes
from tests.hostile.expected import broken_by
from tests.hostile.judging import judged
from tests.hostile.notes import files
from tests.hostile.server import MODES, Flaky, Hostile

LONGEST = 60.0
MOST_MEMORY = 300
"""MiB that a run and the server beside it may take."""
SLOW = "[http]\nconnect = 2\nread = 3\ntotal = 6"
"""Bounds a tenth of the usual ones, for delays a tenth of those that real servers have."""
DELAY = (0.5, 4.0)
CODES = (0, 1, 3, 4)
"""Exit codes of a run that came to its end."""


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
    # where silence is an answer too, such as to an undeclared method, no law needs another one
    heard = {seq for seq, each in exchanges.items() if each.response is not None or each.request.silence_counts}
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
        wrong = wrong or row["memory"] > MOST_MEMORY or {*row["broken"]} != broken_by(name)
        well = well and not wrong
        counts = ", ".join(f"{count} {word}" for word, count in row.get("odd", {}).items())
        print(f"{name:24} {row.get('seconds', 0):5.1f} s {row['memory']:4} MiB  {counts}", flush=True)
        for each in (*row.get("broken", ()), *([row["error"]] if row.get("error") else ())):
            print(f"{'':24}   {each}")
        if wrong:
            deserved = ", ".join(sorted(broken_by(name))) or "nothing"
            print(f"{'':24}   WRONG: harmed {row.get('harmed')}, left {row.get('left')}, deserved: {deserved} broken")
    return well


def of_load(name: str, folder: Path, *, everywhere: bool) -> dict[str, Any]:
    """A short run under load against one mode."""
    command = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--only-summary"]
    with Hostile(name, everywhere=everywhere) as server:
        chosen = ["--scenario", "mixed", "--seconds", "4", "--rate", "20", "--out", str(folder / "out")]
        command += ["--deployment", str(files(folder, server.base_url, SLOW)), *chosen]
        began = time.monotonic()
        with (folder / "said").open("w") as said:
            process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
            watch = threading.Timer(2 * LONGEST, process.kill)
            watch.start()
            _, status, usage = os.wait4(process.pid, 0)
            watch.cancel()
    text, report = (folder / "said").read_text(), folder / "out" / "verdicts.json"
    verdicts = json.loads(report.read_text())["verdicts"] if report.is_file() else []
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - began,
        "memory": usage.ru_maxrss // 1024,
        "traceback": "Traceback" in text,
        "verdicts": Counter(each["verdict"] for each in verdicts),
    }


def under_load(names: list[str], jobs: int) -> bool:
    """The table of modes under load, on one operation and everywhere; whether all is well. `jobs`: runs at once."""
    with ThreadPoolExecutor(jobs) as pool:
        rows = pool.map(_load_row, [name for name in names for _ in PLACES], PLACES * len(names))
        well = [_tell_load(*row) for row in rows]
    return all(well)


PLACES = (False, True)
"""Whether a mode is everywhere."""


def _load_row(name: str, everywhere: bool) -> tuple[str, bool, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        return name, everywhere, of_load(name, Path(folder), everywhere=everywhere)


def _tell_load(name: str, everywhere: bool, row: dict[str, Any]) -> bool:
    """Print a row; whether it is well."""
    wrong = row["traceback"] or not row["verdicts"] or row["seconds"] > 2 * LONGEST or row["code"] not in CODES
    wrong = wrong or row["memory"] > MOST_MEMORY or (everywhere and row["code"] == 0 and name != "well")
    counts = ", ".join(f"{count} {word}" for word, count in row["verdicts"].items())
    place = "everywhere" if everywhere else ""
    print(
        f"{name:30} {place:10} exit {row['code']} {row['seconds']:5.1f} s {row['memory']:4} MiB  {counts}"
        f"{'  WRONG' if wrong else ''}",
        flush=True,
    )
    return not wrong


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
    parser.add_argument("--load", action="store_true", help="runs under load instead of the gate's")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="runs under load at once (default 1)")
    parser.add_argument("--seeds", type=int, default=20, help="runs per share (default 20)")
    options = parser.parse_args()
    if options.flaky:
        return int(not flaky(options.flaky, options.seeds))
    names = options.names or sorted(MODES)
    return int(not (under_load(names, options.jobs) if options.load else modes(names)))


if __name__ == "__main__":
    sys.exit(main())
