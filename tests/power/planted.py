"""The share of the faults planted at one operation each that is found, on the sandbox and on the foreign deployment.

    python -m tests.power planted                            both, at quick; what is missed there at standard
    python -m tests.power planted --depths standard,deep     at other depths: what is missed at one at the next
    python -m tests.power planted --server foreign NAME …    one of them, some faults
    python -m tests.power planted --missed                   only those that planted.json has as not found
    python -m tests.power planted --keep now                 and keep the result in planted.json
    python -m tests.power planted --told                     run nothing, print what is kept

A fault counts as found when anything is broken while it is switched on, or a server error that came once is
observed. The operations of its part of the deployment are asked first, all of them only where nothing is found there.
planted.json has for every fault the least depth that found it, or the greatest that missed it ("missed at quick"),
before a law was changed for any of them and now.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import attrs

from contracts.core.verdicts import DEPTHS, OBSERVED
from contracts.judging.judge import Verdict
from sandbox.faults import FAULTS
from sandbox.planted.planting import PLANTED
from specs.contract import room
from tests.foreign.faults import FAULTS as FOREIGN_FAULTS
from tests.foreign.faults import PLANTED as FOREIGN
from tests.foreign.judging import judged
from tests.power import harness
from tests.power.matrix import broken

KEPT = Path(__file__).with_name("planted.json")
MISSED = "missed at "
AT_TIMES = "status/answers-are-reliable"
WANTED = {"quick": 0.85, "standard": 0.95, "deep": 0.99}
"""The share of the faults that is to be found, by depth."""
Kept = dict[str, dict[str, dict[str, str]]]


@attrs.frozen
class Row:
    """One fault at one depth, and what it broke."""

    server: str
    fault: str
    depth: str
    broken: tuple[str, ...]
    seconds: float


def row(server: str, fault: str, depth: str) -> Row:
    """Judge a server with one fault."""
    began = time.monotonic()
    found: tuple[str, ...] = ()
    for chosen in (near(server, fault), lambda _: True):
        found = found or shown(verdicts(server, fault, depth, chosen))
    return Row(server, fault, depth, found, time.monotonic() - began)


def near(server: str, fault: str) -> harness.Choice:
    """The items of the part of the deployment that a fault is planted in."""
    where = FAULTS.switches[fault].scope[0] if server == "sandbox" else FOREIGN_FAULTS[fault].operation
    of_document = harness.contract().operations
    place = next(room(each.path) for each in of_document if where in (each.operation_id, each.key))
    return lambda item: room(item.operation.path) == place


def verdicts(server: str, fault: str, depth: str, chosen: harness.Choice) -> Sequence[Verdict]:
    """What a server with one fault is found to do when the chosen items are asked."""
    if server == "sandbox":
        return harness.sandbox(["--limits", "off", "--fault", fault], depth).run(chosen).verdicts
    return judged(["--fault", fault], depth, chosen)


def shown(found: Sequence[Verdict]) -> tuple[str, ...]:
    """What is broken, and where a server error came once."""
    at_times = [each for each in found if (each.item.rule.id, each.verdict) == (AT_TIMES, OBSERVED)]
    seen = [f"observed {AT_TIMES} {each.item.operation.key}" for each in at_times]
    return (*sorted(broken(found)), *seen)


def rows(wanted: Sequence[tuple[str, str]], depths: Sequence[str], jobs: int) -> Iterator[Row]:
    """Every fault at the first depth; those that are missed there at the next."""
    with ProcessPoolExecutor(jobs) as pool:
        for depth in depths:
            missed = []
            for done in as_completed([pool.submit(row, *each, depth) for each in wanted]):
                yield done.result()
                if not done.result().broken:
                    missed.append((done.result().server, done.result().fault))
            wanted = missed


def every() -> list[tuple[str, str]]:
    """All planted faults, as server and name."""
    return [("sandbox", each.name) for each in PLANTED] + [("foreign", name) for name in FOREIGN]


def kept() -> Kept:
    """What planted.json has."""
    said: Kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return said


def keep(found: Sequence[Row], when: str) -> None:
    """Write the least depth that found each fault, beside what is kept."""
    said = kept()
    for server in ("sandbox", "foreign"):
        names = [name for where, name in every() if where == server]
        old = said.get(server, {})
        said[server] = {name: old.get(name, {}) for name in sorted(names)}
    for each in found:
        told = said[each.server][each.fault]
        if told.get(when) not in DEPTHS[: DEPTHS.index(each.depth)]:
            told[when] = each.depth if each.broken else f"{MISSED}{each.depth}"
    KEPT.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


def told(said: Kept) -> bool:
    """Print the shares; whether those of now are as wanted."""
    good = True
    for server, faults in said.items():
        for when in ("before", "now"):
            depths = [each[when] for each in faults.values() if when in each]
            for depth, least in WANTED.items():
                found = sum(each in DEPTHS[: DEPTHS.index(depth) + 1] for each in depths)
                share = found / max(1, len(depths))
                good &= when == "before" or share >= least
                print(f"{server}, {when}, {depth}: {found} of {len(depths)} found, {share:.1%} (at least {least:.0%})")
        missed = [name for name, each in faults.items() if each.get("now", "").startswith(MISSED)]
        print(f"    not found: {', '.join(missed) or 'none'}")
    return good


def main() -> int:
    """Exit 1 if fewer are found than wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--server", choices=("sandbox", "foreign"))
    parser.add_argument("--missed", action="store_true", help="only those that planted.json has as not found")
    parser.add_argument("--depths", default="quick,standard", help="one after the other (default quick,standard)")
    parser.add_argument("--sample", type=int, help="so many, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--keep", choices=("before", "now"), help="keep the result in planted.json")
    parser.add_argument("--told", action="store_true", help="run nothing, print what is kept")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    options = parser.parse_args()
    if options.told:
        return 0 if told(kept()) else 1
    said = kept()
    wanted = [each for each in every() if options.server in (None, each[0])]
    wanted = [each for each in wanted if not options.names or each[1] in options.names]
    if options.missed:
        wanted = [(a, b) for a, b in wanted if said.get(a, {}).get(b, {}).get("now", "") != "quick"]
    if options.sample:
        wanted = random.Random(options.seed).sample(wanted, min(options.sample, len(wanted)))
    found = []
    for each in rows(wanted, options.depths.split(","), options.jobs):
        found.append(each)
        lines = "; ".join(each.broken[:3]) or "MISSED"
        print(f"{each.server} {each.depth} {each.fault} ({each.seconds:.0f} s): {lines}", flush=True)
        if options.keep:
            keep([each], options.keep)
    for depth in options.depths.split(","):
        there = [each for each in found if each.depth == depth]
        print(f"{depth}: {sum(bool(each.broken) for each in there)} of {len(there)}")
    return 0
