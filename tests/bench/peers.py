"""What a fault costs to find: processor time of the gate, and of `schemathesis run`, on the same sandboxes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from contracts.core.verdicts import BROKEN
from contracts.gate.sandbox import Sandbox
from specs.contract import build
from specs.source.document import load
from tests.power import side_by_side

SEED = 1
GATE = ("pytest", "contracts", "-q", "-p", "no:cacheprovider", "-m", "not load")
Used = Callable[..., dict[str, float]]
"""Runs a module as a command and tells what it used."""


@attrs.define
class Tally:
    """Seconds of processor time, and how many faults were found for it."""

    seconds: float = 0.0
    found: int = 0

    @property
    def each(self) -> float:
        return self.seconds / max(self.found, 1)

    def __str__(self) -> str:
        return f"{self.found} found in {self.seconds:.0f} s"


def compared(used: Used, out: Path, count: int) -> Iterator[tuple[Tally, Tally]]:
    """The suite at its usual depth, and Schemathesis, on so many faults of the sandbox: both so far, after each.

    What either reports of a sandbox without faults is no fault found.
    """
    contract = build(load("calcom-v2"))
    chosen = random.Random(SEED).sample(side_by_side.faults(), count)
    ours, theirs = Tally(), Tally()
    known: list[frozenset[str]] = []
    for arguments in ([], *(["--fault", each["name"]] for each in chosen)):
        seconds, broken = _gate(used, out, arguments)
        peer = side_by_side.theirs(contract, arguments)
        if not known:
            known = [broken, peer.findings]
            continue
        ours.seconds, ours.found = ours.seconds + seconds, ours.found + bool(broken - known[0])
        theirs.seconds, theirs.found = theirs.seconds + peer.cpu, theirs.found + bool(peer.findings - known[1])
        yield ours, theirs


def _gate(used: Used, out: Path, arguments: Sequence[str]) -> tuple[float, frozenset[str]]:
    """What the gate used on a sandbox, and what it showed broken."""
    sandbox = Sandbox(arguments=["--limits", "off", *arguments])
    try:
        told = used(*GATE, "--deployment", str(sandbox.deployment), "--out", str(out))
    finally:
        sandbox.stop()
    verdicts = json.loads((out / "verdicts.json").read_text("utf-8"))["verdicts"]
    return told["cpu"], frozenset(each["id"] for each in verdicts if each["verdict"] == BROKEN)
