"""The run under load beside the gate: started as a process of its own, its findings taken over into the gate's.

Only `load/` may import the load generator, which replaces the sockets of its process. So the gate starts it, waits, and
reads the verdicts.json it leaves in a folder of its own below the gate's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, VERDICTS
from contracts.gate.sandbox import ROOT
from contracts.judging.promises import OF_A_PROMISE
from specs.contract import Operation

SCALE = 10
"""How much faster than ours the clock of the sandbox runs whose limits are examined."""
WITHIN = 120.0
"""Seconds the run may take."""


class LoadSubRun:
    """Declared limits on a sandbox of their own, at depth quick. Nothing is started before its result is needed."""

    def __init__(self, folder: Path, faults: Sequence[str] = ()) -> None:
        """`faults`: those of limits that the sandbox has; they are searched for at depth full."""
        self.folder = folder / "load"
        self.faults = faults
        self.content: dict[str, Any] | None = None
        self.failure: str | None = None

    def run(self) -> None:
        """Run it, once."""
        if self.content is not None or self.failure is not None:
            return
        locust = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--only-summary"]
        chosen = [
            "--scenario",
            "limits",
            "--sandbox-args",
            f"--time-scale {SCALE}",
            "--out",
            str(self.folder.resolve()),
            *(part for fault in self.faults for part in ("--fault", fault)),
            *(("--depth", "full") if self.faults else ()),
        ]
        try:
            done = subprocess.run([*locust, *chosen], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN)
        except subprocess.TimeoutExpired:
            self.failure = f"the run under load did not end within {WITHIN:.0f} s"
            return
        try:
            self.content = json.loads((self.folder / "verdicts.json").read_text("utf-8"))
        except (OSError, ValueError):
            said = (done.stderr.strip() or "it said nothing").splitlines()
            self.failure = f"the run under load wrote no verdicts: {said[-1]}"

    def about(self, operation: Operation) -> list[dict[str, Any]]:
        """What was found about an operation."""
        self.run()
        return [each for each in (self.content or {}).get("verdicts", []) if each["operation"] == operation.key]

    def merge(self, content: dict[str, Any]) -> None:
        """Add to the content of a verdicts.json: laws as items of their own, checks where they found more."""
        if self.content is None:
            return
        heard = {each["id"]: each for each in content["verdicts"]}
        for verdict in self.content["verdicts"]:
            copied = {**verdict, "exchanges": []}  # they are recorded in the evidence of the run under load
            known = heard.get(verdict["id"])
            if known is None:
                content["verdicts"].append(copied)
            elif _worse(verdict["verdict"], known["verdict"]):
                known.update(copied)
        content["totals"] = {word: sum(v["verdict"] == word for v in content["verdicts"]) for word in VERDICTS}
        content["limits"] = self.content["limits"]
        for pointer, promise in self.content["promises"].items():
            _promise(content["promises"].setdefault(pointer, promise), promise)
        run = self.content["run"]
        kept = ("requests", "started", "finished", "ended", "deployment", "depth")
        content["run"]["load"] = {**{name: run[name] for name in kept}, "folder": self.folder.name}


def _worse(new: str, old: str) -> bool:
    return new == BROKEN and old != BROKEN


def _promise(known: dict[str, Any], judged: dict[str, Any]) -> None:
    known["laws"] = sorted({*known["laws"], *judged["laws"]})
    words = [each["verdict"] for each in (known, judged) if each["verdict"] in OF_A_PROMISE]
    known["verdict"] = min(words, key=OF_A_PROMISE.index, default="none yet")


def summary(verdicts: list[dict[str, Any]]) -> tuple[str, str]:
    """One word for everything found about an operation under load, and the lines that say it."""
    broken = [each for each in verdicts if each["verdict"] == BROKEN]
    if broken:
        return BROKEN, "\n".join(_told(each) for each in broken)
    laws = [each for each in verdicts if each["kind"] == "law"]
    for word in (BLOCKED, NOT_ASKED, NOT_OBSERVABLE):
        if laws and all(each["verdict"] == word for each in laws):
            return word, str(laws[0]["reason"])
    return "", ""


def _told(verdict: dict[str, Any]) -> str:
    lines = [
        f"{verdict['operation']}: {verdict['title']}",
        f"  expected  {verdict['expected']}",
        f"  got       {verdict['actual']}  ({verdict['confidence']})",
        *(f"  $ {line}" for line in (verdict["reproduce"] or "").splitlines()),
    ]
    return "\n".join(lines)
