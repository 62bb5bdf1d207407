"""What the load generator costs: requests per second of one core, of `mixed` with all answers judged and with a sample
of them judged, next to a bare FastHttpUser and (where it is installed) wrk, against one sandbox in one run.

    python tests/bench/load_cost.py [--seconds 10] [--rate 1400]

A core is counted in processor time of the generator alone, so that the sandbox beside it does not matter. `mixed` sends
at a given rate; how late it sends is reported. Also printed: what 1, 10 and 100 workers could generate by that.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from contracts.config import deployment as deployments  # noqa: E402
from contracts.core.conversation import Blocked  # noqa: E402
from contracts.gate.sandbox import Sandbox  # noqa: E402
from contracts.plan.planning import contract_of  # noqa: E402

LOCUST = [sys.executable, "-m", "locust", "--headless", "--only-summary"]
SAMPLE = 1 / 32
READS = 100.0
"""How much more often lists and things are looked at than changed here: callers mostly look."""


def weights(file: Path) -> str:
    """The table of a deployment file that lets callers mostly look."""
    contract = contract_of(deployments.load(file))
    lines = [f'"{each.key}" = {READS if each.safe else 1.0}' for each in contract.operations]
    return "\n".join(["", "[load.weights]", *lines, ""])


def mixed(file: Path, folder: Path, rate: float, seconds: float, sample: float) -> dict[str, Any]:
    """The numbers of one run of `mixed`."""
    done = subprocess.run(
        [*LOCUST, "-f", "load/locustfile.py", "--scenario", "mixed", "--deployment", str(file), "--out", str(folder),
         "--shape", "soak", "--rate", str(rate), "--seconds", str(seconds), "--sample", str(sample)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    written = folder / "verdicts.json"
    if not written.exists():
        raise SystemExit(f"no run: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(written.read_text("utf-8"))["load"]
    return told


def looks(file: Path, folder: Path) -> list[tuple[str, dict[str, str]]]:
    """What `mixed` looked at before its load, with real credentials."""
    told = deployments.load(file)
    found = {}
    for line in (folder / "evidence.ndjson").read_text("utf-8").splitlines():
        each = json.loads(line)
        if each["type"] == "exchange" and each["request"]["method"] == "GET" and "due" not in each and each["response"]:
            try:
                headers = {name: told.vault.reveal(value) for name, value in each["request"]["headers"]}
            except Blocked:  # a token that the run got, and took with it
                continue
            if each["response"]["status"] == 200:
                found.setdefault(each["operation"], (each["request"]["url"].removeprefix(told.base_url), headers))
    return list(found.values())


def bare(base_url: str, asked: Path, seconds: float) -> dict[str, Any]:
    """Requests and processor seconds of a FastHttpUser that only asks."""
    done = subprocess.run(
        [*LOCUST, "-f", str(Path(__file__).with_name("bare_user.py")), "--host", base_url, "-u", "8", "-r", "8",
         "-t", f"{seconds:g}s"],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "BARE_REQUESTS": str(asked)},
    )  # fmt: skip
    said = re.search(r"^BARE (.*)$", done.stdout, re.MULTILINE)
    if said is None:
        raise SystemExit(f"no bare run: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(said[1])
    return told


def wrk(url: str, headers: dict[str, str], seconds: float) -> float | None:
    """Requests a second of one core of wrk; None where it is not installed."""
    if shutil.which("wrk") is None:
        return None
    told = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", "-c8", f"-d{seconds:g}s", *told, url]
    before = os.times()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    counted = re.search(r"(\d+) requests in", said)
    return int(counted[1]) / cpu if counted and cpu else None


@attrs.frozen
class Cost:
    """What was measured. `runs`: of `mixed`, by the share of answers that were judged. Rates are those of one core."""

    runs: dict[float, dict[str, Any]]
    bare: float
    wrk: float | None

    def rate(self, share: float) -> float:
        """Requests a second of one core that `mixed` made."""
        told = self.runs[share]
        return float(told["requests"] / (told["cpu"]["sending"] + told["cpu"]["judging"]))


def measured(sandbox: Sandbox, folder: Path, seconds: float, rate: float, shares: Sequence[float]) -> Cost:
    """All of it, one after the other."""
    folder.mkdir(exist_ok=True)
    file = folder / "sandbox.toml"
    file.write_text(sandbox.deployment.read_text("utf-8") + weights(sandbox.deployment), "utf-8")
    runs = {share: mixed(file, folder / f"{share}", rate, seconds, share) for share in shares}
    asked = looks(file, folder / f"{shares[0]}")
    (folder / "asked.json").write_text(json.dumps(asked), "utf-8")
    base_url = deployments.load(file).base_url
    plain = bare(base_url, folder / "asked.json", seconds)
    target, headers = asked[0]
    return Cost(runs, plain["requests"] / plain["cpu"], wrk(base_url + target, headers, seconds))


def report(cost: Cost) -> None:
    """Print it."""
    rates = {
        "wrk": cost.wrk,
        "bare FastHttpUser": cost.bare,
        **{f"mixed, {share:.0%} of looks judged": cost.rate(share) for share in cost.runs},
    }
    for name, each in rates.items():
        part = f"{each / cost.bare:8.0%} of bare" if each else ""
        print(f"{name:34}{'not installed' if each is None else f'{each:,.0f}/s per core':>18}{part}")
    for share, told in cost.runs.items():
        print(
            f"pacing at share {share:g}: "
            f"{told['attempted_rate']:.1f}/s attempted, {told['achieved_rate']:.1f}/s achieved, "
            f"{told['late']:.2%} late, lateness p95 {told['lateness_p95'] * 1000:.1f} ms, {told['requests']} requests; "
            f"sending took {told['cpu']['sending']:.1f} s, and waited {told['cpu']['waited']:.1f} s for a core"
        )
    sampled = cost.rate(SAMPLE)
    print(
        ", ".join(f"{count} workers: {count * sampled:,.0f}/s" for count in (1, 10, 100)), "(one core each, simulated)"
    )


def main() -> int:
    """Print the table; exit 1 if `mixed` with a sample judged makes less than 60 % of a bare user."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=1400.0)
    options = parser.parse_args()
    sandbox = Sandbox(arguments=["--limits", "off"])
    try:
        with tempfile.TemporaryDirectory() as name:
            cost = measured(sandbox, Path(name), options.seconds, options.rate, (SAMPLE, 1.0))
    finally:
        sandbox.stop()
    report(cost)
    return 0 if cost.rate(SAMPLE) >= 0.6 * cost.bare else 1


if __name__ == "__main__":
    sys.exit(main())
