"""One run under load: from the options to a run that can be driven, and from its findings to the written outputs."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from typing import Any

from contracts import deployment as deployments
from contracts import session
from contracts.embedded import ROOT, Sandbox
from contracts.evidence import Recorder
from contracts.judge import Verdict, totals
from contracts.law import BLOCKED, BROKEN, NOT_ASKED
from contracts.run import header
from load import verdicts
from load.run import LoadRun


class Session:
    """What stands behind a run: the sandbox if one was started, the run, its plan, and its outputs."""

    def __init__(self, options: Any) -> None:
        self.sandbox: Sandbox | None = None
        file = options.deployment
        if not file:
            self.sandbox = Sandbox(options.fault, shlex.split(options.sandbox_args))
            file = self.sandbox.deployment
        deployment = deployments.load(file)
        contract = session.contract_of(deployment, options.document or None, options.overlay)
        self.folder = session.run_folder(options.out or None)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run = LoadRun(contract, deployment, options.depth, self.folder, Recorder(self.folder / "evidence.ndjson"))
        self.plan = verdicts.plan(self.run)
        self.header = header(self.plan, 0, self.run.started)
        self.run.recorder.write("header", **self.header)
        self.code: int | None = None

    def finish(self) -> int:
        """Write the outputs, once; gives the exit code: 0 upheld, 1 broken, 3 nothing learnt."""
        if self.code is not None:
            return self.code
        run, finished = self.run, time.time()
        run.recorder.write(
            "footer", requests=run.recorder.requests, finished=finished, ended=run.ended, left_behind=run.left_behind
        )
        run.recorder.close()
        found = verdicts.verdicts(run, self.plan)
        content = session.verdicts_json(
            self.plan, self.header, found, requests=run.recorder.requests, finished=finished, ended=run.ended,
            left_behind=run.left_behind,
        )  # fmt: skip
        content["limits"] = verdicts.limits(run)
        session.write(self.folder, content)
        self._report()
        if self.sandbox:
            self.sandbox.stop()
        self.code = _code(found, run.recorder.requests)
        _say(run, found, self.folder / "report.html", finished)
        return self.code

    def _report(self) -> None:
        # reports may import contracts, never the other way round: so it is run, not imported
        latest = ["--latest"] if self.folder.parent == session.OUT else []
        done = subprocess.run(
            [sys.executable, "-m", "reports", str(self.folder), *latest], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            print(f"no report: {done.stderr.strip()}", file=sys.stderr)


def _code(found: list[Verdict], requests: int) -> int:
    counts = totals(found)
    if counts[BROKEN]:
        return 1
    judged = [each for each in found if each.line.kind == "law"]
    nothing = not requests or all(each.verdict in {BLOCKED, NOT_ASKED} for each in judged)
    return 3 if counts[BLOCKED] or nothing else 0


def _say(run: LoadRun, found: list[Verdict], report: Any, finished: float) -> None:
    for each in found:
        if each.verdict == BROKEN:
            print(f"broken: {each.line.id}: expected {each.expected}, got {each.actual}")
    counts = ", ".join(f"{count} {word}" for word, count in totals(found).items() if count)
    late = sum(each.late for each in run.findings.values())
    print(f"{counts}; {run.recorder.requests} requests, {late} sent late, {finished - run.started:.1f} s")
    print(f"report: {report}")
