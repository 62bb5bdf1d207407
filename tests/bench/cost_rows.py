"""The rows of what the suite costs the machine: processor time and memory, next to another commit's."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

import attrs

from tests.bench import broad, large_documents, peers, records
from tests.bench.bench import Bench, Line, Row, Tree, row, slow

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
LONG, MILLION = 100_000, 1_000_000


@row
def plan(bench: Bench) -> Iterator[Line]:
    """Planning from a deployment file."""
    file = bench.ours.work / "deployment.toml"
    file.write_text(deployment())
    command = ("contracts", "plan", "--deployment", str(file))
    base = bench.least(bench.base, *command)
    yield Row("plan, nothing cached", bench.least(bench.ours, *command, cached=False)["cpu"], "s CPU", 0.5, base["cpu"])
    yield Row("plan, cached", bench.least(bench.ours, *command)["cpu"], "s CPU", 0.15, base["cpu"])


@row
def collect(bench: Bench) -> Iterator[Line]:
    """Collecting the gate's items."""
    ours, base = bench.both("pytest", "contracts", "--co", "-q", "-p", "no:cacheprovider")
    yield Row("pytest contracts --co -q, cached", ours["cpu"], "s CPU", 0.25, base["cpu"])


@row
def gate(bench: Bench) -> Iterator[Line]:
    """The gate on the sandbox, without load."""
    found = [_gate(bench, tree) for tree in (bench.ours, bench.base)]
    (ours, sent), (base, sent_then) = found
    yield Row("gate, for each request", ours["cpu"] / sent * 1e3, "ms CPU", 0.4, base["cpu"] / sent_then * 1e3)
    yield Row("gate, memory", ours["mib"], "MiB", 0.7, base["mib"])


@row
def faults(bench: Bench) -> Iterator[Line]:
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
def judge(bench: Bench) -> Iterator[Line]:
    """Judging a long record for the first time."""
    ours, base = (_judged(tree, LONG) for tree in (bench.ours, bench.base))
    yield Row("judging 100,000 exchanges, for each", ours.cpu * 1e6, "µs CPU", 0.2, base.cpu * 1e6)
    yield Row("the same, with a core a process, elapsed", ours.longest * 1e6, "µs", 0.2, base.longest * 1e6)
    yield Row("the same, memory of all processes", ours.mib, "MiB", 1.0, base.mib)


@slow
def million(bench: Bench) -> Iterator[Line]:
    """Judging a million exchanges of a test under load."""
    used = _judged(bench.ours, MILLION, talks=False)
    yield Row("judging 1,000,000 exchanges, memory of a process", used.most, "MiB", 400.0)


@attrs.frozen
class Judging:
    """What judging used, for each exchange in seconds: of all processes, and of the one that used most.

    A process other than the first is counted as large as the largest of them.
    """

    cpu: float
    longest: float
    mib: float
    most: float


def _judged(tree: Tree, exchanges: int, *, talks: bool = True) -> Judging:
    """What judging a long record used. Of more than two processes the longest is not known: they are alike."""
    _recorded(tree)
    long = tree.work / "long"
    count = records.lengthened(tree.work / "gate" / "evidence.ndjson", long / "evidence.ndjson", exchanges, talks=talks)
    used = tree.used("contracts", "judge", str(long))
    others = (os.cpu_count() or 1) - 1 if used["theirs"] else 0
    longest = max(used["cpu"], used["theirs"] / max(others, 1))
    return Judging(
        cpu=(used["cpu"] + used["theirs"]) / count,
        longest=longest / count,
        mib=used["mib"] + others * used["their mib"],
        most=max(used["mib"], used["their mib"]),
    )


@row
def items(bench: Bench) -> Iterator[Line]:
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
def report(bench: Bench) -> Iterator[Line]:
    """Rendering a large run."""
    folder = bench.ours.work / "large"
    _recorded(bench.ours)
    records.large_run(bench.ours.work / "gate", folder, verdicts=10_000, exchanges=100_000)
    used = bench.ours.used("reports", str(folder))
    yield Row("report of 10,000 verdicts, 100,000 exchanges", used["cpu"], "s CPU", 10.0)
    yield Row("the same, memory", used["mib"], "MiB", 300.0)


@row
def documents(bench: Bench) -> Iterator[Line]:
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
