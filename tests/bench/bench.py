"""The table: its rows, and the two commits that they compare. `python -m tests.bench` prints it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[2]
BASE = "f84dfd7"
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
    """One line of the table. `bound`: what the ratio to the other commit, or the figure itself, may be at most.

    `at_least`: or has to be at least.
    """

    what: str
    ours: float
    unit: str
    bound: float
    base: float | None = None
    at_least: bool = False

    @property
    def share(self) -> float:
        return self.ours / self.base if self.base else self.ours

    @property
    def met(self) -> bool:
        return self.share >= self.bound if self.at_least else self.share <= self.bound

    def text(self) -> str:
        base = f"{self.base:10.4g}" if self.base is not None else " " * 10
        ratio = f"{self.share:6.2f} of it" if self.base is not None else " " * 12
        return (
            f"{self.what:46} {self.ours:9.4g} {base} {self.unit:16} {ratio}  "
            f"{'met' if self.met else 'MISSED'} (at {'least' if self.at_least else 'most'} {self.bound:g})"
        )


@attrs.frozen
class Elsewhere:
    """A line of the table that another command measures."""

    what: str
    command: str
    met: bool = True

    def text(self) -> str:
        return f"{self.what:46} measured by: {self.command}"


Line = Row | Elsewhere
Measure = Callable[["Bench"], Iterator[Line]]
ROWS: dict[str, Measure] = {}
SLOW: set[str] = set()
"""Rows that are measured only where they are named."""


def row(function: Measure) -> Measure:
    """Register what makes lines of the table."""
    ROWS[function.__name__] = function
    return function


def slow(function: Measure) -> Measure:
    """The same for what takes a quarter of an hour, or a machine for itself."""
    SLOW.add(function.__name__)
    return row(function)


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
