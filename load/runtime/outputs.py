"""What a run leaves: evidence.ndjson as it goes, and verdicts.json and the report at its end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from contracts.core import exit_codes
from contracts.core.paths import OUT
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, UPHELD
from contracts.evidence.header import header
from contracts.evidence.recorder import Recorder
from contracts.gate.sandbox import ROOT
from contracts.judging.judge import Verdict, totals
from contracts.judging.outputs import run_folder, verdicts_json
from contracts.judging.outputs import write as write_of_outputs
from contracts.judging.screen import Screen, problems
from contracts.plan.plan import Plan
from load.runtime.mailbox import Inbox
from load.runtime.run import LoadRun
from load.runtime.setup import Setup

if TYPE_CHECKING:
    from load.runtime.scenario import Scenario


TOLD = 30
"""Rows of the terminal that problems take at most."""
ENFORCED = "declared-limit-is-enforced"
"""The name of the law by which a declared limit counts as kept."""


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

    def content(self, found: Sequence[Verdict], scenario: Scenario, finished: float) -> dict[str, Any]:
        """verdicts.json as far as is known."""
        run = self.run
        made = verdicts_json(
            self.plan, self.header, found, requests=run.recorder.requests, finished=finished,
            ended=run.ended, left_behind=run.left_behind, changes=run.ledger.changes(),
        )  # fmt: skip
        return {**made, **scenario.content()}

    def write(self, scenario: Scenario | None, failure: str | None, workers: Sequence[Inbox]) -> int:
        """Judge and write everything; gives the exit code (see `code`)."""
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
        gaps = [f"worker {each.worker}: {each.gap}" for each in workers if each.gap]
        found = believed(scenario.verdicts(self.plan), heard=self._heard(), lost=gaps if scenario.shared else ())
        content = self.content(found, scenario, finished)
        content["run"].update({"workers": gathered, "failure": failure})
        write_of_outputs(self.folder, content)
        self._report()
        self.done = True
        self._tell(content)
        self._say(found, [*scenario.notes(), *gaps, *([f"failed: {failure}"] if failure else [])], finished)
        return code(
            found, heard=self._heard(), failed=bool(failure), lost=bool(gaps), unproven=bool(scenario.unproven()),
            passes=self.run.deployment.passes,
        )  # fmt: skip

    def _heard(self) -> bool:
        """Whether anything was answered at all."""
        return any(each.response for each in self.run.exchanges.values()) or any(each.status for each in self.run.rows)

    def _report(self) -> None:
        # reports may import contracts, never the other way round: so it is run, not imported
        latest = ["--latest"] if self.folder.parent == OUT else []
        done = subprocess.run(
            [sys.executable, "-m", "reports", str(self.folder), *latest], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            print(f"no report: {done.stderr.strip()}", file=sys.stderr)

    def _tell(self, content: dict[str, Any]) -> None:
        """The problems of the run, as the gate tells them."""
        for row in problems(content, self.folder, Screen.here(TOLD), TOLD):
            print(row.text)

    def _say(self, found: Sequence[Verdict], notes: Sequence[str], finished: float) -> None:
        for note in notes:
            print(note)
        counts = ", ".join(f"{count} {word}" for word, count in totals(found).items() if count)
        if limits := limits_told(found):
            print(limits)
        print(f"{counts}; {self.run.recorder.requests} requests, {finished - self.run.started:.1f} s")
        print(f"report: {self.folder / 'report.html'}")


def believed(found: Sequence[Verdict], *, heard: bool, lost: Sequence[str]) -> list[Verdict]:
    """The verdicts as far as they can be: nothing is upheld where nothing was answered, or where records were lost.

    `lost`: workers that took with them what might have broken a law.
    """
    reason = "nothing was answered" if not heard else f"what {lost[0]} had seen might have broken it" if lost else ""

    def credible(each: Verdict) -> bool:
        return not reason or each.verdict != UPHELD or each.item.kind != "law"

    return [each if credible(each) else Verdict(each.item, NOT_OBSERVABLE, reason=reason) for each in found]


def limits_told(found: Sequence[Verdict]) -> str | None:
    """How many declared limits are kept, broken and unproven; None where none was examined."""
    limits = [each for each in found if each.item.rule.name == ENFORCED]
    if not limits:
        return None
    kept, broken = (sum(each.verdict == word for each in limits) for word in (UPHELD, BROKEN))
    return f"limits: {kept} kept, {broken} broken, {len(limits) - kept - broken} unproven"


def code(
    found: Sequence[Verdict], *, heard: bool, failed: bool, lost: bool = False, unproven: bool = False,
    passes: Collection[str] = (),
) -> int:  # fmt: skip
    """The exit code of a run (see `contracts.core.exit_codes`).

    `lost`: whether records were; `unproven`: whether more is than the verdicts show; `passes`: what of it is let pass.
    """
    counts = totals(found)
    if counts[BROKEN]:
        return exit_codes.BROKEN
    judged = [each for each in found if each.item.kind == "law"]
    if failed or not heard or all(each.verdict in {BLOCKED, NOT_ASKED} for each in judged):
        return exit_codes.NOTHING
    unshown = any(each.item.rule.name == ENFORCED and each.verdict != UPHELD for each in judged)
    blocked = counts[BLOCKED] and BLOCKED not in passes
    left = (unshown or unproven) and "unproven" not in passes
    return exit_codes.OPEN if blocked or left or lost else exit_codes.KEPT
