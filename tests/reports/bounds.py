"""What rendering a large run takes: 10,000 verdicts and 100,000 exchanges in 10 s of CPU, 300 MiB, a page of 20 MB.

    python -m tests.reports.bounds                    made up in a folder that is removed again
    python -m tests.reports.bounds --keep FOLDER      and kept, to look at it

Exit 1 if a bound is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.reports.conftest import FabricatedRun

VERDICTS, EXCHANGES = 10_000, 100_000
CPU, MEMORY, PAGE = 10.0, 300.0, 20.0
"""Seconds, MiB, MB."""
WORDS = ("broken", *["upheld"] * 6, *["not observable"] * 2, "observed")
FAMILIES = ("state", "pagination", "schema", "credentials")
KINDS = ("status", "page", "limit")
BODY = json.dumps([{"id": number, "name": "someone", "createdAt": "2024-01-01T00:00:00.000Z"} for number in range(12)])


def letters(number: int) -> str:
    """A number in letters, so that two of them are two texts."""
    return str(number).translate({48 + digit: 97 + digit for digit in range(10)})


def fabricate(folder: Path) -> None:
    """A large run, a tenth of it broken in as many ways."""
    run = FabricatedRun(folder)
    for number in range(EXCHANGES):
        run.exchange(BODY, line=f"line-{number % VERDICTS}" if number < 2 * VERDICTS else "")
    for number in range(VERDICTS):
        operation, word = f"GET /v1/things{number // 40}/{{id}}", WORDS[number % len(WORDS)]
        pointer = run.promise(f"#/paths/{number // 4}", operation=operation, kind=KINDS[number % 3])
        told = {"expected": f"it to be {letters(number)}", "actual": "otherwise"} if word == "broken" else {}
        run.verdict(
            word,
            f"{FAMILIES[number % 4]}/law-{letters(number)}",
            id=f"line-{number}",
            operation=operation,
            tags=[f"tag {number // 400}"],
            promises=[pointer],
            exchanges=[1 + (number * 10 + place) % EXCHANGES for place in range(10)],
            reason=None if told else "the list has 1 item, 2 are needed",
            **told,
        )
    run.write()


def main() -> int:
    """Print what it took; exit 1 if that is too much."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="folder of the run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary) / "run"
        # In a process of its own: Linux counts the memory of a parent to its child.
        making = f"from tests.reports.bounds import *; fabricate(Path({str(folder)!r}))"
        subprocess.run([sys.executable, "-c", making], check=True)
        began = time.monotonic()
        rendering = subprocess.Popen([sys.executable, "-m", "reports", str(folder)], stdout=subprocess.DEVNULL)
        _, code, used = os.wait4(rendering.pid, 0)
        cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        page = (folder / "report.html").stat().st_size / 1_000_000
    took = time.monotonic() - began
    print(f"{cpu:.1f} s of CPU ({took:.1f} s), {memory:.0f} MiB, report.html {page:.2f} MB")
    return 1 if code or cpu > CPU or memory > MEMORY or page > PAGE else 0


if __name__ == "__main__":
    sys.exit(main())
