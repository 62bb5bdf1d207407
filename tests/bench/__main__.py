"""What this suite costs, next to commit f84dfd7, in one run: a table of ratios, with how busy the machine was.

    python -m tests.bench [ROW …] [--base PYTHON] [--times 2]

The commit is checked out into a temporary folder and installed into an environment there, unless `--base` names the
interpreter of one that has what it needs. Every number is processor time, or memory, of the suite's own process; of
several times the least counts, since a busy machine only adds. What is compared does the same work: the same document,
the same sandbox, each commit's own.

Exits 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import cost_rows, run_rows
from tests.bench.bench import BASE, FAULTS, ROOT, ROWS, SLOW, Bench, Elsewhere, Line, Tree, checked_out

MODULES = (cost_rows, run_rows)
"""Whoever imports them has all rows."""


def _load() -> str:
    return ", ".join(f"{each:.1f}" for each in os.getloadavg())


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    slow = ", ".join(sorted(SLOW))
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", choices=[*ROWS, []], help=f"of {', '.join(ROWS)} (default: all but {slow})"
    )
    parser.add_argument("--base", metavar="PYTHON", help="an interpreter that has what the other commit needs")
    parser.add_argument("--times", type=int, default=2, help="how often each is measured (default 2)")
    parser.add_argument("--faults", type=int, default=FAULTS, help=f"next to Schemathesis (default {FAULTS})")
    return parser.parse_args(arguments)


def lines(bench: Bench, rows: Sequence[str]) -> Iterator[Line]:
    """The lines of these rows, or of all: those of slow ones then say by what they are measured."""
    for name, measure in ROWS.items():
        if name in rows or not (rows or name in SLOW):
            yield from measure(bench)
        elif not rows:
            yield Elsewhere((measure.__doc__ or "").rstrip("."), f"python -m tests.bench {name}")


def printed(bench: Bench, rows: Sequence[str]) -> bool:
    """Print these rows, or all; whether all targets are met."""
    well = True
    print(f"{os.cpu_count()} cores, load {_load()}; next to {BASE}")
    print(f"{'':46} {'now':>9} {'then':>10}")
    for line in lines(bench, rows):
        print(line.text(), flush=True)
        well = well and line.met
    print(f"load at the end: {_load()}")
    return well


def main() -> int:
    """Print the table."""
    options = options_of()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "ours-work").mkdir()
        base = checked_out(folder, options.base)
        try:
            bench = Bench(Tree(ROOT, sys.executable, folder / "ours-work"), base, options.times, options.faults)
            well = printed(bench, options.rows)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(base.root)], cwd=ROOT, check=False)
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
