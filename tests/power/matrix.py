"""The law × fault matrix: which laws and checks each of the sandbox's faults breaks.

python tests/power/matrix.py                 run every fault and print what it breaks
python tests/power/matrix.py NAME …          for these faults only
python tests/power/matrix.py --write …       and keep a few lines of each in matrix.json, and docs/matrix.md
python tests/power/matrix.py --elsewhere     other servers, variations and depth deep, for laws no fault here can break
python tests/power/matrix.py --from ROWS     run nothing: take what economy.py --rows has written
python tests/power/matrix.py --laws          run nothing: print the kept matrix by law, and what is missing in it

Everything anew: economy.py --rows ROWS, then --from ROWS --write, --missing --write and --elsewhere --write.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import sandbox.app  # noqa: E402, F401 - all faults are declared
from contracts import checks, laws  # noqa: E402
from contracts.config import deployment as deployments  # noqa: E402
from contracts.core.verdicts import BLOCKED, BROKEN  # noqa: E402
from contracts.engine.run import Run  # noqa: E402
from contracts.gate.sandbox import Sandbox  # noqa: E402
from contracts.judging.judge import Verdict  # noqa: E402
from contracts.plan.plan import make  # noqa: E402
from sandbox.planted import planting  # noqa: E402
from specs.contract import Contract, build  # noqa: E402
from specs.source.document import load  # noqa: E402
from tests.power import elsewhere, rows  # noqa: E402

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

Written by `python tests/power/matrix.py --write`; `--laws` tells what is missing.

| law or check | promises | broken by |
|---|---|---|"""


def faults() -> list[dict[str, Any]]:
    """All faults of the sandbox that the gate can see, as it lists them."""
    said = subprocess.run(
        [sys.executable, "-m", "sandbox", "--list-faults", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    listed: list[dict[str, Any]] = json.loads(said.stdout)
    return [each for each in listed if each["needs"] != "load"]


def judged(
    contract: Contract, arguments: Sequence[str], depth: str = "quick", seed: int = 0
) -> tuple[list[Verdict], int]:
    """All verdicts on a sandbox started with these arguments, and the requests it took."""
    sandbox = Sandbox(arguments=arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            plan = make(contract, deployments.load(sandbox.deployment), depth)
            run = Run(plan, Path(folder), seed)
            run.start([item.id for item in plan.items])
            run.wait()
            return run.verdicts, run.recorder.requests
    finally:
        sandbox.stop()


def broken(verdicts: Sequence[Verdict]) -> list[str]:
    """What is broken, as "law operation"."""
    return sorted({f"{each.item.rule.id} {each.item.operation.key}" for each in verdicts if each.verdict == BROKEN})


def arguments(fault: dict[str, Any] | None, base: Sequence[str]) -> list[str]:
    """How the sandbox has to be started for a fault to be visible."""
    if fault is None:
        return list(base)
    scales = {"limits": ["--time-scale", "60"], "time-scale": ["--time-scale", "600"]}
    return [*scales.get(fault["needs"], base), "--fault", fault["name"]]


_contract: Contract | None = None


def contract() -> Contract:
    """The document everything here is planned from, read once in every process."""
    global _contract
    _contract = _contract or build(load("calcom-v2"))
    return _contract


def row(fault: dict[str, Any] | None, base: Sequence[str], depth: str) -> tuple[str, str, list[str], str]:
    """One row of the matrix: the fault's name, the depth, what it breaks, and what that cost."""
    began = time.monotonic()
    deep = "standard" if fault and fault["needs"] == "depth" else depth
    verdicts, requests = judged(contract(), arguments(fault, base), deep)
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
    """Add to the kept matrix, leave out what is no fault any more, and write the table anew."""
    families = {each["name"]: each["family"] for each in known}
    old = rows.kept()
    names = [name for name in dict.fromkeys([*old, *found]) if name in families or rows.other(name)]
    lines = {name: rows.merged(old.get(name, ()), found.get(name, {})) for name in names}
    rows.write(rows.chosen({name: some for name, some in lines.items() if some or name == "none"}, families))
    TABLE.write_text(table(rows.kept(), known), "utf-8")


def rules() -> dict[str, str]:
    """The title of every law and check."""
    return {each.id: each.title for each in (*laws.load().values(), *checks.load().values())}


def needs(known: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What each fault needs to be seen."""
    return {each["name"]: each["needs"] for each in known}


def table(matrix: rows.Rows, known: Sequence[dict[str, Any]]) -> str:
    """The matrix as Markdown: a row per law."""
    told, titles = rows.by_law(matrix, needs(known)), rules()
    body = [f"| `{law}` | {titles[law]} | {', '.join(told.get(law, ()))} |" for law in sorted(titles)]
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
    if options.elsewhere:
        found: Found = {}
        for name, lines in elsewhere.rows(contract()):
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


if __name__ == "__main__":
    sys.exit(main())
