"""The law × fault matrix: which laws and checks each of the sandbox's faults breaks.

python -m tests.power matrix                 run every fault and print what it breaks
python -m tests.power matrix NAME …          for these faults only
python -m tests.power matrix --write …       and keep a line of every law in matrix.json, and docs/matrix.md
python -m tests.power matrix --elsewhere     other servers, variations and depth deep, for laws no fault here can break
python -m tests.power matrix --again         execute the kept rows only, and keep of them what is shown
python -m tests.power matrix --from ROWS     run nothing: take what `economy --rows` has written
python -m tests.power matrix --laws          run nothing: print the kept matrix by law, and what is missing in it

Everything anew: `economy --rows ROWS`, then --from ROWS --write, --missing --write and --elsewhere --write. Only what
is shown again when the row is executed as the tests execute it (`python -m tests.power prove`) is kept.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from contracts import checks, laws
from contracts.core.verdicts import BLOCKED
from contracts.judging.judge import Verdict
from sandbox.faults import FAULTS
from sandbox.planted import planting
from tests.power import catalogue, elsewhere, harness, rows

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {each.name for each in planting.PLANTED}
SHOWN = 4
"""Lines printed of each row."""
TABLE = ROOT / "docs" / "matrix.md"
HEAD = """# Which fault breaks which law

A row per law and check: what it promises, and some of the faults that break it. Names alone are faults of the sandbox
(`python -m sandbox --list-faults` tells what each does). In parentheses stands what it takes to see that: another depth
than quick, or a deployment with a fast clock.
`tests/…` are faults of other servers, for what the sandbox's document does not have; a `variation` makes a law that
only observes observe something else. Laws of load have a matrix of their own, `tests/power/load_matrix.json`.

Written by `python -m tests.power matrix --write`; `--laws` tells what is missing. Every row is executed by the tests.

| law or check | promises | broken by |
|---|---|---|"""


def faults() -> list[dict[str, Any]]:
    """All faults of the sandbox that the gate can see, as it lists them."""
    seen = (each for each in FAULTS.switches.values() if each.needs != "load")
    return [each.described(harness.document()) for each in seen]


def judged(arguments: Sequence[str], depth: str = "quick", seed: int = 0) -> tuple[list[Verdict], int]:
    """All verdicts on a sandbox started with these arguments, and the requests it took."""
    run = harness.sandbox(arguments, depth).run(lambda _: True, seed)
    return run.verdicts, run.recorder.requests


def broken(verdicts: Sequence[Verdict]) -> list[str]:
    """What is broken, as "law operation"."""
    return sorted(harness.broken(verdicts))


def arguments(fault: dict[str, Any] | None, base: Sequence[str]) -> list[str]:
    """How the sandbox has to be started for a fault to be visible."""
    if fault is None:
        return list(base)
    return [*harness.QUICKLY.get(fault["needs"], " ".join(base)).split(), "--fault", fault["name"]]


def row(fault: dict[str, Any] | None, base: Sequence[str], depth: str) -> tuple[str, str, list[str], str]:
    """One row of the matrix: the fault's name, the depth, what it breaks, and what that cost."""
    began = time.monotonic()
    deep = "standard" if fault and fault["needs"] == "depth" else depth
    verdicts, requests = judged(arguments(fault, base), deep)
    blocked = sum(each.verdict == BLOCKED for each in verdicts)
    cost = f"{blocked} blocked, {requests} requests, {time.monotonic() - began:.1f} s"
    return fault["name"] if fault else "none", deep, broken(verdicts), cost


Found = dict[str, dict[str, list[str]]]
"""What is broken, by fault and depth."""


def run(wanted: Sequence[dict[str, Any]], options: argparse.Namespace) -> Found:
    """Run faults, and the sandbox without any; print what they break as it comes."""
    found: Found = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(row, each, options.args.split(), options.depth) for each in [None, *wanted]]
        for done in as_completed(waiting):
            name, depth, lines, cost = done.result()
            found[name] = {depth: lines}
            print(f"{name}: {len(lines)} broken, {cost}", *lines[:SHOWN], sep="\n    ", flush=True)
    return found


def read(file: Path) -> Found:
    """What economy.py has written of its runs; the last one of each fault and depth."""
    found: Found = {}
    for text in file.read_text("utf-8").splitlines():
        told = json.loads(text)
        found.setdefault(told["fault"], {})[told["depth"]] = told["broken"]
    return found


def kept(found: Found, known: Sequence[dict[str, Any]]) -> None:
    """Add to the kept matrix what can be shown again, leave out what is no fault any more, and write the table anew."""
    old = rows.kept()
    there = {each["name"] for each in known}
    names = [name for name in dict.fromkeys([*old, *found]) if name in there or rows.other(name)]
    made = {name: old.get(name, []) for name in names}
    for name in found:
        lines = rows.merged(old.get(name, ()), found[name])
        made[name] = lines if name == "none" else harness.settled(name, lines)
    rows.write({name: lines for name, lines in made.items() if lines or name == "none"})
    TABLE.write_text(table(rows.kept(), known), "utf-8")
    catalogue.write()


