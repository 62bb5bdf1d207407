"""What a run leaves: evidence.ndjson as it goes, and verdicts.json and the report at its end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from contracts.core.paths import OUT
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED
from contracts.evidence.header import header
from contracts.evidence.recorder import Recorder
from contracts.gate.sandbox import ROOT
from contracts.judging.judge import Verdict, totals
from contracts.judging.outputs import run_folder, verdicts_json
from contracts.judging.outputs import write as write_of_outputs
from contracts.plan.plan import Plan
from load.runtime.mailbox import Inbox
from load.runtime.run import LoadRun
from load.runtime.setup import Setup

if TYPE_CHECKING:
    from load.runtime.scenario import Scenario


class Outputs:
    """The folder of one run."""

    def __init__(self, setup: Setup, plan: Plan, out: str | None) -> None:
        self.plan = plan
        self.folder = run_folder(out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run = LoadRun(setup.contract, setup.deployment, setup.depth, Recorder(self.folder / "evidence.ndjson"))
        self.header = {**header(plan, 0, self.run.started), "scenario": setup.scenario}
        self.run.recorder.write("header", **self.header)
        self.written = False
        """Whether everything is being written, or has been."""
        self.done = False

    def content(self, scenario: Scenario, finished: float) -> dict[str, Any]:
        """verdicts.json as far as is known."""
        run = self.run
        made = verdicts_json(
            self.plan, self.header, scenario.verdicts(self.plan), requests=run.recorder.requests, finished=finished,
            ended=run.ended, left_behind=run.left_behind,
        )  # fmt: skip
        return {**made, **scenario.content()}

    def write(self, scenario: Scenario | None, failure: str | None, workers: Sequence[Inbox]) -> int:
        """Judge and write everything; gives the exit code: 0 upheld, 1 broken, 3 nothing learnt or something failed."""
        self.written = True
        run, finished = self.run, time.time()
        gathered = [each.written() for each in workers]
        if any(each.gap for each in workers):
            run.ended = "incomplete"
        run.recorder.write(
            "footer", requests=run.recorder.requests, finished=finished, ended=run.ended, left_behind=run.left_behind,
            workers=gathered,
        )  # fmt: skip
        run.recorder.close()
        if scenario is None:
            return 3
        found = scenario.verdicts(self.plan)
        content = self.content(scenario, finished)
        content["run"].update({"workers": gathered, "failure": failure})
        write_of_outputs(self.folder, content)
        self._report()
        self.done = True
        gaps = [f"worker {each.worker}: {each.gap}" for each in workers if each.gap]
        self._say(found, [*scenario.notes(), *gaps, *([f"failed: {failure}"] if failure else [])], finished)
        return code(found, run.recorder.requests, failed=bool(failure or gaps))

    def _report(self) -> None:
        # reports may import contracts, never the other way round: so it is run, not imported
        latest = ["--latest"] if self.folder.parent == OUT else []
        done = subprocess.run(
            [sys.executable, "-m", "reports", str(self.folder), *latest], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            print(f"no report: {done.stderr.strip()}", file=sys.stderr)

    def _say(self, found: Sequence[Verdict], notes: Sequence[str], finished: float) -> None:
        for each in found:
            if each.verdict == BROKEN:
                print(f"broken: {each.item.id}: expected {each.expected}, got {each.actual}")
        for note in notes:
            print(note)
        counts = ", ".join(f"{count} {word}" for word, count in totals(found).items() if count)
        print(f"{counts}; {self.run.recorder.requests} requests, {finished - self.run.started:.1f} s")
        print(f"report: {self.folder / 'report.html'}")


def code(found: Sequence[Verdict], requests: int, *, failed: bool) -> int:
    """The exit code of a run: broken weighs more than blocked, and a run without a request is blocked."""
    counts = totals(found)
    if counts[BROKEN]:
        return 1
    judged = [each for each in found if each.item.kind == "law"]
    nothing = not requests or all(each.verdict in {BLOCKED, NOT_ASKED} for each in judged)
    return 3 if failed or counts[BLOCKED] or nothing else 0
