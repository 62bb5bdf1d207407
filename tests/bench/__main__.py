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
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from tests.bench import broad, large_documents, peers, records

ROOT = Path(__file__).resolve().parents[2]
BASE = "f84dfd7"
SLOW = "million"
"""The row that takes a quarter of an hour and some gigabytes of disk: it is measured where it is named."""
DEPLOYMENT = """[deployment]
name = "bench"
base_url = "http://127.0.0.1:9"
document = "calcom-v2"
writes = true
[budget]
pace = "none"
"""
PRINCIPALS = {
    "oauth_client": ('client_id = "cl{0}"', 'secret = "{0}-secret-of-some-length"'),
    "api_key": ('key = "cal_{0}_key_of_some_length"', "org_id = {1}"),
}
GATE = peers.GATE
FAULTS = 8
"""So many take a quarter of an hour; `--faults 40` an hour and a half."""


@attrs.frozen
class Tree:
    """A checkout with an interpreter that has what it needs, and a cache of its own."""

    root: Path
    python: str
    work: Path

    def used(self, *command: str, cached: bool = True) -> dict[str, float]:
        """What a module uses as a command: `cpu` in seconds, `mib` at most."""
        out = self.work / "used.json"
        environment = {**os.environ, "PYTHONPATH": str(self.root), "XDG_CACHE_HOME": str(self.work / "cache")}
        environment["PYTHONPYCACHEPREFIX"] = str(self.work / "compiled")
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # to compile everything anew each time is no cost of ours
        if not cached:
            environment["XDG_CACHE_HOME"] = tempfile.mkdtemp(dir=self.work)
        done = subprocess.run(
            [self.python, str(ROOT / "tests" / "bench" / "measured.py"), str(out), *command],
            cwd=self.root, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        if not out.is_file():
            raise SystemExit(f"{' '.join(command)}: {done.stderr[-2000:] or done.stdout[-2000:]}")
        told: dict[str, float] = json.loads(out.read_text())
        out.unlink()
        return told


@attrs.frozen
class Row:
    """One line of the table. `most`: what the ratio to the other commit, or the figure itself, may be."""

    what: str
    ours: float
    unit: str
    most: float
    base: float | None = None

    @property
    def share(self) -> float:
        return self.ours / self.base if self.base else self.ours

    @property
    def met(self) -> bool:
        return self.share <= self.most

    def text(self) -> str:
        base = f"{self.base:10.4g}" if self.base is not None else " " * 10
        ratio = f"{self.share:6.2f} of it" if self.base is not None else " " * 12
        return (
            f"{self.what:46} {self.ours:9.4g} {base} {self.unit:16} {ratio}  "
            f"{'met' if self.met else 'MISSED'} (at most {self.most:g})"
        )


LONG, MILLION = 100_000, 1_000_000
Measure = Callable[["Bench"], Iterator[Row]]
ROWS: dict[str, Measure] = {}


def row(function: Measure) -> Measure:
    """Register what makes lines of the table."""
    ROWS[function.__name__] = function
    return function


@attrs.frozen
class Bench:
    """Both commits, and how often each is measured."""

    ours: Tree
    base: Tree
    times: int
    faults: int = FAULTS

    def least(self, tree: Tree, *command: str, cached: bool = True) -> dict[str, float]:
        """The least that a command used of several times; the first, which compiles, left out."""
        tree.used(*command)
        all_ = [tree.used(*command, cached=cached) for _ in range(self.times)]
        return {name: min(each[name] for each in all_) for name in all_[0]}

    def both(self, *command: str, cached: bool = True) -> tuple[dict[str, float], dict[str, float]]:
        return self.least(self.ours, *command, cached=cached), self.least(self.base, *command, cached=True)


@row
def plan(bench: Bench) -> Iterator[Row]:
    """Planning from a deployment file."""
    file = bench.ours.work / "deployment.toml"
    file.write_text(deployment())
    command = ("contracts", "plan", "--deployment", str(file))
    base = bench.least(bench.base, *command)
    yield Row("plan, nothing cached", bench.least(bench.ours, *command, cached=False)["cpu"], "s CPU", 0.5, base["cpu"])
    yield Row("plan, cached", bench.least(bench.ours, *command)["cpu"], "s CPU", 0.15, base["cpu"])


@row
def collect(bench: Bench) -> Iterator[Row]:
    """Collecting the gate's items."""
    ours, base = bench.both("pytest", "contracts", "--co", "-q", "-p", "no:cacheprovider")
    yield Row("pytest contracts --co -q, cached", ours["cpu"], "s CPU", 0.25, base["cpu"])


@row
def gate(bench: Bench) -> Iterator[Row]:
    """The gate on the sandbox, without load."""
    found = [_gate(bench, tree) for tree in (bench.ours, bench.base)]
    (ours, sent), (base, sent_then) = found
    yield Row("gate, for each request", ours["cpu"] / sent * 1e3, "ms CPU", 0.4, base["cpu"] / sent_then * 1e3)
    yield Row("gate, memory", ours["mib"], "MiB", 0.7, base["mib"])


@row
def faults(bench: Bench) -> Iterator[Row]:
    """Faults found, next to Schemathesis."""
    compared = peers.compared(bench.ours.used, bench.ours.work / "peers", bench.faults)
    for number, (ours, theirs) in enumerate(compared, 1):  # each takes minutes
        print(f"{number} of {bench.faults} faults: {ours} and {theirs}", file=sys.stderr, flush=True)
    found = f"{ours.found} and {theirs.found} of {bench.faults}"
    yield Row(f"a fault found ({found})", ours.each, "s CPU", 0.25, theirs.each)


def _gate(bench: Bench, tree: Tree) -> tuple[dict[str, float], int]:
    out = tree.work / "gate"
    used = bench.least(tree, *GATE, "--out", str(out))
    told = json.loads((out / "verdicts.json").read_text())
    return used, int(told["run"]["requests"])


@row
def judge(bench: Bench) -> Iterator[Row]:
    """Judging a long record for the first time."""
    (ours, memory), (base, memory_then) = (_judged(tree, LONG) for tree in (bench.ours, bench.base))
    yield Row("judging, for each of 100,000 exchanges", ours * 1e6, "µs CPU", 0.2, base * 1e6)
    yield Row("the same, memory", memory, "MiB", 1.0, memory_then)


@row
def million(bench: Bench) -> Iterator[Row]:
    """Judging a record of a million exchanges."""
    _, memory = _judged(bench.ours, MILLION)
    yield Row("judging 1,000,000 exchanges, memory", memory, "MiB", 400.0)


def _judged(tree: Tree, exchanges: int) -> tuple[float, float]:
    """Seconds for each exchange of a long record, and the most memory."""
    _recorded(tree)
    long = tree.work / "long"
    count = records.lengthened(tree.work / "gate" / "evidence.ndjson", long / "evidence.ndjson", exchanges)
    used = tree.used("contracts", "judge", str(long))
    return used["cpu"] / count, used["mib"]


@row
def items(bench: Bench) -> Iterator[Row]:
    """Judging and rendering a run of many plan items."""
    folder = bench.ours.work / "broad"
    folder.mkdir()
    count = broad.broad_run(folder, operations=150, exchanges=2_500)
    judged = bench.ours.used("contracts", "judge", str(folder), "--document", str(folder / "large.json"))
    rendered = bench.ours.used("reports", str(folder))
    yield Row(f"judging and rendering {count:,} plan items", judged["cpu"] + rendered["cpu"], "s CPU", 30.0)


def _recorded(tree: Tree) -> None:
    """A run of the gate, if there is none yet."""
    if not (tree.work / "gate" / "evidence.ndjson").is_file():
        tree.used(*GATE, "--out", str(tree.work / "gate"))


@row
def report(bench: Bench) -> Iterator[Row]:
    """Rendering a large run."""
    folder = bench.ours.work / "large"
    _recorded(bench.ours)
    records.large_run(bench.ours.work / "gate", folder, verdicts=10_000, exchanges=100_000)
    used = bench.ours.used("reports", str(folder))
    yield Row("report of 10,000 verdicts, 100,000 exchanges", used["cpu"], "s CPU", 10.0)
    yield Row("the same, memory", used["mib"], "MiB", 300.0)


@row
def documents(bench: Bench) -> Iterator[Row]:
    """Planning for documents of several sizes."""
    seconds = {}
    for size in (250, 1000, 4000):
        folder = bench.ours.work / f"document-{size}"
        folder.mkdir()
        (folder / "large.json").write_text(json.dumps(large_documents.document(size)))
        (folder / "deployment.toml").write_text(large_documents.DEPLOYMENT)
        command = ("--deployment", str(folder / "deployment.toml"), "--document", str(folder / "large.json"))
        used = bench.ours.used("contracts", "plan", *command, cached=False)
        seconds[size] = used["cpu"] / size
        if size == 1000:
            yield Row("plan of 1,000 operations", used["cpu"], "s CPU", 10.0)
            yield Row("the same, memory", used["mib"], "MiB", 300.0)
    yield Row("plan, an operation of 4,000 next to one of 250", seconds[4000] / seconds[250], "times", 1.5)


def deployment() -> str:
    """A deployment file with two tenants."""
    lines = [DEPLOYMENT]
    for number, tenant in enumerate(("acme", "rival"), 1):
        for kind, members in PRINCIPALS.items():
            lines += ["[[principals]]", f'name = "{tenant}-{kind}"', f'tenant = "{tenant}"', f'kind = "{kind}"']
            lines += [each.format(tenant, number) for each in members]
    return "\n".join([*lines, ""])


def checked_out(folder: Path, python: str | None) -> Tree:
    """The other commit, in a folder, with an environment of its own unless an interpreter is given."""
    tree, work = folder / "base", folder / "base-work"
    work.mkdir()
    subprocess.run(["git", "worktree", "add", "--detach", str(tree), BASE], cwd=ROOT, check=True, capture_output=True)
    if python is None:
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        python = str(folder / "venv" / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", "-e", str(tree)], check=True)
    return Tree(tree, python, work)


def _load() -> str:
    return ", ".join(f"{each:.1f}" for each in os.getloadavg())


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)} (default: all but {SLOW})")
    parser.add_argument("--base", metavar="PYTHON", help="an interpreter that has what the other commit needs")
    parser.add_argument("--times", type=int, default=2, help="how often each is measured (default 2)")
    parser.add_argument("--faults", type=int, default=FAULTS, help=f"next to Schemathesis (default {FAULTS})")
    options = parser.parse_args()
    well = True
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "ours-work").mkdir()
        base = checked_out(folder, options.base)
        try:
            bench = Bench(Tree(ROOT, sys.executable, folder / "ours-work"), base, options.times, options.faults)
            print(f"{os.cpu_count()} cores, load {_load()}; next to {BASE}")
            print(f"{'':46} {'now':>9} {'then':>10}")
            for each in options.rows or [name for name in ROWS if name != SLOW]:
                for line in ROWS[each](bench):
                    print(line.text(), flush=True)
                    well = well and line.met
            print(f"load at the end: {_load()}")
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(base.root)], cwd=ROOT, check=False)
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
