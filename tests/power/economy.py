"""What the suite asks and what it finds for it: requests per operation, and the share of the sandbox's faults found.

    python -m tests.power economy                           both depths, every fault outside of load
    python -m tests.power economy --depth quick --jobs 2    one depth, two sandboxes at a time
    python -m tests.power economy --sample 40 --seed 3      some of the faults, another seed
    python -m tests.power economy --rows rows.ndjson        and keep what each fault broke
    python -m tests.power economy --families                requests per list and per resource, at depth standard

A fault counts as found when anything is broken while it is switched on, one fault at a time. The wanted figures are
those of `WANTED`; the exit code says whether they are reached and a sandbox without faults is upheld.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import attrs

from contracts.evidence import reader
from tests import in_process
from tests.power import harness, matrix

WANTED = {"quick": (25, 0.85), "standard": (64, 0.97)}
"""By depth: requests per operation at most, and the share of faults at least."""
BUDGETS = {"lists": (45, {"pagination", "filters", "sorting"}), "resources": (66, {"state"})}
"""Requests at depth standard that laws of these families may send at most: to one list, and about one resource."""
OF_LOAD = {"limits", "load"}
"""What a fault needs to be seen that belongs to the laws under load."""


@attrs.frozen
class Row:
    """One sandbox judged at one depth: what was broken there, and what that took."""

    fault: str
    family: str
    broken: tuple[str, ...]
    requests: int


def row(fault: dict[str, Any] | None, depth: str, seed: int) -> Row:
    """One fault at one depth; None is the sandbox without any."""
    verdicts, requests = matrix.judged(matrix.arguments(fault, ["--limits", "off"]), depth, seed)
    name, family = (fault["name"], fault["family"]) if fault else ("none", "")
    return Row(name, family, tuple(matrix.broken(verdicts)), requests)


def rows(chosen: Sequence[dict[str, Any]], depth: str, options: argparse.Namespace) -> Iterator[Row]:
    """A row for the sandbox without faults and for every fault, as they come."""
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(row, each, depth, options.seed) for each in [None, *chosen]]
        for done in as_completed(waiting):
            yield done.result()


def kept(found: Iterable[Row], depth: str, path: Path | None) -> Iterator[Row]:
    """The same rows, each written down at once."""
    for each in found:
        if path:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"depth": depth, **attrs.asdict(each)}) + "\n")
        yield each


def sent(families: Collection[str]) -> Counter[str]:
    """What the laws of these families send for each operation, asked alone at depth standard.

    What a law sends elsewhere, to find or to make what it stands on, counts for the operation it is about.
    """
    server = harness.sandbox(["--limits", "off"], "standard")
    lines = {item.id: item for item in server.plan.items if item.rule.family in families}
    with tempfile.TemporaryDirectory() as folder:
        in_process.judged(server.application, server.plan, lines, folder=Path(folder))
        recorded = reader.read(Path(folder) / "evidence.ndjson", server.plan.contract)
    said = (lines.get(recorded.conversations[each.conversation].line) for each in recorded.exchanges.values())
    return Counter(line.operation.key for line in said if line)


def families() -> bool:
    """Print what the laws of lists send for each list, and those of resources for each resource; whether few enough."""
    contract, good = harness.contract(), True
    shares = {
        "lists": {each.key: [each.key] for each in contract.operations if each.paging},
        "resources": {each.collection: [one.key for one in each.operations] for each in contract.resources},
    }
    for name, (most, of) in BUDGETS.items():
        counts = sent(of)
        print(f"{name}, at most {most} requests each at depth standard:")
        for share, keys in shares[name].items():
            count = sum(counts[key] for key in keys)
            good &= count <= most
            print(f"    {count:3}  {share}{'' if count <= most else '  TOO MANY'}")
    return good


def told(depth: str, found: Sequence[Row], operations: int) -> bool:
    """Print one depth's figures; whether they are as wanted."""
    sound = next(each for each in found if each.fault == "none")
    faulty = [each for each in found if each.fault != "none"]
    seen = [each for each in faulty if each.broken]
    share = len(seen) / max(len(faulty), 1)
    most, least = WANTED[depth]
    each_operation = sound.requests / operations
    print(f"{depth}: {sound.requests} requests, {each_operation:.1f} an operation (at most {most})")
    print(f"    {len(seen)} of {len(faulty)} faults found, {share:.1%} (at least {least:.0%})")
    families, of_family = Counter(each.family for each in seen), Counter(each.family for each in faulty)
    print("    " + ", ".join(f"{name} {families[name]}/{count}" for name, count in sorted(of_family.items())))
    print("    not found: " + (", ".join(sorted(each.fault for each in faulty if not each.broken)) or "none"))
    if sound.broken:
        print("    broken without a fault: " + ", ".join(sound.broken))
    return not sound.broken and each_operation <= most and share >= least


def main() -> int:
    """Print the figures; exit 1 if they are not as wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--depth", choices=list(WANTED), action="append", help="default: both")
    parser.add_argument("--sample", type=int, help="so many faults, drawn by the seed (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the runs, and of the sample")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--rows", type=Path, help="file to add a line to for every fault")
    parser.add_argument("--families", action="store_true", help="requests per list and per resource, no faults")
    options = parser.parse_args()
    if options.families:
        return 0 if families() else 1
    known = matrix.faults()
    chosen = [each for each in known if each["needs"] not in OF_LOAD and each["name"] not in matrix.PLANTED]
    if options.sample:
        chosen = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
    good = True
    for depth in options.depth or list(WANTED):
        found = list(kept(rows(chosen, depth, options), depth, options.rows))
        good &= told(depth, found, len(harness.contract().operations))
    return 0 if good else 1
