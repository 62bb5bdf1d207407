"""Which laws of the load run find each fault of load and of limits, and that they blame nothing without one.

python -m tests.power load-matrix            every fault, about 40 seconds each
python -m tests.power load-matrix --write    and keep the rows in load_matrix.json
python -m tests.power load-matrix NAME …     for these faults only; `none` is the sandbox without any
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("load_matrix.json")
KEPT_LINES = 4
MIXED = "--scenario mixed --seconds 20"
DRILL = "--scenario tokens --sandbox-args '--time-scale 60'"
AWAITED = "--scenario tokens --policy single-flight --policy proactive"
LIMITS = "--sandbox-args '--time-scale 10'"
WINDOWS = f"--depth full {LIMITS}"
SOAK = "--depth soak --sandbox-args '--time-scale 60'"
HOW = {
    "slow-above-a-rate": f"{MIXED} --threshold 'p95 < 400ms'",
    "refresh-race-in-a-crowd": DRILL,
    "refresh-losers-500-in-a-crowd": DRILL,
    "new-token-late-in-a-crowd": DRILL,
    "refused-refresh-spends-token": DRILL,
    "force-refresh-forgets-in-a-crowd": DRILL,
    "refresh-slow-in-a-crowd": AWAITED,
    "refresh-ends-anothers-in-a-crowd": AWAITED,
    "refresh-limit-in-real-time": "--scenario tokens --policy stampede --policy single-flight --managed 4",
    **dict.fromkeys(
        (
            "limit-window-halved",
            "limit-window-longer",
            "limit-window-tenth-longer",
            "limit-window-tenth-shorter",
            "limit-never-recovers",
            "limit-race",
            "limit-block-outlives-window",
            "reset-always-soon",
            "retry-after-too-short",
        ),
        WINDOWS,
    ),
    "limit-keyed-by-user-agent": LIMITS,
    "longer-limit-not-enforced": SOAK,
    "longer-limit-halved": SOAK,
}
"""How the load run is started for a fault; all others are found by the traffic of `mixed`, or by using limits up."""
USUAL = {"load": MIXED, "limits": LIMITS}
"""How it is started for all others, by what they need."""
NONE = {
    "none mixed": f"{MIXED} --threshold 'p95 < 2s'",
    "none drill": DRILL,
    "none awaited": AWAITED,
    "none limits": WINDOWS,
}


TOGETHER: dict[str, tuple[str, tuple[str, ...]]] = {
    "a crowd": (
        MIXED,
        (
            "server-errors-above-a-rate",
            "members-missing-above-a-rate",
            "connections-reset-above-a-rate",
            "answers-swapped-in-a-crowd",
            "creations-lost-in-a-crowd",
            "deletions-lost-in-a-crowd",
            "refused-in-a-crowd",
            "neighbour-slowed-down",
        ),
    ),
    "two workers": (MIXED, ("counted-by-two-workers",)),
    "refreshes at once": (
        DRILL,
        (
            "refresh-race-in-a-crowd",
            "refresh-losers-500-in-a-crowd",
            "new-token-late-in-a-crowd",
            "refused-refresh-spends-token",
            "force-refresh-forgets-in-a-crowd",
        ),
    ),
    "refreshes one by one": (AWAITED, ("refresh-slow-in-a-crowd", "refresh-ends-anothers-in-a-crowd")),
    "a limit of refreshes": (HOW["refresh-limit-in-real-time"], ("refresh-limit-in-real-time",)),
    "limits": (
        LIMITS,
        (
            "limit-not-enforced@OrganizationsAttributesController_getOrganizationAttribute",
            "remaining-stuck@OrganizationsAttributesOptionsController_getOrganizationAttributeOptions",
            "limit-keyed-by-address@OrganizationsDelegationCredentialController_updateDelegationCredential",
            "refused-creation-applied@OrganizationsAttributesController_createOrganizationAttribute",
        ),
    ),
    "one bucket": (LIMITS, ("limit-shared-by-all-operations",)),
    "windows": (
        WINDOWS,
        (
            "limit-race@OAuthClientUsersController_deleteUser",
            "limit-race@OAuthClientWebhooksController_getOAuthClientWebhooks",
            "limit-race@OrganizationsMembershipsController_getAllMemberships",
            "limit-race@OrganizationsAttributesController_getOrganizationAttributes",
            "limit-window-longer@OAuthClientUsersController_updateUser",
            "limit-never-recovers@OrganizationsAttributesController_updateOrganizationAttribute",
        ),
    ),
    "an hour": (SOAK.replace("60", "120"), ("longer-limit-not-enforced",)),
}
"""Faults that show beside each other, so that few runs prove all laws of load: how each is started, and with what."""


def proven(laws: Collection[str]) -> dict[str, set[str]]:
    """Which of these laws each of those runs has to find broken, as the rows of its faults say: each law in one run."""
    kept: dict[str, list[str]] = json.loads(KEPT.read_text("utf-8"))
    left, found = set(laws), dict[str, set[str]]()
    for name, (_, chosen) in TOGETHER.items():
        lines = (line for fault in chosen for line in kept[fault.partition("@")[0]])
        found[name] = left & {line.partition(" ")[0] for line in lines}
        left -= found[name]
    return found


def faults() -> dict[str, str]:
    """The faults that a load run is for, and how it is started for each."""
    said = subprocess.run(
        [sys.executable, "-m", "sandbox", "--list-faults", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = {each["name"]: each["needs"] for each in json.loads(said.stdout)}
    shown = {name: needs for name, needs in listed.items() if needs in USUAL}
    return {name: HOW.get(name, USUAL[needs]) for name, needs in shown.items()}


def run(arguments: Sequence[str], folder: str) -> dict[str, Any]:
    """verdicts.json of one load run on the sandbox."""
    command = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--only-summary"]
    done = subprocess.run([*command, "--out", folder, *arguments], cwd=ROOT, capture_output=True, text=True)
    written = Path(folder) / "verdicts.json"
    if not written.exists():
        raise SystemExit(f"no run: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(written.read_text("utf-8"))
    return told


def row(names: Sequence[str], arguments: str) -> tuple[list[str], float]:
    """What faults break, as "law operation", and the seconds that took."""
    began = time.monotonic()
    chosen = [part for name in names for part in ("--fault", name)]
    with tempfile.TemporaryDirectory() as folder:
        told = run([*shlex.split(arguments), *chosen], folder)
    found = sorted({f"{each['law']} {each['operation']}" for each in told["verdicts"] if each["verdict"] == "broken"})
    return found, time.monotonic() - began


def telling(found: Sequence[str]) -> list[str]:
    """The lines to keep: of every law the first, and then others."""
    first = {line.partition(" ")[0]: line for line in reversed(found)}
    rest = [line for line in found if line not in first.values()]
    return sorted([*sorted(first.values()), *rest][: max(KEPT_LINES, len(first))])


def main() -> int:
    """Print the matrix; exit 1 if a fault breaks nothing, or none breaks something."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true", help="keep the rows in load_matrix.json")
    parser.add_argument("--missing", action="store_true", help="only faults that load_matrix.json does not have")
    options = parser.parse_args()
    kept: dict[str, list[str]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    known = {**NONE, **faults()}
    wanted = [name for name in known if not options.names or any(name.startswith(each) for each in options.names)]
    wanted = [name for name in wanted if not (options.missing and name in kept)]
    wrong = []
    for name in wanted:
        found, seconds = row([] if name in NONE else [name], known[name])
        print(f"{name}: {len(found)} broken, {seconds:.0f} s", *telling(found), sep="\n    ", flush=True)
        if bool(found) == (name in NONE):
            wrong.append(name)
        elif options.write:
            kept[name] = telling(found)
            rows = {each: kept[each] for each in sorted(kept) if each in known}
            KEPT.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"{len(wanted) - len(wrong)} of {len(wanted)} as they should be; wrong: {wrong}")
    return 1 if wrong else 0
