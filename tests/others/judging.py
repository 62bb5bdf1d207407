"""Judges the servers of other APIs in this process.

python -m tests.others.judging NAME [FAULT …] [--depth D]    what is broken, blocked and not observable there
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from contracts.config import deployment as deployments
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine.run import Run
from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan, make
from specs.contract import Contract, build
from specs.source.document import load
from tests import in_process
from tests.others.serving import DOCUMENTS, Server

NAMES = {
    "projects": "Projects",
    "payments": "Payments",
    "parcels": "Parcels",
    "archive": "Archive",
    "stock": "Stock",
    "atlas": "Atlas",
    "campus": "Campus",
    "library": "Library",
    "fleet": "Fleet",
}
"""The servers: module and class."""
_contracts: dict[str, Contract] = {}


def server(name: str, *faults: str) -> Server:
    """A server by the name of its module."""
    made: Server = getattr(importlib.import_module(f"tests.others.{name}"), NAMES[name])(*faults)
    return made


def faults(name: str) -> dict[str, str]:
    """The faults of a server, and what has to find each: the beginning of an id."""
    found: dict[str, str] = importlib.import_module(f"tests.others.{name}").FAULTS
    return found


def variations(name: str) -> tuple[str, ...]:
    """Ways in which a conforming server may differ: they have to break nothing."""
    found: tuple[str, ...] = getattr(importlib.import_module(f"tests.others.{name}"), "VARIATIONS", ())
    return found


def together(name: str) -> bool:
    """Whether a document is so large that all faults of its server are planted at once, each at its own operation."""
    return bool(getattr(importlib.import_module(f"tests.others.{name}"), "TOGETHER", False))


def contract(name: str) -> Contract:
    """The contract of a document, with its overlay where it has one."""
    if name not in _contracts:
        overlay = DOCUMENTS / f"{name}.overlay.yaml"
        _contracts[name] = build(load(DOCUMENTS / f"{name}.yaml", [overlay] if overlay.exists() else []))
    return _contracts[name]


def deployment(made: Server, *, disposable: bool = True) -> str:
    """The deployment file of a server. `disposable`: whether everything there may be changed."""
    lines = [
        "[deployment]",
        'name = "other"',
        f'base_url = "http://other.test{made.base}"',
        "synthetic = true",
        "writes = true",
        f"disposable = {str(disposable).lower()}",
    ]
    lines += [f"time_scale = {getattr(made, 'time_scale', 1)}", "[budget]", 'pace = "none"']
    for name, kind, member, secret in getattr(made, "principals", ()):
        lines += ["[[principals]]", f'name = "{name}"', f'tenant = "{name.partition("-")[0]}"', f'kind = "{kind}"']
        lines += [f'{member} = "{secret}"', *getattr(made, "more", {}).get(name, ())]
    return "\n".join(lines) + "\n"


def prepared(
    name: str, planted: str | Sequence[str] = (), depth: str = "quick", *, disposable: bool = True
) -> tuple[Server, Plan]:
    """A server with faults or variations, and the plan of a whole run on it."""
    made = server(name, *([planted] if isinstance(planted, str) and planted else planted))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "deployment.toml"
        file.write_text(deployment(made, disposable=disposable))
        return made, make(contract(name), deployments.load(file), depth)


def judged(folder: Path, name: str, *planted: str, depth: str = "quick", law: str = "", disposable: bool = True) -> Run:
    """A run against a server in this process: of everything, or of the laws whose ids begin so."""
    made, plan = prepared(name, planted, depth, disposable=disposable)
    asked = [item.id for item in plan.items if item.id.startswith(law)]
    return in_process.judged(made, plan, asked, folder=folder / "run")


def told(verdict: Verdict) -> str:
    """One line about a verdict."""
    return (
        f"{verdict.item.id}: expected {verdict.expected}, got {verdict.got}"
        if verdict.verdict == BROKEN
        else f"{verdict.item.id}: {verdict.reason}"
    )


def main() -> None:
    """Print what a run says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--depth", default="quick")
    parser.add_argument("--each", action="store_true", help="every fault in turn")
    parser.add_argument("--unseen", action="store_true", help="what could not be seen, and why")
    options = parser.parse_args()
    rounds = [(each,) for each in faults(options.name)] if options.each else [tuple(options.faults)]
    for planted in rounds:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            run = judged(Path(folder), options.name, *planted, depth=options.depth)
        counts = Counter(each.verdict for each in run.verdicts)
        cost = f"{run.recorder.requests} requests, {time.monotonic() - began:.1f} s"
        print(f"== {options.name} {' '.join(planted)}: {dict(counts)}, {cost}", *run.left_behind)
        shown = [each for each in run.verdicts if each.verdict in (BROKEN, BLOCKED)]
        for each in shown if not options.each else shown[:3]:
            print("  ", each.verdict, told(each)[:260])
        if options.unseen:
            reasons = Counter(
                (each.verdict, each.item.rule.id, each.reason)
                for each in run.verdicts
                if each.verdict not in (BROKEN, BLOCKED, "upheld")
            )
            for (verdict, rule, reason), count in sorted(reasons.items()):
                print(f"   {verdict} {count} {rule}: {reason}")


if __name__ == "__main__":
    sys.exit(main())