def again(names: Sequence[str], known: Sequence[dict[str, Any]], jobs: int) -> None:
    """Keep of these rows, or of all, what is shown when they are executed."""
    made = rows.kept()
    wanted = [name for name in made if name != "none" and (not names or name in names)]
    with ProcessPoolExecutor(jobs) as pool:
        for name, lines in zip(wanted, pool.map(harness.settled, wanted, map(made.get, wanted)), strict=True):
            if lines != made[name]:
                print(name, *(f"    {each}" for each in lines), sep="\n", flush=True)
            made[name] = lines
    rows.write({name: lines for name, lines in made.items() if lines or name == "none"})
    TABLE.write_text(table(rows.kept(), known), "utf-8")
    catalogue.write()


def rules() -> dict[str, str]:
    """The title of every law and check."""
    return {each.id: each.title for each in (*laws.load().values(), *checks.load().values())}


def needs(known: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What each fault needs to be seen."""
    return {each["name"]: each["needs"] for each in known}


def table(matrix: rows.Rows, known: Sequence[dict[str, Any]]) -> str:
    """The matrix as Markdown: a row per law."""
    told, titles = rows.by_law(matrix, needs(known)), rules()
    body = [f"| `{law}` | {titles[law]} | {', '.join(rows.shortened(told.get(law, ())))} |" for law in sorted(titles)]
    return "\n".join([HEAD, *body, ""])


def printed(matrix: rows.Rows, known: Sequence[dict[str, Any]]) -> bool:
    """Print the matrix by law, and what is missing; whether nothing is."""
    told = rows.by_law(matrix, needs(known))
    for law in sorted(rules()):
        print(law, *(f"    {each}" for each in told.get(law, ["nothing"])), sep="\n")
    gaps = rows.missing(matrix, demanded(known, matrix), rules())
    faults_ = sum(not rows.other(name) for name in matrix)
    print(f"{len(rules())} laws and checks, {faults_} faults of the sandbox; missing: {len(gaps)}", *gaps, sep="\n    ")
    return not gaps


def demanded(known: Sequence[dict[str, Any]], matrix: rows.Rows) -> dict[str, str]:
    """The families of the faults that have to have a row.

    Faults of limits have one where the gate sees them; `limits_live.py --faults` is what has to name them all, and
    `planted.py` those that are planted.
    """
    free = [each for each in known if each["needs"] == "limits" or not _own(each["name"])]
    return {each["name"]: each["family"] for each in known if each not in free or each["name"] in matrix}


def _own(name: str) -> bool:
    """Whether a fault is measured here where none is named: what is planted, planted.py measures."""
    return name not in PLANTED


def chosen(options: argparse.Namespace, known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The faults to run."""
    wanted = [each for each in known if (each["name"] in options.names if options.names else _own(each["name"]))]
    return [each for each in wanted if not (options.missing and rows.kept().get(each["name"]))]


def asked() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true", help="keep the result in matrix.json and docs/matrix.md")
    parser.add_argument("--missing", action="store_true", help="only faults that matrix.json does not have")
    parser.add_argument("--elsewhere", action="store_true", help="other servers, variations and depth deep instead")
    parser.add_argument("--again", action="store_true", help="execute the kept rows, and keep what is shown")
    parser.add_argument("--from", type=Path, dest="file", metavar="ROWS", help="run nothing, take these rows")
    parser.add_argument("--laws", action="store_true", help="run nothing, print the kept matrix by law and its gaps")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side")
    parser.add_argument("--depth", default="quick", choices=rows.DEPTHS)
    parser.add_argument("--args", default="--limits off", help="further arguments of the sandbox")
    return parser


def main() -> int:
    """Print the matrix; exit 1 if a fault breaks nothing, or none breaks something, or anything is missing."""
    options = asked().parse_args()
    known = faults()
    if options.laws:
        return 0 if printed(rows.kept(), known) else 1
    if options.again:
        again(options.names, known, options.jobs)
        return 0
    if options.elsewhere:
        found: Found = {}
        for name, lines in elsewhere.rows():
            found[name] = {"deep": lines} if name in needs(known) else {"quick": lines}
            print(name, *lines[:SHOWN], sep="\n    ", flush=True)
    else:
        found = read(options.file) if options.file else run(chosen(options, known), options)
    missed = sorted(name for name, by in found.items() if any(by.values()) == (name == "none"))
    right = len(found.keys() - {"none"} - set(missed))
    print(f"{right} of {len(found.keys() - {'none'})} faults found; wrong: {missed}")
    if options.write:
        kept(found, known)
    return 1 if missed else 0
