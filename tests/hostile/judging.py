"""Whole runs against the hostile server, in this process."""

from __future__ import annotations

import time
from pathlib import Path

import attrs

from contracts.config import deployment as deployments
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine.run import Run
from contracts.gate.sandbox import ROOT
from contracts.judging.judge import Verdict
from contracts.plan.planning import planned
from tests.hostile import modes
from tests.hostile.notes import ODD, files
from tests.hostile.server import Hostile, Mode

__all__ = ["ROOT", "modes"]
QUICK = "[http]\nconnect = 5\nread = 1.5\ntotal = 3"
"""Bounds for tests: a server that is silent for so long says nothing any more."""


@attrs.frozen
class Outcome:
    """What a run came to."""

    run: Run
    server: Hostile
    seconds: float

    @property
    def odd(self) -> list[Verdict]:
        """Verdicts about the operation that misbehaved."""
        return [each for each in self.run.verdicts if each.item.operation.path == ODD]

    @property
    def others(self) -> list[Verdict]:
        """All other verdicts that are broken or blocked."""
        harmed = [each for each in self.run.verdicts if each.verdict in (BROKEN, BLOCKED)]
        return [each for each in harmed if each.item.operation.path != ODD]


def judged(mode: str | Mode, folder: Path, *tables: str, everywhere: bool = False, depth: str = "quick") -> Outcome:
    """A whole run while the server misbehaves in a mode."""
    folder.mkdir(parents=True, exist_ok=True)
    with Hostile(mode, everywhere=everywhere) as server:
        plan = planned(files(folder, server.base_url, *(tables or (QUICK,))), depth=depth)
        assert deployments
        began = time.monotonic()
        run = Run(plan, folder / "run")
        run.start([line.id for line in plan.items])
        run.wait()
    if run.failure:
        raise run.failure
    return Outcome(run, server, time.monotonic() - began)
