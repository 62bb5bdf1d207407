"""Executes the matrix: of every law and check, which faults it is seen to notice, and which it is not.

python -m tests.power prove                   everything the tests execute, both depths; a line for what is not proven
python -m tests.power prove --jobs 2 --all    two processes side by side, a line for every law and check
python -m tests.power prove NAME …            only these faults, or the faults of these laws and checks

Exits 1 if a law does not notice a fault that it is said to notice.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.power import harness, rows
from tests.power.summary import Proven


def chosen(names: Sequence[str]) -> list[harness.Row]:
    """The rows of some faults, or of the faults of some laws."""
    every = harness.executable(rows.kept())
    return [
        row for row in every if not names or row.name in names or {rows.law_of(each) for each in row.lines} & {*names}
    ]


def quietly(row: harness.Row) -> harness.Proof:
    """Execute a row; what the sandbox says of a fault that makes it stumble is not for here."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        return harness.prove(row)


def cpu() -> float:
    """Seconds that this process and those it has waited for have computed."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> int:
    """Print what is proven, and what that took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="faults, laws or checks (default: all)")
    parser.add_argument("--all", action="store_true", help="a line for every law and check")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side (default 1)")
    options = parser.parse_args()
    began, wanted, proven = time.monotonic(), chosen(options.names), Proven()
    with ProcessPoolExecutor(options.jobs) as pool:
        for proof in pool.map(quietly, wanted):
            proven.add(proof.row.name, proof.row.depth, proof.proven, proof.unproven)
    print(*proven.lines(every=options.all), sep="\n")
    print(f"{len(wanted)} rows executed: {cpu():.0f} CPU s, {time.monotonic() - began:.0f} s")
    return 1 if proven.missed or not wanted else 0
