"""Starts the foreign deployment, has the gate's engine judge it, and stops it."""

from __future__ import annotations

import contextlib
import functools
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from contracts.config import deployment as deployments
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine.run import Run
from contracts.judging.judge import Verdict
from contracts.plan.plan import PlanItem, make
from specs.contract import Contract, build
from specs.source.document import load

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 30.0
"""Seconds the server may take to start."""


@contextlib.contextmanager
def served(arguments: Sequence[str]) -> Iterator[Path]:
    """The deployment file of a server with these arguments, while it runs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "foreign.toml"
        command = [sys.executable, "-m", "tests.foreign", "--deployment-out", str(file), *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                assert selector.select(READY_WITHIN) and process.stdout.readline().startswith("READY")
            yield file
        finally:
            process.kill()
            process.communicate()


@functools.cache
def contract() -> Contract:
    """What the document says."""
    return build(load("calcom-v2"))


def judged(
    arguments: Sequence[str], depth: str = "quick", chosen: Callable[[PlanItem], bool] = lambda _: True
) -> list[Verdict]:
    """All verdicts on a server with these arguments."""
    with served(arguments) as file, tempfile.TemporaryDirectory() as folder:
        plan = make(contract(), deployments.load(file), depth)
        run = Run(plan, Path(folder), 0)
        run.start([item.id for item in plan.items if chosen(item)])
        run.wait()
        if run.failure:
            raise run.failure
        return run.verdicts


def told(verdicts: Sequence[Verdict], *kinds: str) -> list[str]:
    """The lines with one of these verdicts (broken and blocked, if none is named), with what was seen."""
    wanted = kinds or (BROKEN, BLOCKED)
    return [
        f"{each.verdict}: {each.item.rule.id} {each.item.operation.key}: {each.expected or each.reason}; {each.got}"
        for each in verdicts
        if each.verdict in wanted
    ]
