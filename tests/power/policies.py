"""What client policies of token refresh cost on servers that treat a spent token differently: the table, measured.

python -m tests.power policies            about two minutes: 50 callers share one user, 5 calls a second each
python -m tests.power policies --callers 20 --seconds 8
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCALE = "--time-scale 1200"  # an hour is three seconds
SERVERS = {
    "reuse revokes the family": f"{SCALE} --variation reuse-revokes-the-family",
    "refresh limited to 10 a minute": f"{SCALE} --variation loser-409 --fault refresh-limit-in-real-time",
    "reuse refused": f"{SCALE} --variation loser-409",
}
ROWS = (
    ("stampede", "reuse revokes the family"),
    ("stampede", "refresh limited to 10 a minute"),
    ("stampede", "reuse refused"),
    ("single-flight", "reuse refused"),
    ("proactive", "reuse refused"),
)


def measured(server: str, policies: Sequence[str], callers: int, seconds: float) -> dict[str, dict[str, Any]]:
    """The measure of each policy on a server, from a run of its own."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = [part for each in policies for part in ("--policy", each)]
        done = subprocess.run(
            [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--only-summary",
             "--scenario", "tokens", "--sandbox-args", SERVERS[server], "--managed", "1", "--callers", str(callers),
             "--rate", str(callers * 5), "--seconds", str(seconds), "--out", folder, *chosen],
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        written = Path(folder) / "verdicts.json"
        if not written.exists():
            raise SystemExit(f"no run: {done.stderr[-2000:]}")
        told = json.loads(written.read_text("utf-8"))["load"]["tokens"]["policies"]
        return {each["policy"]: each for each in told}


def table(callers: int, seconds: float) -> list[tuple[str, str, dict[str, Any]]]:
    """Every row: policy, server, measure."""
    found = {}
    for server in SERVERS:
        policies = [policy for policy, where in ROWS if where == server]
        found |= {(policy, server): each for policy, each in measured(server, policies, callers, seconds).items()}
    return [(policy, server, found[policy, server]) for policy, server in ROWS]


def share(measure: dict[str, Any]) -> float:
    """The part of the calls that failed."""
    return float(measure["failed"] / measure["calls"])


def in_order(rows: Sequence[tuple[str, str, dict[str, Any]]]) -> bool:
    """A stampede fails most calls where reuse revokes, fewer where refreshes are limited, some where reuse is refused.

    A single flight fails none and refreshes least; a proactive client is not refused at all.
    """
    revoked, limited, refused, single, proactive = (each for _, _, each in rows)
    fails = share(revoked) > share(limited) > share(refused) > share(single) == share(proactive) == 0
    trades = min(revoked["refreshes"], limited["refreshes"]) > refused["refreshes"] > single["refreshes"]
    return fails and trades and proactive["refused_first"] == 0 < single["refused_first"]


def main() -> int:
    """Print the table; exit 1 if its order is another."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--callers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=13.0)
    options = parser.parse_args()
    rows = table(options.callers, options.seconds)
    print(f"{'client / server':48}{'calls':>7}{'failed':>9}{'refreshes':>11}{'refused at first':>18}")
    for policy, server, each in rows:
        print(
            f"{policy + ' / ' + server:48}{each['calls']:7}{share(each):9.1%}{each['refreshes']:11}"
            f"{each['refused_first']:18}"
        )
    good = in_order(rows)
    print("in the expected order" if good else "NOT in the expected order")
    return 0 if good else 1
